"""What an artist's tracks have near them: the mean of their neighbours."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media_assets.similarity.nearest import nearest
from media_assets.similarity.vectors import DECIMALS, Places, Vectors


@dataclass(frozen=True, slots=True)
class Recommended:
    """Rows that are near, the best first. `tracks`: how many of the artist's are near to each."""

    places: Places
    score: NDArray[np.float64]
    tracks: Places


def recommend(vectors: Vectors, own: Places, others: Places, count: int) -> Recommended:
    """Rows named by `others`, by the mean over `own` of how near each is; both ascending.

    A row counts for an own one with its cosine where it is among the nearest `count` of the others,
    else with 0. So what is near to many of an artist's tracks comes before what is near to one.
    Equal means are in order of the rows.
    """
    near = nearest(vectors, own, others, count)
    places, position = np.unique(near.second, return_inverse=True)
    total = np.bincount(position, weights=near.similarity, minlength=places.size)
    score = np.round(total / max(1, own.size), DECIMALS)
    order = np.lexsort((places, -score))
    tracks = np.bincount(position, minlength=places.size).astype(np.int64)
    return Recommended(places[order], score[order], tracks[order])
