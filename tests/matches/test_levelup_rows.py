"""What of LevelUp's databases arrives in the shared tables, and what stays as it was there."""

import json
import shutil
from pathlib import Path

import levelup_databases as lu
import match_shapes as shapes
import pytest
from levelup_place import Place

from media_assets.matches.backfill import FROM_STATS, Backfill
from media_assets.stages.load_matches import load_matches
from media_assets.stages.migrate_levelup import MigrationReport
from media_assets.stages.player_tables import derive_tables
from media_assets.stages.players import find_players, xuid_of
from media_assets.stages.take_in import take_in

ANAS, BENS, CLEOS = range(1, 5), range(2, 6), range(4, 7)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, MigrationReport]:
    """Ana's new, Ben's mistyped and Cleo's early database, taken over in this order."""
    place = Place(tmp_path_factory.mktemp("taken"))
    place.make(lu.ANA, ANAS)
    place.make(lu.BEN, BENS, lu.MISTYPED)
    place.make(lu.CLEO, CLEOS, lu.OLD)
    return place, place.migrate("Ana", "Ben", "Cleo")


Taken = tuple[Place, MigrationReport]


def test_every_row_arrives_and_nothing_stands_twice(taken: Taken) -> None:
    place, report = taken
    assert [player.problems for player in report.players] == [(), (), ()]
    assert [player.state for player in report.players] == ["cleaned"] * 3
    assert [player.new_matches for player in report.players] == [4, 1, 1]
    matches = [lu.Match(number) for number in range(1, 7)]
    assert place.shared("SELECT match_id FROM match_registry ORDER BY 1") == [
        (match.id,) for match in matches
    ]
    # Cleo's last match is known from her own row alone.
    assert place.shared("SELECT count(*) FROM match_participants") == [(5 * len(lu.EVERYBODY) + 1,)]
    assert place.shared("SELECT count(*) FROM highlight_events") == [
        (sum(len(match.events()) for match in matches) - 1,)
    ], "without their JSON two medals of one moment cannot be told apart"
    figures = report.figures
    assert (figures.matches, figures.duplicates, figures.orphans, figures.lost_rows) == (6, 0, 0, 0)


def test_numbers_are_those_of_the_source_whatever_their_types(taken: Taken) -> None:
    place, _ = taken
    for number in (1, 3, 5):
        match = lu.Match(number)
        for person in (lu.ANA, lu.BEN, lu.STRANGERS[0]):
            told = match.numbers(person)
            found = place.shared(
                "SELECT team_id, outcome, rank, score, kills, deaths, assists, shots_fired, "
                "damage_dealt, gamertag, average_life_seconds FROM match_participants "
                f"WHERE match_id = '{match.id}' AND xuid = '{person.xuid}'"
            )
            names = ("team_id", "outcome", "rank", "score", "kills", "deaths", "assists",
                     "shots_fired", "damage_dealt")  # fmt: skip
            assert found == [
                (*(told[name] for name in names), person.gamertag, told["avg_life_seconds"])
            ]


def test_the_owner_brings_more_than_the_others(taken: Taken) -> None:
    place, _ = taken
    match = lu.Match(5)
    told = {**match.numbers(lu.BEN), **match.ratings(lu.BEN)}
    names = ("kda", "accuracy", "headshot_kills", "melee_kills", "personal_score",
             "max_killing_spree", "kills_expected", "deaths_stddev")  # fmt: skip
    assert place.shared(
        f"SELECT {', '.join(names)} FROM match_participants "
        f"WHERE match_id = '{match.id}' AND xuid = '{lu.BEN.xuid}'"
    ) == [tuple(told[name] for name in names)]


def test_a_known_match_gets_what_was_missing(taken: Taken) -> None:
    """Match 3 came with Ana, who has no accuracy of Ben; Ben's database does."""
    place, _ = taken
    match = lu.Match(3)
    assert place.shared(
        f"SELECT accuracy FROM match_participants "
        f"WHERE match_id = '{match.id}' AND xuid = '{lu.BEN.xuid}'"
    ) == [(match.numbers(lu.BEN)["accuracy"],)]


def test_own_and_enemy_score_go_to_the_team_that_has_them(taken: Taken) -> None:
    place, _ = taken
    teams = {lu.Match(n).team(lu.ANA) for n in ANAS} | {lu.Match(n).team(lu.BEN) for n in BENS}
    assert teams == {0, 1}, "the fixture has owners in both teams"
    assert place.shared(
        "SELECT team_0_score, team_1_score FROM match_registry ORDER BY match_id"
    ) == [lu.Match(number).scores for number in range(1, 7)]


def test_a_rating_of_a_team_holds_for_everybody_in_it(taken: Taken) -> None:
    place, _ = taken
    match = lu.Match(2)
    rated = dict(
        place.shared(
            "SELECT team_id, any_value(team_mmr) FROM match_participants "
            f"WHERE match_id = '{match.id}' GROUP BY team_id "
            "HAVING count(DISTINCT team_mmr) = 1 AND count(team_mmr) = 4"
        )
    )
    own = match.ratings(lu.ANA)
    assert rated == {
        match.team(lu.ANA): own["team_mmr"],
        1 - match.team(lu.ANA): own["enemy_mmr"],
    }


def test_times_and_names_of_a_match(taken: Taken) -> None:
    place, _ = taken
    for number in (1, 5, 6):  # of a new, a mistyped and an early database
        match = lu.Match(number)
        assert place.shared(
            "SELECT start_time, end_time, duration_seconds, playlist_name, map_name, pair_id, "
            f"pair_name, is_ranked FROM match_registry WHERE match_id = '{match.id}'"
        ) == [
            (match.start, match.end, match.seconds, "Ranked Arena", "Aquarius", "pair-1", None,
             True)
        ]  # fmt: skip


def test_the_category_is_that_of_the_number_where_there_is_one(taken: Taken) -> None:
    place, _ = taken
    assert place.shared(
        "SELECT DISTINCT game_variant_category, mode_category FROM match_registry ORDER BY ALL"
    ) == [(6, "slayer"), (None, None)]


def test_players_are_counted(taken: Taken) -> None:
    place, report = taken
    own = {lu.ANA.xuid, lu.BEN.xuid, lu.CLEO.xuid}
    assert place.shared(
        "SELECT bool_and(player_count = n) FROM match_registry JOIN (SELECT match_id, "
        f"count(*) FILTER (xuid IN {tuple(own)}) AS n FROM match_participants GROUP BY ALL) "
        "USING (match_id)"
    ) == [(True,)]
    assert report.figures.shared_matches == 5
    assert report.figures.average_player_count == round((5 * 3 + 1) / 6, 3)


def test_backfill_bits_are_kept(taken: Taken) -> None:
    place, _ = taken
    assert place.shared(
        "SELECT DISTINCT backfill_completed & 519 FROM match_registry ORDER BY 1"
    ) == [(0,), (519,)]
    assert place.shared("SELECT count(*) FROM match_registry WHERE levelup_parts & 512 = 0") == [
        (0,)
    ]


def test_medals_have_their_owner_and_go_beyond_32_bits(taken: Taken) -> None:
    place, _ = taken
    wanted = sorted(
        (lu.Match(number).id, person.xuid, medal, count)
        for person, numbers in ((lu.ANA, ANAS), (lu.BEN, BENS), (lu.CLEO, CLEOS))
        for number in numbers
        for medal, count in lu.Match(number).medals(person).items()
    )
    assert place.shared("FROM medals_earned ORDER BY ALL") == wanted
    assert any(medal > 2**31 for _, _, medal, _ in wanted)
    assert place.shared("SELECT DISTINCT medals_loaded FROM match_registry") == [(False,)]


def test_pairs_come_over_or_are_made_from_the_events(taken: Taken) -> None:
    place, _ = taken
    for number in (1, 5, 6):  # the early database has no pairs
        match = lu.Match(number)
        pairs: dict[tuple[str, str], int] = {}
        for _, killer, victim in match.kills():
            pairs[killer.xuid, victim.xuid] = pairs.get((killer.xuid, victim.xuid), 0) + 1
        assert {
            (killer, victim): count
            for killer, victim, count in place.shared(
                "SELECT killer_xuid, victim_xuid, kill_count FROM killer_victim_pairs "
                f"WHERE match_id = '{match.id}'"
            )
        } == pairs


def test_events_are_in_order_of_time_with_the_medal_that_tells_them_apart(taken: Taken) -> None:
    place, _ = taken
    rows = place.shared(
        "SELECT seq, event_type, time_ms, medal_value, medal_name FROM highlight_events "
        f"WHERE match_id = '{lu.match_id(1)}' ORDER BY seq"
    )
    assert [row[0] for row in rows] == list(range(len(rows)))
    assert [row[2] for row in rows] == sorted(row[2] for row in rows)
    assert {row[1] for row in rows} == {"kill", "death", "medal", "mode"}
    assert [row[3:] for row in rows if row[1] == "medal"] == [(7, "Perfect"), (9, "Snipe")]


def test_the_players_are_known_and_their_tables_follow(taken: Taken, tmp_path: Path) -> None:
    shutil.copytree(taken[0].folder / "data", tmp_path / "data")
    place = Place(tmp_path)
    assert find_players(place.platform) == ["Ana", "Ben", "Cleo"]
    assert xuid_of(place.platform, "Cleo") == lu.CLEO.xuid
    stats = derive_tables(place.platform, "Ana")["player_match_stats"]
    assert stats.rows == 6 - 1  # not in Cleo's last
    own = place.platform.places.player_database("Ana")
    match = lu.Match(2)
    assert lu.rows_of(
        own,
        "SELECT kills, own_team_score, enemy_team_score, own_team_mmr, enemy_team_mmr "
        f"FROM player_match_stats WHERE match_id = '{match.id}'",
    ) == [
        (match.numbers(lu.ANA)["kills"], match.scores[match.team(lu.ANA)],
         match.scores[1 - match.team(lu.ANA)], match.ratings(lu.ANA)["team_mmr"],
         match.ratings(lu.ANA)["enemy_mmr"])
    ]  # fmt: skip


def test_the_order_of_the_players_does_not_matter(taken: Taken, tmp_path: Path) -> None:
    place, _ = taken
    other = Place(tmp_path)
    other.make(lu.CLEO, CLEOS, lu.OLD)
    other.make(lu.BEN, BENS, lu.MISTYPED)
    other.make(lu.ANA, ANAS)
    assert other.migrate("Cleo", "Ben", "Ana").succeeded
    mine, theirs = other.tables(), place.tables()
    for name, rows in theirs.items():
        assert mine[name] == rows, name
    assert other.shared(
        f"SELECT first_sync_by FROM match_registry WHERE match_id = '{lu.match_id(4)}'"
    ) == [("Cleo",)]


def test_a_second_time_nothing_is_written(taken: Taken) -> None:
    place, _ = taken
    files = [place.shared_file, *(place.file(name) for name in ("Ana", "Ben", "Cleo"))]
    before = [(file.stat().st_ino, file.stat().st_mtime_ns) for file in files]
    again = place.migrate()
    assert again.succeeded
    assert [player.rows_written for player in again.players] == [{}, {}, {}]
    assert [player.state for player in again.players] == ["cleaned"] * 3
    assert [(file.stat().st_ino, file.stat().st_mtime_ns) for file in files] == before


def test_medals_of_a_match_are_loaded_when_everybodys_are(tmp_path: Path) -> None:
    place = Place(tmp_path)
    bot = lu.Person("343 Bot", "bid(3.0)")
    place.make(lu.ANA, [1, 2], people=(lu.ANA, lu.BEN, bot))
    place.make(lu.BEN, [2], people=(lu.ANA, lu.BEN, bot))
    query = "SELECT medals_loaded FROM match_registry ORDER BY match_id"
    assert place.migrate("Ana").succeeded
    assert place.shared(query) == [(False,), (False,)]
    assert place.migrate("Ben").succeeded
    assert place.shared(query) == [(False,), (True,)]
    assert place.shared("SELECT DISTINCT xuid FROM match_participants WHERE is_bot") == [
        (bot.xuid,)
    ]


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.make(lu.ANA, [1, 2])
    place.make(lu.BEN, [2, 3])
    before = {file: file.read_bytes() for file in place.levelup.rglob("*") if file.is_file()}
    dry = place.migrate(dry_run=True)
    assert dry.succeeded
    assert not (tmp_path / "data").exists()
    assert {
        file: file.read_bytes() for file in place.levelup.rglob("*") if file.is_file()
    } == before
    done = place.migrate()
    assert dry.figures == done.figures
    assert [player.rows_written for player in dry.players] == [
        player.rows_written for player in done.players
    ]
    assert [player.validation for player in dry.players] == [
        player.validation for player in done.players
    ]


class Answers:
    """Responses about LevelUp's match 1, recorded beside it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.folder = place.folder / "matches"
        self.folder.mkdir()

    def stats(self, **changes: object) -> None:
        people = [shapes.player(1, stats=[shapes.core(Kills=99)]), shapes.player(2, team=1)]
        for person, one in zip(people, (lu.ANA, lu.BEN), strict=True):
            person["PlayerId"] = f"xuid({one.xuid})"
        told = {**shapes.stats(people, **changes), "MatchId": lu.match_id(1)}
        (self.folder / "stats.json").write_text(json.dumps(told))

    def film(self) -> None:
        events = [shapes.event("kill", 1000, 1, "Ana"), shapes.event("death", 1001, 2, "Ben")]
        (self.folder / f"38_{lu.match_id(1)}.gzip").write_bytes(shapes.film_chunk(events))

    def load(self) -> int:
        take_in(self.place.platform)
        return load_matches(self.place.platform, "Ana").matches


def test_responses_take_the_place_of_what_levelup_gave(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.make(lu.ANA, [1], people=lu.EVERYBODY[:3])
    assert place.migrate().succeeded
    answers = Answers(place)
    events = len(lu.Match(1, lu.EVERYBODY[:3]).events())
    answers.stats()
    assert answers.load() == 1
    assert place.shared("SELECT xuid, kills FROM match_participants ORDER BY 1") == [
        (lu.ANA.xuid, 99), (lu.BEN.xuid, 10),
    ], "who took part is what the response says"  # fmt: skip
    assert place.shared("SELECT team_0_score, mode_category FROM match_registry") == [
        (31, "slayer")
    ]
    assert place.shared("SELECT count(*) FROM medals_earned") == [
        (len(lu.Match(1).medals(lu.ANA)),)
    ], "a response without medals is no reason to lose those that are known"
    assert place.shared("SELECT count(*) FROM highlight_events") == [(events,)], "no film yet"
    assert place.shared("SELECT team_mmr IS NOT NULL FROM match_participants ORDER BY xuid") == [
        (True,), (True,),
    ]  # fmt: skip
    parts, bits = place.shared("SELECT levelup_parts, backfill_completed FROM match_registry")[0]
    assert not int(str(parts)) & FROM_STATS
    assert int(str(parts)) & Backfill.EVENTS
    assert Backfill(int(str(bits))) & (FROM_STATS | Backfill.EVENTS)
    assert answers.load() == 0, "what was answered is not asked again"
    answers.film()
    assert answers.load() == 1
    assert place.shared("SELECT seq, time_ms FROM highlight_events ORDER BY 1") == [
        (0, 1000), (1, 1001),
    ]  # fmt: skip
    assert place.shared("SELECT sum(kill_count) FROM killer_victim_pairs") == [(1,)]
    assert not int(str(place.shared("SELECT levelup_parts FROM match_registry")[0][0])) & 2
    assert answers.load() == 0


def test_what_came_from_responses_stands(tmp_path: Path) -> None:
    """LevelUp says other kills of the match, and events of which the film has none."""
    place = Place(tmp_path)
    answers = Answers(place)
    answers.stats(scores=(7, 8), StartTime=f"{lu.Match(1).start.isoformat()}Z")
    answers.film()
    assert answers.load() == 1
    names = ("kills", "team_id", "accuracy", "damage_dealt", "present_at_beginning")
    told = (
        f"SELECT {', '.join(names)} FROM match_participants WHERE match_id = '{lu.match_id(1)}' "
        "ORDER BY xuid"
    )
    before = place.shared(told), place.shared("FROM highlight_events ORDER BY ALL")
    place.make(lu.ANA, [1, 2], people=lu.EVERYBODY[:3])
    report = place.migrate_one("Ana")
    assert (place.shared(told), place.shared(
        f"FROM highlight_events WHERE match_id = '{lu.match_id(1)}' ORDER BY ALL"
    )) == before  # fmt: skip
    assert place.shared(
        f"SELECT team_0_score, team_1_score, map_name FROM match_registry "
        f"WHERE match_id = '{lu.match_id(1)}'"
    ) == [(7, 8, "Aquarius")], "a name that was not known is added"
    assert place.shared(
        f"SELECT kills_expected FROM match_participants WHERE xuid = '{lu.ANA.xuid}' "
        f"AND match_id = '{lu.match_id(1)}'"
    ) == [(lu.Match(1).ratings(lu.ANA)["kills_expected"],)], "and so is skill"
    assert report.state == "partial"
    assert report.validation is not None
    assert report.validation.sums.differing_matches == (lu.match_id(1),)
    lost = {part.kind: part.lost for part in report.validation.coverage if part.lost}
    assert lost.keys() == {"participants", "events", "medals"}
    assert report.bytes_after is None
    assert (
        "match_stats"
        in lu.rows_of(place.file("Ana"), "SELECT list(table_name) FROM duckdb_tables()")[0][0]
    ), "nothing was dropped"  # type: ignore[operator]  # a list of names
    found = place.shared(f"SELECT count(*) FROM match_registry WHERE match_id = '{lu.match_id(2)}'")
    assert found == [(1,)], "the other match came over"
