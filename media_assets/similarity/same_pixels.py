"""How far two pictures agree, on 32 x 32 grey values: what a hash of 64 bits cannot tell.

Two scoreboards have the same frame and other text: their hashes are near, their correlation is
0.98. A copy that was made smaller or compressed agrees everywhere, one with a mark drawn over it
everywhere else, and one that lost a border agrees once it is enlarged by that border. So both
pictures are brought to one brightness and contrast, one is moved and enlarged where that explains
nearly all of the difference, and then it counts which share of 49 blocks still differs.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

SIDE = 32
"""Pixels a side of the pictures that are compared; a picture is `SIDE * SIDE` bytes."""

TOLERANCE = 1.1
"""Grey values (root of the mean square) by which a block may differ and still agree.

Compressing to JPEG of quality 30 leaves 0.5 in the worst tenth of the blocks, the text of another
scoreboard 1.3 or more. Of pictures with little contrast less is allowed, see `_tolerances`."""
TOLERANCE_SHARE, LEAST_TOLERANCE = 0.055, 0.7

EXPLAINED = 0.8
"""Share of the squared difference that moving and enlarging must explain: of crops by 2 % it
explains 0.94 to 0.99, of two scoreboards 0.23 at the most. So a crop may differ twice as much."""

SMALLEST_CROP = 0.08
"""Pixels of 32 by which the borders of a crop have moved at least, on the average: half a percent
of the picture is gone."""

LARGEST_MOVE = 1.3
"""Pixels of 32 by which a border may have moved: 4 % of the side."""

LARGEST_GAIN = 0.4
"""Difference of contrast by the mean contrast: with any, a blank picture would agree with all."""

Values: TypeAlias = NDArray[np.float32]
Places: TypeAlias = NDArray[np.int64]

_CHUNK = 2048
_MARGIN = 2
_INNER = SIDE - 2 * _MARGIN
_BLOCK = 4
_BLOCKS = _INNER // _BLOCK
_SPREAD = (np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2) / (SIDE / 2)
"""Where a pixel lies, from -1 at one border to 1 at the other."""
_MARKED = _BLOCKS * _BLOCKS // 5
"""Blocks that the second look at brightness leaves out: a mark drawn over them would shift it."""
_SLACK, _SLACK_SHARE = 0.12, 1.25
"""Moves are told to a tenth of a pixel, with more doubt where they are larger."""

_CROWD = 8
"""Pairs a picture from which on a rough look at each pays: it takes a thirtieth of the time."""
_ROUGH_CHUNK = 1 << 16
_ROUGH_SLACK, _ROUGHLY_EXPLAINED = 0.05, 0.7
"""On 700 pairs of copies the rough look gave no less of the blocks than the thorough one, but for
one (0.04 less), and explained 0.91 or more of a crop; of 26,000 pairs of scoreboards 0.64."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of each pair, the share of blocks that agree, 0 to 1: as they are, and with a crop undone.

    `cropped` is 0 where no crop explains the difference.
    """

    as_is: Values
    cropped: Values

    @property
    def best(self) -> Values:
        """The larger of both."""
        best: Values = np.maximum(self.as_is, self.cropped)
        return best


def agreement(
    pictures: NDArray[np.uint8], first: Places, second: Places, least: float, enough: float
) -> Agreement:
    """Compare pairs of pictures, which are rows of `SIDE * SIDE` grey values, row by row.

    What does not reach `least` may be given as 0, and pairs that agree in `enough` of their blocks
    as they are are not looked at for a crop.

    A pair takes 20 microseconds, one that may be cropped 80. A thousand menus are half a million
    pairs of which none agrees, so pictures that are in many pairs get a rough look first, by the
    means of the blocks, with all that belongs to one picture computed once: 2 microseconds.
    """
    found = Agreement(np.zeros(first.size, np.float32), np.zeros(first.size, np.float32))
    for begin in range(0, first.size, _ROUGH_CHUNK):
        one, other = first[begin : begin + _ROUGH_CHUNK], second[begin : begin + _ROUGH_CHUNK]
        alike, maybe_cropped = _promising(pictures, one, other, least - _ROUGH_SLACK)
        rows = np.flatnonzero(alike | maybe_cropped)
        for start in range(0, rows.size, _CHUNK):
            part = rows[start : start + _CHUNK]
            shares = _thorough(pictures, one[part], other[part], maybe_cropped[part], enough)
            found.as_is[begin + part], found.cropped[begin + part] = shares
    return found


def _thorough(
    pictures: NDArray[np.uint8], first: Places, second: Places,
    maybe_cropped: NDArray[np.bool_], enough: float,
) -> tuple[Values, Values]:  # fmt: skip
    one, other = _softened(pictures[first]), _softened(pictures[second])
    limit = np.minimum(_tolerances(one), _tolerances(other))
    as_is = _agreeing(_unexplained(_by_block(one), _by_block(other)), limit)
    cropped = np.zeros_like(as_is)
    doubtful = maybe_cropped & (as_is < enough)
    if doubtful.any():
        cropped[doubtful] = _agreeing_moved(one[doubtful], other[doubtful], limit[doubtful])
    return as_is, cropped


def _promising(
    pictures: NDArray[np.uint8], first: Places, second: Places, least: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which pairs may agree as they are, and which after a crop: all, unless they are a crowd."""
    used, rows = np.unique(np.concatenate([first, second]), return_inverse=True)
    if used.size * _CROWD > first.size:
        return np.ones(first.size, np.bool_), np.ones(first.size, np.bool_)
    rough = _Rough(pictures[used])
    alike, cropped = np.zeros(first.size, np.bool_), np.zeros(first.size, np.bool_)
    for begin in range(0, first.size, _CHUNK):
        part = slice(begin, begin + _CHUNK)
        one, other = rows[: first.size][part], rows[first.size :][part]
        alike[part] = rough.agreeing(one, other) >= least
        cropped[part] = rough.explained(one, other) >= _ROUGHLY_EXPLAINED
    return alike, cropped


class _Rough:
    """Pictures by the means of their blocks, with what moving and enlarging each would change."""

    def __init__(self, pictures: NDArray[np.uint8]) -> None:
        soft = _softened(pictures)
        self._limit = _tolerances(soft)
        self._means = _block_means(soft)
        twice = _blurred(soft)
        self._plain = _block_means(twice)
        changes = np.concatenate([_block_means(plane) for plane in _changes(twice)], axis=2)
        self._changes, _ = np.linalg.qr(changes)

    def agreeing(self, one: Places, other: Places) -> Values:
        """Share of blocks that agree."""
        limit = np.minimum(self._limit[one], self._limit[other])
        return _agreeing(_unexplained(self._means[one], self._means[other]), limit)

    def explained(self, one: Places, other: Places) -> Values:
        """Share of the squared difference that moving and enlarging explain."""
        difference = self._plain[other] - self._plain[one]
        factors = np.square(self._changes[one].transpose(0, 2, 1) @ difference)[:, :, 0]
        unlevelled = np.square(difference).sum(axis=(1, 2)) - factors[:, :2].sum(axis=1)
        share: Values = factors[:, 2:].sum(axis=1) / np.maximum(unlevelled, 1e-3)
        return share


def _softened(pictures: NDArray[np.uint8]) -> Values:
    """Planes of grey values, without the noise of single pixels."""
    return _blurred(pictures.reshape(-1, SIDE, SIDE).astype(np.float32))


def _blurred(planes: Values) -> Values:
    """Each pixel with its neighbours, weighted 1, 2, 1 in both directions."""
    padded = np.pad(planes, ((0, 0), (1, 1), (1, 1)), mode="edge")
    across = padded[:, :, :-2] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]
    soft: Values = (across[:, :-2] + 2 * across[:, 1:-1] + across[:, 2:]) / 16
    return soft


def _tolerances(planes: Values) -> Values:
    contrast = planes.std(axis=(1, 2))
    limit: Values = np.clip(TOLERANCE_SHARE * contrast, LEAST_TOLERANCE, TOLERANCE)
    return limit


def _inner(planes: Values) -> Values:
    return planes[..., _MARGIN:-_MARGIN, _MARGIN:-_MARGIN]


def _by_block(planes: Values) -> Values:
    """Planes without their margin as `(picture, block, pixel)`."""
    return _cut(_inner(planes), _BLOCK)


def _block_means(planes: Values) -> Values:
    means: Values = _by_block(planes).mean(axis=2, keepdims=True)
    return means


def _cut(inner: Values, side: int) -> Values:
    cut = inner.reshape(-1, _BLOCKS, side, _BLOCKS, side).transpose(0, 1, 3, 2, 4)
    return np.ascontiguousarray(cut).reshape(-1, _BLOCKS * _BLOCKS, side * side)


def _unexplained(one: Values, other: Values) -> Values:
    """What is left of the difference when brightness and contrast are the same, by block.

    Least squares, then once more without the blocks that differ the most.
    """
    middle, difference = (one + other) * np.float32(0.5), other - one
    left = _levelled(difference, middle, np.ones(middle.shape[:2], np.float32))
    squares = np.square(left).sum(axis=2)
    most = np.partition(squares, -_MARKED - 1, axis=1)[:, -_MARKED - 1, None]
    return _levelled(difference, middle, (squares <= most).astype(np.float32))


def _levelled(difference: Values, middle: Values, weights: Values) -> Values:
    count = np.maximum(weights.sum(axis=1) * middle.shape[2], 1)[:, None, None]
    weight = weights[:, :, None]
    centred = middle - (middle * weight).sum(axis=(1, 2), keepdims=True) / count
    shifted = difference - (difference * weight).sum(axis=(1, 2), keepdims=True) / count
    power = np.square(centred * weight).sum(axis=(1, 2), keepdims=True)
    gain = (centred * shifted * weight).sum(axis=(1, 2), keepdims=True) / np.maximum(power, 1e-3)
    left: Values = shifted - np.clip(gain, -LARGEST_GAIN, LARGEST_GAIN) * centred
    return left


def _agreeing(left: Values, limit: Values) -> Values:
    """Share of blocks within the limit."""
    close = np.square(left).mean(axis=2) <= np.square(limit)[:, None]
    share: Values = close.mean(axis=1, dtype=np.float32)
    return share


def _agreeing_moved(one: Values, other: Values, limit: Values) -> Values:
    """Share of agreeing blocks after the crop that fits best; 0 where none does."""
    one, other = _blurred(one), _blurred(other)  # a move of half a pixel is linear only then
    planes = [
        _inner(plane).reshape(len(one), -1) for plane in _changes((one + other) * np.float32(0.5))
    ]
    changes = np.stack(planes, axis=1)
    difference = _inner(other - one).reshape(len(one), -1)
    plain = difference - _fitted(changes[:, :2], difference)[0]
    fitted, factors = _fitted(changes, difference)
    left = difference - fitted
    before, after = np.square(plain).sum(axis=1), np.square(left).sum(axis=1)
    fits = (after <= (1 - EXPLAINED) * before) & (np.abs(factors[:, 1]) <= LARGEST_GAIN)
    fits &= _is_crop(factors[:, 2:])
    blocks = _cut(left.reshape(-1, _INNER, _INNER), _BLOCK)
    share: Values = np.where(fits, _agreeing(blocks, 2 * limit), np.float32(0))
    return share


def _changes(planes: Values) -> tuple[Values, ...]:
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


def _fitted(changes: Values, difference: Values) -> tuple[Values, Values]:
    """The difference as far as the changes explain it (least squares), and their factors."""
    gram = changes @ changes.transpose(0, 2, 1)
    trace = np.trace(gram, axis1=1, axis2=2)[:, None, None]
    gram += np.eye(changes.shape[1], dtype=np.float32) * (1e-6 * trace + 1e-3)
    factors = np.linalg.solve(gram, changes @ difference[:, :, None])
    fitted: Values = (changes.transpose(0, 2, 1) @ factors)[:, :, 0]
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
