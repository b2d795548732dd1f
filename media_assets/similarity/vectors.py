"""What a vector must be to be stored, and the exact cosine of two."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from media_assets.errors import VectorError

Vectors: TypeAlias = NDArray[np.float32]
Places: TypeAlias = NDArray[np.int64]

DECIMALS = 6
"""Cosines are compared to so many decimals: float32 values say no more, and what is equal so far is
put in order of the ids, whatever order the processor added in."""

_PRODUCTS_AT_ONCE = 4_000_000


def unit_vector(values: Sequence[float] | NDArray[np.floating], dim: int) -> Vectors:
    """The vector scaled to length 1, as float32 of `dim` values.

    Raises:
        VectorError: another number of values, one that is no finite number, or a length of 0, which
            has no direction.
    """
    try:
        vector = np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise VectorError(f"not all values are numbers: {error}") from error
    if vector.ndim != 1 or vector.size != dim:
        raise VectorError(f"{vector.size} values came where the space has {dim}")
    if not np.isfinite(vector).all():
        raise VectorError("a value is not a finite number")
    largest = np.abs(vector).max(initial=0.0)
    if largest == 0:
        raise VectorError("all values are 0: such a vector has no direction")
    scaled = vector / largest  # squares of very large or small values would leave the range
    unit: Vectors = (scaled / np.sqrt(np.dot(scaled, scaled))).astype(np.float32)
    return unit


def lengths_of(vectors: Vectors) -> NDArray[np.float64]:
    """The length of each row, in float64."""
    lengths: NDArray[np.float64] = np.sqrt(
        np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)
    )
    return lengths


def cosines(
    vectors: Vectors, lengths: NDArray[np.float64], first: Places, second: Places
) -> NDArray[np.float64]:
    """The cosine of each pair of rows in float64, rounded to `DECIMALS`."""
    found = np.empty(first.size)
    step = max(1, _PRODUCTS_AT_ONCE // max(1, vectors.shape[1]))
    for start in range(0, first.size, step):
        part = slice(start, start + step)
        left = vectors[first[part]].astype(np.float64)
        found[part] = np.einsum("ij,ij->i", left, vectors[second[part]])
    found /= lengths[first] * lengths[second]
    return np.clip(np.round(found, DECIMALS), -1.0, 1.0)
