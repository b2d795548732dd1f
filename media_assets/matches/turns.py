"""Turns of fortune of one player: streaks of matches, and what turned within a match."""

import polars as pl

from media_assets.matches.outcomes import LOSS, WIN
from media_assets.store.frames import as_table
from media_assets.store.tables.statistics import MATCH_IMPACT, MATCH_STREAKS

FIRST_BLOOD, LAST_KILL, LAST_DEATH = 1, 2, -1
"""What the first kill, the last kill of a won match and the last death of a lost one count for."""


def match_streaks(stats: pl.DataFrame) -> pl.DataFrame:
    """Every run of matches with the same outcome, won or lost, the earliest first.

    A match with another outcome ends a streak and makes none. Matches are in order of start, then
    of match_id.

    Args:
        stats: rows of `player_match_stats` of one player.

    Returns:
        Rows of `match_streaks`.
    """
    kind = pl.col("outcome").replace_strict({WIN: "win", LOSS: "loss"}, default=None)
    is_latest = pl.col("match_id") == pl.col("match_id").last()
    streaks = (
        stats.sort("start_time", "match_id")
        .with_columns(kind.alias("kind"), is_latest.alias("is_latest"))
        .with_columns(pl.col("kind").rle_id().alias("run"))
        .filter(pl.col("kind").is_not_null())
        .group_by("run", maintain_order=True)
        .agg(
            pl.col("match_id").first().alias("first_match_id"),
            pl.col("match_id").last().alias("last_match_id"),
            pl.col("kind").first(),
            pl.len().alias("matches"),
            pl.col("start_time").first(),
            pl.col("end_time").max(),
            pl.col("kda").mean().alias("kda_mean"),
            pl.col("is_latest").last().alias("is_running"),
        )
    )
    return as_table(MATCH_STREAKS, streaks)


def match_impact(xuid: str, stats: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """What turned in one player's hands in each match whose film is known, the earliest first.

    Args:
        stats: rows of `player_match_stats` of the player.
        turns: `match_id`, `first_killer`, `last_killer`, `last_victim`: xuids, one row a match.

    Returns:
        Rows of `match_impact`.
    """
    own = stats.select("match_id", "start_time", "outcome").join(turns, on="match_id")

    def did(name: str, outcome: int | None = None) -> pl.Expr:
        happened = (pl.col(name) == xuid).fill_null(value=False)
        came = True if outcome is None else (pl.col("outcome") == outcome).fill_null(value=False)
        return happened & came

    impact = own.with_columns(
        did("first_killer").alias("first_blood"),
        did("last_killer", WIN).alias("last_kill"),
        did("last_victim", LOSS).alias("last_death"),
    ).with_columns(
        (
            FIRST_BLOOD * pl.col("first_blood")
            + LAST_KILL * pl.col("last_kill")
            + LAST_DEATH * pl.col("last_death")
        ).alias("impact")
    )
    return as_table(MATCH_IMPACT, impact.sort("start_time", "match_id"))
