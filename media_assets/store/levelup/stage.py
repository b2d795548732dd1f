"""From the typed tables of a LevelUp database to rows as the shared tables have them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files

import duckdb
import polars as pl

from media_assets.store.levelup.columns import (
    ENEMY_MMR,
    MATCH_STATS,
    PERFORMANCE,
    REGISTRY,
    SKILL,
)
from media_assets.store.levelup.identity import Evidence
from media_assets.store.levelup.source import PLAYER, Schema
from media_assets.store.levelup.typed import quoted
from media_assets.store.write import relation

_NUMBERS = tuple(column.name for column in (*PERFORMANCE, *SKILL, *ENEMY_MMR))
_REGISTRY = tuple(column.name for column in REGISTRY)
_SCORES = ("my_team_score", "enemy_team_score")
_KNOWN_NAME = """
CREATE MACRO known_name(name, id) AS
CASE WHEN name = id OR regexp_full_match(name, '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}')
     THEN NULL ELSE name END
"""

# Two matches with the same participants prove nothing: friends play together.
_ALWAYS_THERE = """
SELECT xuid FROM typed_match_participants WHERE match_id IN (SELECT match_id FROM typed_match_stats)
GROUP BY xuid
HAVING xuid IS NOT NULL AND count(DISTINCT match_id) >= 3 AND count(DISTINCT match_id) = (
    SELECT count(DISTINCT match_id) FROM typed_match_participants
    WHERE match_id IN (SELECT match_id FROM typed_match_stats))
"""
_NAMED = """
SELECT xuid FROM typed_xuid_aliases WHERE lower(gamertag) = lower($player) AND xuid IS NOT NULL
UNION
SELECT xuid FROM typed_match_participants
WHERE lower(gamertag) = lower($player) AND xuid IS NOT NULL
"""


def evidence_of(
    con: duckdb.DuckDBPyConnection, schema: Schema, player: str, profile: str | None
) -> Evidence:
    """Where the tables that were read name their owner."""
    return Evidence(
        profile,
        _sync_meta(con, schema),
        _texts(con, "SELECT DISTINCT xuid FROM typed_player_match_stats WHERE xuid IS NOT NULL"),
        _texts(con, _NAMED, player=player),
        _texts(con, _ALWAYS_THERE),
    )


def has_categories(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether any match has the number of its game variant's category."""
    query = "SELECT count(game_variant_category) FROM (FROM {0} UNION ALL BY NAME FROM {1})"
    row = con.execute(query.format("typed_match_stats", "typed_match_registry")).fetchone()
    return bool(row and row[0])


def stage(
    con: duckdb.DuckDBPyConnection,
    player: str,
    xuid: str,
    now: datetime,
    categories: Mapping[int, str],
    *,
    zone_is_given: bool,
) -> None:
    """Make `staged_<table>`: matches, participants, events, medals, pairs, aliases, skill.

    Each row once, with the newest value that is there of each column. `placeless` counts rows
    that nothing names. `zone_is_given`: a person said what the times mean, so that times which
    LevelUp alone gave before give way.
    """
    con.execute("SET VARIABLE own_xuid = ?", [xuid])
    con.execute("SET VARIABLE player = ?", [player])
    con.execute("SET VARIABLE now = ?", [now.isoformat()])
    con.execute("SET VARIABLE zone_is_given = ?", [zone_is_given])
    con.execute(_KNOWN_NAME)
    con.execute(_newest_matches())
    con.execute(_merged_participants())
    frame = pl.DataFrame(
        {"number": list(categories.keys()), "name": list(categories.values())},
        schema={"number": pl.Int32(), "name": pl.String()},
    )
    with relation(con, "categories", frame):
        con.execute(_script())


def _newest_matches() -> str:
    newest = _newest((*_REGISTRY, *_SCORES), "place")
    columns = ", ".join(("match_id", *_REGISTRY, *_SCORES, "place"))
    return (
        f"CREATE TABLE newest_matches AS SELECT match_id, {newest} FROM ("
        f"SELECT {columns} FROM typed_{MATCH_STATS.name} "
        "UNION ALL BY NAME FROM typed_match_registry) GROUP BY match_id"
    )


def _merged_participants() -> str:
    """The owner's own row first, then that among the participants, then that of the skills."""
    numbers = ", ".join(_NUMBERS)
    skill = ", ".join(column.name for column in (*SKILL, *ENEMY_MMR))
    return (
        "CREATE TABLE merged_participants AS SELECT match_id, xuid, false AS is_bot, "
        f"{_newest(('gamertag', *_NUMBERS), '(trust, place)')} FROM ("
        f"SELECT match_id, getvariable('own_xuid') AS xuid, {numbers}, place, 3 AS trust "
        "FROM typed_match_stats "
        f"UNION ALL BY NAME SELECT match_id, xuid, gamertag, {numbers}, place, 2 AS trust "
        "FROM typed_match_participants "
        "UNION ALL BY NAME SELECT match_id, coalesce(xuid, getvariable('own_xuid')) AS xuid, "
        f"team_id, {skill}, place, 1 AS trust FROM typed_player_match_stats"
        ") GROUP BY match_id, xuid"
    )


def _newest(names: Iterable[str], order: str) -> str:
    return ", ".join(f"arg_max({name}, {order}) AS {name}" for name in names)


def _sync_meta(con: duckdb.DuckDBPyConnection, schema: Schema) -> str | None:
    columns = schema.get("sync_meta", {})
    if not {"key", "value"} <= columns.keys():
        return None
    found = _texts(
        con,
        f"SELECT trim(value::VARCHAR) FROM {PLAYER}.main.{quoted('sync_meta')} "
        "WHERE lower(key::VARCHAR) IN ('xuid', 'player_xuid') "
        "AND regexp_full_match(trim(value::VARCHAR), '[0-9]{1,20}')",
    )
    return found[0] if len(found) == 1 else None


def _texts(con: duckdb.DuckDBPyConnection, query: str, **parameters: str) -> list[str]:
    rows = con.execute(query, parameters or None).fetchall()
    return sorted(row[0] for row in rows)


@cache
def _script() -> str:
    return (
        files("media_assets.store").joinpath("sql", "levelup_stage.sql").read_text(encoding="utf-8")
    )
