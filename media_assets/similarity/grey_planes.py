"""Small grey pictures as planes: softened, cut into blocks, with one brightness and contrast."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

SIDE = 32
"""Pixels a side of the pictures that are compared; a picture is `SIDE * SIDE` bytes."""

LARGEST_GAIN = 0.4
"""Difference of contrast by the mean contrast: with any, a blank picture would agree with all."""

MARGIN = 2
INNER = SIDE - 2 * MARGIN
BLOCK = 4
BLOCKS = INNER // BLOCK
"""Without a margin, where moves have no neighbours, there are 7 x 7 blocks of 4 x 4 pixels."""

Values: TypeAlias = NDArray[np.float32]

_MARKED = BLOCKS * BLOCKS // 5
"""Blocks that the second look at brightness leaves out: a mark drawn over them would shift it."""


def softened(pictures: NDArray[np.uint8]) -> Values:
    """Planes of grey values, without the noise of single pixels."""
    return blurred(pictures.reshape(-1, SIDE, SIDE).astype(np.float32))


def blurred(planes: Values) -> Values:
    """Each pixel with its neighbours, weighted 1, 2, 1 in both directions."""
    padded = np.pad(planes, ((0, 0), (1, 1), (1, 1)), mode="edge")
    across = padded[:, :, :-2] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]
    soft: Values = (across[:, :-2] + 2 * across[:, 1:-1] + across[:, 2:]) / 16
    return soft


def inner(planes: Values) -> Values:
    return planes[..., MARGIN:-MARGIN, MARGIN:-MARGIN]


def by_block(planes: Values) -> Values:
    """Planes without their margin as `(picture, block, pixel)`."""
    return cut(inner(planes))


def cut(planes: Values) -> Values:
    """Planes that have no margin as `(picture, block, pixel)`."""
    parts = planes.reshape(-1, BLOCKS, BLOCK, BLOCKS, BLOCK).transpose(0, 1, 3, 2, 4)
    return np.ascontiguousarray(parts).reshape(-1, BLOCKS * BLOCKS, BLOCK * BLOCK)


def differing(one: Values, other: Values) -> Values:
    """Mean square by block of what differs when brightness and contrast are made the same.

    Least squares, then once more without the blocks that differ the most. All of it follows from
    five sums a block.
    """
    middle, difference = (one + other) * np.float32(0.5), other - one
    middle -= middle.mean(axis=(1, 2), keepdims=True)
    difference -= difference.mean(axis=(1, 2), keepdims=True)
    sums = _Sums(
        middle.sum(axis=2),
        difference.sum(axis=2),
        np.einsum("kbp,kbp->kb", middle, middle),
        np.einsum("kbp,kbp->kb", middle, difference),
        np.einsum("kbp,kbp->kb", difference, difference),
        one.shape[2],
    )
    squares = sums.left(np.ones_like(sums.middle))
    most = np.partition(squares, -_MARKED - 1, axis=1)[:, -_MARKED - 1, None]
    return sums.left((squares <= most).astype(np.float32))


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums by block over the mean of two pictures, their difference, and their products."""

    middle: Values
    difference: Values
    middle_squared: Values
    both: Values
    difference_squared: Values
    pixels: int

    def left(self, used: Values) -> Values:
        """Mean square by block after fitting level and gain on the blocks that are used (1)."""
        count = used.sum(axis=1, keepdims=True) * np.float32(self.pixels)
        middle, difference, middle_squared, both = (
            np.einsum("kb,kb->k", used, values)[:, None]
            for values in (self.middle, self.difference, self.middle_squared, self.both)
        )
        power = middle_squared - middle**2 / count
        gain = (both - middle * difference / count) / np.maximum(power, 1e-3)
        gain = np.clip(gain, -LARGEST_GAIN, LARGEST_GAIN)
        level = (difference - gain * middle) / count
        squares = self.difference_squared - 2 * level * self.difference
        squares -= 2 * gain * (self.both - level * self.middle)
        squares += gain**2 * self.middle_squared
        left: Values = np.maximum(squares / np.float32(self.pixels) + level**2, 0)
        return left
