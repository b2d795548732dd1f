"""A LevelUp database without what was taken over, as a new file.

DuckDB's DROP leaves a file as large as it was, and so does VACUUM. So the new file is written
beside the old one, looked at, and takes its name: at any moment there is the old one or the new
one, whole.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from media_assets.errors import TakeOverError
from media_assets.store.connect import (
    attach_read_only,
    attach_shared,
    connect,
    in_memory,
    new_file,
)
from media_assets.store.disk import explain
from media_assets.store.levelup.columns import SourceTable
from media_assets.store.levelup.source import MARKER, PLAYER, Schema, schema_of, source_tables
from media_assets.store.levelup.typed import is_there, quoted, text_literal, typed
from media_assets.store.levelup.views import COMPARED, carried, old_rows, rest_table
from media_assets.store.migrate import migrate
from media_assets.store.tables.catalog import tables_of

_FREE_SHARE = 0.2

Digests = Mapping[tuple[str, str], tuple[int, str]]
"""Rows and a digest of them, by schema and table."""

_OURS = frozenset(table.name for table in tables_of("player")) | {"media", "land_media"}


@dataclass(frozen=True, slots=True)
class Order:
    """How one database is to be rewritten.

    `own_place`: the file is that of our own tables of the player too, so tables of LevelUp's whose
    names are ours get `levelup_` before theirs. `zone` is that of the source's naive times.
    """

    player: str
    xuid: str
    zone: str
    shared: Path
    backup: Path
    own_place: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What is in the new file: views by name, tables that stayed, and why some of them did."""

    file: Path
    views: tuple[str, ...]
    kept: Mapping[str, str] = field(default_factory=dict)


def digests(con: duckdb.DuckDBPyConnection, catalog: str) -> Digests:
    """Rows and content of every table of an attached database, whatever the order of the rows."""
    tables = con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() "
        "WHERE database_name = ? AND NOT internal ORDER BY ALL",
        [catalog],
    ).fetchall()
    found = {}
    for schema, table in tables:
        row = con.execute(
            "SELECT count(*), concat(bit_xor(hash(t)), '-', sum(hash(t)::HUGEINT % 1000000007)) "
            f"FROM {quoted(catalog)}.{quoted(schema)}.{quoted(table)} t"
        ).fetchone()
        found[schema, table] = row if row else (0, "")
    return found


def verify_backup(backup: Path, source: Digests) -> None:
    """Read a backup back, table by table.

    Raises:
        TakeOverError: it does not say what the source says.
        StoreError: it cannot be read.
    """
    with in_memory() as con:
        attach_read_only(con, backup, "backup")
        found = digests(con, "backup")
    if found != source:
        differing = sorted({name for _, name in found.keys() ^ source.keys()} | {
            name for (schema, name), told in source.items() if found.get((schema, name)) != told
        })  # fmt: skip
        raise TakeOverError(
            f"{backup}: the backup differs from the source in {', '.join(differing)}; "
            "nothing was dropped"
        )


def settle(file: Path) -> None:
    """Bring what is in the write-ahead log into the file, as LevelUp would with its next start."""
    if file.with_name(f"{file.name}.wal").exists():
        with connect(file, deadline=5.0) as con:
            con.execute("CHECKPOINT")


def rewrite(order: Order, folder: Path) -> Rewritten:
    """Write the new file into a folder, from the backup, and look at it.

    Raises:
        TakeOverError: the new file does not say what it should; it is removed.
    """
    work, fresh = folder / "work.duckdb", folder / "stats.duckdb"
    try:
        shutil.copyfile(order.backup, work)
    except OSError as error:
        raise TakeOverError(explain(work, "cannot be written", error)) from error
    with in_memory() as con:
        attach_read_only(con, order.backup, PLAYER)
        schema = schema_of(con, PLAYER)
        kept_whole = _kept_whole(con, schema, order.zone)
    dropped = [table for table in source_tables(schema) if table.name not in kept_whole]
    _drop(work, dropped, order.own_place)
    new_file(fresh)
    with in_memory() as con:
        attach_read_only(con, work, "work")
        con.execute(f"ATTACH {text_literal(str(fresh))} AS fresh (TYPE duckdb)")
        con.execute("COPY FROM DATABASE work TO fresh")
    if order.own_place:
        migrate(fresh, "player")
    views = _add_views(order, fresh, schema, dropped)
    _look_at(order, fresh, work, views)
    return Rewritten(fresh, views, kept_whole)


def replace(file: Path, fresh: Path) -> None:
    """Let the new file take the name of the old one, for good: both are synced to the disk."""
    shutil.copymode(file, fresh)
    with fresh.open("rb") as stream:
        os.fsync(stream.fileno())
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def shrink(file: Path, folder: Path) -> bool:
    """Rewrite a database of ours of which much is free, as what was written in pieces leaves it.

    The caller holds the lock of its writers, and gives an empty folder on the same disk.

    Raises:
        TakeOverError: the copy does not say the same; the file is as it was.
    """
    settle(file)
    fresh = folder / file.name
    with in_memory() as con:
        attach_read_only(con, file, "whole")
        row = con.execute("SELECT used_blocks, free_blocks FROM pragma_database_size() "
                          "WHERE database_name = 'whole'").fetchone()  # fmt: skip
        if row is None or row[1] < _FREE_SHARE * (row[0] + row[1]):
            return False
        new_file(fresh)
        con.execute(f"ATTACH {text_literal(str(fresh))} AS fresh (TYPE duckdb)")
        con.execute("COPY FROM DATABASE whole TO fresh")
        if digests(con, "fresh") != digests(con, "whole"):
            raise TakeOverError(f"{file}: its copy does not say the same; it was left as it is")
        con.execute("DETACH fresh")
        replace(file, fresh)  # while it is held for reading, so that nobody writes to the old one
    return True


def _kept_whole(con: duckdb.DuckDBPyConnection, schema: Schema, zone: str) -> dict[str, str]:
    """Tables without a key that have columns nobody knows: what is in them has no other place."""
    kept = {}
    for table in source_tables(schema):
        if not table.key and (unknown := _filled(con, table, _without_place(table, schema))):
            kept[table.name] = f"there is no place for {', '.join(unknown)}"
    return kept


def _without_place(table: SourceTable, schema: Schema) -> list[str]:
    return [
        name
        for name in schema[table.name]
        if carried(table, name) is None and name.lower() not in table.worthless
    ]


def _filled(con: duckdb.DuckDBPyConnection, table: SourceTable, names: Sequence[str]) -> list[str]:
    """Those of the columns in which anything stands."""
    if not names:
        return []
    looks = ", ".join(f"count(*) FILTER ({is_there(quoted(name))})" for name in names)
    row = con.execute(f"SELECT {looks} FROM {PLAYER}.main.{quoted(table.name)}").fetchone() or ()
    return [name for name, count in zip(names, row, strict=True) if count]


def _drop(work: Path, dropped: Sequence[SourceTable], own_place: bool) -> None:
    with connect(work) as con:
        for table in dropped:
            con.execute(f"DROP TABLE {quoted(table.name)} CASCADE")
        if own_place:
            for name in sorted(_names(con) & _OURS):
                _rename(con, name)
        con.execute("CHECKPOINT")


def _names(con: duckdb.DuckDBPyConnection) -> set[str]:
    rows = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND schema_name = 'main' "
        "UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal"
    ).fetchall()
    return {row[0] for row in rows}


def _rename(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Make room for a table of ours. A table with indexes cannot be renamed."""
    indexes = con.execute(
        "SELECT index_name FROM duckdb_indexes() WHERE table_name = ?", [name]
    ).fetchall()
    for (index,) in indexes:
        con.execute(f"DROP INDEX {quoted(index)}")
    views = con.execute("SELECT 1 FROM duckdb_views() WHERE view_name = ?", [name]).fetchall()
    kind = "VIEW" if views else "TABLE"
    con.execute(f"ALTER {kind} {quoted(name)} RENAME TO {quoted(f'levelup_{name}')}")


def _add_views(
    order: Order, fresh: Path, schema: Schema, dropped: Sequence[SourceTable]
) -> tuple[str, ...]:
    views = []
    with connect(fresh) as con:
        attach_shared(con, order.shared)
        attach_read_only(con, order.backup, PLAYER)
        for table in dropped:
            columns = schema[table.name]
            rest = _add_rest(con, order, table, columns) if table.key else []
            shadowed = order.own_place and table.name in _OURS
            name = f"levelup_{table.name}" if shadowed else table.name
            query = old_rows(
                table, columns, order.xuid, order.zone, rest, _spelling(con, table, columns)
            )
            con.execute(f"CREATE OR REPLACE VIEW {quoted(name)} AS {query}")
            views.append(name)
        _mark(con, order)
        con.execute(f"DETACH {PLAYER}")
        con.execute("CHECKPOINT")
    return tuple(views)


def _add_rest(
    con: duckdb.DuckDBPyConnection, order: Order, table: SourceTable, columns: Mapping[str, str]
) -> list[str]:
    """Write `levelup_rest_<table>`: what stands in columns without a place, or stood otherwise."""
    alone = _filled(con, table, _without_place(table, {table.name: columns}))
    compared = [name for name in columns if carried(table, name) in COMPARED]
    old = f"{PLAYER}.main.{quoted(table.name)}"
    keys = ", ".join(
        f"{_key(table, name, columns, order)} AS key_{place}"
        for place, name in enumerate(table.key)
    )
    newest = (
        f"(SELECT *, {keys} FROM {old} "
        f"QUALIFY row_number() OVER (PARTITION BY {_key_names(table)} ORDER BY rowid DESC) = 1)"
    )
    same = " AND ".join(
        f"o.key_{place} = {_key(table, name, columns, order, 'v.')}"
        for place, name in enumerate(table.key)
    )
    view = old_rows(table, columns, order.xuid, order.zone)
    other = []
    if compared:
        differs = ", ".join(
            f"count(*) FILTER (o.{quoted(name)} IS DISTINCT FROM v.{quoted(name)})"
            for name in compared
        )
        row = con.execute(f"SELECT {differs} FROM {newest} o JOIN ({view}) v ON {same}").fetchone()
        other = [name for name, count in zip(compared, row or (), strict=True) if count]
    rest = [name for name in columns if name in alone or name in other]
    if rest:
        shown = ", ".join(
            [*(f"o.key_{place} AS {name}" for place, name in enumerate(table.key)),
             *(f"o.{quoted(name)}" for name in rest)]
        )  # fmt: skip
        worth = " OR ".join(
            [*(f"o.{quoted(name)} IS NOT NULL" for name in alone),
             *(f"o.{quoted(name)} IS DISTINCT FROM v.{quoted(name)}" for name in other)]
        )  # fmt: skip
        con.execute(
            f"CREATE TABLE {rest_table(table)} AS SELECT {shown} "
            f"FROM {newest} o LEFT JOIN ({view}) v ON {same} WHERE {worth} ORDER BY ALL"
        )
    return rest


def _key(
    table: SourceTable, name: str, columns: Mapping[str, str], order: Order, alias: str = ""
) -> str:
    """A column of the key as the shared tables have it; the owner where the table names nobody."""
    column = table.column(name)
    found = column.found_in(columns)
    if found is None:
        return text_literal(order.xuid)
    value = typed(f"{alias}{quoted(found)}", columns[found], column, order.zone)
    return f"coalesce({value}, {text_literal(order.xuid)})" if name == "xuid" else value


def _key_names(table: SourceTable) -> str:
    return ", ".join(f"key_{place}" for place in range(len(table.key)))


def _spelling(
    con: duckdb.DuckDBPyConnection, table: SourceTable, columns: Mapping[str, str]
) -> dict[str, str]:
    """How the source writes the types of events, which are in lower case here."""
    name = next((name for name in columns if name.lower() == "event_type"), None)
    if name is None:
        return {}
    written = quoted(name)
    rows = con.execute(
        f"SELECT lower({written}), mode({written}) FROM {PLAYER}.main.{table.name} "
        f"WHERE {written} IS NOT NULL GROUP BY 1 HAVING lower({written}) <> mode({written})"
    ).fetchall()
    return dict(rows)


def _mark(con: duckdb.DuckDBPyConnection, order: Order) -> None:
    con.execute(
        f"CREATE TABLE {MARKER} (player VARCHAR, xuid VARCHAR, taken_over_at TIMESTAMP, "
        "shared_file VARCHAR, backup_file VARCHAR)"
    )
    con.execute(
        f"INSERT INTO {MARKER} VALUES (?, ?, ?, ?, ?)",
        [order.player, order.xuid, order.now, str(order.shared), str(order.backup)],
    )


def _look_at(order: Order, fresh: Path, work: Path, views: Sequence[str]) -> None:
    """Read the new file back: what stayed is as it was, and the views give rows."""
    with in_memory() as con:
        attach_read_only(con, work, "work")
        stayed = digests(con, "work")
    with in_memory() as con:
        attach_read_only(con, fresh, "fresh")
        attach_shared(con, order.shared)
        found = digests(con, "fresh")
        broken = sorted(name for key, told in stayed.items() if found.get(key) != told
                        for name in key[1:])  # fmt: skip
        if broken:
            raise TakeOverError(f"{fresh}: tables that stay were not copied whole: {broken}")
        for view in views:
            con.execute(f"SELECT count(*) FROM (SELECT * FROM fresh.main.{quoted(view)} LIMIT 10)")
