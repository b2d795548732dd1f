"""What the skill model expected of a player, against what came."""

import polars as pl

from media_assets.store.frames import as_table
from media_assets.store.tables.statistics import EXPECTATIONS


def expectations(stats: pl.DataFrame) -> pl.DataFrame:
    """Every match of which the model expected something, the earliest first.

    The deviation is NULL where the model gives no spread.

    Args:
        stats: rows of `player_match_stats` of one player.

    Returns:
        Rows of `expectations`.
    """
    expected = stats.filter(
        pl.col("kills_expected").is_not_null() | pl.col("deaths_expected").is_not_null()
    ).with_columns(
        (pl.col(name) - pl.col(f"{name}_expected")).alias(f"{name}_above")
        for name in ("kills", "deaths")
    )
    rows = expected.with_columns(
        pl.when(pl.col(f"{name}_stddev") > 0)
        .then(pl.col(f"{name}_above") / pl.col(f"{name}_stddev"))
        .alias(f"{name}_deviation")
        for name in ("kills", "deaths")
    )
    return as_table(EXPECTATIONS, rows.sort("start_time", "match_id"))
