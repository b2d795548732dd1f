"""Databases that are odd, old, broken or held: what is said, and that nothing is dropped."""

import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import levelup_databases as lu
import pytest
from levelup_place import Place

from media_assets.errors import ConfigurationError, MigrationError, TakeOverError
from media_assets.matches.levelup_layout import find_databases
from media_assets.stages.migrate_levelup import PlayerReport
from media_assets.stages.players import find_players
from media_assets.store.levelup.identity import Evidence, owner_xuid


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def untouched(file: Path) -> bool:
    """Every table is a table still."""
    names = {row[0] for row in lu.rows_of(file, "SELECT table_name FROM duckdb_tables()")}
    return set(lu.TABLES) & names == set(lu.TABLES)


def lost(report: PlayerReport) -> dict[str, int]:
    """Rows that are missing, by kind."""
    assert report.validation is not None
    return {part.kind: part.lost for part in report.validation.coverage if part.lost}


def test_rows_that_stand_twice_arrive_once(place: Place) -> None:
    """Of a match that stands twice the newest values count, and it is said."""
    file = place.make(lu.ANA, [1, 2], lu.Drift(keys=False))
    one, two = lu.match_id(1), lu.match_id(2)
    lu.change(
        file,
        "INSERT INTO highlight_events SELECT * REPLACE (id + 1000 AS id) FROM highlight_events",
        "INSERT INTO highlight_events SELECT * REPLACE (id + 5000 AS id) FROM highlight_events "
        f"WHERE match_id = '{two}' AND time_ms > 100000 AND id < 1000",
        f"INSERT INTO match_stats FROM match_stats WHERE match_id = '{two}'",
        "INSERT INTO match_stats BY NAME SELECT * REPLACE (77 AS kills, NULL AS deaths, updated_at "
        f"+ INTERVAL 1 DAY AS updated_at) FROM match_stats WHERE match_id = '{one}'",
        "INSERT INTO match_participants FROM match_participants",
        "INSERT INTO medals_earned FROM medals_earned",
        "INSERT INTO killer_victim_pairs FROM killer_victim_pairs",
        "INSERT INTO xuid_aliases FROM xuid_aliases",
        f"UPDATE highlight_events SET xuid = NULL WHERE match_id = '{one}'",  # the name tells who
    )
    report = place.migrate_one("Ana")
    assert report.state == "cleaned"
    assert report.validation is not None
    assert report.validation.repeated > 2 * 27
    assert report.validation.contradicting_matches == (one,)
    events = sorted(
        (event["match_id"], event["event_type"], event["time_ms"], event["xuid"])
        for match in (lu.Match(1), lu.Match(2)) for event in match.events()
    )  # fmt: skip
    assert (
        place.shared(
            "SELECT match_id, event_type, time_ms, xuid FROM highlight_events ORDER BY ALL"
        )
        == events
    )
    assert place.shared("SELECT count(*), sum(kill_count) FROM killer_victim_pairs")[0][1] == 24
    assert place.shared("SELECT count(*) FROM match_participants") == [(16,)]
    assert place.shared(
        f"SELECT kills, deaths FROM match_participants WHERE xuid = '{lu.ANA.xuid}' "
        f"AND match_id = '{one}'"
    ) == [(77, lu.Match(1).numbers(lu.ANA)["deaths"])]


def test_values_that_cannot_be_read_are_named_and_nothing_is_dropped(place: Place) -> None:
    drift = lu.Drift(types={"match_stats.kills": "VARCHAR", "match_stats.start_time": "VARCHAR"})
    file = place.make(lu.ANA, [1, 2, 3], drift)
    lu.change(
        file,
        f"UPDATE match_stats SET kills = 'many' WHERE match_id = '{lu.match_id(2)}'",
        f"UPDATE match_stats SET kills = ' ' WHERE match_id = '{lu.match_id(3)}'",
    )
    report = place.migrate_one("Ana")
    assert report.state == "partial"
    assert report.problems == (
        "values that cannot be read: match_stats.kills: 1, for example 'many'",
    )
    assert untouched(file)
    assert not (place.folder / "data" / "backups").exists()
    right = lu.Match(2).numbers(lu.ANA)["kills"]
    lu.change(file, f"UPDATE match_stats SET kills = '{right}' WHERE match_id = "
              f"'{lu.match_id(2)}'")  # fmt: skip
    assert place.migrate_one("Ana").state == "cleaned"


def test_rows_that_nothing_names_are_missing(place: Place) -> None:
    file = place.make(lu.ANA, [1, 2], lu.Drift(keys=False))
    one = lu.match_id(1)
    lu.change(
        file,
        f"UPDATE match_stats SET start_time = NULL WHERE match_id = '{lu.match_id(2)}'",
        "INSERT INTO match_stats (kills) VALUES (3)",
        f"INSERT INTO match_participants (match_id, kills) VALUES ('{one}', 3)",
        f"INSERT INTO highlight_events (match_id, event_type, xuid) VALUES ('{one}', 'kill', '1')",
        f"INSERT INTO medals_earned (match_id, count) VALUES ('{one}', 1)",
        "INSERT INTO match_participants (match_id, xuid) VALUES ('orphan', '5')",
    )
    report = place.migrate_one("Ana")
    medals = len(lu.Match(2).medals(lu.ANA))
    found = lost(report)
    assert found["matches"] == 2
    assert found["participants"] == 8 + 2
    assert found["events"] == 27 + 1
    assert found["medals"] == medals + 1
    assert found["skill"] == 1
    text = " ".join(report.problems)
    assert lu.match_id(2) in text
    assert "rows without a match" in text
    assert "orphan" in text
    assert untouched(file)
    assert place.shared("SELECT match_id FROM match_registry") == [(one,)]
    recorded = place.shared("SELECT state, lost_rows FROM levelup_players")
    assert recorded == [("partial", sum(found.values()))]


def test_a_match_without_its_start_gets_it_from_another_player(place: Place) -> None:
    file = place.make(lu.ANA, [1])
    lu.change(file, "UPDATE match_stats SET start_time = NULL, end_time = NULL")
    place.make(lu.BEN, [1])
    assert place.migrate("Ben", "Ana").succeeded
    assert place.shared("SELECT start_time FROM match_registry") == [(lu.Match(1).start,)]


def test_the_first_who_is_not_whole_stops_the_others(place: Place) -> None:
    lu.change(place.make(lu.BEN, [2]), "UPDATE match_stats SET start_time = NULL")
    place.make(lu.CLEO, [3])
    report = place.migrate("Ben", "Cleo")
    assert [player.state for player in report.players] == ["partial", "not started"]
    assert not report.succeeded
    assert place.shared("SELECT match_id FROM match_registry") == []


def test_an_empty_database_stops_nobody(place: Place) -> None:
    place.make(lu.ANA, [])
    place.file("Void").parent.mkdir()
    duckdb.connect(str(place.file("Void"))).close()
    report = Place(place.folder, xuids=(("Ana", lu.ANA.xuid),)).migrate()
    assert [player.state for player in report.players] == ["cleaned", "nothing"]
    assert report.succeeded


def test_any_name_that_a_folder_can_have(place: Place) -> None:
    name = 'O\'Brien "x"; 日本  спартанец --'
    place.make(lu.ANA, [1], name=name)
    report = place.migrate_one(name)
    assert (report.state, report.problems) == ("cleaned", ())
    assert place.shared("SELECT first_sync_by FROM match_registry") == [(name,)]
    assert lu.rows_of(place.file(name), "SELECT kills FROM match_stats", place.shared_file) == [
        (lu.Match(1).numbers(lu.ANA)["kills"],)
    ]
    assert find_players(place.platform) == [name]


def test_a_folder_that_can_be_no_player_is_refused(place: Place) -> None:
    place.make(lu.ANA, [1], name="shared")
    report = place.migrate_one("shared")
    assert report.state == "failed"
    assert "shared" in report.problems[0]


def test_two_folders_of_the_same_player_count_once(place: Place) -> None:
    """Somebody changed the gamertag, and LevelUp began a new database."""
    place.make(lu.ANA, [1, 2])
    place.make(lu.ANA, [2, 3], name="Ana the Old")
    report = place.migrate()
    assert report.succeeded
    assert place.shared("SELECT match_id, player_count FROM match_registry ORDER BY 1") == [
        (lu.match_id(number), 1) for number in (1, 2, 3)
    ]
    assert {player.xuid for player in report.players} == {lu.ANA.xuid}


def test_local_times_are_read_in_their_zone_and_shown_again_as_they_were(place: Place) -> None:
    """DuckDB writes an aware time as the local one of the machine; LevelUp's did."""
    file = place.make(lu.ANA, [1])
    lu.change(file, "UPDATE match_stats SET start_time = start_time + INTERVAL 1 HOUR, "
              "end_time = end_time + INTERVAL 1 HOUR")  # fmt: skip
    place.make(lu.BEN, [1])
    assert place.migrate("Ben").succeeded
    wrong = place.migrate_one("Ana")
    assert wrong.state == "partial"
    assert "--timezone" in wrong.problems[0]
    assert place.migrate_one("Ana", zone="Europe/Paris").state == "cleaned"
    match = lu.Match(1)
    assert place.shared("SELECT start_time, end_time FROM match_registry") == [
        (match.start, match.end)
    ]
    assert lu.rows_of(file, "SELECT start_time FROM match_stats", place.shared_file) == [
        (match.start + timedelta(hours=1),)
    ]
    with pytest.raises(ConfigurationError, match="Europe/Pariss"):
        place.migrate("Ana", zone="Europe/Pariss")


def test_times_of_a_wrong_zone_are_mended_by_the_right_one(place: Place) -> None:
    file = place.make(lu.ANA, [1])
    lu.change(file, "UPDATE match_stats SET start_time = start_time + INTERVAL 1 HOUR, "
              "end_time = end_time + INTERVAL 1 HOUR")  # fmt: skip
    done = place.migrate_one("Ana")
    assert done.state == "cleaned", "there is nothing to compare with"
    shutil.copy(str(done.backup_file), file)
    assert place.migrate_one("Ana", zone="Europe/Paris").state == "cleaned"
    match = lu.Match(1)
    assert place.shared("SELECT start_time, end_time FROM match_registry") == [
        (match.start, match.end)
    ]


def test_a_held_database_is_said_to_be(place: Place) -> None:
    file = place.make(lu.ANA, [1])
    holder = subprocess.Popen(
        [sys.executable, "-c", "import duckdb, sys; con = duckdb.connect(sys.argv[1]); "
         "print('held', flush=True); sys.stdin.read()", str(file)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    holder.stdout.readline()
    report = place.migrate_one("Ana")
    holder.communicate()
    assert report.state == "failed"
    assert "held by another process" in report.problems[0]
    assert str(file) in report.problems[0]
    assert untouched(file)


def test_a_database_that_is_cut_in_half_changes_nothing(place: Place) -> None:
    file = place.make(lu.ANA, [1])
    content = file.read_bytes()
    for size in (0, 5000, len(content) // 4, len(content) // 2):
        file.write_bytes(content[:size])
        report = place.migrate_one("Ana")
        assert (report.state, size) == ("failed", size)
        assert str(file) in report.problems[0]
        assert file.read_bytes() == content[:size]
    damaged = bytearray(content)
    for place_in_file in range(12_288 + 5000, len(damaged), 262_144):
        damaged[place_in_file] ^= 255  # one byte of each block
    file.write_bytes(damaged)
    assert place.migrate_one("Ana").state == "failed"
    assert place.shared("SELECT count(*) FROM match_registry") == [(0,)]


def test_a_database_of_a_newer_duckdb_is_refused(place: Place) -> None:
    file = place.make(lu.ANA, [1])
    content = bytearray(file.read_bytes())
    assert content[8:12] == b"DUCK"
    content[12:20] = (250).to_bytes(8, "little")
    content[0:8] = block_checksum(bytes(content[8:4096])).to_bytes(8, "little")
    file.write_bytes(content)
    report = place.migrate_one("Ana")
    assert report.state == "failed"
    assert "250" in report.problems[0]
    assert file.read_bytes() == content


def block_checksum(content: bytes) -> int:
    """DuckDB's checksum of a header."""
    found = 5381
    for start in range(0, len(content), 8):
        word = int.from_bytes(content[start : start + 8], "little")
        found ^= word * 0xBF58476D1CE4E5B9 % 2**64
    return found


def test_what_is_no_duckdb_database_is_refused(place: Place) -> None:
    file = place.make(lu.ANA, [])
    file.write_text("hello " * 2000)
    report = place.migrate_one("Ana")
    assert report.state == "failed"
    assert "not a valid DuckDB database" in report.problems[0]


def test_a_folder_without_databases_and_an_unknown_player_are_wrong_usage(place: Place) -> None:
    with pytest.raises(ConfigurationError, match="it is not there"):
        place.migrate()
    place.levelup.mkdir()
    with pytest.raises(ConfigurationError, match=r"stats\.duckdb"):
        place.migrate()
    place.make(lu.ANA, [1])
    with pytest.raises(ConfigurationError, match=r"Zoe.*Ana"):
        place.migrate("Zoe")


@pytest.mark.parametrize("below", ["", "data", "data/players"])
def test_the_folder_may_be_levelups_or_one_in_it(place: Place, below: str) -> None:
    file = place.make(lu.ANA, [])
    (place.levelup / "db_profiles.json").write_text(
        json.dumps({"profiles": {"Ana": {"xuid": lu.ANA.xuid, "db_path": "x"}, "B": 5}})
    )
    found = find_databases(place.levelup / below)
    assert {name: one.resolve() for name, one in found.players.items()} == {"Ana": file.resolve()}
    assert found.xuids == {"Ana": lu.ANA.xuid}


NOBODY = Evidence(None, None, (), (), ())


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence("7", "8", ("9",), (), ()),
        Evidence(None, "7", ("9",), (), ()),
        Evidence(None, None, ("7",), ("8",), ("9",)),
        Evidence(None, None, ("1", "2"), ("7",), ("9",)),
        Evidence(None, None, (), (), ("7",)),
    ],
)
def test_the_owner_is_who_the_first_source_names(evidence: Evidence) -> None:
    assert owner_xuid("Ana", None, evidence) == "7"


def test_the_configuration_names_the_owner_unless_the_skills_say_otherwise() -> None:
    assert owner_xuid("Ana", "5", Evidence("7", "7", (), (), ())) == "5"
    with pytest.raises(TakeOverError, match=r"players\.Ana\.xuid is 5"):
        owner_xuid("Ana", "5", Evidence(None, None, ("7",), (), ()))


@pytest.mark.parametrize("evidence", [NOBODY, Evidence(None, None, ("1", "2"), (), ())])
def test_nobody_is_guessed(evidence: Evidence) -> None:
    with pytest.raises(TakeOverError, match=r"set players\.Ana\.xuid"):
        owner_xuid("Ana", None, evidence)


def test_a_database_of_levelup_in_our_place_is_refused_by_everything_else(tmp_path: Path) -> None:
    place = Place(tmp_path, data="levelup/data")
    place.make(lu.ANA, [1])
    with pytest.raises(MigrationError, match="migrate-levelup"):
        place.platform.player_database("Ana")
