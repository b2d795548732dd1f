"""The recorded responses, column by column."""

import json
from collections import Counter

import pytest
from match_shapes import utc
from spnkr.film import highlight_events

from media_assets.errors import MatchDataError
from media_assets.matches.film import read_film
from media_assets.matches.names import alias_rows, asset_name_rows
from media_assets.matches.pairs import killer_victim_pairs
from media_assets.matches.responses import history_entries
from media_assets.matches.rows import match_rows
from media_assets.matches.source_files import read_source, walk_source
from media_assets.matches.times import seconds, utc_time

pytestmark = pytest.mark.corpus

ODDBALL = "63391382-6b88-43f9-9ff4-6313404c419c"
COUNTS = {
    "score": "Score", "personal_score": "PersonalScore", "kills": "Kills", "deaths": "Deaths",
    "assists": "Assists", "headshot_kills": "HeadshotKills", "melee_kills": "MeleeKills",
    "grenade_kills": "GrenadeKills", "power_weapon_kills": "PowerWeaponKills",
    "suicides": "Suicides", "betrayals": "Betrayals", "shots_fired": "ShotsFired",
    "shots_hit": "ShotsHit", "damage_dealt": "DamageDealt", "damage_taken": "DamageTaken",
}  # fmt: skip
INFO = {
    "game_variant_category": "GameVariantCategory", "lifecycle_mode": "LifecycleMode",
    "playlist_experience": "PlaylistExperience", "teams_enabled": "TeamsEnabled",
    "season_id": "SeasonId",
}  # fmt: skip
CATEGORIES = {
    "get_match_stats.json": "slayer",
    "get_match_stats_ctf.json": "ctf",
    "get_match_stats_infection.json": "infection",
    "get_match_stats_oddball.json": "oddball",
    "get_match_stats_stockpile.json": "stockpile",
}


@pytest.fixture(scope="module")
def recorded(corpus):
    return corpus / "halo"


def response(recorded, name):
    return json.loads((recorded / "responses" / name).read_bytes())


@pytest.mark.parametrize(("name", "category"), CATEGORIES.items())
def test_a_recorded_match_arrives_column_by_column(recorded, name, category):
    raw = response(recorded, name)
    found = match_rows(raw, None, None)
    check_registry(found.registry, raw, category)
    assert len(found.participants) == len(raw["Players"])
    for row, player in zip(found.participants, raw["Players"], strict=True):
        check_participant(row, player, raw["MatchInfo"]["TeamsEnabled"])
    check_medals(found.medals, raw)


def check_registry(row, raw, category):
    info = raw["MatchInfo"]
    scores = {team["TeamId"]: team["Stats"]["CoreStats"]["Score"] for team in raw["Teams"]}
    assert row["match_id"] == raw["MatchId"]
    assert row["mode_category"] == category
    assert row["is_firefight"] is False
    assert row["start_time"] == utc_time(info["StartTime"])
    assert row["end_time"] == utc_time(info["EndTime"])
    assert row["duration_seconds"] == seconds(info["Duration"])
    assert (row["team_0_score"], row["team_1_score"]) == (scores.get(0), scores.get(1))
    assert {column: row[column] for column in INFO} == {
        column: info[field] for column, field in INFO.items()
    }
    for column, field in (("playlist", "Playlist"), ("map", "MapVariant"),
                          ("pair", "PlaylistMapModePair"),
                          ("game_variant", "UgcGameVariant")):  # fmt: skip
        asset = info[field] or {"AssetId": None, "VersionId": None}
        assert row[f"{column}_id"] == asset["AssetId"]
        assert row[f"{column}_version_id"] == asset["VersionId"]


def check_participant(row, player, teams):
    cores = [team["Stats"]["CoreStats"] for team in player["PlayerTeamStats"]]
    part = player["ParticipationInfo"]
    assert row["is_bot"] is (player["PlayerType"] == 2)
    assert player["PlayerId"] in (row["xuid"], f"xuid({row['xuid']})")
    assert row["team_id"] == (player["LastTeamId"] if teams else None)
    assert (row["outcome"], row["rank"]) == (player["Outcome"], player["Rank"])
    for column, field in COUNTS.items():
        assert row[column] == sum(core[field] for core in cores)
    assert row["max_killing_spree"] == max(core["MaxKillingSpree"] for core in cores)
    assert row["kda"] == pytest.approx(sum(core["KDA"] for core in cores), abs=0.01 * len(cores))
    if len(cores) == 1:
        assert row["accuracy"] == cores[0]["Accuracy"]
        assert row["average_life_seconds"] == seconds(cores[0]["AverageLifeDuration"])
    assert row["time_played_seconds"] == seconds(part["TimePlayed"])
    assert row["first_joined_time"] == utc_time(part["FirstJoinedTime"])
    assert (row["last_leave_time"] is None) is (part["LastLeaveTime"] is None)
    assert row["present_at_beginning"] is part["PresentAtBeginning"]
    assert row["present_at_completion"] is part["PresentAtCompletion"]


def check_medals(rows, raw):
    expected = Counter()
    for player in raw["Players"]:
        for team in player["PlayerTeamStats"]:
            for medal in team["Stats"]["CoreStats"]["Medals"]:
                expected[player["PlayerId"], medal["NameId"]] += medal["Count"]
    found = {
        (row["xuid"] if row["xuid"].startswith("bid") else f"xuid({row['xuid']})",
         row["medal_name_id"]): row["count"]
        for row in rows
    }  # fmt: skip
    assert found == expected


def test_the_player_of_two_teams(recorded):
    raw = response(recorded, "get_match_stats_stockpile.json")
    row = match_rows(raw, None, None).participants[0]
    assert len(raw["Players"][0]["PlayerTeamStats"]) == 2
    # Two lives of 37.6 s in one team, and one that ended at once in the other.
    assert row["average_life_seconds"] == pytest.approx(2 * 37.6 / 3)
    # 6 hits of 6 shots, and 0 of 22.
    assert row["accuracy"] == pytest.approx(100 * 6 / 28)


def test_the_recorded_skill(recorded):
    raw = response(recorded, "get_match_skill.json")
    found = match_rows(response(recorded, "get_match_stats.json"), raw, None)
    row = next(row for row in found.participants if row["xuid"] == "2535445291321133")
    result = raw["Value"][0]["Result"]
    assert row["team_mmr"] == result["TeamMmr"]
    for stat in ("kills", "deaths"):
        model = result["StatPerformances"][stat.title()]
        assert row[f"{stat}_expected"] == model["Expected"]
        assert row[f"{stat}_stddev"] == model["StdDev"]
    assert found.registry["is_ranked"] is True


def films(recorded):
    for path in sorted((recorded / "film").iterdir()):
        yield path.name, int(path.name.partition("_")[0]), path.read_bytes()


def test_recorded_films_read_as_spnkr_reads_them(recorded):
    versions = set()
    for name, version, data in films(recorded):
        found = read_film(data, version)
        theirs = [
            (str(one.xuid), one.gamertag, one.type_hint, one.event_type, one.time_ms,
             one.medal_value, one.medal_name)
            for one in highlight_events.read(data, version)
        ]  # fmt: skip
        ours = [
            (one.xuid, one.gamertag, one.type_hint, one.event_type, one.time_ms,
             one.medal_value, one.medal_name)
            for one in found.events
        ]  # fmt: skip
        assert ours == sorted(theirs, key=lambda one: one[4]), name
        assert found.unreadable == (), name
        versions.add(version)
    assert versions == {34, 35, 36, 38, 40}


def test_every_kill_of_the_recorded_films_has_its_victim(recorded):
    for name, version, data in films(recorded):
        events = read_film(data, version).events
        kills = sum(event.event_type == "kill" for event in events)
        assert len(killer_victim_pairs(events)) == kills > 0, name


def test_the_match_with_its_film(recorded):
    data = (recorded / "film" / f"38_{ODDBALL}.gzip").read_bytes()
    found = match_rows(response(recorded, "get_match_stats_oddball.json"), None, (38, data))
    kinds = Counter(found.events["event_type"])
    assert kinds == {"kill": 203, "death": 203, "mode": 149, "medal": 85}
    assert list(found.events["seq"]) == list(range(640))
    assert sum(pair["kill_count"] for pair in found.pairs) == 203
    teams = {row["xuid"]: row["team_id"] for row in found.participants}
    assert all(teams[pair["killer_xuid"]] != teams[pair["victim_xuid"]] for pair in found.pairs)
    for row in found.participants:
        assert row["gamertag"]
        killed, died = (
            sum(pair["kill_count"] for pair in found.pairs if pair[side] == row["xuid"])
            for side in ("killer_xuid", "victim_xuid")
        )
        assert (killed, died) == (row["kills"], row["deaths"])
    assert found.registry["events_loaded"] is True
    assert len(found.aliases) == 8


def test_every_recorded_file_is_recognised(recorded):
    kinds, failures = Counter(), {}
    for found in walk_source(recorded):
        try:
            kinds[read_source(found.path).content] += 1
        except MatchDataError as error:
            failures[found.path.rpartition("/")[2]] = str(error)
    assert kinds == {
        "stats": 5, "film": 5, "asset": 4, "users": 2, "history": 1, "profile": 1, "medals": 1,
        "film_manifest": 1, "match_count": 1,
    }  # fmt: skip
    assert failures.keys() == {"LICENSE", "get_match_skill.json"}
    assert "name the file skill_<match id>.json" in failures["get_match_skill.json"]


def test_recorded_names(recorded):
    def names(kind, name):
        return [
            (row["asset_kind"], row["name"])
            for row in asset_name_rows(kind, response(recorded, name))
        ]

    assert names("asset", "get_map.json") == [("map", "Forge Space")]
    assert names("asset", "get_ugc_game_variant.json") == [("game_variant", "Fiesta:Slayer")]
    assert set(names("asset", "get_map_mode_pair.json")) == {
        ("map", "Catalyst"),
        ("game_variant", "Arena:Shotty Snipes Slayer"),
        ("pair", "Arena:Shotty Snipes Slayer on Catalyst"),
    }
    playlist = names("asset", "get_playlist.json")
    assert ("playlist", "Ranked Arena") in playlist
    assert ("pair", "Ranked:CTF on Bazaar") in playlist
    medals = names("medals", "get_medal_metadata.json")
    assert len(medals) == 151
    assert ("medal", "Double Kill") in medals


def test_recorded_aliases(recorded):
    seen = utc("2025-01-30")
    found = [
        (row["xuid"], row["gamertag"])
        for kind, name in (
            ("users", "get_user.json"),
            ("users", "get_users.json"),
            ("profile", "get_profiles.json"),
        )
        for row in alias_rows(kind, response(recorded, name), seen)
    ]  # fmt: skip
    assert found == [
        ("1234567890", "GAMERTAG"),
        ("1234567890123456", "GAMERTAG"),
        ("2535445291321133", "aCurtis X89"),
    ]


def test_the_recorded_history(recorded):
    entries = history_entries(response(recorded, "get_match_history.json"))
    assert len(entries) == 25
    assert entries[0] == (
        ODDBALL, utc("2025-01-29T04:20:33.441"), utc("2025-01-29T04:39:04.667"),
    )  # fmt: skip
    assert [start for _, start, _ in entries] == sorted((e[1] for e in entries), reverse=True)
