"""Every column of the shared tables, through the whole way in, against the raw response."""

import json
import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import match_shapes as shapes
import pytest
import raw_readers as raw
from spnkr.film import highlight_events

from media_assets.settings import EngineSettings, PlayerSettings, Settings
from media_assets.stages.load_matches import load_matches
from media_assets.stages.platform import Platform
from media_assets.stages.player_tables import derive_tables
from media_assets.stages.promises import agreement
from media_assets.stages.take_in import take_in
from media_assets.store.tables import matches as tables

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
WRITTEN = NOW.replace(tzinfo=None)
KNOWN = "2535445291321133"  # who plays in every recorded match
ODDBALL = "63391382-6b88-43f9-9ff4-6313404c419c"


@dataclass
class Match:
    """One match as it was recorded, and what else there is to know of it."""

    stats: dict
    ranked: bool | None = False
    firefight: bool | None = False
    skill: dict | None = None
    film: tuple[int, bytes] | str | None = None
    events: list = field(default_factory=list)
    configured: set = field(default_factory=set)
    names: dict = field(default_factory=dict)
    gamertags: dict = field(default_factory=dict)
    synced_by: str = "ana"
    synced_at: datetime = WRITTEN

    @property
    def match_id(self):
        return self.stats["MatchId"].lower()


class Loaded:
    """Matches, and the shared tables that the product made of them."""

    def __init__(self, folder: Path, matches: list[Match], more: dict[str, object], xuids):
        source = folder / "matches"
        source.mkdir(parents=True)
        for match in matches:
            write(source / f"{match.match_id}/stats.json", match.stats)
            if match.skill is not None:
                write(source / f"skill_{match.match_id}.json", match.skill)
            if isinstance(match.film, tuple):
                (source / f"{match.film[0]}_{match.match_id}.gzip").write_bytes(match.film[1])
            elif match.film == "missing":
                (source / match.match_id / "film.missing").touch()
        for name, value in more.items():
            write(source / name, value)
        players = {name: PlayerSettings(xuid=xuid) for name, xuid in xuids.items()}
        settings = Settings(base=folder, players=players, engine=EngineSettings(workers=1))
        platform = Platform(settings, clock=lambda: NOW)
        assert take_in(platform).failed == 0
        assert load_matches(platform, "ana").failed == 0
        self.matches = matches
        self.platform = platform
        self.database = platform.places.shared_database

    def own(self, player: str, query: str):
        """Rows of a player's tables."""
        file = self.platform.places.player_database(player)
        with duckdb.connect(str(file), read_only=True) as con:
            return con.execute(query).fetchall()

    def rows(self, table: str, match: Match, *key: str):
        """The rows of a match, by the rest of their key."""
        with duckdb.connect(str(self.database), read_only=True) as con:
            found = con.execute(f"FROM {table} WHERE match_id = ?", [match.match_id])
            names = [column[0] for column in found.description]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return {tuple(row[name] for name in key): row for row in rows}


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def same(found, wanted):
    return found == (pytest.approx(wanted, abs=1e-9) if isinstance(wanted, float) else wanted)


def check_match(loaded, match):
    """Every column of every row of a match; what differs is named, all of it at once."""
    wrong = []

    def compare(where, row, readers, *arguments):
        assert set(row) == set(readers), where
        for column, read in readers.items():
            if not same(row[column], read(*arguments)):
                wrong.append((where, column, row[column], read(*arguments)))

    compare("registry", loaded.rows("match_registry", match)[()], raw.REGISTRY, match)
    people = loaded.rows("match_participants", match, "xuid")
    assert len(people) == len(match.stats["Players"])
    for player in match.stats["Players"]:
        xuid = raw.who(player["PlayerId"])
        compare(f"participant {xuid}", people[xuid,], raw.PARTICIPANTS, match, player)
    assert not wrong
    check_awards(loaded, match)
    check_film(loaded, match)


def check_awards(loaded, match):
    medals = loaded.rows("medals_earned", match, "xuid", "medal_name_id")
    assert {key: (row["count"],) for key, row in medals.items()} == raw.earned(
        match, "Medals", "Count"
    )
    scores = loaded.rows("personal_scores", match, "xuid", "score_name_id")
    assert {key: (row["count"], row["points"]) for key, row in scores.items()} == raw.earned(
        match, "PersonalScores", "Count", "TotalPersonalScoreAwarded"
    )


def check_film(loaded, match):
    events = loaded.rows("highlight_events", match, "seq")
    wanted = [{"match_id": match.match_id, "seq": seq, **event}
              for seq, event in enumerate(match.events)]  # fmt: skip
    assert [events[key] for key in sorted(events)] == wanted
    teams = {raw.who(player["PlayerId"]): player["LastTeamId"] for player in match.stats["Players"]}
    if not match.stats["MatchInfo"]["TeamsEnabled"]:
        teams = {}
    pairs = loaded.rows("killer_victim_pairs", match, "killer_xuid", "victim_xuid")
    found = {key: row["kill_count"] for key, row in pairs.items()}
    assert found == raw.nearest_pairs(match.events, teams)


def test_every_column_has_a_reader():
    assert set(raw.REGISTRY) == set(tables.MATCH_REGISTRY.column_names)
    assert set(raw.PARTICIPANTS) == set(tables.MATCH_PARTICIPANTS.column_names)
    described = next(column.meaning for column in tables.MATCH_REGISTRY.columns
                     if column.name == "backfill_completed")  # fmt: skip
    named = {name: int(bit) for name, bit in re.findall(r"(\w+) (\d+)[,.]", described)}
    assert named == raw.BITS


# Generated matches: every number of a player is another one, so that no column can be taken for
# another.


def numbers(base):
    """Core stats of which no two counts are equal."""
    names = [*raw.COUNTS.values(), "MaxKillingSpree", "Spawns"]
    counts = {name: base + place for place, name in enumerate(names)}
    earned = [shapes.medal(4_000_000_000 + base, 3), shapes.medal(7, 2)]
    scores = [shapes.score(4_294_967_295, 2, 30), shapes.score(911_992_497, 1, -100)]
    rates = {"KDA": base / 7, "Accuracy": base / 9, "AverageLifeDuration": f"PT{base}.5S"}
    return shapes.core(**counts, **rates, Medals=earned, PersonalScores=scores)


def people(count, *, teams=2, first=1):
    return [
        shapes.player(number, team=number % teams, stats=[numbers(100 * number)], Rank=number,
                      Outcome=2 + number % 2)
        for number in range(first, first + count)
    ]  # fmt: skip


LATE = {
    "FirstJoinedTime": "2025-01-29T04:12:00.1234567Z", "PresentAtBeginning": False,
    "JoinedInProgress": True, "TimePlayed": "PT4M2.25S",
}  # fmt: skip
LEFT = {
    "LastLeaveTime": "2025-01-29T04:09:30.5Z", "PresentAtCompletion": False, "LeftInProgress": True,
    "TimePlayed": "PT1H1M35S",
}  # fmt: skip
FILM = [("kill", 1000, 1), ("death", 1001, 2), ("kill", 1001, 2), ("death", 1004, 1),
        ("medal", 1500, 1), ("mode", 9000, 2), ("kill", 9100, 1), ("death", 9106, 2)]  # fmt: skip
CUSTOM = {"LifecycleMode": 1, "Playlist": None, "PlaylistExperience": None,
          "PlaylistMapModePair": None, "SeasonId": None}  # fmt: skip


def film(events):
    named = [shapes.event(kind, time, number, f"Tag {number}") for kind, time, number in events]
    return 38, shapes.film_chunk(named)


def film_events(events):
    return [
        {
            "event_type": kind, "time_ms": time, "xuid": str(shapes.xuid(number)),
            "gamertag": f"Tag {number}", "type_hint": shapes.HINTS[kind], "medal_value": 0,
            "medal_name": "Double Kill" if kind == "medal" else None,
        }
        for kind, time, number in events
    ]  # fmt: skip


def generated():
    """One match of each kind; `ranked` and `firefight` are what they have to be."""
    playlist = {"AssetKind": 3, "AssetId": "dcb2e24e-05fb-4390-8076-32a0cdb4326e",
                "VersionId": shapes.match_id(31)}  # fmt: skip
    placed = shapes.skill_value(1, value=-1)
    for rank in placed["Result"]["RankRecap"].values():
        rank["InitialMeasurementMatches"], rank["MeasurementMatchesRemaining"] = 5, 4
    two_teams = shapes.player(1, team=1, stats=[numbers(100), numbers(300)])
    return {
        "teams, ranked": Match(
            shapes.stats(people(8), match=1), ranked=True, film=film(FILM),
            events=film_events(FILM), skill=shapes.skill(shapes.skill_value(1, value=1500),
                                                         shapes.skill_value(2, TeamMmr="NaN")),
        ),
        "teams, somebody being placed": Match(
            shapes.stats(people(8), match=2), ranked=True, skill=shapes.skill(placed)
        ),
        "teams, social": Match(
            shapes.stats(people(8), match=3, Playlist=shapes.asset(50, 3)),
            skill=shapes.skill(shapes.skill_value(3), shapes.skill_value(4, code=1)), ranked=False,
        ),
        "teams, a playlist known as ranked": Match(
            shapes.stats(people(8), match=4, Playlist=playlist), ranked=True, film="missing"
        ),
        "the playlist of ranked matches, nothing recorded": Match(
            shapes.stats(people(8), match=5), ranked=True
        ),
        "nothing known of the playlist": Match(
            shapes.stats(people(8), match=6, Playlist=shapes.asset(60, 3)), ranked=None
        ),
        "free for all": Match(
            shapes.stats(people(12, teams=12), match=7, teams=False, PlaylistExperience=5)
        ),
        "bots": Match(shapes.stats(
            [*people(4), *(shapes.player(n, bot=True, team=1, stats=[numbers(50 * n)])
                           for n in (6, 19, 52))], match=8, PlaylistExperience=4)),
        "firefight by category": Match(
            shapes.stats(people(4, teams=1), match=9, GameVariantCategory=42, scores=(777,)),
            firefight=True,
        ),
        "firefight by playlist": Match(
            shapes.stats(people(4, teams=1), match=10, GameVariantCategory=13,
                         PlaylistExperience=6), firefight=True,
        ),
        "custom": Match(shapes.stats(people(3), match=11, GameVariantCategory=19, **CUSTOM)),
        "several teams": Match(shapes.stats([two_teams, *people(3, first=2)], match=12, **CUSTOM)),
        "joined late, left early": Match(shapes.stats(
            [shapes.player(1, participation=LATE), shapes.player(2, participation=LEFT, Outcome=4)],
            match=13, **CUSTOM)),
        "never played": Match(shapes.stats(
            [shapes.player(1), shapes.player(2, stats=[], Outcome=5, team=-1)],
            match=14, **CUSTOM)),
        "no number": Match(shapes.stats(
            [shapes.player(1, stats=[shapes.core(KDA="NaN", Accuracy=None)])], match=15, **CUSTOM)),
        "nobody": Match(shapes.stats([], match=16, **CUSTOM)),
        "a minute and a half hours": Match(shapes.stats(
            people(2), match=17, Duration="PT1H30M0.0000001S", GameVariantCategory=None, **CUSTOM),
            firefight=None),
    }  # fmt: skip


def named(name, number, **more):
    identity = {"AssetId": shapes.match_id(number), "VersionId": shapes.match_id(number + 1)}
    return {**identity, "PublicName": name, **more}


NAMES = {
    "map": named("Bazaar", 10, CustomData={"NumOfObjectsOnMap": 3}),
    # A word in a name makes nothing ranked.
    "playlist": named("Ranked Firefight", 60, CustomData={"PlaylistEntries": []}),
    "pair": named("Pair", 40, MapLink=named("Elsewhere", 70),
                  UgcGameVariantLink=named("Slayer", 20)),
}  # fmt: skip
USERS = [{"xuid": str(shapes.xuid(number)), "gamertag": f"Name {number}"} for number in (3, 4)]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The generated matches in the tables."""
    matches = generated()
    xuids = {"ana": str(shapes.xuid(1)), "ben": str(shapes.xuid(2)), "zoe": str(shapes.xuid(77))}
    for match in matches.values():
        match.configured = set(xuids.values())
        match.names = {("map", shapes.match_id(10)): "Bazaar",
                       ("playlist", shapes.match_id(60)): "Ranked Firefight",
                       ("pair", shapes.match_id(40)): "Pair",
                       ("game_variant", shapes.match_id(20)): "Slayer"}  # fmt: skip
        tags = {1: "Tag 1", 2: "Tag 2", 3: "Name 3", 4: "Name 4"}
        match.gamertags = {str(shapes.xuid(number)): tag for number, tag in tags.items()}
    more = {f"{name}.json": value for name, value in NAMES.items()} | {"users.json": USERS}
    folder = tmp_path_factory.mktemp("made")
    return Loaded(folder, list(matches.values()), more, xuids), matches


@pytest.mark.parametrize("kind", list(generated()))
def test_a_generated_match_reads_back(made, kind):
    loaded, matches = made
    check_match(loaded, matches[kind])


def test_generated_names_read_back(made):
    with duckdb.connect(str(made[0].database), read_only=True) as con:
        rows = con.execute("SELECT xuid, gamertag, source FROM xuid_aliases ORDER BY 1").fetchall()
    assert rows == [
        *((str(shapes.xuid(number)), f"Tag {number}", "film") for number in (1, 2)),
        *((str(shapes.xuid(number)), f"Name {number}", "users") for number in (3, 4)),
    ]


# Recorded matches.

RECORDED = {
    "get_match_stats.json": True,  # its skill response says so
    "get_match_stats_ctf.json": True,
    "get_match_stats_infection.json": False,
    "get_match_stats_oddball.json": True,
    "get_match_stats_stockpile.json": False,
}


@pytest.fixture(scope="module")
def recorded(corpus, tmp_path_factory):
    """The recorded matches in the tables, with the recorded skill, film, users and assets."""
    responses = corpus / "halo" / "responses"

    def response(name):
        return json.loads((responses / name).read_bytes())

    matches = {}
    for name, ranked in RECORDED.items():
        matches[name] = Match(response(name), ranked=ranked, configured={KNOWN})
    matches["get_match_stats.json"].skill = response("get_match_skill.json")
    (chunk,) = (corpus / "halo" / "film").glob(f"*_{ODDBALL}.gzip")
    oddball = matches["get_match_stats_oddball.json"]
    oddball.film = int(chunk.name.partition("_")[0]), chunk.read_bytes()
    oddball.events = by_spnkr(*oddball.film)
    tags = {event["xuid"]: event["gamertag"] for event in oddball.events}
    playlist = response("get_playlist.json")
    for match in matches.values():
        match.gamertags = tags | {KNOWN: "aCurtis X89"}
        match.names = {("playlist", playlist["AssetId"]): playlist["PublicName"]}
    names = ("get_user", "get_users", "get_profiles", "get_playlist", "get_medal_metadata")
    more = {f"{name}.json": response(f"{name}.json") for name in names}
    folder = tmp_path_factory.mktemp("recorded")
    loaded = Loaded(folder, list(matches.values()), more, {"ana": KNOWN})
    yield loaded, matches
    shutil.rmtree(folder)


def by_spnkr(version, data):
    """The events as spnkr reads them, by time."""
    found = sorted(highlight_events.read(data, version), key=lambda event: event.time_ms)
    return [
        {
            "event_type": event.event_type, "time_ms": event.time_ms, "xuid": str(event.xuid),
            "gamertag": event.gamertag, "type_hint": event.type_hint,
            "medal_value": event.medal_value, "medal_name": event.medal_name,
        }
        for event in found
    ]  # fmt: skip


@pytest.mark.corpus
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_match_reads_back(recorded, name):
    loaded, matches = recorded
    check_match(loaded, matches[name])


@pytest.mark.corpus
def test_every_recorded_kill_has_its_victim(recorded):
    loaded, matches = recorded
    pairs = loaded.rows("killer_victim_pairs", matches["get_match_stats_oddball.json"],
                        "killer_xuid", "victim_xuid")  # fmt: skip
    assert sum(row["kill_count"] for row in pairs.values()) == 203


@pytest.mark.corpus
def test_recorded_names_read_back(recorded):
    with duckdb.connect(str(recorded[0].database), read_only=True) as con:
        found = dict(con.execute("SELECT xuid, gamertag FROM xuid_aliases").fetchall())
    assert found == recorded[1]["get_match_stats_oddball.json"].gamertags | {
        "1234567890": "GAMERTAG", "1234567890123456": "GAMERTAG",
    }  # fmt: skip


@pytest.mark.corpus
def test_a_recorded_players_tables_follow_from_the_raw_responses(recorded):
    loaded, matches = recorded
    first = derive_tables(loaded.platform, "ana")
    assert {report.reason for report in first.values()} == {None}
    again = derive_tables(loaded.platform, "ana")
    assert {(report.written, report.deleted) for report in again.values()} == {(0, 0)}
    assert agreement(loaded.platform, "ana") == {
        "matches": 5, "missing": 0, "different": 0, "miscounted": 0,
    }  # fmt: skip
    own = {name: next(player for player in match.stats["Players"]
                      if raw.who(player["PlayerId"]) == KNOWN)
           for name, match in matches.items()}  # fmt: skip
    kills, points = (
        sum(core[field] for player in own.values() for core in raw.cores(player))
        for field in ("Kills", "PersonalScore")
    )
    for table in ("stats_by_map", "stats_by_mode", "stats_by_playlist", "stats_by_hour"):
        assert loaded.own("ana", f"SELECT sum(kills), sum(matches) FROM {table}") == [(kills, 5)]
    assert loaded.own("ana", "SELECT sum(points) FROM personal_score_awards") == [(points,)]
    assert loaded.own("ana", "SELECT mode, kills FROM stats_by_mode ORDER BY 1") == [
        ("ctf", 22), ("infection", 8), ("oddball", 38), ("slayer", 18), ("stockpile", 1),
    ]  # fmt: skip
    # Two lost, then one lost and one won on the last evening; the tie ends what was before.
    assert loaded.own("ana", "SELECT kind, matches FROM match_streaks ORDER BY start_time") == [
        ("loss", 2), ("win", 1), ("loss", 1),
    ]  # fmt: skip
    assert loaded.own("ana", "SELECT kills, kills_expected FROM expectations") == [
        (18, 21.555281749028442)
    ]


@pytest.mark.corpus
def test_the_impact_on_the_recorded_film(recorded):
    loaded, matches = recorded
    derive_tables(loaded.platform, "ana")
    events = matches["get_match_stats_oddball.json"].events
    kills = [event["xuid"] for event in events if event["event_type"] == "kill"]
    deaths = [event["xuid"] for event in events if event["event_type"] == "death"]
    first, last_death = kills[0] == KNOWN, deaths[-1] == KNOWN  # the match was lost
    assert loaded.own(
        "ana", "SELECT match_id, first_blood, last_kill, last_death, impact FROM match_impact"
    ) == [(ODDBALL, first, False, last_death, first - last_death)]
