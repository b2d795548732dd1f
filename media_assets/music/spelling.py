"""Which of several spellings is shown: one that does not depend on the order of the files."""

import polars as pl


def most_frequent(frame: pl.DataFrame, key: str, columns: list[str]) -> pl.DataFrame:
    """For each key the value that most rows have, the least of those that equally many have.

    Rows without a value do not count. Every key of the frame is there, in order.
    """
    shown = frame.select(pl.col(key).unique().sort())
    for name in columns:
        best = _counted(frame, key, name).unique(key, keep="first", maintain_order=True)
        shown = shown.join(best.select(key, name), on=key, how="left", maintain_order="left")
    return shown


def spellings(frame: pl.DataFrame, key: str, column: str) -> pl.DataFrame:
    """For each key all values as a list, those that most rows have first."""
    return _counted(frame, key, column).group_by(key, maintain_order=True).agg(column)


def _counted(frame: pl.DataFrame, key: str, column: str) -> pl.DataFrame:
    return (
        frame.select(key, column)
        .drop_nulls()
        .group_by(key, column)
        .len("rows")
        .sort(key, "rows", column, descending=[False, True, False])
    )
