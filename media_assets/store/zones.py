"""What tells whether a player's zone is right."""

import duckdb
import polars as pl

# Those whose time follows from the zone that was assumed.
_LOCAL_CAPTURES = """
SELECT epoch(capture_start_utc) AS begins, epoch(capture_end_utc) AS ends, zone,
       epoch(local_time) AS wall, title
FROM capture_times
WHERE zone IS NOT NULL AND local_time IS NOT NULL AND capture_start_utc IS NOT NULL
ORDER BY capture_start_utc, media_id
"""

_PRESENCES = "SELECT epoch(joined_at) AS joins, epoch(left_at) AS leaves FROM player_match_stats"


def load_local_captures(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Captures whose time was read off a wall clock, in order of time.

    `begins`, `ends` and `wall`, what that clock showed, in seconds since 1970; `zone`, in which it
    was read; `title`.
    """
    return con.sql(_LOCAL_CAPTURES).pl()


def load_presences(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """When the player was in a match: `joins` and `leaves` in seconds since 1970."""
    return con.sql(_PRESENCES).pl()
