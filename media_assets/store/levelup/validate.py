"""The shared tables against the staged rows of one source, and against themselves."""

from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

from media_assets.store.levelup.checks import (
    KINDS,
    Coverage,
    Figures,
    Kind,
    Missing,
    Sums,
    Validation,
)
from media_assets.store.levelup.merge import EVENTS, SHIFT_SECONDS, attached
from media_assets.store.levelup.source import Unreadable

_MISSING = """
SELECT kind, subject, sum(source - here)::BIGINT FROM coverage
WHERE source > here GROUP BY ALL ORDER BY ALL
"""

_OWN = """
SELECT p.match_id, p.kills, p.deaths, e.kills AS kills_here, e.deaths AS deaths_here
FROM staged_participants p
LEFT JOIN shared.match_participants e USING (match_id, xuid)
WHERE p.xuid = getvariable('own_xuid')
"""
_SUMS = f"""
SELECT coalesce(sum(kills), 0)::BIGINT,
       coalesce(sum(kills_here) FILTER (kills IS NOT NULL), 0)::BIGINT,
       coalesce(sum(deaths), 0)::BIGINT,
       coalesce(sum(deaths_here) FILTER (deaths IS NOT NULL), 0)::BIGINT,
       coalesce(list(match_id ORDER BY match_id) FILTER (
           (kills IS NOT NULL AND kills IS DISTINCT FROM kills_here)
           OR (deaths IS NOT NULL AND deaths IS DISTINCT FROM deaths_here)), [])
FROM ({_OWN})
"""

_SHIFTED = f"""
SELECT match_id FROM staged_matches m JOIN shared.match_registry r USING (match_id)
WHERE abs(epoch(m.start_time) - epoch(r.start_time)) > {SHIFT_SECONDS} ORDER BY match_id
"""

_REPEATED = """
SELECT (SELECT count(match_id) - count(DISTINCT match_id) FROM typed_match_stats)
     + (SELECT count(*) - count(DISTINCT (match_id, xuid)) FROM typed_match_participants
        WHERE match_id IS NOT NULL AND xuid IS NOT NULL)
     + (SELECT count(*) FROM read_events WHERE match_id IS NOT NULL AND event_type IS NOT NULL
        AND time_ms IS NOT NULL AND xuid IS NOT NULL)
     - (SELECT count(*) FROM staged_events)
     + (SELECT count(*) FROM typed_medals_earned WHERE match_id IS NOT NULL
        AND medal_name_id IS NOT NULL AND count IS NOT NULL)
     - (SELECT count(*) FROM staged_medals)
"""

_CONTRADICTING = """
SELECT match_id FROM typed_match_stats WHERE match_id IS NOT NULL
GROUP BY match_id HAVING count(DISTINCT kills) > 1 OR count(DISTINCT deaths) > 1
ORDER BY match_id
"""

# A film may have an event twice, LevelUp's events are each once.
_FIGURES = f"""
SELECT (SELECT count(*) FROM match_registry),
       (SELECT coalesce(avg(player_count), 0) FROM match_registry),
       (SELECT count(*) FROM match_registry WHERE player_count > 1),
       (SELECT count(*) - count(DISTINCT match_id) FROM match_registry)
     + (SELECT count(*) - count(DISTINCT (match_id, xuid)) FROM match_participants)
     + (SELECT count(*) - count(DISTINCT (match_id, xuid, medal_name_id)) FROM medals_earned)
     + (SELECT count(*) - count(DISTINCT (match_id, event_type, time_ms, xuid, type_hint,
               CASE WHEN event_type = 'medal' THEN medal_value END, medal_name))
        FROM highlight_events JOIN match_registry USING (match_id)
        WHERE coalesce(levelup_parts, 0) & {EVENTS} <> 0),
       (SELECT count(*) FROM match_participants ANTI JOIN match_registry USING (match_id))
     + (SELECT count(*) FROM highlight_events ANTI JOIN match_registry USING (match_id))
     + (SELECT count(*) FROM medals_earned ANTI JOIN match_registry USING (match_id))
     + (SELECT count(*) FROM killer_victim_pairs ANTI JOIN match_registry USING (match_id)),
       (SELECT coalesce(sum(lost_rows), 0)::BIGINT FROM levelup_players)
"""


def validate(
    con: duckdb.DuckDBPyConnection, shared: Path, unreadable: list[Unreadable]
) -> Validation:
    """Compare what was staged with the shared tables."""
    with attached(con, shared):
        con.execute(_script())
        sums = con.execute(_SUMS).fetchone() or (0, 0, 0, 0, [])
        return Validation(
            coverage=_coverage(con),
            sums=Sums(sums[0], sums[1], sums[2], sums[3], tuple(sums[4])),
            unreadable=tuple(
                f"{found.table}.{found.column}: {found.values}, for example {found.example!r}"
                for found in unreadable
            ),
            shifted_matches=_ids(con, _SHIFTED),
            repeated=_number(con, _REPEATED),
            contradicting_matches=_ids(con, _CONTRADICTING),
        )


def figures(con: duckdb.DuckDBPyConnection) -> Figures:
    """The shared tables as a whole; the connection is one to them."""
    row = con.execute(_FIGURES).fetchone() or (0, 0.0, 0, 0, 0, 0)
    return Figures(row[0], round(row[1], 3), *row[2:])


def _coverage(con: duckdb.DuckDBPyConnection) -> tuple[Coverage, ...]:
    totals = {
        kind: (source, here)
        for kind, source, here in con.execute(
            "SELECT kind, sum(source)::BIGINT, sum(here)::BIGINT FROM coverage GROUP BY kind"
        ).fetchall()
    }
    missing: dict[Kind, list[Missing]] = {kind: [] for kind in KINDS}
    for kind, subject, rows in con.execute(_MISSING).fetchall():
        missing[kind].append(Missing(kind, subject, rows))
    return tuple(Coverage(kind, *totals.get(kind, (0, 0)), tuple(missing[kind])) for kind in KINDS)


def _ids(con: duckdb.DuckDBPyConnection, query: str) -> tuple[str, ...]:
    return tuple(row[0] for row in con.execute(query).fetchall())


def _number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0


@cache
def _script() -> str:
    return (
        files("media_assets.store")
        .joinpath("sql", "levelup_coverage.sql")
        .read_text(encoding="utf-8")
    )
