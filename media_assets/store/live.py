"""What a sync with the match API remembers: histories, and what it was not given."""

from collections.abc import Iterable
from datetime import datetime

import duckdb
import polars as pl

from media_assets.store.frames import frame_of
from media_assets.store.tables.matches import FETCH_GAPS
from media_assets.store.tables.players import API_HISTORY
from media_assets.store.write import delete_keys, relation, upsert

Rows = list[dict[str, object]]
GapKey = tuple[str, str]
"""Part and subject of a row of `fetch_gaps`."""

# A quarter of an hour after the first failure, then twice as long each time, a day at most.
_RECORD = """
INSERT INTO fetch_gaps (part, subject, asked_by, status, message, final, attempts,
                        first_failed_at, last_failed_at, next_retry_at)
SELECT part, subject, asked_by, status, message, final, 1, $now, $now,
       CASE WHEN NOT final THEN $now::TIMESTAMP + INTERVAL 15 MINUTE END
FROM failures
ON CONFLICT (part, subject) DO UPDATE SET
    asked_by = excluded.asked_by, status = excluded.status, message = excluded.message,
    final = excluded.final,
    attempts = fetch_gaps.attempts + 1, last_failed_at = excluded.last_failed_at,
    next_retry_at = CASE WHEN NOT excluded.final THEN excluded.last_failed_at
        + to_minutes(least(15 * 2 ** least(fetch_gaps.attempts, 10), 24 * 60)::BIGINT) END
"""

# The latest version that was played of each asset that has no name and was not refused lately.
_UNNAMED_ASSETS = """
SELECT {kind}_id, arg_max({kind}_version_id, start_time)
FROM match_registry
WHERE {kind}_id IS NOT NULL AND {kind}_version_id IS NOT NULL
  AND {kind}_id NOT IN (SELECT asset_id FROM asset_names WHERE asset_kind = $kind)
  AND {kind}_id NOT IN (
      SELECT subject FROM fetch_gaps
      WHERE part = $kind AND final AND last_failed_at > $since
  )
GROUP BY ALL ORDER BY ALL
"""

_UNNAMED_USERS = """
SELECT DISTINCT xuid FROM match_participants
WHERE NOT is_bot
  AND xuid NOT IN (SELECT xuid FROM xuid_aliases)
  AND xuid NOT IN (
      SELECT subject FROM fetch_gaps
      WHERE part = 'user' AND final AND last_failed_at > $since
  )
ORDER BY xuid
"""

_UNNAMED_MEDALS = """
SELECT DISTINCT medal_name_id::VARCHAR AS medal FROM medals_earned
WHERE medal NOT IN (SELECT asset_id FROM asset_names WHERE asset_kind = 'medal')
  AND medal NOT IN (
      SELECT subject FROM fetch_gaps
      WHERE part = 'medal' AND final AND last_failed_at > $since
  )
ORDER BY medal
"""


def load_api_history(con: duckdb.DuckDBPyConnection, xuid: str) -> Rows:
    """Rows of `api_history` of one player, without the xuid."""
    return con.sql(
        "SELECT * EXCLUDE (xuid) FROM api_history WHERE xuid = $xuid ORDER BY match_id",
        params={"xuid": xuid},
    ).pl().to_dicts()  # fmt: skip


def load_listed(con: duckdb.DuckDBPyConnection, xuid: str) -> pl.DataFrame:
    """Match, start and end of every match that the API lists for a player."""
    return con.sql(
        "SELECT match_id, start_time, end_time FROM api_history WHERE xuid = $xuid",
        params={"xuid": xuid},
    ).pl()


def write_api_history(con: duckdb.DuckDBPyConnection, xuid: str, rows: Rows) -> int:
    """Write what a page brought, inside the caller's transaction."""
    return upsert(con, API_HISTORY, frame_of(API_HISTORY, [{"xuid": xuid, **row} for row in rows]))


def load_gaps(con: duckdb.DuckDBPyConnection) -> dict[GapKey, bool]:
    """Everything that was asked for in vain, and whether that is final."""
    rows = con.execute("SELECT part, subject, final FROM fetch_gaps").fetchall()
    return {(part, subject): final for part, subject, final in rows}


def record_gaps(
    con: duckdb.DuckDBPyConnection, failures: Rows, solved: Iterable[GapKey], now: datetime
) -> int:
    """Note what failed and forget what was got, inside the caller's transaction.

    `failures` have `part`, `subject`, `message`, `final`, and may have `asked_by` and `status`.
    """
    keys = pl.DataFrame(
        list(solved), schema={"part": pl.String, "subject": pl.String}, orient="row"
    )
    deleted = delete_keys(con, FETCH_GAPS, keys)
    if failures:
        columns = ("part", "subject", "asked_by", "status", "message", "final")
        with relation(con, "failures", frame_of(FETCH_GAPS, failures, columns)):
            con.execute(_RECORD, {"now": now})
    return deleted + len(failures)


def unnamed_assets(
    con: duckdb.DuckDBPyConnection, kind: str, since: datetime
) -> list[tuple[str, str]]:
    """Asset and version of every map, playlist, pair or game variant that needs a name.

    Of all that needs a name, what was refused for good after `since` is left out.
    """
    query = _UNNAMED_ASSETS.format(kind=kind)
    return con.execute(query, {"kind": kind, "since": since}).fetchall()


def unnamed_users(con: duckdb.DuckDBPyConnection, since: datetime) -> list[str]:
    """The people of all matches whose gamertag nobody knows."""
    return [xuid for (xuid,) in con.execute(_UNNAMED_USERS, {"since": since}).fetchall()]


def unnamed_medals(con: duckdb.DuckDBPyConnection, since: datetime) -> list[str]:
    """The medals of all matches without a name."""
    return [medal for (medal,) in con.execute(_UNNAMED_MEDALS, {"since": since}).fetchall()]


def gaps_about(con: duckdb.DuckDBPyConnection, subjects: Iterable[str]) -> pl.DataFrame:
    """The rows of `fetch_gaps` about these matches and players, in order of the keys."""
    wanted = pl.DataFrame({"subject": list(subjects)}, schema={"subject": pl.String})
    with relation(con, "wanted", wanted):  # binding a list takes 0.2 ms a name
        return con.sql(
            "FROM fetch_gaps WHERE subject IN (SELECT subject FROM wanted) ORDER BY part, subject"
        ).pl()


def all_gaps(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Everything that was asked for in vain, in order of the keys."""
    return con.sql("FROM fetch_gaps ORDER BY part, subject").pl()


def due_syncs(con: duckdb.DuckDBPyConnection, now: datetime) -> list[tuple[str, datetime]]:
    """Players whose syncs left something that is to be asked for again by now, and since when."""
    return con.execute(
        "SELECT asked_by, min(next_retry_at) FROM fetch_gaps "
        "WHERE asked_by IS NOT NULL AND NOT final AND next_retry_at <= ? GROUP BY ALL ORDER BY ALL",
        [now],
    ).fetchall()
