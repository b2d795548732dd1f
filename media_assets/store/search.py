"""What is to be found by its words, and what the index of a player has of it."""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import polars as pl

from media_assets.store.frames import as_table, frame_of
from media_assets.store.tables.vectors import SEARCH_INDEX, SEARCH_STATE
from media_assets.store.write import delete_keys, upsert

_WORDS = ("kind", "title", "artist", "album", "genre", "note", "file_name")

# Music, and of the rest what people have put into words.
_WANTED = f"""
WITH described AS (
    SELECT f.media_id, f.kind, coalesce(n.title, a.title) AS title, a.artist, a.album, a.genre,
           nullif(concat_ws(' ', CASE WHEN n.title IS NOT NULL THEN a.title END,
                            array_to_string(n.tags, ' '), n.note), '') AS note,
           f.file_name
    FROM media_files f
    LEFT JOIN audio_metadata a ON a.media_id = CASE WHEN f.kind = 'audio' THEN f.media_id END
    LEFT JOIN media_notes n ON n.media_id = f.media_id
    WHERE f.status <> 'missing'
      AND (f.kind = 'audio' OR coalesce(n.title, n.note, n.tags::VARCHAR) IS NOT NULL)
)
SELECT *, md5(concat_ws(chr(31), {", ".join(f"coalesce({name}, chr(30))" for name in _WORDS)}))
    AS inputs
FROM described
"""

_PENDING = f"""
FROM ({_WANTED}) w ANTI JOIN search_index s ON s.media_id = w.media_id AND s.inputs = w.inputs
ORDER BY w.media_id
"""
_GONE = f"""
SELECT media_id FROM search_index s ANTI JOIN ({_WANTED}) w ON w.media_id = s.media_id
ORDER BY media_id
"""


@dataclass(frozen=True, slots=True)
class State:
    """The index that the tables tell of."""

    generation: str
    stamp: int
    version: int
    documents: int
    """Rows of `search_index`."""


def load_state(con: duckdb.DuckDBPyConnection) -> State | None:
    """The index that the tables tell of; None before the first."""
    row = con.execute(
        "SELECT generation, stamp, version, (SELECT count(*) FROM search_index) FROM search_state"
    ).fetchone()
    return State(*row) if row else None


def load_all(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Everything that can be found, with a digest of its words as `inputs`, in order of the ids."""
    return con.sql(f"FROM ({_WANTED}) ORDER BY media_id").pl()


def load_news(con: duckdb.DuckDBPyConnection) -> tuple[pl.DataFrame, list[str]]:
    """What the index lacks or has with other words, and ids that are not to be found any more."""
    gone = con.execute(_GONE).fetchall()
    return con.sql(_PENDING).pl(), [row[0] for row in gone]


def load_sample(
    con: duckdb.DuckDBPyConnection, size: int
) -> tuple[int, list[tuple[str, str | None, str | None]]]:
    """Rows of the table, and id, title and artist of some that have words, always the same ones."""
    total = con.execute("SELECT count(*) FROM search_index").fetchone()
    rows = con.execute(
        "SELECT media_id, title, artist FROM search_index WHERE title IS NOT NULL "
        "ORDER BY md5(media_id) LIMIT ?",
        [size],
    ).fetchall()
    return (int(total[0]) if total else 0), rows


def write_indexed(
    con: duckdb.DuckDBPyConnection,
    fresh: pl.DataFrame,
    gone: list[str] | None,
    state: State,
    now: datetime,
) -> int:
    """Record what the index has now, inside the caller's transaction; returns the rows written.

    `gone` are ids that left it; None: it was made anew and has what is in `fresh` alone.
    """
    if gone is None:
        con.execute("DELETE FROM search_index")
    else:
        delete_keys(con, SEARCH_INDEX, pl.DataFrame({"media_id": gone}, {"media_id": pl.String}))
    rows = as_table(SEARCH_INDEX, fresh.with_columns(indexed_at=pl.lit(now)))
    written = upsert(con, SEARCH_INDEX, rows)
    con.execute("DELETE FROM search_state WHERE generation <> ?", [state.generation])
    row = {"generation": state.generation, "stamp": state.stamp, "version": state.version,
           "updated_at": now}  # fmt: skip
    upsert(con, SEARCH_STATE, frame_of(SEARCH_STATE, [row]))
    return written
