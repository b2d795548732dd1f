"""Publishing: each table as Parquet, replaced by rename and only when it says something new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files as resources
from pathlib import Path

import duckdb

from media_assets.errors import StoreError
from media_assets.store.connect import connect, make_folder
from media_assets.store.disk import explain
from media_assets.store.players import replace_view
from media_assets.store.spec import Database, Table
from media_assets.store.tables.catalog import tables_of
from media_assets.store.tables.web import WEB_TABLES

_DIGEST_KEY = "content_digest"
_UNFINISHED = ".unfinished"
"""Ends the name of a file that is being written: `*.parquet` must not find it, and for DuckDB and
polars that pattern finds names that begin with a dot."""
_MEDIA = "SELECT * FROM media ORDER BY file_path, media_id"
_LAND_MEDIA = "SELECT * FROM land_media ORDER BY url"
_NOT_PUBLISHED = {"media_files": ("path_bytes",), "image_metadata": ("gps", "grey")}
"""Columns that are not for everybody: bytes of odd names, where a photograph was taken, and small
pictures that would be nine tenths of their file."""


@dataclass(frozen=True, slots=True)
class Published:
    """One published file. `written` is False when the old one says the same."""

    file: Path
    rows: int
    written: bool


def create_media_view(database: Path, data: Path) -> bool:
    """The view `media`; True when it was written."""
    return _create_view(database, "media", "media_view.sql", data)


def create_land_view(database: Path, data: Path) -> bool:
    """The view `land_media` of a land; True when it was written."""
    return _create_view(database, "land_media", "land_view.sql", data)


def publish_tables(database: Path, kind: Database, folder: Path) -> list[Published]:
    """Publish every table of one database, and `media` where there is one, into a folder.

    Those of lands are left out: most players are none.
    """
    tables = (table for table in tables_of(kind) if table not in WEB_TABLES)
    queries = {table.name: _query(table) for table in tables}
    if kind == "player":
        queries["media"] = _MEDIA
    return publish(database, queries, folder)


def publish_some(database: Path, tables: Sequence[Table], folder: Path) -> list[Published]:
    """Publish these tables of a player and `media`, and nothing else."""
    queries = {**{table.name: _query(table) for table in tables}, "media": _MEDIA}
    return publish(database, queries, folder)


def publish_land(database: Path, folder: Path) -> list[Published]:
    """Publish the tables of a land, and `land_media`."""
    queries = {table.name: _query(table) for table in WEB_TABLES}
    return publish(database, {**queries, "land_media": _LAND_MEDIA}, folder)


def publish(database: Path, queries: Mapping[str, str], folder: Path) -> list[Published]:
    """Publish the result of each query as `<name>.parquet`.

    A file is written under another name and renamed, so a reader sees the old or the new one,
    whole. It carries a digest of its rows; when that is the same, the old file stays.

    Raises:
        StoreError: the folder cannot be written; files that were not reached stay as they were.
    """
    make_folder(folder)
    for leftover in folder.glob(f"*{_UNFINISHED}"):
        leftover.unlink(missing_ok=True)
    with connect(database, read_only=True) as con:
        return [_publish(con, query, folder / f"{name}.parquet") for name, query in queries.items()]


def read_published(
    con: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str], folders: Sequence[Path]
) -> None:
    """Make a table of some columns of what players have published of it, each in one folder.

    It has all columns and no rows where nobody has published any.
    """
    files = [str(folder / f"{table.name}.parquet") for folder in folders
             if (folder / f"{table.name}.parquet").is_file()]  # fmt: skip
    if not files:
        con.execute(table.create_statement())
        return
    con.execute(
        f"CREATE TABLE {table.name} AS SELECT {', '.join(columns)} "
        "FROM read_parquet($files, union_by_name = true)",
        {"files": files},
    )


def _create_view(database: Path, name: str, statement: str, data: Path) -> bool:
    file = resources("media_assets.store").joinpath("sql", statement)
    folder = data.as_posix().replace("'", "''")
    return replace_view(database, name, file.read_text(encoding="utf-8").replace("$data", folder))


def _publish(con: duckdb.DuckDBPyConnection, query: str, target: Path) -> Published:
    rows, digest = _digest(con, query)
    if _published_digest(con, target) == digest:
        return Published(target, rows, written=False)
    unfinished = target.with_name(f".{target.name}{_UNFINISHED}")
    try:
        con.execute(
            f"COPY ({query}) TO {_quoted(unfinished)} "
            f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{_DIGEST_KEY}: '{digest}'}})"
        )
        unfinished.replace(target)
    except (duckdb.IOException, OSError) as error:
        unfinished.unlink(missing_ok=True)
        raise StoreError(explain(target, "cannot be written", error)) from error
    return Published(target, rows, written=True)


def _digest(con: duckdb.DuckDBPyConnection, query: str) -> tuple[int, str]:
    """Rows, and a digest of columns and rows that does not depend on their order."""
    columns = con.execute(f"DESCRIBE {query}").fetchall()
    row = con.execute(
        f"SELECT count(*), bit_xor(hash(t)), sum(hash(t)::HUGEINT % 1000000007), "
        f"hash(?) FROM ({query}) t",
        [repr([column[:2] for column in columns])],
    ).fetchone()
    count, mixed, total, shape = row if row else (0, 0, 0, 0)
    return count, f"{count}-{mixed}-{total}-{shape}"


def _published_digest(con: duckdb.DuckDBPyConnection, file: Path) -> str | None:
    if not file.is_file():
        return None
    try:
        row = con.execute(
            "SELECT value FROM parquet_kv_metadata(?) WHERE key = ?",
            [str(file), _DIGEST_KEY.encode()],
        ).fetchone()
    except duckdb.Error:
        return None  # not a Parquet file any more: write it again
    return bytes(row[0]).decode() if row else None


def _query(table: Table) -> str:
    hidden = _NOT_PUBLISHED.get(table.name, ())
    excluded = f" EXCLUDE ({', '.join(hidden)})" if hidden else ""
    return f"SELECT *{excluded} FROM {table.name} ORDER BY {', '.join(table.key)}"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
