"""Undoing a crop: which moving and enlarging brings one small picture to another, if any does."""

import numpy as np
from numpy.typing import NDArray

from media_assets.similarity.grey_planes import (
    INNER,
    LARGEST_GAIN,
    SIDE,
    Values,
    blurred,
    cut,
    inner,
)

EXPLAINED = 0.8
"""Share of the squared difference that moving and enlarging must explain: of crops by 2 % it
explains 0.94 to 0.99, of two scoreboards 0.23 at the most. So a crop may differ twice as much."""

SMALLEST_CROP = 0.08
"""Pixels of 32 by which the borders of a crop have moved at least, on the average: half a percent
of the picture is gone."""

LARGEST_MOVE = 1.3
"""Pixels of 32 by which a border may have moved: 4 % of the side."""

_SPREAD = (np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2) / (SIDE / 2)
"""Where a pixel lies, from -1 at one border to 1 at the other."""
_SLACK, _SLACK_SHARE = 0.12, 1.25
"""Moves are told to a tenth of a pixel, with more doubt where they are larger."""


HALF = np.float32(0.5)


def undone(one: Values, other: Values) -> Values:
    """Mean square by block of what differs after the crop that fits best; infinite without one.

    Both are softened planes.
    """
    one, other = blurred(one), blurred(other)  # a move of half a pixel is linear only then
    planes = [inner(plane).reshape(len(one), -1) for plane in changes((one + other) * HALF)]
    moves = np.stack(planes, axis=1)
    difference = inner(other - one).reshape(len(one), -1)
    plain = difference - _fitted(moves[:, :2], difference)[0]
    fitted, factors = _fitted(moves, difference)
    left = difference - fitted
    before, after = np.square(plain).sum(axis=1), np.square(left).sum(axis=1)
    fits = (after <= (1 - EXPLAINED) * before) & (np.abs(factors[:, 1]) <= LARGEST_GAIN)
    fits &= _is_crop(factors[:, 2:])
    squares = np.square(cut(left.reshape(-1, INNER, INNER))).mean(axis=2)
    found: Values = np.where(fits[:, None], squares, np.float32(np.inf))
    return found


def changes(planes: Values) -> tuple[Values, ...]:
    """How pictures change with brightness, contrast, two moves and two enlargements.

    Moves are counted in pixels of 32, enlargements in such pixels at the border.
    """
    across = np.gradient(planes, axis=2)
    down = np.gradient(planes, axis=1)
    return (
        np.ones_like(planes),
        planes - planes.mean(axis=(1, 2), keepdims=True),
        across,
        down,
        across * _SPREAD,
        down * _SPREAD[:, None],
    )


def _fitted(moves: Values, difference: Values) -> tuple[Values, Values]:
    """The difference as far as the changes explain it (least squares), and their factors."""
    gram = moves @ moves.transpose(0, 2, 1)
    trace = np.trace(gram, axis1=1, axis2=2)[:, None, None]
    gram += np.eye(moves.shape[1], dtype=np.float32) * (1e-6 * trace + 1e-3)
    factors = np.linalg.solve(gram, moves @ difference[:, :, None])
    fitted: Values = (moves.transpose(0, 2, 1) @ factors)[:, :, 0]
    return fitted, factors[:, :, 0]


def _is_crop(factors: Values) -> NDArray[np.bool_]:
    """Whether moves and enlargements are those of a cut-off border, on either picture.

    A view that was turned a little moves without being enlarged. What is cut off moves every
    border outwards or not at all, and both directions alike: the proportions stay.
    """
    across, down, wide, high = np.abs(factors).T
    outwards = (across <= _SLACK_SHARE * wide + _SLACK) & (down <= _SLACK_SHARE * high + _SLACK)
    alike = (factors[:, 2] * factors[:, 3] >= 0) | (np.minimum(wide, high) <= _SLACK)
    largest = np.maximum(across + wide, down + high)
    sized = (wide + high >= 2 * SMALLEST_CROP) & (largest <= LARGEST_MOVE)
    fits: NDArray[np.bool_] = outwards & alike & sized
    return fits
