"""Small looks at what is associated, for the tables and plots that people see."""

from typing import Any

import duckdb
import polars as pl

_NEWEST = """
SELECT f.file_name, f.kind, c.capture_start_utc, h.thumbnail_file,
       s.map_name, s.mode_category, m.*
FROM media_matches m
JOIN media_files f ON f.media_id = m.media_id
JOIN capture_times c ON c.media_id = m.media_id
LEFT JOIN thumbnails h ON h.media_id = m.media_id
LEFT JOIN player_match_stats s ON s.match_id = m.match_id
WHERE m.role = 'main' AND f.status <> 'missing' AND m.decision <> 'candidate'
ORDER BY m.decision = 'review' DESC, c.capture_start_utc DESC, f.file_name, m.media_id
"""

_UNDECIDED = """
SELECT m.confidence
FROM media_matches m
JOIN media_files f ON f.media_id = m.media_id
ANTI JOIN association_decisions d ON d.media_id = m.media_id
WHERE m.role = 'main' AND f.status <> 'missing'
"""

_CANDIDATES = (
    "(SELECT match_id FROM media_matches m SEMI JOIN association_decisions d "
    "ON d.media_id = m.media_id)"
)
_DECIDED = {
    "captures": "SELECT c.media_id, f.kind, c.title, c.time_quality, "
    "epoch(c.capture_start_utc) AS begins, epoch(c.capture_end_utc) AS ends "
    "FROM capture_times c JOIN media_files f ON f.media_id = c.media_id "
    "SEMI JOIN association_decisions d ON d.media_id = c.media_id "
    "WHERE c.capture_start_utc IS NOT NULL AND f.status <> 'missing'",
    "presences": "SELECT match_id, start_time AS match_start_time, epoch(joined_at) AS joins, "
    f"epoch(left_at) AS leaves FROM player_match_stats WHERE match_id IN {_CANDIDATES}",
    "events": "SELECT e.match_id, epoch(p.start_time) + e.time_ms / 1000.0 AS happens "
    "FROM shared.highlight_events e JOIN player_match_stats p "
    "ON p.match_id = e.match_id AND p.xuid = e.xuid WHERE e.event_type IN ('kill', 'medal') "
    f"AND e.match_id IN {_CANDIDATES}",
    "decisions": "SELECT media_id, match_id, decision FROM association_decisions",
}
"""What the rules need to judge again what people decided about: all candidates are in the table."""


def newest_associations(con: duckdb.DuckDBPyConnection, rows: int) -> list[dict[str, Any]]:
    """The main associations, those to review first, then the newest captures.

    All columns of `media_matches`, with `file_name`, `kind`, `capture_start_utc`, `thumbnail_file`,
    `map_name` and `mode_category`.
    """
    return con.sql(f"{_NEWEST} LIMIT {rows:d}").pl().to_dicts()


def undecided_confidences(con: duckdb.DuckDBPyConnection) -> list[float]:
    """Confidence of each main association about whose capture nobody decided anything."""
    return [row[0] for row in con.execute(_UNDECIDED).fetchall()]


def load_decided(con: duckdb.DuckDBPyConnection) -> dict[str, pl.DataFrame]:
    """What people decided about, as the association takes it; needs `shared` attached."""
    return {name: con.sql(query).pl() for name, query in _DECIDED.items()}
