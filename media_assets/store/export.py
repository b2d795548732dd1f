"""Published files of all players together, in the formats that analysts open."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl

from media_assets.errors import StoreError
from media_assets.store.connect import in_memory, make_folder
from media_assets.store.disk import explain

Sources = Mapping[str | None, Path]
"""The published file of one table for each player; None where the table is shared."""

_UNFINISHED = ".unfinished"
_FORMULA = r"^([\x00-\x20\x7f\x{a0}\x{200b}\x{feff}]*[=+\-@＝＋－＠]|[\t\r\n])"
"""So begin the cells that a spreadsheet takes for a formula (OWASP, "CSV Injection"), also behind
characters that some of them pass over."""

_CAPTURES = "SELECT * FROM ({media}) WHERE kind IN ('image', 'video') AND status <> 'missing'"
_ASSOCIATIONS = f"""
SELECT a.* FROM ({{associations}}) a
SEMI JOIN ({_CAPTURES}) USING (media_id)
SEMI JOIN ({{matches}}) USING (match_id)
WHERE a.decision IN ('auto', 'review', 'accepted', 'assigned')
"""
_MATCHES = f"SELECT m.* FROM ({{matches}}) m SEMI JOIN ({_ASSOCIATIONS}) USING (match_id)"


class Graph(NamedTuple):
    """Captures that are not missing, the matches that they show, and what joins the two."""

    captures: pl.DataFrame
    matches: pl.DataFrame
    associations: pl.DataFrame


def write_csv(sources: Sources, target: Path) -> int:
    """One table of several players as CSV, `player` first; returns its rows.

    Lists are JSON. A text that a spreadsheet would run as a formula gets a `'` before it.

    Raises:
        StoreError: a published file cannot be read, or the target cannot be written.
    """
    with working(target) as con:
        query = together(con, sources)
        columns = con.execute(f"DESCRIBE {query}").fetchall()
        cells = ", ".join(_cell(name, kind) for name, kind, *_ in columns)
        return _copy(con, f"SELECT {cells} FROM ({query})", target, "FORMAT csv, HEADER")


def write_parquet(sources: Sources, target: Path) -> int:
    """One table of several players as Parquet, `player` first; returns its rows.

    Raises:
        StoreError: as `write_csv`.
    """
    with working(target) as con:
        query = together(con, sources)
        return _copy(con, query, target, "FORMAT parquet, COMPRESSION zstd")


def load_graph(media: Sources, associations: Sources, matches: Path) -> Graph:
    """What the published files say of captures and the matches that they show.

    Candidates and what people rejected are left out.

    Raises:
        StoreError: a published file cannot be read.
    """
    with working(matches) as con:
        tables = {
            "media": together(con, media),
            "associations": together(con, associations),
            "matches": together(con, {None: matches}),
        }
        return Graph(
            con.sql(_CAPTURES.format(**tables)).pl().sort("player", "file_path", "media_id"),
            con.sql(_MATCHES.format(**tables)).pl().sort("start_time", "match_id"),
            con.sql(_ASSOCIATIONS.format(**tables)).pl().sort("media_id", "match_id"),
        )


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A file to write that takes the target's place when the block ends, and not before.

    Raises:
        StoreError: the system refuses it.
    """
    make_folder(target.parent)
    unfinished = target.with_name(f".{target.name}{_UNFINISHED}")
    try:
        yield unfinished
        unfinished.replace(target)
    except OSError as error:
        raise StoreError(explain(target, "cannot be written", error)) from error
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def working(target: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to no file, for what becomes of published ones.

    Raises:
        StoreError: one of them cannot be read; `target` is what the message names.
    """
    with in_memory() as con:
        try:
            yield con
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise StoreError(explain(target, "cannot be exported", error)) from error


def _copy(con: duckdb.DuckDBPyConnection, query: str, target: Path, options: str) -> int:
    with replacing(target) as unfinished:
        row = con.execute(f"COPY ({query}) TO {_quoted(str(unfinished))} ({options})").fetchone()
    return int(row[0]) if row else 0


def together(con: duckdb.DuckDBPyConnection, sources: Sources) -> str:
    """A query over the files one after the other; a column that a file lacks is null there."""
    return " UNION ALL BY NAME ".join(
        _of_player(con, player, file) for player, file in sources.items()
    )


def _of_player(con: duckdb.DuckDBPyConnection, player: str | None, file: Path) -> str:
    rows = f"read_parquet({_quoted(str(file))})"
    if player is None:
        return f"SELECT * FROM {rows}"
    names = [row[0] for row in con.execute(f"DESCRIBE FROM {rows}").fetchall()]
    others = " EXCLUDE (player)" if "player" in names else ""
    return f"SELECT {_quoted(player)} AS player, *{others} FROM {rows}"


def _cell(name: str, kind: str) -> str:
    """A column as it stands in CSV."""
    column = f'"{name}"'
    if kind.endswith("[]"):
        return f"to_json({column})::VARCHAR AS {column}"
    if kind != "VARCHAR":
        return column
    formula = f"regexp_matches({column}, {_quoted(_FORMULA)})"
    return f"CASE WHEN {formula} THEN '''' || {column} ELSE {column} END AS {column}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
