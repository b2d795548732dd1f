"""Migrations: in order, once, each whole or not at all; their outcome is the specification."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from media_assets.errors import MigrationError
from media_assets.store.connect import connect
from media_assets.store.figures import analysis_totals
from media_assets.store.migrate import (
    MIGRATIONS,
    Migration,
    _create,
    apply_pending,
    migrate,
    reading,
)
from media_assets.store.spec import Database
from media_assets.store.tables.catalog import tables_of

ADDED: dict[Database, tuple[str, ...]] = {
    "player": ("media_verifications", "api_history", "duplicates", "duplicate_decisions",
               "embedded_covers", "tracks", "track_artists", "artists", "albums", "covers",
               "media_neighbors", "search_index", "search_state", "web_sources", "web_places",
               "web_media", "land_jobs", "scan_figures", "analysis_totals"),
    "shared": ("fetch_gaps", "shared_duplicates", "shared_captures", "match_captures",
               "shared_albums", "shared_artists"),
}  # fmt: skip
"""Tables that the first version did not have."""
ADDED_COLUMNS: dict[Database, tuple[tuple[str, str], ...]] = {
    "player": (("capture_times", "local_zone"), ("capture_times", "local_time"),
               ("audio_metadata", "mb_album_artist_ids"), ("audio_metadata", "mb_artist_ids"),
               ("audio_metadata", "album_artists")),
    "shared": (),
}  # fmt: skip
"""Columns at the end of a table that the first version did not have, the last first."""
DATABASES: tuple[Database, ...] = ("player", "shared")
_CATALOG = """
SELECT table_name, column_name, data_type, is_nullable, column_index FROM duckdb_columns()
WHERE NOT internal ORDER BY ALL
"""
_KEYS = """
SELECT table_name, constraint_column_names FROM duckdb_constraints()
WHERE constraint_type = 'PRIMARY KEY' ORDER BY ALL
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "players" / "ana" / "stats.duckdb"


def step(version: int, statement: str) -> Migration:
    return Migration(version, f"step {version}", lambda con: con.execute(statement) and None)


def ledger(file: Path) -> list[tuple[int, str]]:
    with connect(file, read_only=True) as con:
        return con.execute("SELECT version, name FROM schema_migrations ORDER BY 1").fetchall()


def catalog(con: duckdb.DuckDBPyConnection) -> tuple[list[object], list[object]]:
    return (
        [row for row in con.execute(_CATALOG).fetchall() if row[0] != "schema_migrations"],
        [row for row in con.execute(_KEYS).fetchall() if row[0] != "schema_migrations"],
    )


@pytest.mark.parametrize("database", DATABASES)
def test_all_migrations_together_give_the_specification(file: Path, database: Database) -> None:
    assert migrate(file, database) == len(MIGRATIONS[database])
    with duckdb.connect() as wanted:
        for table in tables_of(database):
            wanted.execute(table.create_statement())
        expected = catalog(wanted)
    with connect(file, read_only=True) as con:
        assert catalog(con) == expected
    assert len(expected[1]) == len(tables_of(database)) > 5


@pytest.mark.parametrize("database", DATABASES)
def test_versions_count_from_one_without_a_gap(database: Database) -> None:
    versions = [migration.version for migration in MIGRATIONS[database]]
    assert versions == list(range(1, len(versions) + 1))


def test_a_second_time_writes_nothing(file: Path) -> None:
    migrate(file, "player")
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    assert migrate(file, "player") == 0
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_a_file_that_was_made_by_another_process_is_looked_at_once(file: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from media_assets.store.migrate import migrate\n"
        "print(migrate(Path(sys.argv[1]), 'player'))"
    )
    command = [sys.executable, "-c", program, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(len(MIGRATIONS["player"]))
    before = file.read_bytes()
    assert migrate(file, "player") == 0
    assert file.read_bytes() == before


def test_a_file_that_was_deleted_is_made_again(file: Path) -> None:
    migrate(file, "player")
    migrate(file, "player")
    file.unlink()
    assert migrate(file, "player") == len(MIGRATIONS["player"])
    assert ledger(file)


@pytest.mark.parametrize("database", DATABASES)
def test_a_database_of_the_first_version_gets_what_came_later(
    file: Path, database: Database
) -> None:
    """Its tables are those of today but for what later migrations brought."""
    migrate(file, database)
    with connect(file) as con:
        expected = catalog(con)
        for table in ADDED[database]:
            con.execute(f"DROP TABLE {table}")
        for table, column in ADDED_COLUMNS[database]:
            con.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        con.execute("DELETE FROM schema_migrations WHERE version > 1")
    older = file.with_name("older.duckdb")
    file.rename(older)  # this process remembers files that it brought up to date
    shutil.copyfile(older, file)
    assert migrate(file, database) == len(MIGRATIONS[database]) - 1
    with connect(file, read_only=True) as con:
        assert catalog(con) == expected
    assert ADDED[database]


def test_nothing_but_the_database_is_left_beside_it(file: Path) -> None:
    migrate(file, "player")
    assert [path.name for path in file.parent.iterdir()] == ["stats.duckdb"]


def test_a_new_file_appears_whole_or_not_at_all(file: Path) -> None:
    broken = Migration(2, "bad", fail_in_sql)
    with pytest.raises(MigrationError, match="was undone"):
        _create(file, [step(1, "CREATE TABLE a (n INTEGER)"), broken])
    assert list(file.parent.iterdir()) == []


def test_a_new_file_does_not_replace_one_that_another_process_made_meanwhile(file: Path) -> None:
    migrate(file, "player")
    before = file.read_bytes()
    assert _create(file, MIGRATIONS["player"]) == 0
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["stats.duckdb"]


def test_processes_that_make_one_file_at_the_same_time_do_not_collide(file: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from media_assets.store.migrate import migrate\n"
        "while time.time() < float(sys.argv[2]): pass\n"
        "migrate(Path(sys.argv[1]), 'shared')"
    )
    start = str(time.time() + 1.5)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(file), start], stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for worker in workers:
        assert worker.communicate()[1] == ""
    assert [version for version, _ in ledger(file)] == [
        migration.version for migration in MIGRATIONS["shared"]
    ]
    assert [path.name for path in file.parent.iterdir()] == ["stats.duckdb"]


def test_a_file_of_a_newer_program_is_refused_and_left_alone(file: Path) -> None:
    migrate(file, "player")
    with connect(file) as con:
        con.execute("INSERT INTO schema_migrations VALUES (999, 'future', '2030-01-01')")
    before = file.read_bytes()
    with pytest.raises(MigrationError, match=r"stats\.duckdb: has schema version 999, this pro"):
        migrate(file, "player")
    assert file.read_bytes() == before


def test_pending_steps_are_applied_in_order_and_once(file: Path) -> None:
    steps = [step(1, "CREATE TABLE a (n INTEGER)"), step(2, "ALTER TABLE a ADD COLUMN m INTEGER")]
    with connect(file) as con:
        con.execute("CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name VARCHAR, "
                    "applied_at TIMESTAMP)")  # fmt: skip
        assert apply_pending(con, steps[:1], file) == 1
        assert apply_pending(con, steps, file) == 1
        assert apply_pending(con, steps, file) == 0
        assert [row[0] for row in con.execute("DESCRIBE a").fetchall()] == ["n", "m"]
    assert ledger(file) == [(1, "step 1"), (2, "step 2")]


def fail_in_sql(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE half (n INTEGER)")
    con.execute("INSERT INTO a VALUES ('no number')")


def fail_in_python(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE half (n INTEGER)")
    raise KeyError("half")


@pytest.mark.parametrize(
    ("apply", "error"), [(fail_in_sql, MigrationError), (fail_in_python, KeyError)]
)
def test_a_step_that_fails_is_undone_and_those_before_it_stay(
    file: Path, apply: Callable[[duckdb.DuckDBPyConnection], None], error: type[Exception]
) -> None:
    steps = [
        step(1, "CREATE TABLE a (n INTEGER)"),
        Migration(2, "bad", apply),
        step(3, "CREATE TABLE c (n INTEGER)"),
    ]
    with connect(file) as con:
        con.execute("CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name VARCHAR, "
                    "applied_at TIMESTAMP)")  # fmt: skip
        with pytest.raises(error, match=r"half|migration 2 \(bad\) failed and was undone"):
            apply_pending(con, steps, file)
        assert con.execute("SHOW TABLES").fetchall() == [("a",), ("schema_migrations",)]
    assert ledger(file) == [(1, "step 1")]
    with connect(file) as con:  # the next try goes on from there
        assert apply_pending(con, [steps[0], step(2, "SELECT 1"), steps[2]], file) == 2


@pytest.mark.parametrize("database", DATABASES)
def test_a_file_that_is_not_there_reads_as_empty_and_is_not_made(
    file: Path, database: Database
) -> None:
    with reading(file, database) as con:
        for table in tables_of(database):
            assert con.execute(f"SELECT count(*) FROM {table.name}").fetchone() == (0,)
    assert list(file.parents[2].iterdir()) == []


def test_what_is_there_is_read_and_nothing_is_written(file: Path) -> None:
    migrate(file, "player")
    left = file.with_name(".new-x")
    left.mkdir()
    before = file.read_bytes(), file.stat().st_mtime_ns
    with reading(file, "player") as con, pytest.raises(duckdb.Error, match="read-only"):
        con.execute("DELETE FROM media_files")
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert left.is_dir()  # clearing away is for those who write


def test_a_file_of_an_older_schema_is_brought_up_before_it_is_read(file: Path) -> None:
    steps = MIGRATIONS["player"]
    _create(file, steps[:1])
    with reading(file, "player") as con:
        found = con.execute("SELECT max(version) FROM schema_migrations").fetchone()
    assert found == (steps[-1].version,)


def test_what_a_killed_process_left_is_cleared_away_when_the_file_is_there(file: Path) -> None:
    left = file.with_name(".new-killed")
    left.mkdir(parents=True)
    (left / "stats.duckdb").write_bytes(b"half a database")
    migrate(file, "player")
    migrate(file, "player")
    assert [path.name for path in file.parent.iterdir()] == ["stats.duckdb"]


def test_who_makes_a_file_that_another_made_faster_may_lose_his_folder(file: Path) -> None:
    """The other takes it for that of a killed process: this is no error, for the file is there."""

    def finish_elsewhere(con: duckdb.DuckDBPyConnection) -> None:
        migrate(file, "player")
        migrate(file, "player")  # clears away

    slow = Migration(1, "slow", finish_elsewhere)
    assert _create(file, [slow]) == 0
    assert ledger(file) == [(step.version, step.name) for step in MIGRATIONS["player"]]
    assert [path.name for path in file.parent.iterdir()] == ["stats.duckdb"]


def test_counters_begin_with_what_was_done_before_they_were(file: Path) -> None:
    _create(file, MIGRATIONS["player"][:13])
    with connect(file) as con:
        con.execute("DROP TABLE analysis_totals")
        con.execute("DROP TABLE scan_figures")
        for media_id, kind in (("a", "image"), ("b", "image"), ("c", "audio"), ("d", "video")):
            con.execute(
                "INSERT INTO media_files BY NAME SELECT ? AS media_id, ? AS kind, 'ana' AS player, "
                "'/x' AS folder, '/x/' || ? AS file_path, ? AS file_name, '' AS file_ext, "
                "1 AS file_size, 1 AS mtime_ns, 'present' AS status, now()::TIMESTAMP AS "
                "first_seen_at, now()::TIMESTAMP AS last_scan_at",
                [media_id, kind, media_id, media_id],
            )
        for media_id, stage in (("a", "thumbnails"), ("a", "media_vectors"), ("c", "thumbnails")):
            con.execute("INSERT INTO media_stages VALUES (?, ?, 1, '', 1, 1, now(), NULL)",
                        [media_id, stage])  # fmt: skip
        for media_id in ("b", "a"):
            con.execute("INSERT INTO media_failures VALUES (?, 'image_metadata', 'E', '', 1, "
                        "now(), now(), now(), 1, '', 1, 1)", [media_id])  # fmt: skip
    migrate(file, "player")
    with connect(file, read_only=True) as con:
        assert analysis_totals(con) == {"audio": (1, 0), "image": (2, 2)}
