"""Precision, recall, rate and calibration of what was judged."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from benchmarks.simulation.judging import Judged

DECILE_CASES = 200
"""A decile with fewer cases says too little: chance alone moves its share by 7 points."""


@dataclass(frozen=True, slots=True)
class Score:
    """How well some captures were associated; each is None where there is nothing to count.

    `captures` are those inside the history, by the time that the rule itself goes by. `rate`: how
    many of them got a match without asking. `precision`: how many of the associations made without
    asking are right. `recall`: how many of the decidable captures got a right one.
    """

    captures: int
    rate: float | None
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class Decile:
    """Associations of one tenth of confidence, and what would hold if all from here on were taken.

    `confidence` is their mean. `right` the share that is.
    """

    least: float
    cases: int
    confidence: float | None
    right: float | None
    from_here: Score

    @property
    def points_off(self) -> float | None:
        """By how many points the share that is right differs from the mean confidence."""
        if self.confidence is None or self.right is None:
            return None
        return 100 * (self.right - self.confidence)


class Results:
    """What was judged, ours and by today's rule, ready to be counted for any captures."""

    def __init__(self, judged: Judged) -> None:
        spans = judged.matches.group_by("seed").agg(
            first=pl.col("start").min(), last=pl.col("end").max()
        )
        self.captures = judged.captures.join(spans, on="seed").with_columns(
            inside=pl.col("begins").is_between("first", "last").fill_null(value=False),
            modified_inside=pl.col("modified").is_between("first", "last"),
        )
        self.rows = judged.rows.join(
            self.captures.select("media_id", "inside", "decidable"), on="media_id"
        )
        self._theirs = judged.theirs

    def ours(self, captures: pl.DataFrame, least: float = 0.8) -> Score:
        """The platform's score for some of the captures, if all from a confidence on are taken."""
        taken = self.rows.filter(
            (pl.col("role") != "runner_up") & (pl.col("confidence") >= least)
        ).select("media_id", "right")
        return _score(captures, captures["inside"], taken)

    def theirs(self, captures: pl.DataFrame) -> Score:
        """The score of today's rule for some of the captures."""
        return _score(captures, captures["modified_inside"], self._theirs)

    def deciles(self) -> Iterator[Decile]:
        """Main and secondary associations by confidence, the lowest first."""
        shown = self.rows.filter(pl.col("role") != "runner_up")
        for tenth in range(10):
            cases = _decile(shown, tenth)
            yield Decile(
                tenth / 10, cases.height, _mean(cases["confidence"]), _mean(cases["right"]),
                self.ours(self.captures, tenth / 10),
            )  # fmt: skip


def _decile(rows: pl.DataFrame, tenth: int) -> pl.DataFrame:
    return rows.filter((pl.col("confidence") * 10).floor().clip(0, 9) == tenth)


def _score(captures: pl.DataFrame, inside: pl.Series, taken: pl.DataFrame) -> Score:
    """`taken` has `media_id` and `right`, also of other captures."""
    mine = taken.join(captures.select("media_id"), on="media_id", how="semi")
    counted = captures.filter(inside)
    decidable = captures.filter("decidable")
    right = mine.filter("right")
    return Score(
        counted.height,
        _share(counted.join(mine, on="media_id", how="semi").height, counted.height),
        _share(right.height, mine.height),
        _share(decidable.join(right, on="media_id", how="semi").height, decidable.height),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _mean(values: pl.Series) -> float | None:
    mean = values.mean()
    return None if mean is None else float(mean)  # type: ignore[arg-type]  # of numbers it is one
