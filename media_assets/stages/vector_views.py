"""What people see of vectors: a map of the library, and how many media have one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media_assets.similarity.projection import principal_plane
from media_assets.stages.neighbors import LEFT_OUT
from media_assets.stages.platform import Platform
from media_assets.stages.similar import TIMBRE
from media_assets.store import neighbors as neighbor_store
from media_assets.store import vectors as store

MOST_POINTS = 3000
SAMPLE = 200


@dataclass(frozen=True, slots=True)
class LibraryMap:
    """Points of a map, with the group that each is coloured by.

    `shown`: the share of the variance that the plane has. `by`: what the groups are.
    """

    space: str
    points: NDArray[np.float64]
    groups: list[str]
    shown: float
    by: str


def library_map(platform: Platform, player: str) -> LibraryMap | None:
    """The map of one space, of how music sounds where there is such; None without two vectors.

    Points are coloured by genre where half of them have one, else by artist, else by kind.
    """
    with platform.reading(player) as con:
        models = [model for model in store.load_models(con) if model.space not in LEFT_OUT]
        if not models:
            return None
        model = min(models, key=lambda one: (one.space != TIMBRE, one.space))
        rows = store.load_map(con, model, MOST_POINTS)
    if rows.height < 2:
        return None
    points, shown = principal_plane(store.matrix(rows, model.dim))
    by = next(name for name in ("genre", "artist", "kind")
              if rows[name].is_not_null().sum() * 2 >= rows.height)  # fmt: skip
    return LibraryMap(model.space, points, rows[by].fill_null("none").to_list(), shown, by)


def coverage(platform: Platform, player: str) -> dict[str, tuple[int, int]]:
    """By space: media that could have a vector, and those that have one."""
    with platform.reading(player) as con:
        return {row[0]: (row[1], row[2]) for row in store.load_coverage(con).iter_rows()}


def promises(platform: Platform, player: str) -> dict[str, int]:
    """What is wrong with the neighbours: see `store.neighbors.promises`."""
    with platform.reading(player) as con:
        return neighbor_store.promises(con, SAMPLE)
