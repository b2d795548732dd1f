"""Many values in two: the map of a library."""

import numpy as np
from numpy.typing import NDArray

from media_assets.similarity.vectors import Vectors


def principal_plane(vectors: Vectors) -> tuple[NDArray[np.float64], float]:
    """Coordinates of n vectors in the two directions in which they differ most, as n x 2.

    Also the share of their variance, 0 to 1, that the plane shows. Principal component analysis by
    the eigenvectors of the covariance; each direction is turned so that its largest weight is
    positive, so that the same vectors always give the same map.
    """
    centred = np.asarray(vectors, np.float64) - np.mean(vectors, axis=0, dtype=np.float64)
    values, directions = np.linalg.eigh(centred.T @ centred)
    plane = np.zeros((centred.shape[1], 2))
    best = directions[:, ::-1][:, :2]
    plane[:, : best.shape[1]] = best
    plane *= np.sign(plane[np.abs(plane).argmax(axis=0), [0, 1]] + 1e-300)
    total = float(values.sum())
    shown = float(values[-2:].sum()) / total if total > 0 else 1.0
    return centred @ plane, shown
