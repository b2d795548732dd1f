"""Removing what is known of media that are gone, because a person asks for it."""

from collections import Counter
from datetime import datetime

import duckdb
import polars as pl

from media_assets.store.spec import Table
from media_assets.store.tables.catalog import tables_of
from media_assets.store.write import relation

# `spoken_for` says what people have left on it.
_GONE = """
SELECT f.media_id, f.file_path, f.kind, f.file_size, f.deleted_at,
       nullif(concat_ws(', ', CASE WHEN n.media_id IS NOT NULL THEN 'words' END,
                              CASE WHEN d.media_id IS NOT NULL THEN 'decisions' END), '')
           AS spoken_for
FROM media_files f
LEFT JOIN (SELECT media_id FROM media_notes
           WHERE coalesce(tags::VARCHAR, note, title, rating::VARCHAR) IS NOT NULL) n
    ON n.media_id = f.media_id
LEFT JOIN (SELECT media_id FROM association_decisions
           UNION SELECT unnest([media_id, other_media_id]) FROM duplicate_decisions) d
    ON d.media_id = f.media_id
WHERE f.status = 'missing' AND f.deleted_at <= $before
ORDER BY f.file_path, f.media_id
"""


def load_gone(con: duckdb.DuckDBPyConnection, before: datetime) -> pl.DataFrame:
    """Media that were missed at `before` or earlier, in order of the paths, with what people left.

    Columns `media_id, file_path, kind, file_size, deleted_at, spoken_for`; the last is null where
    nobody wrote or decided anything.
    """
    return con.sql(_GONE, params={"before": before}).pl()


def remove_media(con: duckdb.DuckDBPyConnection, media_ids: pl.Series) -> Counter[str]:
    """Delete media from every table that knows them; returns the rows deleted by table."""
    deleted: Counter[str] = Counter()
    with relation(con, "doomed", media_ids.rename("media_id").to_frame()):
        for table, column in media_columns():
            deleted[table.name] += _delete(con, table, column)
    return deleted


def media_columns() -> list[tuple[Table, str]]:
    """Every column of a player's table that holds ids of media."""
    return [
        (table, column.name)
        for table in tables_of("player")
        for column in table.columns
        if "media_id" in column.name
    ]


def _delete(con: duckdb.DuckDBPyConnection, table: Table, column: str) -> int:
    row = con.execute(
        f"DELETE FROM {table.name} WHERE {column} IN (SELECT media_id FROM doomed)"
    ).fetchone()
    return int(row[0]) if row else 0
