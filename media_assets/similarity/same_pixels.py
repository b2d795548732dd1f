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

from media_assets.similarity.crops import changes, undone
from media_assets.similarity.grey_planes import Values, blurred, by_block, differing, softened

TOLERANCE = 1.1
"""Grey values (root of the mean square) by which a block may differ and still agree.

Compressing to JPEG of quality 30 leaves 0.5 in the worst tenth of the blocks, the text of another
scoreboard 1.3 or more. Of pictures with little contrast less is allowed, see `_Looks`."""
TOLERANCE_SHARE, LEAST_TOLERANCE = 0.055, 0.7

CROP_TOLERANCE = 2.0
"""A crop may differ by so many times the tolerance: pixels do not fall on pixels any more."""

Places: TypeAlias = NDArray[np.int64]

_CHUNK = 2048
_CROWD = 32
"""Pairs a picture from which on a rough look at each pays: it takes a thirtieth of the time."""
_CROWD_CHUNK = 1 << 18
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

    A pair takes 20 microseconds, one that may be cropped 70. A thousand menus are half a million
    pairs of which none agrees, so pictures that are in many pairs get a rough look first, by the
    means of the blocks, with all that belongs to one picture computed once: 2 microseconds.
    """
    found = Agreement(np.zeros(first.size, np.float32), np.zeros(first.size, np.float32))
    for begin in range(0, first.size, _CROWD_CHUNK):
        rows = np.arange(begin, min(begin + _CROWD_CHUNK, first.size))
        if np.unique(np.concatenate([first[rows], second[rows]])).size * _CROWD <= rows.size:
            _compare_crowd(pictures, first, second, rows, least, enough, found)
        else:
            for part in _parts(rows):
                looks, one, other = _looks(pictures, first[part], second[part])
                found.as_is[part], found.cropped[part] = looks.compared(one, other, enough)
    return found


def _compare_crowd(
    pictures: NDArray[np.uint8], first: Places, second: Places, rows: Places,
    least: float, enough: float, found: Agreement,
) -> None:  # fmt: skip
    """Compare the pairs of some rows that have few pictures in common."""
    looks, one, other = _looks(pictures, first[rows], second[rows])
    rough = _Rough(looks)
    alike, cropped = np.zeros(rows.size, np.bool_), np.zeros(rows.size, np.bool_)
    for part in _parts(np.arange(rows.size)):
        alike[part] = rough.agreeing(one[part], other[part]) >= least - _ROUGH_SLACK
        cropped[part] = rough.explained(one[part], other[part]) >= _ROUGHLY_EXPLAINED
    for part in _parts(np.flatnonzero(alike | cropped)):
        shares = looks.compared(one[part], other[part], enough, cropped[part])
        found.as_is[rows[part]], found.cropped[rows[part]] = shares


def _parts(rows: Places) -> list[Places]:
    return [rows[begin : begin + _CHUNK] for begin in range(0, rows.size, _CHUNK)]


def _looks(
    pictures: NDArray[np.uint8], first: Places, second: Places
) -> tuple["_Looks", Places, Places]:
    """The pictures of some pairs, each once, and which are the first and the second of each."""
    used, rows = np.unique(np.concatenate([first, second]), return_inverse=True)
    return _Looks(pictures[used]), rows[: first.size], rows[first.size :]


class _Looks:
    """Pictures as they are compared."""

    def __init__(self, pictures: NDArray[np.uint8]) -> None:
        self.soft = softened(pictures)
        self.blocks = by_block(self.soft)
        contrast = self.soft.std(axis=(1, 2))
        self._limit = np.clip(TOLERANCE_SHARE * contrast, LEAST_TOLERANCE, TOLERANCE)

    def limit(self, one: Places, other: Places) -> Values:
        """By how much a block of each pair may differ."""
        limit: Values = np.minimum(self._limit[one], self._limit[other])
        return limit

    def compared(
        self, one: Places, other: Places, enough: float,
        maybe_cropped: NDArray[np.bool_] | None = None,
    ) -> tuple[Values, Values]:  # fmt: skip
        """Shares as they are, and with a crop undone where one is possible."""
        limit = self.limit(one, other)
        as_is = _agreeing(differing(self.blocks[one], self.blocks[other]), limit)
        cropped = np.zeros_like(as_is)
        doubtful = as_is < enough
        if maybe_cropped is not None:
            doubtful &= maybe_cropped
        if doubtful.any():
            squares = undone(self.soft[one[doubtful]], self.soft[other[doubtful]])
            cropped[doubtful] = _agreeing(squares, CROP_TOLERANCE * limit[doubtful])
        return as_is, cropped


class _Rough:
    """Pictures by the means of their blocks, with what moving and enlarging each would change."""

    def __init__(self, looks: _Looks) -> None:
        self._looks = looks
        self._means = looks.blocks.mean(axis=2, keepdims=True)
        twice = blurred(looks.soft)
        self._plain = _block_means(twice)
        moves = np.concatenate([_block_means(plane) for plane in changes(twice)], axis=2)
        self._moves, _ = np.linalg.qr(moves)

    def agreeing(self, one: Places, other: Places) -> Values:
        """Share of blocks that agree."""
        squares = differing(self._means[one], self._means[other])
        return _agreeing(squares, self._looks.limit(one, other))

    def explained(self, one: Places, other: Places) -> Values:
        """Share of the squared difference that moving and enlarging explain."""
        difference = self._plain[other] - self._plain[one]
        factors = np.square(self._moves[one].transpose(0, 2, 1) @ difference)[:, :, 0]
        unlevelled = np.square(difference).sum(axis=(1, 2)) - factors[:, :2].sum(axis=1)
        share: Values = factors[:, 2:].sum(axis=1) / np.maximum(unlevelled, 1e-3)
        return share


def _block_means(planes: Values) -> Values:
    means: Values = by_block(planes).mean(axis=2, keepdims=True)
    return means


def _agreeing(squares: Values, limit: Values) -> Values:
    """Share of blocks whose mean square is within the limit's."""
    close = squares <= np.square(limit)[:, None]
    share: Values = close.mean(axis=1, dtype=np.float32)
    return share
