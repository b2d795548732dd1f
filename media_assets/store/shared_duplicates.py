"""What several players have, from what each has published: hashes, and no paths."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from media_assets.store.connect import in_memory
from media_assets.store.duplicates import with_contents
from media_assets.store.frames import as_table
from media_assets.store.publish import read_published
from media_assets.store.tables.analysis import IMAGE_METADATA, VIDEO_METADATA
from media_assets.store.tables.duplicates import SHARED_DUPLICATES
from media_assets.store.tables.library import MEDIA_FILES
from media_assets.store.write import make_equal

_READ = {
    MEDIA_FILES: ("media_id", "player", "kind", "file_size", "file_hash", "status"),
    IMAGE_METADATA: ("media_id", "aspect_ratio", "phash", "dhash", "low_detail"),
    VIDEO_METADATA: ("media_id", "duration_seconds", "frame_hashes"),
}
"""The columns that are compared; nothing else is read."""

_MEDIA = """
WITH described AS (
    SELECT f.media_id, f.player, f.kind, f.file_size, f.file_hash, i.aspect_ratio,
           v.duration_seconds, v.frame_hashes::VARCHAR AS frame_hashes,
           coalesce(i.phash IS NOT NULL AND i.dhash IS NOT NULL AND NOT i.low_detail, false)
               AS comparable,
           i.phash, i.dhash
    FROM media_files f
    LEFT JOIN image_metadata i ON i.media_id = CASE WHEN f.kind = 'image' THEN f.media_id END
    LEFT JOIN video_metadata v ON v.media_id = CASE WHEN f.kind = 'video' THEN f.media_id END
    WHERE f.status <> 'missing' AND f.file_size > 0
)
SELECT media_id, player, kind, file_size, file_hash, aspect_ratio, duration_seconds, frame_hashes,
       comparable, coalesce(file_hash, media_id) AS content_hash,
       CASE WHEN comparable THEN ('0x' || phash)::UBIGINT ELSE 0 END AS phash,
       CASE WHEN comparable THEN ('0x' || dhash)::UBIGINT ELSE 0 END AS dhash
FROM described ORDER BY media_id
"""


def load_published(folders: Sequence[Path]) -> pl.DataFrame:
    """All media that players have published, in order of their ids.

    `place` counts from 0; `content` is the place of the first media with the same bytes.
    """
    with in_memory() as con:
        for table, columns in _READ.items():
            read_published(con, table, columns, folders)
        return with_contents(con.sql(_MEDIA).pl())


def write_shared(file: Path, rows: pl.DataFrame, now: datetime) -> tuple[int, int]:
    """Make `shared_duplicates` equal to the rows; returns rows written and rows deleted."""
    stamped = as_table(SHARED_DUPLICATES, rows.with_columns(found_at=pl.lit(now)))
    return make_equal(file, SHARED_DUPLICATES, stamped, ignore=("found_at",))


def shared_promises(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Groups of several players, and what would be wrong with them."""
    row = con.execute(
        "WITH groups AS (SELECT group_id, count(DISTINCT player) AS found, min(players) AS low, "
        "max(players) AS high, min(media_id) AS first FROM shared_duplicates GROUP BY group_id), "
        "copies AS (SELECT DISTINCT file_size, file_hash FROM shared_duplicates "
        "WHERE class = 'exact' GROUP BY ALL HAVING count(DISTINCT player) < 2) "
        "SELECT (SELECT count(*) FROM groups), "
        "(SELECT count(*) FROM shared_duplicates WHERE class = 'exact'), "
        "(SELECT count(*) FROM groups WHERE found < 2 OR found <> low OR found <> high "
        "OR first <> group_id), (SELECT count(*) FROM copies)"
    ).fetchone()
    groups, exact, broken, unequal = row or (0, 0, 0, 0)
    return {"groups": groups, "exact": exact, "broken_groups": broken, "unequal_copies": unequal}
