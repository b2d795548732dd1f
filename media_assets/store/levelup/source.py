"""A LevelUp database, opened to be read: what is in it, and its rows as typed tables.

Everything happens in a database in memory to which the source is attached: nothing that is broken
in the source can harm a database of ours.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import duckdb

from media_assets.errors import StoreError
from media_assets.store.connect import attach_read_only, in_memory
from media_assets.store.disk import explain
from media_assets.store.levelup.columns import (
    MATCH_PARTICIPANTS,
    MATCH_REGISTRY,
    SOURCE_TABLES,
    XUID_ALIASES,
    SourceTable,
)
from media_assets.store.levelup.typed import is_there, quoted, text_literal, typed
from media_assets.store.tables.catalog import tables_of

LOCK_DEADLINE_SECONDS = 5.0
"""LevelUp holds its databases as long as it runs: waiting for long is of no use."""
MARKER = "levelup_taken_over"
"""The table that is left in a database that was taken over."""

PLAYER, SHARED = "levelup", "levelup_shared"
"""The names under which a player's database and the shared one of LevelUp 5 are attached."""

_OWN_LEDGER = "schema_migrations"
_OURS = frozenset(table.name for table in tables_of("player"))

Standing = Literal["levelup", "taken_over", "ours", "empty"]
"""What a database is: LevelUp's with something to take over; LevelUp's without; taken over
already; or one of this program that never was LevelUp's."""

Schema = Mapping[str, Mapping[str, str]]
"""Columns with their types, by table."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Values of one source column that are not what the column is for."""

    table: str
    column: str
    values: int
    example: str


@dataclass(frozen=True, slots=True)
class Marker:
    """What a database that was taken over says of it. The time is UTC."""

    player: str
    xuid: str
    taken_over_at: datetime
    shared_file: str
    backup_file: str


def marker_of(con: duckdb.DuckDBPyConnection) -> Marker:
    """The marker of a database that has been taken over.

    Raises:
        StoreError: it holds no row.
    """
    row = con.execute(
        f"SELECT player, xuid, taken_over_at, shared_file, backup_file FROM {PLAYER}.main.{MARKER}"
    ).fetchone()
    if row is None:
        raise StoreError(f"its table {MARKER} is empty: put its backup in its place")
    return Marker(*row)


@contextmanager
def open_source(
    file: Path, shared: Path | None = None, deadline: float = LOCK_DEADLINE_SECONDS
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory with the source attached read-only; other writers wait meanwhile.

    Raises:
        StoreLockedError: another process writes to it.
        StoreError: it is damaged, of a newer DuckDB, or no DuckDB database at all.
    """
    with TemporaryDirectory(prefix="media_assets_levelup_") as spill, in_memory() as con:
        con.execute(f"SET temp_directory = {text_literal(spill)}")
        con.execute("SET enable_progress_bar = false")
        attach_read_only(con, file, PLAYER, deadline)
        if shared is not None:
            attach_read_only(con, shared, SHARED, deadline)
        try:
            yield con
        except (duckdb.IOException, duckdb.FatalException, duckdb.InternalException) as error:
            raise StoreError(explain(file, "cannot be read", error)) from error


def schema_of(con: duckdb.DuckDBPyConnection, catalog: str) -> Schema:
    """The base tables of an attached database, in its main schema."""
    rows = con.execute(
        "SELECT c.table_name, c.column_name, c.data_type FROM duckdb_columns() c "
        "JOIN duckdb_tables() t USING (database_name, schema_name, table_name) "
        "WHERE c.database_name = ? AND c.schema_name = 'main' AND NOT t.internal "
        "ORDER BY c.table_name, c.column_index",
        [catalog],
    ).fetchall()
    schema: dict[str, dict[str, str]] = {}
    for table, column, data_type in rows:
        schema.setdefault(table, {})[column] = data_type
    return schema


def standing_of(schema: Schema) -> Standing:
    """What a player's database is."""
    if _OWN_LEDGER in schema:
        return "taken_over" if MARKER in schema else "ours"
    if source_tables(schema):
        return "levelup"
    return "taken_over" if MARKER in schema else "empty"


def source_tables(schema: Schema) -> tuple[SourceTable, ...]:
    """Those of LevelUp's tables that a database has as tables, not as views."""
    ours = _OURS if _OWN_LEDGER in schema else frozenset()
    return tuple(
        table for table in SOURCE_TABLES if table.name in schema and table.name not in ours
    )


def is_levelup_shared(schema: Schema) -> bool:
    """Whether this is the shared database of LevelUp 5, and not ours, which has its name."""
    return MATCH_REGISTRY.name in schema and _OWN_LEDGER not in schema


def read_tables(con: duckdb.DuckDBPyConnection, schema: Schema, zone: str) -> list[Unreadable]:
    """Read a player's tables into `typed_<table>`; a table that is not there is empty.

    `place` orders the rows by age. Returns the values that cannot be read.
    """
    present = {table.name for table in source_tables(schema)}
    found: list[Unreadable] = []
    for table in SOURCE_TABLES:
        columns = schema[table.name] if table.name in present else {}
        relation = f"{PLAYER}.main.{quoted(table.name)}" if columns else "(SELECT 1 WHERE false)"
        _create(con, table, relation, columns, zone)
        found += _unreadable(con, table, relation, columns, zone)
    _create(con, MATCH_REGISTRY, "(SELECT 1 WHERE false)", {}, zone)
    return found


def read_shared_aliases(con: duckdb.DuckDBPyConnection, schema: Schema, zone: str) -> None:
    """Add the names of LevelUp 5's shared database to those of the player's."""
    if XUID_ALIASES.name in schema:
        _append(con, XUID_ALIASES, schema, zone, "true")


def read_shared_matches(
    con: duckdb.DuckDBPyConnection, schema: Schema, zone: str, xuid: str
) -> None:
    """Add what LevelUp 5's shared database has of the matches of one player."""
    if MATCH_PARTICIPANTS.name not in schema:
        return
    columns = schema[MATCH_PARTICIPANTS.name]
    match_id = _expression(MATCH_PARTICIPANTS, "match_id", columns, zone)
    player = _expression(MATCH_PARTICIPANTS, "xuid", columns, zone)
    con.execute(
        f"CREATE OR REPLACE TABLE mine AS SELECT DISTINCT {match_id} AS match_id "
        f"FROM {SHARED}.main.{MATCH_PARTICIPANTS.name} WHERE {player} = ?",
        [xuid],
    )
    for table in (MATCH_REGISTRY, *SOURCE_TABLES):
        if table.name in schema and table.column_names[0] == "match_id":
            match_id = _expression(table, "match_id", schema[table.name], zone)
            condition = f"{match_id} IN (SELECT match_id FROM mine)"
            _append(con, table, schema, zone, condition)


def _create(
    con: duckdb.DuckDBPyConnection, table: SourceTable, relation: str, columns: Mapping[str, str],
    zone: str,
) -> None:  # fmt: skip
    order = "updated_at NULLS FIRST, " if "updated_at" in table.column_names else ""
    rowid = "rowid" if columns else "0"
    con.execute(
        f"CREATE TABLE typed_{table.name} AS "
        f"SELECT * EXCLUDE (source_row), row_number() OVER (ORDER BY {order}source_row) AS place "
        f"FROM (SELECT {_expressions(table, columns, zone)}, {rowid} AS source_row FROM {relation})"
    )


def _append(
    con: duckdb.DuckDBPyConnection, table: SourceTable, schema: Schema, zone: str, condition: str
) -> None:
    """Rows of the shared database come behind those of the player's own: `place` below 0."""
    columns = schema[table.name]
    con.execute(
        f"INSERT INTO typed_{table.name} BY NAME "
        f"SELECT {_expressions(table, columns, zone)}, -1 - rowid AS place "
        f"FROM {SHARED}.main.{quoted(table.name)} WHERE {condition}"
    )


def _expressions(table: SourceTable, columns: Mapping[str, str], zone: str) -> str:
    return ", ".join(
        f"{_expression(table, column.name, columns, zone)} AS {column.name}"
        for column in table.columns
    )


def _expression(table: SourceTable, name: str, columns: Mapping[str, str], zone: str) -> str:
    column = table.column(name)
    found = column.found_in(columns)
    if found is None:
        return f"CAST(NULL AS {column.type})"
    return typed(quoted(found), columns[found], column, zone)


def _unreadable(
    con: duckdb.DuckDBPyConnection, table: SourceTable, relation: str, columns: Mapping[str, str],
    zone: str,
) -> list[Unreadable]:  # fmt: skip
    present = {
        found: typed(quoted(found), columns[found], column, zone)
        for column in table.columns
        if (found := column.found_in(columns)) is not None
    }
    if not present:
        return []
    looks = ", ".join(
        f"count(*) FILTER ({lost}), min(CAST({quoted(name)} AS VARCHAR)) FILTER ({lost})"
        for name, expression in present.items()
        for lost in [f"{is_there(quoted(name))} AND {expression} IS NULL"]
    )
    row = con.execute(f"SELECT {looks} FROM {relation}").fetchone() or ()
    return [
        Unreadable(table.name, name, row[2 * place], str(row[2 * place + 1])[:80])
        for place, name in enumerate(present)
        if row[2 * place]
    ]
