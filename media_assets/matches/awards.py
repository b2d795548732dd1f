"""What a player was awarded: personal scores by kind, career ranks by time."""

from functools import lru_cache

import polars as pl

from media_assets.store.frames import as_table
from media_assets.store.tables.statistics import CAREER_RANKS, PERSONAL_SCORE_AWARDS


@lru_cache(maxsize=1)
def score_names() -> dict[int, str]:
    """Number of a personal score award -> name, such as 1024030246 -> `Killed Player`.

    Taken from the enumeration of `spnkr`, whose import (0.46 s) is therefore put off to the first
    call.
    """
    from spnkr.models.refdata import PersonalScoreNameId

    return {member.value: member.display_name for member in PersonalScoreNameId}


def personal_score_awards(scores: pl.DataFrame) -> pl.DataFrame:
    """All matches together, by kind of award; the most points come first.

    Args:
        scores: rows of `personal_scores` of one player.

    Returns:
        Rows of `personal_score_awards`.
    """
    names = score_names()
    gained = pl.col("points").clip(lower_bound=0)
    awards = (
        scores.group_by("score_name_id")
        .agg(
            pl.col("match_id").n_unique().alias("matches"),
            pl.col("count").sum(),
            pl.col("points").sum(),
        )
        .with_columns(
            pl.col("score_name_id")
            .replace_strict(names, default=None, return_dtype=pl.String)
            .alias("name"),
            pl.when(pl.col("points") > 0)
            .then(pl.col("points") / gained.sum())
            .alias("points_share"),
        )
    )
    order = awards.sort("points", "score_name_id", descending=[True, False])
    return as_table(PERSONAL_SCORE_AWARDS, order)


def career_ranks(progress: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Every career rank and progress of one player, when it was first recorded; by time.

    The response counts the ranks that were completed, and the list of ranks counts from 1: who has
    completed 4 has the rank 5 of the list, but who has completed all has the last.

    Args:
        progress: rows of `career_progress` of the player.
        names: `number` in the list, `name`, one row each.

    Returns:
        Rows of `career_ranks`.
    """
    number = pl.min_horizontal(pl.col("rank") + 1, names.select(pl.col("number").max()).item())
    ranks = (
        progress.group_by("rank", "progress")
        .agg(pl.col("is_highest").any(), pl.col("recorded_at").min())
        .with_columns(number.alias("number"))
        .join(names, on="number", how="left")
    )
    return as_table(CAREER_RANKS, ranks.sort("recorded_at", "rank", "progress"))
