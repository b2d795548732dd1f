"""Capture times in the store."""

from datetime import datetime

import duckdb
import polars as pl

from media_assets.store.tables.captures import CAPTURE_TIMES
from media_assets.store.write import relation, upsert

# What a capture time follows from. Another digest of these makes it pending.
_EVIDENCE = """
SELECT f.media_id, f.kind, f.file_name, parse_path(f.file_path)[-2] AS folder_name, f.mtime_ns,
       v.duration_seconds,
       i.text ->> 'Microsoft.GameDVR.Extended' AS gamedvr,
       i.exif_datetime_original AS exif_original, i.exif_offset_original AS exif_offset,
       i.exif_subsec_original AS exif_subsec, v.creation_time
FROM media_files f
LEFT JOIN image_metadata i ON i.media_id = f.media_id
LEFT JOIN video_metadata v ON v.media_id = f.media_id
WHERE f.kind IN ('image', 'video')
"""

_PENDING = f"""
WITH evidence AS ({_EVIDENCE}),
digested AS (
    SELECT e.*, md5(concat_ws('|', $version, kind, folder_name, file_name, mtime_ns,
        coalesce(duration_seconds::VARCHAR, ''), coalesce(gamedvr, ''),
        coalesce(exif_original, ''), coalesce(exif_offset, ''), coalesce(exif_subsec, ''),
        coalesce(creation_time::VARCHAR, ''), coalesce(o.rule, ''))) AS inputs
    FROM evidence e LEFT JOIN own_rules o ON o.media_id = e.media_id
)
SELECT d.* FROM digested d
LEFT JOIN capture_times c ON c.media_id = d.media_id
LEFT JOIN stays s ON c.local_time >= s.begins AND c.local_time < s.ends
WHERE c.media_id IS NULL OR c.inputs <> d.inputs
   -- The zone is another one now. It plays no part where no source has a local time.
   OR c.local_zone <> coalesce(s.zone, $home)
   -- A time in the future is looked at again: the clock may have been wrong.
   OR (contains(c.flags, 'future') AND c.computed_at NOT BETWEEN $now - INTERVAL 1 DAY AND $now)
ORDER BY d.media_id
"""

_NAMES = "SELECT media_id, kind, file_name FROM media_files WHERE kind IN ('image', 'video')"


def load_names(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """`media_id`, `kind` and `file_name` of every capture."""
    return con.sql(_NAMES).pl()


def load_evidence(
    con: duckdb.DuckDBPyConnection,
    frames: dict[str, pl.DataFrame],
    *,
    home: str,
    version: int,
    now: datetime,
) -> pl.DataFrame:
    """Captures whose time is to be computed, with all that it follows from and its digest.

    `home` is the player's zone, and the frame `stays` has those of journeys: `begins`, `ends` and
    `zone`. The frame `own_rules` has the digest of the user's own rule, `rule`, for each `media_id`
    whose name one fits.
    """
    parameters = {"home": home, "version": version, "now": now}
    with (
        relation(con, "stays", frames["stays"]),
        relation(con, "own_rules", frames["own_rules"]),
    ):
        return con.sql(_PENDING, params=parameters).pl()


def write_times(con: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> int:
    """Write capture times."""
    return upsert(con, CAPTURE_TIMES, rows)
