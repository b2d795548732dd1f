"""The rule that people use today: the mtime within the padded window, the nearest start."""

import polars as pl

PADDING_SECONDS = 300.0
"""The tolerance that such programs come with: five minutes."""


def todays_rule(captures: pl.DataFrame, matches: pl.DataFrame) -> pl.DataFrame:
    """`media_id`, `match_id`, `right`: at most one match a capture.

    The mtime has to lie between the match's start and its start + duration, with the padding on
    both sides; of several matches the one whose start is nearest to it.
    """
    opens, closes = pl.col("start") - PADDING_SECONDS, pl.col("start") + pl.col("duration")
    return (
        captures.select("media_id", "seed", "modified", "truth")
        .join_where(
            matches.select(
                pl.col("seed").alias("of"), "match_id", "start",
                opens.alias("opens"), (closes + PADDING_SECONDS).alias("closes"),
            ),
            pl.col("seed") == pl.col("of"),
            pl.col("modified") >= pl.col("opens"),
            pl.col("modified") <= pl.col("closes"),
        )
        .sort("media_id", (pl.col("modified") - pl.col("start")).abs(), "match_id")
        .unique("media_id", keep="first", maintain_order=True)
        .select(
            "media_id", "match_id", right=pl.col("truth").list.contains(pl.col("match_id"))
        )
    )  # fmt: skip
