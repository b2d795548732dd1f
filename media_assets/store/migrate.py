"""Migrations: in order, each in a transaction, each once.

A new database gets the tables of the specification (migration 1). A later change of a table is a
new migration, and a test holds the outcome of all of them against the specification.
"""

import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from media_assets.errors import MigrationError, StoreError
from media_assets.store.connect import connect, in_memory, make_folder, new_file, transaction
from media_assets.store.disk import explain, writing_below
from media_assets.store.spec import Database, Table
from media_assets.store.tables.analysis import AUDIO_FEATURES, EMBEDDED_COVERS
from media_assets.store.tables.captures import (
    ASSOCIATED_CAPTURES,
    ASSOCIATED_MATCHES,
    MEDIA_MATCHES,
)
from media_assets.store.tables.catalog import tables_of
from media_assets.store.tables.duplicates import (
    DUPLICATE_DECISIONS,
    DUPLICATE_GROUPS,
    DUPLICATES,
    SHARED_DUPLICATES,
)
from media_assets.store.tables.levelup import LEVELUP_TABLES
from media_assets.store.tables.library import MEDIA_VERIFICATIONS
from media_assets.store.tables.matches import CAREER_PROGRESS, FETCH_GAPS, PERSONAL_SCORES
from media_assets.store.tables.music import MUSIC_TABLES, SHARED_MUSIC_TABLES, TRACKS
from media_assets.store.tables.players import API_HISTORY
from media_assets.store.tables.shared_captures import MATCH_CAPTURES, SHARED_CAPTURES
from media_assets.store.tables.statistics import STATISTICS_TABLES
from media_assets.store.tables.vectors import VECTOR_TABLES

_LEDGER = (
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "version INTEGER PRIMARY KEY, name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)"
)


_NEW = ".new-"
_FOREIGN = {
    "match_stats", "match_participants", "highlight_events", "match_registry", "player_match_stats",
    "media_files", "teammates_aggregate",
}  # fmt: skip
_NEWEST: set[tuple[str, int, int]] = set()
"""Files that this process has seen with the newest schema: opening one to look costs 30 ms."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of a schema. `apply` runs inside a transaction."""

    version: int
    name: str
    apply: Callable[[duckdb.DuckDBPyConnection], None]


def _create_tables(database: Database) -> Callable[[duckdb.DuckDBPyConnection], None]:
    def apply(con: duckdb.DuckDBPyConnection) -> None:
        for table in tables_of(database):
            _create_table(con, table)

    return apply


def _create_table(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    for statement in (table.create_statement(), *table.index_statements()):
        con.execute(statement)


def _add_table(table: Table) -> Callable[[duckdb.DuckDBPyConnection], None]:
    """For databases that were made before the table was specified; a new one has it."""

    def apply(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(table.create_statement())

    return apply


def _add_levelup(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("ALTER TABLE match_registry ADD COLUMN IF NOT EXISTS levelup_parts INTEGER")
    for table in LEVELUP_TABLES:
        con.execute(table.create_statement())


def _add_statistics(con: duckdb.DuckDBPyConnection) -> None:
    for name, kind in (("playlist_id", "VARCHAR"), ("kills_stddev", "DOUBLE"),
                       ("deaths_stddev", "DOUBLE")):  # fmt: skip
        con.execute(f"ALTER TABLE player_match_stats ADD COLUMN IF NOT EXISTS {name} {kind}")
    for table in STATISTICS_TABLES:
        con.execute(table.create_statement())


def _judge_again(con: duckdb.DuckDBPyConnection) -> None:
    """Associations are derived: the next run makes them again, with what they are made of."""
    con.execute("DROP TABLE IF EXISTS media_matches")
    for table in (MEDIA_MATCHES, ASSOCIATED_CAPTURES, ASSOCIATED_MATCHES):
        con.execute(table.create_statement())


def _add_who_decided(con: duckdb.DuckDBPyConnection) -> None:
    for name in ("decided_by", "note"):
        con.execute(f"ALTER TABLE association_decisions ADD COLUMN IF NOT EXISTS {name} VARCHAR")


def _add_reason(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("ALTER TABLE media_stages ADD COLUMN IF NOT EXISTS reason VARCHAR")


def _add_scores(con: duckdb.DuckDBPyConnection) -> None:
    """Matches that were loaded without their personal scores are loaded again."""
    con.execute(PERSONAL_SCORES.create_statement())
    con.execute(CAREER_PROGRESS.create_statement())
    con.execute(
        "UPDATE match_registry SET backfill_completed = backfill_completed & ~8 "
        "WHERE coalesce(levelup_parts, 0) & 8 = 0"
    )


def _add_local_times(con: duckdb.DuckDBPyConnection) -> None:
    """What a change of the player's zone needs to know; the rules' new version fills it."""
    for name, kind in (("local_time", "TIMESTAMP"), ("local_zone", "VARCHAR")):
        con.execute(f"ALTER TABLE capture_times ADD COLUMN IF NOT EXISTS {name} {kind}")


def _add_duplicates(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("ALTER TABLE image_metadata ADD COLUMN IF NOT EXISTS grey BLOB")
    for table in (DUPLICATES, DUPLICATE_GROUPS, DUPLICATE_DECISIONS):
        con.execute(table.create_statement())


def _add_shared_captures(con: duckdb.DuckDBPyConnection) -> None:
    for table in (SHARED_CAPTURES, MATCH_CAPTURES):
        con.execute(table.create_statement())


def _add_music(con: duckdb.DuckDBPyConnection) -> None:
    """The new version of the stage fills the new columns of `audio_metadata`."""
    for name in ("album_artists", "mb_artist_ids", "mb_album_artist_ids"):
        con.execute(f"ALTER TABLE audio_metadata ADD COLUMN IF NOT EXISTS {name} VARCHAR[]")
    for table in (EMBEDDED_COVERS, *MUSIC_TABLES):
        _create_table(con, table)


def _add_shared_music(con: duckdb.DuckDBPyConnection) -> None:
    for table in SHARED_MUSIC_TABLES:
        _create_table(con, table)


def _add_vector_tables(con: duckdb.DuckDBPyConnection) -> None:
    for table in VECTOR_TABLES:
        con.execute(table.create_statement())


def _add_credited(con: duckdb.DuckDBPyConnection) -> None:
    """Tracks are derived: the next run makes them again. A table with indexes cannot be altered."""
    con.execute("DROP TABLE IF EXISTS tracks")
    _create_table(con, TRACKS)


MIGRATIONS: dict[Database, tuple[Migration, ...]] = {
    "player": (
        Migration(1, "tables", _create_tables("player")),
        Migration(2, "verifications", _add_table(MEDIA_VERIFICATIONS)),
        Migration(3, "history of the match API", _add_table(API_HISTORY)),
        Migration(4, "statistics", _add_statistics),
        Migration(5, "local times of captures", _add_local_times),
        Migration(6, "components of the confidence", _judge_again),
        Migration(7, "who decided, and why", _add_who_decided),
        Migration(8, "reasons of stages that leave nothing", _add_reason),
        Migration(9, "duplicates", _add_duplicates),
        Migration(10, "artists, albums, tracks, covers", _add_music),
        Migration(11, "features of music", _add_table(AUDIO_FEATURES)),
        Migration(12, "neighbours and search", _add_vector_tables),
        Migration(13, "who is credited on a track", _add_credited),
    ),
    "shared": (
        Migration(1, "tables", _create_tables("shared")),
        Migration(2, "gaps of the match API", _add_table(FETCH_GAPS)),
        Migration(3, "what comes from LevelUp", _add_levelup),
        Migration(4, "personal scores", _add_scores),
        Migration(5, "duplicates of several players", _add_table(SHARED_DUPLICATES)),
        Migration(6, "albums and artists of several players", _add_shared_music),
        Migration(7, "captures of several players", _add_shared_captures),
    ),
}


def migrate(file: Path, database: Database) -> int:
    """Bring one database file to the newest schema; returns how many migrations were applied.

    Raises:
        MigrationError: a step failed (it is rolled back), or the file is newer than this program.
    """
    steps = MIGRATIONS[database]
    if not file.exists():
        return _create(file, steps)
    _remove_unfinished(file)
    return 0 if _is_newest(file, steps) else _apply(file, steps)


@contextmanager
def reading(file: Path, database: Database) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that only reads; a file that is not there reads as one without rows.

    Nothing is made for that, so that looking at a folder leaves it as it is. A file of an older
    schema is brought to the newest.

    Raises:
        StoreError: as `connect` and `migrate`.
    """
    if not file.exists():
        with in_memory() as con:
            _create_tables(database)(con)
            yield con
        return
    if not _is_newest(file, MIGRATIONS[database]):
        migrate(file, database)
    with connect(file, read_only=True) as con:
        yield con


def _create(file: Path, steps: Sequence[Migration]) -> int:
    """A new file appears whole or not at all: DuckDB refuses one whose writing was cut short.

    Another process that makes the same file at the same time is not an error.
    """
    make_folder(file.parent)
    try:
        with (
            writing_below(file.parent),
            TemporaryDirectory(prefix=_NEW, dir=file.parent, ignore_cleanup_errors=True) as folder,
        ):
            return _create_in(Path(folder), file, steps)
    except StoreError:
        if file.exists():  # and whoever made it took our folder for that of a killed process
            return 0
        raise


def _create_in(folder: Path, file: Path, steps: Sequence[Migration]) -> int:
    unfinished = folder / file.name
    new_file(unfinished)
    applied = _apply(unfinished, steps)
    try:
        file.hardlink_to(unfinished)  # unlike a rename, this replaces nothing
    except FileExistsError:
        return 0
    except OSError:  # a file system without hard links
        unfinished.replace(file)
    return applied


def _remove_unfinished(file: Path) -> None:
    """What killed processes left of their own making of this file, which is there now."""
    for folder in file.parent.glob(f"{_NEW}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _apply(file: Path, steps: Sequence[Migration]) -> int:
    with connect(file) as con:
        _refuse_others(con, file)
        con.execute(_LEDGER)
        applied = apply_pending(con, steps, file)
        con.execute("CHECKPOINT")  # a close on a full disk would leave it out in silence
    return applied


def _refuse_others(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """LevelUp's databases lie where ours do, and some of their tables have the names of ours."""
    rows = con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
    names = {row[0] for row in rows}
    if "schema_migrations" not in names and names & _FOREIGN:
        raise MigrationError(
            f"{file}: is a database of LevelUp. Take it over with 'media-assets migrate-levelup "
            f"{shlex.quote(str(file.parent.parent.parent))}', or set data_dir to another folder"
        )


def apply_pending(con: duckdb.DuckDBPyConnection, steps: Sequence[Migration], file: Path) -> int:
    """Apply the steps that the ledger of this connection does not have, in order."""
    done = {row[0] for row in con.execute("SELECT version FROM schema_migrations").fetchall()}
    if newer := done - {step.version for step in steps}:
        raise MigrationError(
            f"{file}: has schema version {max(newer)}, this program knows {steps[-1].version}; "
            "update media_assets"
        )
    pending = [step for step in steps if step.version not in done]
    for step in pending:
        try:
            with transaction(con):
                step.apply(con)
                con.execute(
                    "INSERT INTO schema_migrations VALUES (?, ?, ?)",
                    [step.version, step.name, datetime.now(UTC).replace(tzinfo=None)],
                )
        except duckdb.Error as error:
            what = f"migration {step.version} ({step.name}) failed and was undone"
            raise MigrationError(explain(file, what, error)) from error
    return len(pending)


def _identity(file: Path) -> tuple[str, int, int]:
    """A file that takes another's place has another inode."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return str(file), 0, 0
    return str(file), status.st_dev, status.st_ino


def _is_newest(file: Path, steps: Sequence[Migration]) -> bool:
    if _identity(file) in _NEWEST:
        return True
    if _version(file) != steps[-1].version:
        return False
    _NEWEST.add(_identity(file))
    return True


def _version(file: Path) -> int | None:
    with connect(file, read_only=True) as con:
        try:
            row = con.execute("SELECT max(version) FROM schema_migrations").fetchone()
        except duckdb.CatalogException:
            return None
    return row[0] if row else None
