"""Whose turn it is to be verified, and what verifications have shown."""

from datetime import datetime

import duckdb
import polars as pl

from media_assets.store.write import relation

# Fingerprint and hash are those of the size and mtime that a stage saw. Of a file that was touched
# since, nobody knows whether they still hold.
_READABLE = """
FROM media_files f
SEMI JOIN (SELECT media_id, file_size, mtime_ns FROM media_stages
           UNION ALL SELECT media_id, file_size, mtime_ns FROM media_failures) r
    ON r.media_id = f.media_id AND r.file_size = f.file_size AND r.mtime_ns = f.mtime_ns
"""
_PRESENT = "f.status = 'present' AND f.fingerprint IS NOT NULL"

# What was recorded anew since its verification counts as never verified. Whole rows take no part
# in the sorting: with them a million files take a gigabyte.
_QUEUE = f"""
WITH next AS (
    SELECT f.rowid AS place, v.verified_at {_READABLE}
    LEFT JOIN media_verifications v ON v.media_id = f.media_id
        AND v.file_size = f.file_size AND v.mtime_ns = f.mtime_ns
    WHERE {_PRESENT} AND (v.verified_at IS NULL OR v.verified_at NOT BETWEEN $since AND $now)
    ORDER BY v.verified_at NULLS FIRST, f.file_path LIMIT $limit
)
SELECT f.media_id, f.file_path, f.path_bytes, f.file_size, f.mtime_ns, f.fingerprint, f.file_hash
FROM media_files f JOIN next ON next.place = f.rowid
ORDER BY next.verified_at NULLS FIRST, f.file_path, f.media_id
"""

_RECORD = """
INSERT INTO media_verifications BY NAME
SELECT media_id, result, message, verified_at, file_size, mtime_ns,
       CASE WHEN result = 'ok' THEN verified_at END AS last_ok_at
FROM verified ORDER BY media_id
ON CONFLICT (media_id) DO UPDATE SET
    result = excluded.result, message = excluded.message, verified_at = excluded.verified_at,
    last_ok_at = CASE WHEN excluded.result = 'ok' THEN excluded.last_ok_at
        WHEN file_size = excluded.file_size AND mtime_ns = excluded.mtime_ns THEN last_ok_at END,
    file_size = excluded.file_size, mtime_ns = excluded.mtime_ns
"""

# Only where the scan has still the file that was read.
_FIRST_HASH = """
UPDATE media_files SET file_hash = v.file_hash FROM verified v
WHERE media_files.media_id = v.media_id AND media_files.file_hash IS NULL
  AND media_files.file_size = v.file_size AND media_files.mtime_ns = v.mtime_ns
  AND v.file_hash IS NOT NULL
"""

_STANDING = """
FROM media_verifications v
JOIN media_files f ON f.media_id = v.media_id AND f.status = 'present'
    AND f.file_size = v.file_size AND f.mtime_ns = v.mtime_ns
"""

_NUMBERS = f"""
SELECT (SELECT count(*) {_READABLE} WHERE {_PRESENT}),
       (SELECT count(*) FROM media_files WHERE status = 'present')
"""

_BATCH: dict[str, pl.DataType] = {
    "media_id": pl.String(),
    "result": pl.String(),
    "message": pl.String(),
    "verified_at": pl.Datetime("us"),
    "file_size": pl.Int64(),
    "mtime_ns": pl.Int64(),
    "file_hash": pl.String(),
}


def load_queue(
    con: duckdb.DuckDBPyConnection, since: datetime, now: datetime, limit: int
) -> pl.DataFrame:
    """The next media to verify: never verified ones first, then the oldest.

    Only present ones that the analysis has read as they are now, and that were not verified
    between `since` and `now`.
    """
    return con.sql(_QUEUE, params={"since": since, "now": now, "limit": limit}).pl()


def record(con: duckdb.DuckDBPyConnection, rows: list[dict[str, object]]) -> int:
    """Write results inside the caller's transaction, and full hashes that were not known."""
    frame = pl.DataFrame(rows, _BATCH)
    with relation(con, "verified", frame):
        con.execute(_RECORD)
        con.execute(_FIRST_HASH)
    return frame.height


def standing_counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many present media have which latest result, of the file that the scan knows."""
    return dict(con.execute(f"SELECT v.result, count(*) {_STANDING} GROUP BY 1").fetchall())


def file_counts(con: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Present files that can be verified, and those that nothing has read as they are."""
    row = con.execute(_NUMBERS).fetchone()
    readable, present = row if row is not None else (0, 0)
    return readable, present - readable


def oldest(con: duckdb.DuckDBPyConnection) -> datetime | None:
    """When the present file was verified that waits the longest; None before the first."""
    row = con.execute(f"SELECT min(v.verified_at) {_STANDING}").fetchone()
    return row[0] if row is not None else None


def findings(con: duckdb.DuckDBPyConnection, results: tuple[str, ...]) -> pl.DataFrame:
    """Present media whose latest result is one of these, in order of the paths."""
    return con.sql(
        "SELECT f.player, f.file_path, v.result, v.message, v.verified_at, v.last_ok_at, "
        f"f.media_id {_STANDING} WHERE list_contains($results, v.result) "
        "ORDER BY f.file_path, f.media_id",
        params={"results": list(results)},
    ).pl()
