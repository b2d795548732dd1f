"""The rule that people use today: the mtime within the padded window, the nearest start."""

import polars as pl

PADDING_SECONDS = 300.0
"""The tolerance that such programs come with: five minutes."""


def todays_rule(captures: pl.DataFrame, matches: pl.DataFrame) -> pl.DataFrame:
    """`media_id`, `match_id`, `right` of one player's captures: at most one match each.

    The mtime has to lie between the match's start and its start + duration, with the padding on
    both sides; of several matches the one whose start is nearest to it.
    """
    windows = matches.select(
        "match_id",
        "start",
        opens=pl.col("start") - PADDING_SECONDS,
        closes=pl.col("start") + pl.col("duration") + PADDING_SECONDS,
    )
    return (
        captures.select("media_id", "modified", "truth")
        .join_where(
            windows,
            pl.col("modified") >= pl.col("opens"),
            pl.col("modified") <= pl.col("closes"),
        )
        .sort("media_id", (pl.col("modified") - pl.col("start")).abs(), "match_id")
        .unique("media_id", keep="first", maintain_order=True)
        .select("media_id", "match_id", right=pl.col("truth").list.contains(pl.col("match_id")))
    )
