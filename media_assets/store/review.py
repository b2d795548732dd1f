"""Decisions of people on associations, and what they look at to decide."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb
import polars as pl

from media_assets.store.frames import frame_of
from media_assets.store.tables.captures import ASSOCIATION_DECISIONS
from media_assets.store.write import delete_keys, insert, relation

_KNOWN = """
SELECT media_id, match_id, decision FROM association_decisions SEMI JOIN asked USING (media_id)
ORDER BY media_id, match_id
"""
_KINDS = "SELECT media_id, kind FROM media_files SEMI JOIN asked USING (media_id)"

_NAMED = """
SELECT f.player, f.media_id, f.file_name, f.kind, f.status, c.capture_start_utc,
       c.capture_end_utc, $match_id AS match_id, s.start_time AS match_start_time,
       s.end_time AS match_end_time, s.map_name, s.mode_category,
       coalesce(d.decision, m.decision) AS decision, m.confidence
FROM media_files f
LEFT JOIN player_match_stats s ON s.match_id = $match_id
LEFT JOIN capture_times c ON c.media_id = f.media_id
LEFT JOIN media_matches m ON m.media_id = f.media_id AND m.match_id = $match_id
LEFT JOIN association_decisions d ON d.media_id = f.media_id AND d.match_id = $match_id
WHERE f.media_id = $media_id
"""


def load_pairs(con: duckdb.DuckDBPyConnection, parameters: dict[str, Any]) -> pl.DataFrame:
    """Pairs of a capture and a match, the newest captures first.

    Every column of `media_matches`, null where a decision stands for a pair that no rule proposes,
    with what was decided, the file, its time, the match and the runner-up. `parameters` are those
    of `review.sql`; None does not narrow.
    """
    return con.sql(_statement(), params=parameters).pl()


def load_known(con: duckdb.DuckDBPyConnection, media_ids: list[str]) -> dict[tuple[str, str], str]:
    """What was decided about these media, by media and match."""
    with relation(con, "asked", pl.DataFrame({"media_id": media_ids}, {"media_id": pl.String})):
        rows = con.execute(_KNOWN).fetchall()
    return {(media_id, match_id): decision for media_id, match_id, decision in rows}


def load_kinds(con: duckdb.DuckDBPyConnection, media_ids: list[str]) -> dict[str, str]:
    """The kind of each of these media, by id."""
    with relation(con, "asked", pl.DataFrame({"media_id": media_ids}, {"media_id": pl.String})):
        return dict(con.execute(_KINDS).fetchall())


def load_named(con: duckdb.DuckDBPyConnection, media_id: str, match_id: str) -> dict[str, Any]:
    """One media of the player with one match, whether anything is known of the two together.

    The main columns of `load_pairs`; `match_start_time` is null where the player is not known to
    have taken part.
    """
    parameters = {"media_id": media_id, "match_id": match_id}
    return con.sql(_NAMED, params=parameters).pl().row(0, named=True)


def insert_decisions(
    con: duckdb.DuckDBPyConnection,
    pairs: Iterable[tuple[str, str]],
    decision: str,
    now: datetime,
    *,
    by: str | None = None,
    note: str | None = None,
) -> int:
    """Write a decision about pairs of media and match, inside the caller's transaction.

    Raises:
        duckdb.ConstraintException: something was decided about one of them already.
    """
    said = {"decision": decision, "decided_at": now, "decided_by": by, "note": note}
    rows = [{"media_id": media_id, "match_id": match_id, **said} for media_id, match_id in pairs]
    return insert(con, ASSOCIATION_DECISIONS, frame_of(ASSOCIATION_DECISIONS, rows))


def delete_decisions(con: duckdb.DuckDBPyConnection, pairs: Iterable[tuple[str, str]]) -> int:
    """Take back what was decided about pairs, inside the caller's transaction."""
    rows = [{"media_id": media_id, "match_id": match_id} for media_id, match_id in pairs]
    keys = frame_of(ASSOCIATION_DECISIONS, rows, ASSOCIATION_DECISIONS.key)
    return delete_keys(con, ASSOCIATION_DECISIONS, keys)


@cache
def _statement() -> str:
    return (files("media_assets.store") / "sql" / "review.sql").read_text(encoding="utf-8")
