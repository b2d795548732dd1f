"""What of the staged rows the shared tables lack, and how it is written.

A match that the shared tables do not have comes whole. Of one that they have only what is missing
is added: where it came from responses, nothing of it is changed. The outcome does not depend on the
order of the players, nor on how often it is done.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from media_assets.store.connect import attach_shared, connect, transaction
from media_assets.store.frames import as_table
from media_assets.store.spec import Table
from media_assets.store.tables.levelup import LEVELUP_MATCHES
from media_assets.store.tables.matches import (
    HIGHLIGHT_EVENTS,
    KILLER_VICTIM_PAIRS,
    MATCH_PARTICIPANTS,
    MATCH_REGISTRY,
    MEDALS_EARNED,
    XUID_ALIASES,
)
from media_assets.store.write import relation, upsert

BATCH_MATCHES = 500

STATS, EVENTS, SKILL = 512, 2, 4
"""Bits of `levelup_parts`, as `Backfill` has them: the match itself, its events, its skill."""

SHIFT_SECONDS = 60
"""Sources may cut off fractions of a second; a wrong zone is wrong by at least half an hour."""

# Of the matches in hand: whether the registry will have them, and which parts came from responses.
_STATE = f"""
CREATE OR REPLACE TEMP TABLE state AS
SELECT m.match_id,
       r.match_id IS NOT NULL AS known,
       r.match_id IS NOT NULL AND coalesce(r.levelup_parts, 0) & {STATS} = 0 AS from_responses,
       coalesce(r.events_loaded AND coalesce(r.levelup_parts, 0) & {EVENTS} = 0, false)
           AS events_from_responses,
       coalesce(r.backfill_completed & ~coalesce(r.levelup_parts, 0), 0) AS attempted,
       coalesce(abs(epoch(m.start_time) - epoch(r.start_time)) > {SHIFT_SECONDS}, false) AS shifted,
       shifted AND NOT from_responses AND getvariable('zone_is_given') AS retimed
FROM batch
JOIN staged_ids m USING (match_id)
LEFT JOIN shared.match_registry r USING (match_id)
WHERE r.match_id IS NOT NULL OR m.start_time IS NOT NULL
"""

_FILLED = (
    "playlist_id", "map_id", "pair_id", "game_variant_id", "game_variant_category",
    "mode_category", "is_ranked", "is_firefight", "season_id", "team_0_score", "team_1_score",
)  # fmt: skip
_NAMES = ("playlist_name", "map_name", "pair_name", "game_variant_name")

_REGISTRY = f"""
SELECT m.match_id,
       CASE WHEN s.retimed THEN m.start_time ELSE coalesce(r.start_time, m.start_time) END
           AS start_time,
       -- LevelUp knows when its player stopped; who stayed longest is nearest to the end.
       CASE WHEN s.retimed THEN m.end_time
            WHEN s.from_responses OR s.shifted THEN r.end_time
            ELSE greatest(r.end_time, m.end_time) END AS end_time,
       CASE WHEN s.retimed THEN m.duration_seconds
            WHEN s.from_responses OR s.shifted THEN r.duration_seconds
            ELSE greatest(r.duration_seconds, m.duration_seconds) END AS duration_seconds,
       {{columns}},
       coalesce(r.backfill_completed, 0) | m.backfill_completed AS backfill_completed,
       coalesce(r.participants_loaded, false) OR m.roster_known AS participants_loaded,
       coalesce(r.events_loaded, false) OR e.match_id IS NOT NULL AS events_loaded,
       coalesce(r.medals_loaded, false) AS medals_loaded,
       coalesce(r.first_sync_by, getvariable('player')) AS first_sync_by,
       coalesce(r.first_sync_at, $now) AS first_sync_at,
       coalesce(r.player_count, 0)::SMALLINT AS player_count,
       coalesce(r.created_at, $now) AS created_at,
       $now AS updated_at,
       coalesce(r.levelup_parts, 0) | (
           (m.backfill_completed | {STATS}
            | CASE WHEN e.match_id IS NOT NULL THEN {EVENTS} ELSE 0 END
            | CASE WHEN k.match_id IS NOT NULL THEN {SKILL} ELSE 0 END)
           & ~s.attempted) AS levelup_parts
FROM staged_matches m
JOIN state s USING (match_id)
LEFT JOIN shared.match_registry r USING (match_id)
LEFT JOIN (SELECT DISTINCT match_id FROM staged_events) e USING (match_id)
LEFT JOIN (SELECT DISTINCT match_id FROM staged_participants WHERE team_mmr IS NOT NULL) k
    USING (match_id)
"""

_FILLED_IN_RESPONSES = (
    "gamertag", "team_mmr", "kills_expected", "kills_stddev", "deaths_expected", "deaths_stddev",
)  # fmt: skip
"""What of a participant responses may leave open: a NULL elsewhere is what they say."""

_PARTICIPANTS = """
SELECT p.match_id, p.xuid, p.is_bot, {columns}
FROM staged_participants p
JOIN state s USING (match_id)
LEFT JOIN shared.match_participants e USING (match_id, xuid)
WHERE NOT s.from_responses OR e.xuid IS NOT NULL
"""

# Events of one moment are paired in one order on both sides; what one side lacks, the other gives.
_EVENTS = """
WITH open_matches AS (
    SELECT match_id FROM state
    WHERE NOT events_from_responses AND match_id IN (SELECT match_id FROM staged_events)
),
here AS (
    SELECT *, row_number() OVER (PARTITION BY match_id, event_type, time_ms, xuid
                                 ORDER BY type_hint, medal_value, medal_name, seq) AS n
    FROM shared.highlight_events SEMI JOIN open_matches USING (match_id)
),
there AS (
    SELECT *, row_number() OVER (PARTITION BY match_id, event_type, time_ms, xuid
                                 ORDER BY type_hint, medal_value, medal_name, gamertag) AS n
    FROM staged_events SEMI JOIN open_matches USING (match_id)
),
both_sides AS (
    SELECT match_id, event_type, time_ms, xuid, n,
           coalesce(h.gamertag, t.gamertag) AS gamertag,
           coalesce(h.type_hint, t.type_hint) AS type_hint,
           coalesce(h.medal_value, t.medal_value) AS medal_value,
           coalesce(h.medal_name, t.medal_name) AS medal_name
    FROM here h FULL JOIN there t USING (match_id, event_type, time_ms, xuid, n)
)
SELECT match_id,
       (row_number() OVER (PARTITION BY match_id ORDER BY time_ms, event_type, xuid, type_hint,
                           medal_value, medal_name, n) - 1)::INTEGER AS seq,
       event_type, time_ms, xuid, gamertag, type_hint, medal_value, medal_name
FROM both_sides
"""

_MEDALS = """
SELECT m.match_id, m.xuid, m.medal_name_id, coalesce(e.count, m.count) AS count
FROM staged_medals m
JOIN state s USING (match_id)
LEFT JOIN shared.medals_earned e USING (match_id, xuid, medal_name_id)
WHERE NOT s.from_responses
"""

_PAIRS = """
SELECT p.match_id, p.killer_xuid, p.victim_xuid,
       greatest(p.kill_count, coalesce(e.kill_count, 0)) AS kill_count
FROM staged_pairs p
JOIN state s USING (match_id)
LEFT JOIN shared.killer_victim_pairs e USING (match_id, killer_xuid, victim_xuid)
WHERE NOT s.events_from_responses
"""

_OWN_MATCHES = """
SELECT m.match_id, getvariable('own_xuid') AS xuid,
       m.medals_known OR coalesce(l.medals_known, false) AS medals_known
FROM staged_matches m
JOIN state s USING (match_id)
LEFT JOIN shared.levelup_matches l ON l.match_id = m.match_id AND l.xuid = getvariable('own_xuid')
"""

# A name from responses stands; of LevelUp's the latest wins.
_ALIASES = """
SELECT a.xuid, a.gamertag, a.source, a.last_seen
FROM staged_aliases a LEFT JOIN shared.xuid_aliases e USING (xuid)
WHERE e.xuid IS NULL
   OR (e.source = 'levelup' AND (a.last_seen, a.gamertag) > (e.last_seen, e.gamertag))
ORDER BY a.xuid
"""

# Pairs follow from events; where LevelUp has events and no pairs, they are made.
_EVENTS_WITHOUT_PAIRS = """
SELECT match_id, event_type, time_ms, xuid
FROM staged_events
WHERE event_type IN ('kill', 'death')
  AND match_id NOT IN (SELECT match_id FROM staged_pairs)
ORDER BY match_id, time_ms, event_type, xuid
"""

# The medals of a match are known when those of everybody in it are.
_MEDALS_LOADED = f"""
UPDATE match_registry SET medals_loaded = true, updated_at = $now
WHERE NOT medals_loaded AND participants_loaded AND coalesce(levelup_parts, 0) & {STATS} <> 0
  AND match_id IN (SELECT match_id FROM in_hand)
  AND NOT EXISTS (
      SELECT 1 FROM match_participants p
      LEFT JOIN levelup_matches l ON l.match_id = p.match_id AND l.xuid = p.xuid
      WHERE p.match_id = match_registry.match_id AND NOT p.is_bot
        AND NOT coalesce(l.medals_known, false))
"""


@dataclass(frozen=True, slots=True)
class Merged:
    """What one batch of matches wrote: rows by table, and the matches that were new."""

    rows: dict[str, int]
    new_matches: int


def batches(con: duckdb.DuckDBPyConnection) -> Iterator[list[str]]:
    """The ids of all staged matches, sorted, in batches."""
    rows = con.execute("SELECT match_id FROM staged_ids ORDER BY match_id").fetchall()
    for start in range(0, len(rows), BATCH_MATCHES):
        yield [row[0] for row in rows[start : start + BATCH_MATCHES]]


def events_without_pairs(con: duckdb.DuckDBPyConnection) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Kills and deaths of the matches without pairs, and the teams of their participants."""
    events = con.sql(_EVENTS_WITHOUT_PAIRS).pl()
    teams = con.sql(
        "SELECT match_id, xuid, team_id FROM staged_participants WHERE team_id IS NOT NULL"
    ).pl()
    return events, teams


def add_pairs(con: duckdb.DuckDBPyConnection, pairs: pl.DataFrame) -> None:
    """Pairs that were made from events join those of the source."""
    with relation(con, "made", as_table(KILLER_VICTIM_PAIRS, pairs)):
        con.execute("INSERT INTO staged_pairs BY NAME FROM made")


def merge(
    con: duckdb.DuckDBPyConnection, shared: Path, match_ids: Sequence[str], now: datetime
) -> Merged:
    """Add what the shared tables lack of some staged matches, in one transaction."""
    plan, new = _plan(con, shared, match_ids, now)
    if not plan:
        return Merged({}, 0)
    rows = {}
    with connect(shared) as writing, transaction(writing):
        for table, frame in plan:
            rows[table.name] = upsert(writing, table, frame)
        with relation(writing, "in_hand", pl.DataFrame({"match_id": match_ids})):
            writing.execute(_MEDALS_LOADED, {"now": now})
    return Merged(rows, new)


def merge_aliases(con: duckdb.DuckDBPyConnection, shared: Path) -> int:
    """Add the names that are new, or newer than another one of LevelUp's."""
    with attached(con, shared):
        fresh = con.sql(_ALIASES).pl()
    if fresh.is_empty():
        return 0
    with connect(shared) as writing, transaction(writing):
        return upsert(writing, XUID_ALIASES, as_table(XUID_ALIASES, fresh))


@contextmanager
def attached(con: duckdb.DuckDBPyConnection, shared: Path) -> Iterator[None]:
    """The shared database under the name `shared` while the block runs, for reading."""
    attach_shared(con, shared)
    try:
        yield
    finally:
        con.execute("DETACH shared")


def _plan(
    con: duckdb.DuckDBPyConnection, shared: Path, match_ids: Sequence[str], now: datetime
) -> tuple[list[tuple[Table, pl.DataFrame]], int]:
    """The rows to write, by table, and how many of the matches are new."""
    with (
        relation(con, "batch", pl.DataFrame({"match_id": match_ids})),
        attached(con, shared),
    ):
        con.execute(_STATE)
        row = con.execute("SELECT count(*) FROM state WHERE NOT known").fetchone()
        queries = (
            (MATCH_REGISTRY, _registry_query()),
            (MATCH_PARTICIPANTS, _participants_query()),
            (HIGHLIGHT_EVENTS, _EVENTS),
            (MEDALS_EARNED, _MEDALS),
            (KILLER_VICTIM_PAIRS, _PAIRS),
            (LEVELUP_MATCHES, _OWN_MATCHES),
        )
        plan = [(table, _fresh(con, table, query, now)) for table, query in queries]
    return [(table, frame) for table, frame in plan if not frame.is_empty()], row[0] if row else 0


def _fresh(con: duckdb.DuckDBPyConnection, table: Table, query: str, now: datetime) -> pl.DataFrame:
    """Those rows of a query that differ from what the shared table has."""
    parameters = {"now": now} if "$now" in query else None
    con.execute(f"CREATE OR REPLACE TEMP TABLE wanted AS {query}", parameters)
    names = [row[0] for row in con.execute("DESCRIBE wanted").fetchall()]
    compared = [name for name in names if name not in ("created_at", "updated_at")]
    differs = " OR ".join(f"w.{name} IS DISTINCT FROM e.{name}" for name in compared)
    return con.sql(
        f"SELECT w.* FROM wanted w LEFT JOIN shared.{table.name} e USING ({', '.join(table.key)}) "
        f"WHERE e.{table.key[0]} IS NULL OR {differs}"
    ).pl()


def _registry_query() -> str:
    filled = [
        f"CASE WHEN s.from_responses THEN r.{name} ELSE coalesce(r.{name}, m.{name}) END AS {name}"
        for name in _FILLED
    ]
    named = [f"coalesce(r.{name}, m.{name}) AS {name}" for name in _NAMES]
    return _REGISTRY.format(columns=",\n       ".join([*filled, *named]))


def _participants_query() -> str:
    columns = [
        f"coalesce(e.{name}, p.{name}) AS {name}"
        if name in _FILLED_IN_RESPONSES
        else f"CASE WHEN s.from_responses THEN e.{name} ELSE coalesce(e.{name}, p.{name}) END "
        f"AS {name}"
        for name in STAGED_PARTICIPANT_COLUMNS
    ]
    return _PARTICIPANTS.format(columns=",\n       ".join(columns))


STAGED_PARTICIPANT_COLUMNS = tuple(
    name
    for name in MATCH_PARTICIPANTS.column_names
    if name not in ("match_id", "xuid", "is_bot", "first_joined_time", "last_leave_time",
                    "present_at_beginning", "present_at_completion")
)  # fmt: skip
"""What LevelUp knows of a participant."""
