"""Fitting the weights of the confidence to labelled associations."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.simulation.judging import Judged
from media_assets.captures.association import Weights

_STEPS = 40
_RIDGE, _TINY = 1e-6, 1e-12
"""Keeps the steps finite where a component never occurs."""


def fit(judged: Judged) -> list[dict[str, object]]:
    """The weights that make what is right most likely, beside those in use.

    Logistic regression on main and secondary associations of captures that no title rules out. The
    log-odds of the time itself are taken as they are, with the weight 1.
    """
    rows = judged.rows.filter((pl.col("role") != "runner_up") & (pl.col("title_factor") > 0))
    terms, given = _terms(rows), _log_odds_of_the_time(rows)
    components = np.stack(list(terms.values()), axis=1)
    right = rows["right"].to_numpy().astype(np.float64)
    found = _most_likely(components, given, _floors(rows), right)
    used = Weights().parameters()
    return [
        {
            "weight": name,
            "fits best": round(-value if name in _TAKEN_OFF else value, 2),
            "in use": used[name],
        }
        for name, value in zip(terms, found.tolist(), strict=True)
    ]


_TAKEN_OFF = frozenset(
    {
        "outside_part",
        "quiet",
        "after_slope",
        "after_clip",
        "before_slope",
        "crowded_inside",
        "crowded_near",
    }
)
"""Weights that the statement subtracts."""


def _terms(rows: pl.DataFrame) -> dict[str, NDArray[np.float64]]:
    """What each weight is multiplied with, as in `associate.sql`."""
    sides = {side: rows["side"].to_numpy() == side for side in ("inside", "after", "before")}
    inside = sides["inside"]
    distance = rows["distance_seconds"].to_numpy()
    margin = rows["margin_seconds"].fill_null(float("inf")).to_numpy().clip(0)
    event = rows["event_inside"]
    crowding = np.exp(-margin / Weights().gap)
    flags = {
        "inside": inside,
        "outside_part": inside * (1 - rows["inside_share"].to_numpy()),
        "quiet": inside & ~event.fill_null(value=True).to_numpy(),
        "after": sides["after"],
        "after_slope": sides["after"] * np.sqrt(distance),
        "after_clip": sides["after"] * (rows["kind"].to_numpy() == "video"),
        "before": sides["before"],
        "before_slope": sides["before"] * np.sqrt(distance),
        "crowded_inside": inside * crowding,
        "crowded_near": ~inside * crowding,
    }
    return {name: values.astype(np.float64) for name, values in flags.items()}


def _log_odds_of_the_time(rows: pl.DataFrame) -> NDArray[np.float64]:
    trust = rows["time_quality"].to_numpy().clip(1e-3, Weights().surest)
    inside = rows["side"].to_numpy() == "inside"
    return np.where(inside, np.log(trust / (1 - trust)), 0.0)


def _floors(rows: pl.DataFrame) -> NDArray[np.float64]:
    """What is right however far it is away."""
    near = rows["side"].to_numpy() != "inside"
    weights = Weights()
    fade = np.exp(-rows["distance_seconds"].to_numpy() / weights.reach)
    return np.where(near, weights.astray * fade, 0.0)


def _most_likely(
    components: NDArray[np.float64],
    given: NDArray[np.float64],
    floors: NDArray[np.float64],
    right: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The weights that make `right` most likely, by Fisher scoring.

    p = floor + (1 - floor) / (1 + exp(-(given + components * weights))).
    """
    weights = np.zeros(components.shape[1])
    ridge = _RIDGE * np.eye(len(weights))
    for _ in range(_STEPS):
        raw = 1 / (1 + np.exp(-(given + components @ weights)))
        likely = (floors + (1 - floors) * raw).clip(_TINY, 1 - _TINY)
        rise = (1 - floors) * raw * (1 - raw)
        doubt = likely * (1 - likely)
        slope = components.T @ (rise * (right - likely) / doubt)
        curve = (components * (rise * rise / doubt)[:, None]).T @ components + ridge
        weights = weights + np.linalg.solve(curve, slope)
    return weights
