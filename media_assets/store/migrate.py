"""Migrations: in order, each in a transaction, each once.

A new database gets the tables of the specification (migration 1). A later change of a table is a
new migration, and a test holds the outcome of all of them against the specification.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from media_assets.errors import MigrationError
from media_assets.store.connect import connect, make_folder, transaction
from media_assets.store.spec import Database
from media_assets.store.tables.catalog import tables_of

_LEDGER = (
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "version INTEGER PRIMARY KEY, name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)"
)


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
            con.execute(table.create_statement())

    return apply


MIGRATIONS: dict[Database, tuple[Migration, ...]] = {
    "player": (Migration(1, "tables", _create_tables("player")),),
    "shared": (Migration(1, "tables", _create_tables("shared")),),
}


def migrate(file: Path, database: Database) -> int:
    """Bring one database file to the newest schema; returns how many migrations were applied.

    Raises:
        MigrationError: a step failed (it is rolled back), or the file is newer than this program.
    """
    steps = MIGRATIONS[database]
    if _identity(file) in _NEWEST or _version(file) == steps[-1].version:
        _NEWEST.add(_identity(file))
        return 0
    if not file.exists():
        return _create(file, steps)
    return _apply(file, steps)


def _create(file: Path, steps: Sequence[Migration]) -> int:
    """A new file appears whole or not at all: DuckDB refuses one whose writing was cut short.

    Another process that makes the same file at the same time is not an error.
    """
    make_folder(file.parent)
    with TemporaryDirectory(prefix=".new-", dir=file.parent) as folder:
        unfinished = Path(folder) / file.name
        applied = _apply(unfinished, steps)
        try:
            file.hardlink_to(unfinished)  # unlike a rename, this replaces nothing
        except FileExistsError:
            return 0
        except OSError:  # a file system without hard links
            unfinished.replace(file)
    return applied


def _apply(file: Path, steps: Sequence[Migration]) -> int:
    with connect(file) as con:
        con.execute(_LEDGER)
        return apply_pending(con, steps, file)


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
            raise MigrationError(
                f"{file}: migration {step.version} ({step.name}) failed and was undone: {error}"
            ) from error
    return len(pending)


def _identity(file: Path) -> tuple[str, int, int]:
    """A file that takes another's place has another inode."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return str(file), 0, 0
    return str(file), status.st_dev, status.st_ino


def _version(file: Path) -> int | None:
    if not file.exists():
        return None
    with connect(file, read_only=True) as con:
        try:
            row = con.execute("SELECT max(version) FROM schema_migrations").fetchone()
        except duckdb.CatalogException:
            return None
    return row[0] if row else None
