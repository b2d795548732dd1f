"""Counts and lists for people, read from the store."""

import duckdb
import polars as pl

_FILES = "SELECT kind, count(*) FROM media_files WHERE status <> 'missing' GROUP BY kind"

_NUMBERS = """
SELECT count(*) FILTER (status = 'missing'),
       count(*) FILTER (status <> 'missing' AND media_id IN (SELECT media_id FROM media_failures))
FROM media_files
"""

# Eligible for a thumbnail: every picture and clip with frames that could be read, and music that
# has a picture embedded.
_THUMBNAILS = """
WITH eligible AS (
    SELECT f.media_id FROM media_files f
    LEFT JOIN image_metadata i USING (media_id)
    LEFT JOIN video_metadata v USING (media_id)
    LEFT JOIN audio_metadata a USING (media_id)
    WHERE f.status <> 'missing'
      AND (i.phash IS NOT NULL OR v.width IS NOT NULL OR a.has_cover)
)
SELECT count(*), count(*) FILTER (media_id IN (SELECT media_id FROM thumbnails)) FROM eligible
"""

_CAPTURES = """
WITH history AS (SELECT min(start_time) AS begins, max(end_time) AS ends FROM player_match_stats),
captures AS (
    SELECT c.capture_start_utc AS taken, m.decision,
           c.capture_start_utc BETWEEN history.begins AND history.ends AS inside
    FROM media_files f
    CROSS JOIN history
    LEFT JOIN capture_times c USING (media_id)
    LEFT JOIN media_matches m ON m.media_id = f.media_id AND m.role = 'main'
    WHERE f.kind IN ('image', 'video') AND f.status <> 'missing'
)
SELECT count(*) AS total,
       count(taken) AS timed,
       count(*) FILTER (inside) AS inside_history,
       count(*) FILTER (inside AND decision IN ('auto', 'accepted', 'assigned')) AS auto,
       count(*) FILTER (inside AND decision = 'review') AS review
FROM captures
"""

_FAILURES = """
SELECT f.player, f.file_path, x.stage, x.error_class, x.message, x.attempts,
       x.first_failed_at, x.last_failed_at, x.next_retry_at, x.media_id
FROM media_failures x JOIN media_files f USING (media_id)
ORDER BY f.file_path, x.stage
"""

_SOURCE_FAILURES = """
SELECT file_path, content, match_id, error_class, message, read_at
FROM source_files WHERE error_class IS NOT NULL ORDER BY file_path
"""

_SHARED = {
    "matches": "match_registry",
    "participants": "match_participants",
    "events": "highlight_events",
    "medals": "medals_earned",
    "aliases": "xuid_aliases",
}


def file_counts(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, int], int, int]:
    """Files by kind (missing ones apart), missing files, files with a stage that failed."""
    kinds = dict(con.execute(_FILES).fetchall())
    missing, failed = _one(con, _NUMBERS)
    return {kind: kinds.get(kind, 0) for kind in ("image", "video", "audio")}, missing, failed


def thumbnail_counts(con: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Media that should have a thumbnail, and those of them that have one."""
    eligible, made = _one(con, _THUMBNAILS)
    return eligible, made


def capture_counts(con: duckdb.DuckDBPyConnection) -> tuple[int, int, int, int, int]:
    """Captures: all, with a time, inside the match history, and of these auto and review."""
    total, timed, inside, auto, review = _one(con, _CAPTURES)
    return total, timed, inside, auto, review


def shared_counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The counts of the shared tables."""
    return {name: _one(con, f"SELECT count(*) FROM {table}")[0] for name, table in _SHARED.items()}


def player_failures(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """What could not be done for the player's media, in order of the paths."""
    return con.sql(_FAILURES).pl()


def source_failures(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Recorded files and raw matches that could not be used, in order of the paths."""
    return con.sql(_SOURCE_FAILURES).pl()


def scan_verdicts(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The verdict of the latest scan of each folder."""
    return con.sql("FROM library_scans ORDER BY folder").pl()


def _one(con: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    row = con.execute(query).fetchone()
    return row if row is not None else ()
