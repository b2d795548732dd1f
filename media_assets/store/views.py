"""Small queries for metadata, plots and checks."""

from datetime import datetime
from typing import Any

import duckdb

from media_assets.store.spec import Table

NUMBERS: dict[str, str] = {
    "failures": "SELECT count(DISTINCT f.media_id) AS files, count(DISTINCT x.media_id) AS failed "
    "FROM media_files f LEFT JOIN media_failures x USING (media_id) WHERE f.status = 'present'",
    "thumbnails": "SELECT count(*) FILTER (i.phash IS NOT NULL) AS images, "
    "count(*) FILTER (i.phash IS NOT NULL AND t.media_id IS NOT NULL) AS image_thumbnails, "
    "count(*) FILTER (v.width IS NOT NULL) AS clips, "
    "count(*) FILTER (v.width IS NOT NULL AND t.media_id IS NOT NULL) AS clip_thumbnails "
    "FROM media_files f LEFT JOIN image_metadata i USING (media_id) "
    "LEFT JOIN video_metadata v USING (media_id) LEFT JOIN thumbnails t USING (media_id) "
    "WHERE f.status = 'present'",
    "disk": "SELECT coalesce(sum(file_size), 0) AS library_bytes, "
    "(SELECT coalesce(sum(thumbnail_bytes + coalesce(preview_bytes, 0)), 0) FROM thumbnails) "
    "AS derived_bytes FROM media_files WHERE status = 'present'",
    "capture_times": "SELECT count(*) AS captures, count(capture_start_utc) AS timed, "
    "count(*) FILTER (capture_start_utc > now()::TIMESTAMP + INTERVAL 1 DAY) AS future, "
    "count(*) FILTER (capture_start_utc < (SELECT min(start_time) - INTERVAL 10 YEAR "
    "FROM player_match_stats)) AS ancient FROM capture_times",
    "orphans": "SELECT (SELECT count(*) FROM match_participants ANTI JOIN match_registry "
    "USING (match_id)) + (SELECT count(*) FROM highlight_events ANTI JOIN match_registry "
    "USING (match_id)) + (SELECT count(*) FROM medals_earned ANTI JOIN match_registry "
    "USING (match_id)) + (SELECT count(*) FROM killer_victim_pairs ANTI JOIN match_registry "
    "USING (match_id)) AS orphans, (SELECT count(*) FROM match_registry) AS matches",
    "participants": "SELECT count(*) AS matches, count(*) FILTER (p.found IS DISTINCT FROM "
    "s.told) AS wrong FROM match_registry r "
    "LEFT JOIN (SELECT match_id, count(*) AS found FROM match_participants GROUP BY match_id) p "
    "USING (match_id) "
    "JOIN (SELECT match_id, max(len(xuids)) AS told FROM source_files WHERE content = 'stats' "
    "AND error_class IS NULL GROUP BY match_id) s USING (match_id) WHERE r.participants_loaded",
    "events": "SELECT count(*) FILTER (r.events_loaded) AS loaded, "
    "count(*) FILTER (r.events_loaded AND e.match_id IS NULL) AS without_rows "
    "FROM match_registry r LEFT JOIN (SELECT DISTINCT match_id FROM highlight_events) e "
    "USING (match_id)",
    "gamertags": "SELECT count(*) AS humans, count(gamertag) AS named FROM match_participants "
    "WHERE NOT is_bot",
}
"""Rows of numbers, by name."""

ROWS: dict[str, str] = {
    "matches": "SELECT start_time, end_time FROM player_match_stats ORDER BY start_time",
    "form": "SELECT start_time, kda, outcome::INTEGER FROM player_match_stats "
    "WHERE kda IS NOT NULL ORDER BY start_time",
    "associated": "SELECT c.capture_start_utc, coalesce(m.decision, 'none') FROM capture_times c "
    "JOIN media_files f USING (media_id) "
    "LEFT JOIN media_matches m ON m.media_id = c.media_id AND m.role = 'main' "
    "WHERE c.capture_start_utc IS NOT NULL AND f.status <> 'missing' ORDER BY 1",
}
"""Rows for plots, by name."""

_WIDE = ("JSON", "FLOAT[]", "BLOB")
_PREVIEW_COLUMNS = 8


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows of a table."""
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def preview(con: duckdb.DuckDBPyConnection, table: Table, rows: int) -> list[dict[str, object]]:
    """The last rows by key, with the first eight columns that fit a page."""
    narrow = [column.name for column in table.columns if column.type not in _WIDE]
    names = ", ".join(narrow[:_PREVIEW_COLUMNS])
    order = ", ".join(f"{name} DESC" for name in table.key)
    return _dicts(con, f"SELECT {names} FROM {table.name} ORDER BY {order} LIMIT {rows:d}")


def newest_media(con: duckdb.DuckDBPyConnection, rows: int) -> list[dict[str, object]]:
    """The newest captures with their matches."""
    return _dicts(
        con,
        "SELECT file_name, strftime(capture_start_utc, '%Y-%m-%d %H:%M:%S') AS taken, "
        "capture_source AS source, match_id, association_decision AS decision, "
        "association_confidence AS confidence FROM media WHERE capture_start_utc IS NOT NULL "
        f"ORDER BY capture_start_utc DESC, media_id LIMIT {rows:d}",
    )


def newest_thumbnails(con: duckdb.DuckDBPyConnection, rows: int) -> list[str]:
    """Posters of pictures and clips, newest first."""
    found = con.execute(
        "SELECT t.thumbnail_file FROM thumbnails t JOIN media_files f USING (media_id) "
        "LEFT JOIN capture_times c USING (media_id) "
        "WHERE f.status = 'present' AND f.kind IN ('image', 'video') "
        "ORDER BY coalesce(c.capture_start_utc, make_timestamp(f.mtime_ns // 1000)) DESC, "
        f"f.media_id LIMIT {rows:d}"
    ).fetchall()
    return [row[0] for row in found]


def thumbnail_sample(con: duckdb.DuckDBPyConnection, rows: int) -> list[dict[str, object]]:
    """A sample of the posters that is the same as long as they are."""
    return _dicts(
        con,
        "SELECT thumbnail_file AS file, thumbnail_width AS width, thumbnail_height AS height "
        f"FROM thumbnails ORDER BY hash(media_id) LIMIT {rows:d}",
    )


def file_months(con: duckdb.DuckDBPyConnection) -> list[tuple[datetime, str, int]]:
    """Files by month and kind."""
    return con.execute(
        "SELECT date_trunc('month', make_timestamp(mtime_ns // 1000))::TIMESTAMP, kind, count(*) "
        "FROM media_files GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()


def numbers(con: duckdb.DuckDBPyConnection, name: str) -> dict[str, float]:
    """One row of `NUMBERS`."""
    row = _dicts(con, NUMBERS[name])[0]
    return {
        key: float(value) if isinstance(value, float) else int(value) for key, value in row.items()
    }


def rows_of(con: duckdb.DuckDBPyConnection, name: str) -> list[tuple[object, ...]]:
    """The rows of one of `ROWS`."""
    return con.execute(ROWS[name]).fetchall()


def _dicts(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    result = con.execute(query)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
