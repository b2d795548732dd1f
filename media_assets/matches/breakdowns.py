"""One player's matches by what they have in common: map, mode, playlist, hour of the week."""

import polars as pl

from media_assets.matches.outcomes import (
    DID_NOT_FINISH,
    DID_NOT_START,
    LOSS,
    TIE,
    WIN,
    total,
    win_rate,
)
from media_assets.store.frames import as_table
from media_assets.store.spec import Table
from media_assets.store.tables.statistics import (
    STATS_BY_HOUR,
    STATS_BY_MAP,
    STATS_BY_MODE,
    STATS_BY_PLAYLIST,
)


def by_map(stats: pl.DataFrame) -> pl.DataFrame:
    """Rows of `stats_by_map` from rows of `player_match_stats`; the most matches come first."""
    name = pl.coalesce("map_name", "map_id", pl.lit("unknown"))
    return _tally(STATS_BY_MAP, stats.with_columns(name.alias("map")))


def by_mode(stats: pl.DataFrame) -> pl.DataFrame:
    """Rows of `stats_by_mode`, as `by_map`."""
    name = pl.coalesce("mode_category", pl.lit("unknown"))
    return _tally(STATS_BY_MODE, stats.with_columns(name.alias("mode")))


def by_playlist(stats: pl.DataFrame) -> pl.DataFrame:
    """Rows of `stats_by_playlist`, as `by_map`."""
    name = pl.coalesce("playlist_name", "playlist_id", pl.lit("none"))
    return _tally(STATS_BY_PLAYLIST, stats.with_columns(name.alias("playlist")))


def by_hour(stats: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Rows of `stats_by_hour`, as `by_map`: weekday and hour of the start in an IANA zone."""
    start = pl.col("start_time").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    return _tally(
        STATS_BY_HOUR,
        stats.with_columns(start.dt.weekday().alias("weekday"), start.dt.hour().alias("hour")),
    )


def _tally(table: Table, stats: pl.DataFrame) -> pl.DataFrame:
    fired = pl.col("shots_fired").sum()
    tally = (
        stats.sort("start_time", "match_id")  # a mean depends on the order of its sum
        .group_by(table.key, maintain_order=True)
        .agg(
            pl.len().alias("matches"),
            (pl.col("outcome") == WIN).sum().alias("wins"),
            (pl.col("outcome") == LOSS).sum().alias("losses"),
            (pl.col("outcome") == TIE).sum().alias("ties"),
            pl.col("outcome").is_in([DID_NOT_FINISH, DID_NOT_START]).sum().alias("unfinished"),
            *(total(name) for name in ("kills", "deaths", "assists", "time_played_seconds")),
            pl.col("kda").mean().alias("kda_mean"),
            pl.when(fired > 0).then(100 * pl.col("shots_hit").sum() / fired).alias("accuracy"),
            pl.col("performance_score").mean().alias("performance_mean"),
            pl.col("start_time").min().alias("first_played"),
            pl.col("start_time").max().alias("last_played"),
        )
        .with_columns(win_rate("wins", "losses").alias("win_rate"))
    )
    order = tally.sort("matches", *table.key, descending=[True, *([False] * len(table.key))])
    return as_table(table, order)
