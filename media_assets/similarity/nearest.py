"""The nearest of many vectors, exactly: what comparing every pair one by one would give.

A product of matrices in float32 leaves out nearly all pairs; what it cannot tell apart is compared
in float64. So the result does not depend on how the rows are cut into blocks.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media_assets.similarity.vectors import DECIMALS, Places, Vectors, cosines, lengths_of

BLOCK_CELLS = 4_000_000
"""Cosines that are in memory at once: 16 MB, so that a block stays near the processor."""
BLOCK_ROWS = 256
"""Queries of a block, at least: fewer make it a product of matrices in name only. With four, which
is what a block over a million rows held, a query took five times as long."""

_CHUNKS = 512
_SELF = np.float32(-2)
_NOBODY = np.float32(-1.5)
"""Below every cosine, above what marks a row compared with itself."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """Pairs in order of `first` and then of rank: nearer ones first, equal ones by place."""

    first: Places
    second: Places
    similarity: NDArray[np.float64]

    def best(self, count: int) -> "Nearest":
        """In order, and of each `first` the nearest `count`."""
        order = np.lexsort((self.second, -self.similarity, self.first))
        first = self.first[order]
        kept = order[_ranks(first) <= count]
        return Nearest(self.first[kept], self.second[kept], self.similarity[kept])

    def ranks(self) -> Places:
        """The rank of each pair, from 1."""
        return _ranks(self.first)


def joined(one: Nearest, other: Nearest) -> Nearest:
    """The pairs of both, one after the other."""
    return Nearest(
        np.concatenate([one.first, other.first]),
        np.concatenate([one.second, other.second]),
        np.concatenate([one.similarity, other.similarity]),
    )


def nearest(
    vectors: Vectors, queries: Places, pool: Places, count: int,
    at_least: NDArray[np.float64] | None = None,
) -> Nearest:  # fmt: skip
    """Of each row named by `queries` the `count` nearest rows named by `pool`, itself left out.

    `vectors` are n x d, no row of length 0; `queries` and `pool` are row numbers in ascending
    order, each once. Nearness is the cosine to `DECIMALS` decimals, equal ones by row number.
    `at_least`: for each query a cosine below which nobody is wanted, though some come.
    """
    lengths = lengths_of(vectors)
    units: Vectors = np.asarray(vectors / lengths[:, None], np.float32)
    floors = np.full(queries.size, _NOBODY) if at_least is None else at_least.astype(np.float32)
    among = units[pool]
    step = max(BLOCK_ROWS, BLOCK_CELLS // max(1, pool.size))
    parts = []
    for start in range(0, queries.size, step):
        block = queries[start : start + step]
        own = _own_columns(block, pool)
        floor = floors[start : start + step]
        rows, columns = _candidates(units[block], among, own, count, floor)
        first, second = block[rows], pool[columns]
        similarity = cosines(vectors, lengths, first, second)
        parts.append(Nearest(first, second, similarity).best(count))
    found = Nearest(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return _all_of([found, *parts])


def _all_of(parts: list[Nearest]) -> Nearest:
    return Nearest(
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.second for part in parts]),
        np.concatenate([part.similarity for part in parts]),
    )


def _own_columns(block: Places, pool: Places) -> tuple[Places, Places]:
    """Rows of the block, and the columns in which they meet themselves."""
    columns = np.searchsorted(pool, block)
    inside = columns < pool.size
    inside[inside] = pool[columns[inside]] == block[inside]
    rows = np.flatnonzero(inside)
    return rows, columns[rows]


def _candidates(
    block: Vectors, among: Vectors, own: tuple[Places, Places], count: int, at_least: Vectors
) -> tuple[Places, Places]:
    """Rows and columns of all that can be among the nearest `count`, and of little else.

    The columns are taken some at a time. What was found so far is a floor for what comes later.
    """
    slack = _slack(among.shape[1])
    width = max(1, BLOCK_CELLS // max(1, block.shape[0]))
    floor = at_least
    parts = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for start in range(0, among.shape[0], width):
        products = block @ among[start : start + width].T
        inside = (own[1] >= start) & (own[1] < start + width)
        products[own[0][inside], own[1][inside] - start] = _SELF
        floor = np.maximum(floor, _lower_bound(products, count))
        wanted = products >= np.maximum(floor - slack, _NOBODY)[:, None]
        # `nonzero` takes ten times as long.
        rows, columns = np.divmod(np.flatnonzero(wanted), products.shape[1])
        parts.append((rows, columns + start))
    return np.concatenate([rows for rows, _ in parts]), np.concatenate([at for _, at in parts])


def _lower_bound(products: Vectors, count: int) -> Vectors:
    """For each row a value that at least `count` of its products reach.

    The largest of each of some hundred chunks are enough: `count` chunks have one that reaches the
    `count`-th largest of these. Sorting whole rows would take ten times as long.
    """
    size = products.shape[1]
    if size < count:
        return np.full(products.shape[0], _NOBODY, np.float32)
    if size >= 2 * _CHUNKS and count < _CHUNKS:
        width = size // _CHUNKS
        cut = products[:, : width * _CHUNKS].reshape(-1, width, _CHUNKS)
        products = cut.max(axis=1)
    place = products.shape[1] - count
    bound: Vectors = np.partition(products, place, axis=1)[:, place]
    return bound


def _slack(dim: int) -> np.float32:
    """How far two cosines of float32 can be off together, and rounding to decimals."""
    return np.float32(4 * (dim + 4) * 2.0**-24 + 2 * 10.0**-DECIMALS)


def _ranks(first: Places) -> Places:
    """The place of each pair among those of its `first`, which are in a row, from 1."""
    numbers = np.arange(first.size, dtype=np.int64)
    starts = np.flatnonzero(np.diff(first, prepend=-1))
    return numbers - np.repeat(starts, np.diff(starts, append=first.size)) + 1
