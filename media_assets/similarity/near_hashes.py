"""Pairs of pictures whose two 64-bit hashes are both near: all of them, without trying all pairs.

Two hashes within r bits agree in at least one of r + 1 pieces of them (the pigeonhole principle; as
in multi-index hashing, Norouzi, Punjani and Fleet, 2012). Both hashes must be near, so a pair has
one of the 7 pieces of its pHash and one of the 9 pieces of its dHash in common: 63 tables with keys
of 16 bits, in which 100,000 pictures share a key with one or two others by chance.

Menus do so with thousands. What lies in a crowded bucket is compared with everything else of that
sort once, block by block, and not once in each of the 63 tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

PHASH_BITS, DHASH_BITS = 6, 8
"""Bits of 64 up to which two hashes are near."""

Hashes: TypeAlias = NDArray[np.uint64]
Places: TypeAlias = NDArray[np.int64]
Pairs: TypeAlias = tuple[Places, Places]
"""Places of the first and of the second of each pair; the first is the smaller."""

_PHASH_PIECES = [(9 * piece, 9) for piece in range(PHASH_BITS + 1)]
_DHASH_PIECES = [(7 * piece, 7) for piece in range(DHASH_BITS + 1)]
"""Lowest bit and width. A bit of each hash is left over, which the principle does not need."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """From where on which way is taken; the pairs are the same.

    `crowd`: from so many in one bucket on they are compared block by block. `few`: new pictures
    times all; up to here comparing those block by block is quicker than the tables. `chunk`: pairs
    that are looked at together.
    """

    crowd: int = 256
    few: int = 300_000_000
    chunk: int = 1 << 20


DEFAULT_SIZES = Sizes()

_ROWS, _COLUMNS = 256, 4096
"""A block of so many pairs stays in the cache of a core: 3 ns a pair."""


def near_pairs(
    phashes: Hashes, dhashes: Hashes, new: NDArray[np.bool_], sizes: Sizes = DEFAULT_SIZES
) -> Iterator[Pairs]:
    """Every pair within `PHASH_BITS` and `DHASH_BITS` of which at least one is new, once.

    In chunks of about `sizes.chunk` pairs, in no order that means anything; equal input gives equal
    chunks.
    """
    waiting: list[Pairs] = []
    for first, second in _all_near(phashes, dhashes, new, sizes):
        wanted = new[first] | new[second]
        one, other = first[wanted], second[wanted]
        waiting.append((np.minimum(one, other), np.maximum(one, other)))
        if sum(pairs[0].size for pairs in waiting) >= sizes.chunk:
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def _joined(parts: list[Pairs]) -> Pairs:
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def _all_near(
    phashes: Hashes, dhashes: Hashes, new: NDArray[np.bool_], sizes: Sizes
) -> Iterator[Pairs]:
    """Near pairs, and maybe some of which none is new; many small parts."""
    if phashes.size == 0 or not new.any():
        return
    different = _Different(phashes, dhashes, sizes.chunk)
    for first, second in _near(different, different.any_of(new), sizes):
        yield from different.members(first, second)
    yield from different.twins()


def bits(one: Hashes, other: Hashes) -> NDArray[np.uint8]:
    """In how many bits hashes differ."""
    different: NDArray[np.uint8] = np.bitwise_count(one ^ other)
    return different


def hashes_of(digits: list[str | None]) -> Hashes:
    """Hashes from 16 hex digits each; none counts as 0."""
    return np.array([int(text, 16) if text else 0 for text in digits], dtype=np.uint64)


class _Different:
    """The pairs of hashes that differ from each other, and who has which.

    A thousand pictures of one menu are few different hashes.
    """

    def __init__(self, phashes: Hashes, dhashes: Hashes, chunk: int) -> None:
        self._chunk = chunk
        both = np.stack([phashes, dhashes], axis=1).view("u8,u8").ravel()
        found, self._which, self._counts = np.unique(both, return_inverse=True, return_counts=True)
        self.phashes: Hashes = np.ascontiguousarray(found["f0"])
        self.dhashes: Hashes = np.ascontiguousarray(found["f1"])
        self._order = np.argsort(self._which, kind="stable")
        self._starts = np.cumsum(self._counts) - self._counts

    def any_of(self, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether any that has them is flagged."""
        found = np.zeros(self.phashes.size, dtype=np.bool_)
        found[self._which[flags]] = True
        return found

    def members(self, first: Places, second: Places) -> Iterator[Pairs]:
        """Everybody who has the first of a pair, with everybody who has the second."""
        left, place = _ranges(self._starts[first], self._counts[first])
        right = second[place]
        for begin, end in _chunks(self._counts[right], self._chunk):
            found, row = _ranges(self._starts[right[begin:end]], self._counts[right[begin:end]])
            yield self._order[left[begin:end][row]], self._order[found]

    def twins(self) -> Iterator[Pairs]:
        """Everybody who has the same, with each other."""
        ends = np.repeat(self._starts + self._counts, self._counts)
        places = np.arange(ends.size)
        for left, right in later_pairs(places, ends, self._chunk):
            yield self._order[left], self._order[right]


def _near(different: _Different, new: NDArray[np.bool_], sizes: Sizes) -> Iterator[Pairs]:
    """Near pairs of different hashes of which one is new, and maybe some of which none is."""
    phashes, dhashes = different.phashes, different.dhashes
    everybody = np.arange(phashes.size)
    if int(new.sum()) * phashes.size <= sizes.few and not new.all():
        chosen, others = everybody[new], everybody[~new]
        yield from _blocks(phashes, dhashes, chosen, others)
        yield from _blocks(phashes, dhashes, chosen, None)
        return
    crowded = _crowded(phashes, dhashes, sizes.crowd)
    # A stable sort by key then has them last in each bucket, where nothing comes after them.
    renamed = np.concatenate([everybody[~crowded], everybody[crowded]])
    alone = everybody.size - int(crowded.sum())
    for first, second in _by_tables(phashes[renamed], dhashes[renamed], alone, sizes.chunk):
        yield renamed[first], renamed[second]
    yield from _blocks(phashes, dhashes, everybody[crowded], None)


def _crowded(phashes: Hashes, dhashes: Hashes, crowd: int) -> NDArray[np.bool_]:
    crowded = np.zeros(phashes.size, dtype=np.bool_)
    for pieces in product(_PHASH_PIECES, _DHASH_PIECES):
        keys = _keys(phashes, dhashes, *pieces)
        crowded |= np.bincount(keys, minlength=1 << 16)[keys] > crowd
    return crowded


def _by_tables(phashes: Hashes, dhashes: Hashes, alone: int, chunk: int) -> Iterator[Pairs]:
    """Near pairs whose first lies below `alone`; each from the first table that has it."""
    for one, piece in enumerate(_PHASH_PIECES):
        for other, dpiece in enumerate(_DHASH_PIECES):
            keys = _keys(phashes, dhashes, piece, dpiece)
            order = np.argsort(keys, kind="stable")  # of 16 bits: a radix sort
            ordered = keys[order]
            ends = np.searchsorted(ordered, ordered, side="right")
            ends[order >= alone] = 0
            for left, right in later_pairs(np.arange(order.size), ends, chunk):
                first, second = order[left], order[right]
                across, down = phashes[first] ^ phashes[second], dhashes[first] ^ dhashes[second]
                near = (np.bitwise_count(across) <= PHASH_BITS) & (
                    np.bitwise_count(down) <= DHASH_BITS
                )
                near[near] &= _is_first(across[near], _PHASH_PIECES[:one])
                near[near] &= _is_first(down[near], _DHASH_PIECES[:other])
                yield first[near], second[near]


def _keys(
    phashes: Hashes, dhashes: Hashes, piece: tuple[int, int], dpiece: tuple[int, int]
) -> NDArray[np.uint16]:
    return ((_cut(phashes, *piece) << np.uint64(dpiece[1])) | _cut(dhashes, *dpiece)).astype(
        np.uint16
    )


def _cut(hashes: Hashes, low: int, width: int) -> Hashes:
    return (hashes >> np.uint64(low)) & np.uint64((1 << width) - 1)


def _is_first(different: Hashes, earlier: list[tuple[int, int]]) -> NDArray[np.bool_]:
    """Whether the two hashes of a pair differ in each of the earlier pieces."""
    found = np.ones(different.size, dtype=np.bool_)
    for piece in earlier:
        found &= _cut(different, *piece) != 0
    return found


def _blocks(
    phashes: Hashes, dhashes: Hashes, rows: Places, columns: Places | None
) -> Iterator[Pairs]:
    """Near pairs of rows and columns; without columns, of the rows with each other."""
    others = rows if columns is None else columns
    for top in range(0, rows.size, _ROWS):
        part = rows[top : top + _ROWS]
        for left in range(top if columns is None else 0, others.size, _COLUMNS):
            across = others[left : left + _COLUMNS]
            near = np.bitwise_count(phashes[part][:, None] ^ phashes[across]) <= PHASH_BITS
            row, column = np.divmod(
                np.flatnonzero(near), across.size
            )  # nonzero takes 15 times as long
            if columns is None:
                later = column + left > row + top
                row, column = row[later], column[later]
            first, second = part[row], across[column]
            close = bits(dhashes[first], dhashes[second]) <= DHASH_BITS
            yield first[close], second[close]


def later_pairs(places: Places, ends: Places, chunk: int = DEFAULT_SIZES.chunk) -> Iterator[Pairs]:
    """Each place with every later one below its end, in chunks."""
    counts = np.maximum(ends - places - 1, 0)
    for begin, end in _chunks(counts, chunk):
        right, row = _ranges(places[begin:end] + 1, counts[begin:end])
        yield places[begin:end][row], right


def _chunks(counts: Places, chunk: int) -> Iterator[tuple[int, int]]:
    """Runs of rows whose counts sum up to `chunk` or little more; rows without any are no run."""
    total = np.cumsum(counts)
    begin, done = 0, 0
    while begin < total.size and done < total[-1]:
        end = int(np.searchsorted(total, done + chunk)) + 1
        yield begin, end
        begin, done = end, int(total[min(end, total.size) - 1])


def _ranges(starts: Places, counts: Places) -> Pairs:
    """`starts[k], starts[k] + 1, ...`, `counts[k]` of them for each k, and k for each."""
    row = np.repeat(np.arange(starts.size), counts)
    before = np.cumsum(counts) - counts
    return starts[row] + np.arange(row.size) - before[row], row
