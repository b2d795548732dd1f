"""The source afterwards: small, with views that give the old rows, and a backup of what it was."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import levelup_databases as lu
import pytest
from levelup_place import Place

from media_assets.errors import TakeOverError
from media_assets.stages.levelup_backup import back_up
from media_assets.stages.levelup_cleanup import Task, clean
from media_assets.stages.migrate_levelup import MigrationReport
from media_assets.stages.player_tables import derive_tables
from media_assets.store.migrate import migrate


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


OURS_NOW = {
    # A counted number, and times of writing: they say nothing about a match. Bits only grow.
    "match_stats": ("updated_at", "backfill_completed"), "player_match_stats": ("created_at",),
    "match_participants": (), "highlight_events": ("id", "raw_json"), "medals_earned": (),
    "killer_victim_pairs": ("id", "created_at", "time_ms", "is_validated"),
    "xuid_aliases": ("source", "updated_at"),
}  # fmt: skip


Rows = list[tuple[object, ...]]


def columns(file: Path, table: str) -> Rows:
    return lu.rows_of(
        file,
        "SELECT column_name, data_type FROM duckdb_columns() "
        f"WHERE table_name = '{table}' AND database_name = 'stats' ORDER BY column_index",
    )


def old_rows(file: Path, table: str, shared: Path | None = None) -> Rows:
    present = {name for name, _ in columns(file, table)}
    hidden = [name for name in OURS_NOW[table] if name in present]
    chosen = f"* EXCLUDE ({', '.join(hidden)})" if hidden else "*"
    if table == "killer_victim_pairs":
        chosen = ("match_id, killer_xuid, killer_gamertag, victim_xuid, victim_gamertag, "
                  "sum(kill_count::INTEGER) AS kill_count")  # fmt: skip
    group = " GROUP BY ALL" if table == "killer_victim_pairs" else ""
    return lu.rows_of(file, f"SELECT {chosen} FROM {table}{group} ORDER BY ALL", shared)


@dataclass(frozen=True)
class Cleaned:
    """Three databases that were cleaned, and what they were before."""

    place: Place
    before: Mapping[str, Mapping[str, tuple[Rows, Rows]]]
    stayed: Mapping[str, Rows]
    content: bytes
    report: MigrationReport


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory: pytest.TempPathFactory) -> Cleaned:
    """Ana has columns and tables that nobody knows, Ben other types, Cleo an early database with
    an odd column in its events; hers was not closed."""
    place = Place(tmp_path_factory.mktemp("cleaned"))
    ana = place.make(lu.ANA, range(1, 31), lu.Drift(more={"match_stats": "mood"}))
    lu.change(
        ana,
        "UPDATE match_stats SET mood = 'angry'",
        "ALTER TABLE match_participants ADD COLUMN vehicle_kills INTEGER",
        "UPDATE match_participants SET vehicle_kills = 3 "
        f"WHERE xuid = '{lu.BEN.xuid}' AND match_id <= '{lu.match_id(2)}'",
        "CREATE TABLE personal_score_awards AS SELECT 7 AS award",
        "CREATE VIEW mine AS SELECT count(*) AS n FROM media_files",
    )
    ana.chmod(0o640)
    ben = place.make(lu.BEN, [1, 2, 3], lu.MISTYPED)
    cleo = place.make(lu.CLEO, [2, 3, 4], replace(lu.OLD, more={"highlight_events": "weapon"}))
    lu.change(cleo, "UPDATE highlight_events SET weapon = 'BR75'")
    leave_open(cleo, "UPDATE match_stats SET playlist_name = 'late'",
               "INSERT INTO sync_meta VALUES ('late', 'yes', now()::TIMESTAMP)")  # fmt: skip
    files = {"Ana": ana, "Ben": ben, "Cleo": cleo}
    before = {
        player: {
            name: (columns(file, name), old_rows(file, name))
            for name in lu.MIGRATED if columns(file, name)
        }
        for player, file in files.items()
    }  # fmt: skip
    stayed = {name: lu.rows_of(ana, f"FROM {name}") for name in lu.STAYING}
    content = ana.read_bytes()
    return Cleaned(place, before, stayed, content, place.migrate("Ana", "Ben", "Cleo"))


def leave_open(file: Path, *statements: str) -> None:
    """Change a database in a process that dies: the changes stand in its log."""
    code = (
        "import duckdb, os, sys; con = duckdb.connect(sys.argv[1]); "
        "[con.execute(statement) for statement in sys.argv[2:]]; os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(file), *statements], check=True)
    assert file.with_name("stats.duckdb.wal").exists()


def test_all_are_cleaned(cleaned: Cleaned) -> None:
    assert [player.problems for player in cleaned.report.players] == [(), (), ()]
    assert [player.state for player in cleaned.report.players] == ["cleaned"] * 3


@pytest.mark.parametrize("player", ["Ana", "Ben", "Cleo"])
def test_views_give_the_old_rows_in_the_old_columns_and_types(
    cleaned: Cleaned, player: str
) -> None:
    file, shared = cleaned.place.file(player), cleaned.place.shared_file
    stays = {"highlight_events"} if player == "Cleo" else set()
    views = {row[0] for row in lu.rows_of(file, "SELECT view_name FROM duckdb_views()")}
    assert views & set(lu.MIGRATED) == cleaned.before[player].keys() - stays
    for name, (described, rows) in cleaned.before[player].items():
        assert columns(file, name) == described
        # Matches that others brought are shown too.
        subjects = {row[0] for row in rows}
        shown = [row for row in old_rows(file, name, shared) if row[0] in subjects]
        assert shown == rows, name


def test_what_readers_take_from_the_json_of_events_is_there(cleaned: Cleaned) -> None:
    assert lu.rows_of(
        cleaned.place.file("Ana"),
        "SELECT DISTINCT raw_json ->> 'medal_name' FROM highlight_events ORDER BY 1",
        cleaned.place.shared_file,
    ) == [("Perfect",), ("Snipe",), (None,)]


def test_what_is_no_match_stays_and_what_has_no_place_is_kept(cleaned: Cleaned) -> None:
    file = cleaned.place.file("Ana")
    assert {name: lu.rows_of(file, f"FROM {name}") for name in lu.STAYING} == cleaned.stayed
    assert lu.rows_of(file, "FROM personal_score_awards") == [(7,)]
    assert lu.rows_of(file, "FROM mine") == [(1,)]
    assert lu.rows_of(file, "SELECT count(*) FROM levelup_rest_match_participants") == [(2,)]
    assert lu.rows_of(file, "SELECT player, xuid FROM levelup_taken_over") == [("Ana", lu.ANA.xuid)]


def test_events_with_a_column_that_nobody_knows_stay_a_table(cleaned: Cleaned) -> None:
    assert cleaned.report.players[2].kept == {"highlight_events": "there is no place for weapon"}
    file = cleaned.place.file("Cleo")
    assert lu.rows_of(file, "SELECT DISTINCT weapon FROM highlight_events") == [("BR75",)]


def test_what_stood_in_the_log_of_a_killed_levelup_comes_over(cleaned: Cleaned) -> None:
    file = cleaned.place.file("Cleo")
    assert [path.name for path in file.parent.iterdir()] == ["stats.duckdb"]
    assert lu.rows_of(file, "SELECT value FROM sync_meta WHERE key = 'late'") == [("yes",)]
    assert cleaned.place.shared(
        f"SELECT DISTINCT playlist_name FROM match_registry WHERE match_id <> '{lu.match_id(4)}'"
    ) == [("Ranked Arena",)], "what was known stands"  # fmt: skip
    assert lu.rows_of(
        file,
        "SELECT playlist_name, count(*) FROM match_stats GROUP BY 1 ORDER BY 1 DESC",
        cleaned.place.shared_file,
    ) == [("late", 3), ("Ranked Arena", 27)], "and is shown as it was where it was"


def test_the_file_shrinks_and_the_backup_is_what_it_was(cleaned: Cleaned, tmp_path: Path) -> None:
    report, file = cleaned.report.players[0], cleaned.place.file("Ana")
    assert report.bytes_before == len(cleaned.content)
    assert report.bytes_after == file.stat().st_size < len(cleaned.content) / 4
    assert file.stat().st_mode & 0o777 == 0o640
    backup = Path(str(report.backup_file))
    assert backup.read_bytes() == cleaned.content
    assert [path.name for path in file.parent.iterdir()] == ["stats.duckdb"]
    shutil.copytree(cleaned.place.folder, tmp_path / "copy")
    place = Place(tmp_path / "copy")
    shutil.copy(backup, place.file("Ana"))
    again = place.migrate_one("Ana")
    assert (again.state, again.rows_written) == ("cleaned", {})
    kept = list(Path(str(again.backup_file)).parent.iterdir())
    assert [path.name for path in kept] == [backup.name], "no second copy"


def test_a_link_is_followed_and_stays_one(place: Place) -> None:
    file = place.make(lu.ANA, [1])
    real = place.folder / "elsewhere.duckdb"
    shutil.move(file, real)
    file.symlink_to(real)
    assert place.migrate_one("Ana").state == "cleaned"
    assert file.is_symlink()
    assert lu.rows_of(real, "SELECT 1 FROM levelup_taken_over") == [(1,)]


def test_a_backup_that_says_something_else_drops_nothing(place: Place) -> None:
    file = place.make(lu.ANA, [1])
    content = file.read_bytes()
    told = {("main", "match_stats"): (5, "not what is there")}
    task = Task(place.platform, "Ana", lu.ANA.xuid, file, place.shared_file, "UTC",
                own_place=False, content=told)  # fmt: skip
    with pytest.raises(TakeOverError, match="match_stats"):
        clean(task, len(content))
    assert file.read_bytes() == content


def test_a_spoiled_backup_is_not_believed(place: Place) -> None:
    file = place.make(lu.ANA, [1])
    content = file.read_bytes()
    backup = back_up(place.platform, "Ana", file)
    backup.write_bytes(content[:-1] + b"x")
    report = place.migrate_one("Ana")
    assert report.state == "whole"
    assert str(backup) in report.problems[0]
    assert file.read_bytes() == content
    assert place.shared("SELECT state FROM levelup_players") == [("whole",)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_source_that_cannot_be_written_stays_and_its_rows_are_here(place: Place) -> None:
    file = place.make(lu.ANA, [1])
    file.parent.chmod(0o500)
    report = place.migrate_one("Ana")
    file.parent.chmod(0o700)
    assert report.state == "whole"
    assert report.problems
    assert place.shared("SELECT count(*) FROM match_registry") == [(1,)]


def test_what_was_taken_over_for_another_data_folder_is_said_to_be(place: Place) -> None:
    place.make(lu.ANA, [1])
    done = place.migrate_one("Ana")
    other = Place(place.folder, data="other")
    report = other.migrate_one("Ana")
    assert report.state == "failed"
    assert str(place.shared_file) in report.problems[0]
    assert str(done.backup_file) in report.problems[0]


def test_in_the_place_of_our_own_tables(tmp_path: Path) -> None:
    """LevelUp's data folder is ours too: one file holds our tables, its own, and the views."""
    place = Place(tmp_path, data="levelup/data")
    file = place.make(lu.ANA, [1, 2])
    old = old_rows(file, "match_stats"), lu.rows_of(file, "FROM media_files")
    lu.change(file, "CREATE INDEX by_kind ON media_files(kind)")
    report = place.migrate_one("Ana")
    assert (report.state, report.problems) == ("cleaned", ())
    assert place.platform.player_database("Ana") == file
    assert migrate(file, "player") == 0, "it has our schema"
    derived = derive_tables(place.platform, "Ana")
    assert derived["player_match_stats"].rows == 2
    assert derived["teammates_aggregate"].rows > 0
    assert old_rows(file, "match_stats", place.shared_file) == old[0]
    assert lu.rows_of(file, "FROM levelup_media_files") == old[1]
    assert lu.rows_of(file, "SELECT count(*) FROM media_files") == [(0,)], "ours, still empty"
    assert lu.rows_of(
        file, "SELECT count(*), min(enemy_mmr) IS NOT NULL FROM levelup_player_match_stats",
        place.shared_file,
    ) == [(2, True)]  # fmt: skip
    assert lu.rows_of(
        file, "SELECT medal_name_id, count FROM medals_earned ORDER BY ALL", place.shared_file
    ) == sorted(
        medal for number in (1, 2) for medal in lu.Match(number).medals(lu.ANA).items()
    )  # fmt: skip
    again = place.migrate_one("Ana")
    assert (again.state, again.rows_written) == ("cleaned", {})
    (tmp_path / "levelup" / "data" / "players" / "Zoe").mkdir()
    place.platform.player_database("Zoe")
    assert [player.state for player in place.migrate().players] == ["cleaned", "nothing"]


def make_levelup_5(place: Place, file: Path, numbers: range) -> None:
    """LevelUp 5's shared database: every match once, medals with their player."""
    matches = [lu.Match(number) for number in numbers]
    lu.make_database(file, lu.ANA, matches, lu.Drift(keys=False))
    lu.change(
        file,
        "CREATE TABLE match_registry AS SELECT match_id, start_time, end_time, playlist_id, "
        "playlist_name, map_id, map_name, pair_id, pair_name, game_variant_id, game_variant_name, "
        "mode_category, is_ranked, is_firefight, time_played_seconds AS duration_seconds, "
        "CASE team_id WHEN 0 THEN my_team_score ELSE enemy_team_score END AS team_0_score, "
        "CASE team_id WHEN 0 THEN enemy_team_score ELSE my_team_score END AS team_1_score, "
        "backfill_completed, 7 AS player_count FROM match_stats",
        f"ALTER TABLE medals_earned ADD COLUMN xuid VARCHAR DEFAULT '{lu.ANA.xuid}'",
        "CREATE TABLE kills AS SELECT * EXCLUDE (xuid, gamertag), "
        "CASE WHEN event_type <> 'death' THEN xuid END AS killer_xuid, "
        "CASE WHEN event_type = 'death' THEN xuid END AS victim_xuid, gamertag AS killer_gamertag, "
        "gamertag AS victim_gamertag FROM highlight_events",
        "DROP TABLE highlight_events",
        "ALTER TABLE kills RENAME TO highlight_events",
        "DROP TABLE match_stats", "DROP TABLE player_match_stats", "DROP TABLE media_files",
        "DROP TABLE teammates_aggregate",
    )  # fmt: skip


@pytest.mark.parametrize("data", ["data", "levelup/data"])
def test_the_shared_database_of_levelup_5_is_read_too(tmp_path: Path, data: str) -> None:
    """Ana's own database holds the newest match alone; the shared one the older ones."""
    place = Place(tmp_path, data=data, xuids=(("Ana", lu.ANA.xuid),))
    theirs = place.levelup / "data" / "warehouse" / "shared_matches.duckdb"
    make_levelup_5(place, theirs, range(1, 4))
    content = theirs.read_bytes()
    place.make(lu.ANA, [3, 4])
    report = place.migrate_one("Ana")
    assert (report.state, report.problems) == ("cleaned", ())
    assert place.shared("SELECT match_id, team_0_score FROM match_registry ORDER BY 1") == [
        (lu.match_id(number), lu.Match(number).scores[0]) for number in range(1, 5)
    ]
    assert place.shared("SELECT count(*) FROM highlight_events") == [(4 * 27,)]
    assert place.shared("SELECT count(*) FROM match_participants") == [(4 * 8,)]
    assert place.shared("SELECT DISTINCT player_count FROM match_registry") == [(1,)]
    moved = theirs.with_name("levelup_shared_matches.duckdb")
    assert (moved if data == "levelup/data" else theirs).read_bytes() == content
    again = place.migrate_one("Ana")
    assert (again.state, again.rows_written) == ("cleaned", {})
