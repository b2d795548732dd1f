"""One player's numbers in the store."""

from pathlib import Path

import duckdb
import polars as pl

from media_assets.store.connect import attach_shared, connect


def load_match_stats(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """All rows of `player_match_stats`."""
    return con.sql("FROM player_match_stats ORDER BY start_time, match_id").pl()


def create_medal_view(database: Path, shared: Path, xuid: str | None) -> None:
    """The view `medals_earned` over the shared table, for readers who attach it as `shared`."""
    statement = (
        "CREATE OR REPLACE VIEW medals_earned AS SELECT match_id, medal_name_id, count "
        f"FROM shared.medals_earned WHERE xuid = '{(xuid or '').replace(chr(39), '')}'"
    )
    replace_view(database, "medals_earned", statement, shared)


def replace_view(database: Path, name: str, statement: str, shared: Path | None = None) -> bool:
    """Create a view, or replace one that reads otherwise; True when something was written.

    The statement is kept as the view's comment: the text that the catalog gives back is
    formatted anew and cannot be compared.
    """
    with connect(database, read_only=True) as con:
        known = con.execute(
            "SELECT comment FROM duckdb_views() WHERE view_name = ?", [name]
        ).fetchone()
    if known is not None and known[0] == statement:
        return False
    with connect(database) as con:
        if shared is not None:
            attach_shared(con, shared)
        con.execute(statement)
        comment = statement.replace("'", "''")
        con.execute(f"COMMENT ON VIEW {name} IS '{comment}'")
    return True
