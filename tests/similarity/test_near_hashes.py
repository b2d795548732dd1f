"""Near hashes: as many pairs as trying all of them finds, each once, whatever the way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_assets.similarity.near_hashes import Sizes, bits, hashes_of, near_pairs

Pair = tuple[int, int]


def by_brute_force(phashes, dhashes, new) -> set[Pair]:
    return {
        (one, other)
        for other in range(len(phashes))
        for one in range(other)
        if (new[one] or new[other])
        and int(phashes[one] ^ phashes[other]).bit_count() <= 6
        and int(dhashes[one] ^ dhashes[other]).bit_count() <= 8
    }


def found(phashes, dhashes, new, sizes=Sizes()) -> list[Pair]:  # noqa: B008 a frozen value
    return [
        pair
        for first, second in near_pairs(phashes, dhashes, new, sizes)
        for pair in zip(first.tolist(), second.tolist(), strict=True)
    ]


def hashes(seed: int, count: int, families: int, flips: int):
    """Some families of hashes, with a few bits flipped in each; a tenth of all are equal."""
    random = np.random.default_rng(seed)
    base = random.integers(0, 1 << 64, (2, families), np.uint64)
    values = base[:, random.integers(0, families, count)]
    for _ in range(flips):
        values = values ^ (np.uint64(1) << random.integers(0, 64, (2, count), np.uint64))
    values[:, : count // 10] = values[:, :1]
    return values[0], values[1]


@pytest.mark.parametrize("crowd", [3, 256], ids=["crowded", "roomy"])
@pytest.mark.parametrize("few", [0, 300_000_000], ids=["tables", "blocks"])
@pytest.mark.parametrize("share", [1.0, 0.03, 0.0])
def test_every_way_finds_the_pairs_of_brute_force_once(crowd, few, share) -> None:
    phashes, dhashes = hashes(1, 400, 12, 4)
    new = np.random.default_rng(2).random(400) < share
    pairs = found(phashes, dhashes, new, Sizes(crowd, few, chunk=500))
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == by_brute_force(phashes, dhashes, new)
    assert pairs or not share


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 255), st.integers(0, 63),
                          st.booleans()), max_size=25))  # fmt: skip
def test_any_hashes(rows) -> None:
    """Hashes that differ in few bits: a base of two, each with eight bits of its own."""
    phashes = np.array([(one % 2) * 0xF0F0 ^ (low << 30) for one, low, _, _ in rows], np.uint64)
    dhashes = np.array([1 << bit for _, _, bit, _ in rows], np.uint64)
    new = np.array([flag for *_, flag in rows], np.bool_)
    pairs = found(phashes, dhashes, new)
    assert sorted(pairs) == sorted(by_brute_force(phashes, dhashes, new))


def test_the_limits_are_met_and_not_passed() -> None:
    six, seven = (1 << 6) - 1, (1 << 7) - 1
    eight, nine = (1 << 8) - 1, (1 << 9) - 1
    phashes = np.array([0, six, seven, 0], np.uint64)
    dhashes = np.array([0, eight, 0, nine], np.uint64)
    pairs = set(found(phashes, dhashes, np.ones(4, np.bool_)))
    assert pairs == {(0, 1), (1, 2), (1, 3)}


def test_nothing_gives_nothing() -> None:
    empty = np.zeros(0, np.uint64)
    assert found(empty, empty, np.zeros(0, np.bool_)) == []
    one = np.ones(1, np.uint64)
    assert found(one, one, np.ones(1, np.bool_)) == []


def test_hashes_are_read_from_hex() -> None:
    read = hashes_of(["00000000000000ff", "ffffffffffffffff", None])
    assert read.tolist() == [255, 2**64 - 1, 0]
    assert bits(read[:1], read[1:2]).tolist() == [56]
