"""Queries that hold what the tables of matches promise against each other."""

from typing import NamedTuple

import duckdb

from media_assets.store.tables.matches import (
    HIGHLIGHT_EVENTS,
    KILLER_VICTIM_PAIRS,
    MATCH_PARTICIPANTS,
    MATCH_REGISTRY,
    MEDALS_EARNED,
    PERSONAL_SCORES,
    XUID_ALIASES,
)

_COMPARED = (
    "team_id", "outcome", "rank", "score", "personal_score", "kills", "deaths", "assists", "kda",
    "accuracy", "damage_dealt", "damage_taken", "shots_fired", "shots_hit",
    "average_life_seconds", "time_played_seconds", "kills_expected", "deaths_expected",
)  # fmt: skip
"""Columns that `player_match_stats` takes over from `match_participants` as they are."""

_BREAKDOWNS = ("stats_by_map", "stats_by_mode", "stats_by_playlist", "stats_by_hour")

_EVENTS = """
SELECT r.match_id, r.events_loaded, e.match_id IS NOT NULL, f.match_id IS NOT NULL
FROM match_registry r
LEFT JOIN (SELECT DISTINCT match_id FROM highlight_events) e USING (match_id)
LEFT JOIN (SELECT DISTINCT match_id FROM source_files WHERE error_class IS NOT NULL) f
    USING (match_id)
WHERE r.backfill_completed & 2 <> 0 OR r.events_loaded
ORDER BY r.match_id
"""


class Events(NamedTuple):
    """Events of one match whose film was looked for. `is_named`: among the failures."""

    flagged: bool
    has_rows: bool
    is_named: bool


def participants_by_match(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many participants each match has that is marked as loaded."""
    rows = con.execute(
        "SELECT r.match_id, count(p.xuid) FROM match_registry r "
        "LEFT JOIN match_participants p USING (match_id) WHERE r.participants_loaded GROUP BY ALL"
    ).fetchall()
    return dict(rows)


def events_by_match(con: duckdb.DuckDBPyConnection) -> dict[str, Events]:
    """Every match whose film was looked for, or whose events are marked as loaded."""
    return {match_id: Events(*rest) for match_id, *rest in con.execute(_EVENTS).fetchall()}


def duplicates(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """By shared table, rows more than keys: 0 as long as the primary keys are there."""
    found = {}
    for table in (MATCH_REGISTRY, MATCH_PARTICIPANTS, HIGHLIGHT_EVENTS, MEDALS_EARNED,
                  PERSONAL_SCORES, KILLER_VICTIM_PAIRS, XUID_ALIASES):  # fmt: skip
        first, *rest = table.key
        within = f"count(DISTINCT ({', '.join(rest)}))" if rest else "1"
        row = con.execute(
            "SELECT coalesce(sum(more), 0) FROM ("
            f"SELECT count(*) - {within} AS more FROM {table.name} GROUP BY {first})"
        ).fetchone()
        found[table.name] = int(row[0]) if row else 0
    return found


def agreement(con: duckdb.DuckDBPyConnection, xuid: str) -> dict[str, int]:
    """How far a player's numbers are those of the participants, attached as `shared`.

    `matches`: of the player. `missing`: those without a row in `player_match_stats`. `different`:
    rows of which a number differs, or that are nobody's. `miscounted`: breakdowns whose matches or
    kills are not those of `player_match_stats`.
    """
    differs = " OR ".join(f"s.{name} IS DISTINCT FROM p.{name}" for name in _COMPARED)
    row = con.execute(
        "SELECT count(p.match_id), count(*) FILTER (s.match_id IS NULL), "
        f"count(*) FILTER (s.match_id IS NOT NULL AND (p.match_id IS NULL OR {differs})) "
        "FROM (SELECT p.* FROM shared.match_participants p "
        "SEMI JOIN shared.match_registry USING (match_id) WHERE xuid = $xuid) p "
        "FULL JOIN player_match_stats s ON s.match_id = p.match_id",
        {"xuid": xuid},
    ).fetchone()
    matches, missing, different = row or (0, 0, 0)
    return {"matches": matches, "missing": missing, "different": different,
            "miscounted": sum(_is_miscounted(con, table) for table in _BREAKDOWNS)}  # fmt: skip


def _is_miscounted(con: duckdb.DuckDBPyConnection, breakdown: str) -> bool:
    row = con.execute(
        "SELECT (SELECT (count(*), sum(kills), count(*) FILTER (outcome = 2)) "
        "FROM player_match_stats) IS DISTINCT FROM "
        f"(SELECT (coalesce(sum(matches), 0), sum(kills), coalesce(sum(wins), 0)) FROM {breakdown})"
    ).fetchone()
    return bool(row and row[0])
