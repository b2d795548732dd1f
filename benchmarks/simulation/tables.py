"""The tables that are printed: what was promised, and where it holds and where not."""

import polars as pl

from benchmarks.simulation.figures import DECILE_CASES, Results, Score
from benchmarks.simulation.zones import ZoneTrial

Rows = list[dict[str, object]]

RATE, PRECISION, RECALL, RATE_COPIED, POINTS, NAMED = 0.90, 0.98, 0.95, 0.85, 5.0, 0.95
"""What is promised: shares are to be over these, `POINTS` are those of the worst decile."""


def headline(usual: Results, copied: Results, harsh: Results, zones: ZoneTrial) -> Rows:
    """Each target with our figure and that of today's rule, and what holds when more goes wrong."""
    before, after = zones.before, zones.after
    return [
        *_scores("", usual, (RATE, PRECISION, RECALL)),
        _worst("", usual, POINTS),
        *_scores("all mtimes lost: ", copied, (RATE_COPIED, None, None)),
        *_scores("three times as much goes wrong: ", harsh, (None, None, None)),
        _worst("three times as much goes wrong: ", harsh, None),
        _named(zones),
        _target("wrong zone: association rate", before.rate),
        _target("wrong zone: precision of auto", before.precision),
        _target("wrong zone, mended: association rate", after.rate),
        _target("wrong zone, mended: precision of auto", after.precision),
    ]


def _scores(
    when: str, results: Results, targets: tuple[float | None, float | None, float | None]
) -> Rows:
    ours, theirs = results.ours(results.captures), results.theirs(results.captures)
    rate, precision, recall = targets
    return [
        _target(f"{when}association rate", ours.rate, theirs.rate, rate),
        _target(f"{when}precision of auto", ours.precision, theirs.precision, precision),
        _target(f"{when}recall of what is decidable", ours.recall, theirs.recall, recall),
    ]


def _worst(when: str, results: Results, points: float | None) -> dict[str, object]:
    off = worst_decile(results)
    return {
        "what": f"{when}worst decile with {DECILE_CASES} cases",
        "ours": f"{off:.1f} points",
        "today's rule": "no confidence",
        "target": "" if points is None else f"within {points:g} points",
        "met": _told(None if points is None else off <= points),
    }


def _named(zones: ZoneTrial) -> dict[str, object]:
    return {
        "what": "wrong zone: players whose offset is named",
        "ours": f"{zones.named} of {zones.players}",
        "today's rule": None,
        "target": "19 of 20",
        "met": _told(zones.named >= NAMED * zones.players),
    }


def worst_decile(results: Results) -> float:
    """By how many points the worst decile that has enough cases is off."""
    return max(
        (
            abs(decile.points_off)
            for decile in results.deciles()
            if decile.cases >= DECILE_CASES and decile.points_off is not None
        ),
        default=0.0,
    )


def calibration(results: Results) -> Rows:
    """Each tenth of confidence, and what would hold if all from there on were taken."""
    return [
        {
            "confidence": f"{decile.least:.1f} to {decile.least + 0.1:.1f}",
            "associations": decile.cases,
            "mean": _percent(decile.confidence),
            "right": _percent(decile.right),
            "points off": None if decile.points_off is None else round(decile.points_off, 1),
            "rate from here": _percent(decile.from_here.rate),
            "precision from here": _percent(decile.from_here.precision),
            "recall from here": _percent(decile.from_here.recall),
        }
        for decile in results.deciles()
    ]


def sources(results: Results) -> Rows:
    """By the source that decided the time."""
    named = results.captures.with_columns(pl.col("source").fill_null("none"))
    return _by(results, named, "source")


def situations(results: Results) -> Rows:
    """By what the captures show."""
    return _by(results, results.captures, "situation")


def troubles(results: Results) -> Rows:
    """By what happened to the files; one may stand in several rows."""
    told = results.captures.with_columns(
        pl.when(pl.col("trouble").list.len() == 0)
        .then(pl.lit(["nothing"]))
        .otherwise("trouble")
        .alias("trouble")
    )
    return _by(results, told.explode("trouble"), "trouble")


def _by(results: Results, captures: pl.DataFrame, column: str) -> Rows:
    parts = captures.partition_by(column, as_dict=True)
    largest_first = sorted(parts.items(), key=lambda part: (-part[1].height, part[0]))
    return [_compared(str(name), part, results) for (name,), part in largest_first]


def _compared(name: str, captures: pl.DataFrame, results: Results) -> dict[str, object]:
    ours, theirs = results.ours(captures), results.theirs(captures)
    return {
        "": name,
        "captures": captures.height,
        "decidable": int(captures["decidable"].sum()),
        **_score("", ours),
        **_score(" today", theirs),
    }


def _score(mark: str, score: Score) -> dict[str, object]:
    return {
        f"rate{mark}": _percent(score.rate),
        f"precision{mark}": _percent(score.precision),
        f"recall{mark}": _percent(score.recall),
    }


def _target(
    what: str, ours: float | None, theirs: float | None = None, least: float | None = None
) -> dict[str, object]:
    return {
        "what": what,
        "ours": _percent(ours),
        "today's rule": _percent(theirs),
        "target": "" if least is None else f"over {least:.0%}",
        "met": _told(None if least is None else (ours or 0) > least),
    }


def _told(met: bool | None) -> str:
    return {True: "yes", False: "NO", None: ""}[met]


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.1f} %"
