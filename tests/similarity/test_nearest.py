"""The nearest are those of brute force, whatever the blocks; what is no vector is refused."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_assets.errors import VectorError
from media_assets.similarity.nearest import (
    BLOCK_CELLS,
    BLOCK_ROWS,
    Nearest,
    joined,
    nearest,
)
from media_assets.similarity.vectors import cosines, lengths_of, unit_vector

Found = dict[int, list[tuple[int, float]]]


def brute_force(vectors: np.ndarray, queries: list[int], pool: list[int], count: int) -> Found:
    """One pair at a time, in Python's own numbers."""
    found: Found = {}
    for query in queries:
        pairs = []
        for other in pool:
            if other != query:
                one, two = vectors[query].tolist(), vectors[other].tolist()
                product = math.fsum(a * b for a, b in zip(one, two, strict=True))
                lengths = math.hypot(*one) * math.hypot(*two)
                pairs.append((other, round(product / lengths, 6)))
        found[query] = sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:count]
    return {query: pairs for query, pairs in found.items() if pairs}


def as_found(result: Nearest) -> Found:
    found: Found = {}
    for first, second, similarity in zip(*map(np.ndarray.tolist, (
        result.first, result.second, result.similarity)), strict=True):  # fmt: skip
        found.setdefault(first, []).append((second, round(similarity, 6)))
    return found


def library(seed: int, size: int, dim: int, *, twins: bool) -> np.ndarray:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(size, dim)).astype(np.float32)
    if twins:  # whole groups that are equal, or so near that float32 cannot tell them apart
        vectors = vectors[rng.integers(0, max(1, size // 4), size)]
        vectors[::3] *= np.float32(1 + 1e-6)
    return vectors


@given(
    seed=st.integers(0, 10_000), size=st.integers(1, 40), dim=st.integers(1, 9),
    count=st.integers(1, 12), twins=st.booleans(), share=st.floats(0, 1),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_as_brute_force(
    seed: int, size: int, dim: int, count: int, twins: bool, share: float
) -> None:
    vectors = library(seed, size, dim, twins=twins)
    rng = np.random.default_rng(seed + 1)
    queries = np.flatnonzero(rng.random(size) < share)
    pool = np.flatnonzero(rng.random(size) < max(share, 0.3))
    found = as_found(nearest(vectors, queries, pool, count))
    assert found == brute_force(vectors, queries.tolist(), pool.tolist(), count)


def test_in_chunks_and_blocks_as_brute_force() -> None:
    vectors = library(1, 1500, 16, twins=False)
    vectors[1200:] = vectors[:300]
    everybody = np.arange(1500)
    some = np.array([0, 5, 299, 700, 1200, 1499])
    found = as_found(nearest(vectors, some, everybody, 10))
    assert found == brute_force(vectors, some.tolist(), everybody.tolist(), 10)
    assert found[0][0] == (1200, 1.0)
    whole = nearest(vectors, everybody, everybody, 10)
    again = [nearest(vectors, everybody[start : start + 7], everybody, 10)
             for start in range(0, 70, 7)]  # fmt: skip
    assert np.concatenate([part.second for part in again]).tolist() == whole.second[:700].tolist()


def test_columns_that_are_taken_some_at_a_time_give_what_all_at_once_give() -> None:
    """More rows than a block has columns for: the last columns hold the nearest of the first."""
    rng = np.random.default_rng(4)
    vectors = rng.normal(size=(40_000, 3)).astype(np.float32)
    vectors[-500:] = vectors[:500]
    everybody = np.arange(40_000)
    queries = np.sort(rng.choice(40_000, 2 * BLOCK_ROWS, replace=False))
    queries[:50] = np.arange(50)
    assert BLOCK_CELLS // BLOCK_ROWS < 40_000
    found = nearest(vectors, np.unique(queries), everybody, 5)
    some = np.unique(queries)[::16]
    wanted = brute_force_of_rows(vectors, some, 5)
    assert {key: value for key, value in as_found(found).items() if key in wanted} == wanted


def brute_force_of_rows(vectors: np.ndarray, queries: np.ndarray, count: int) -> Found:
    """All cosines of one row after the other, in float64."""
    whole = vectors.astype(np.float64)
    units = whole / np.linalg.norm(whole, axis=1, keepdims=True)
    found: Found = {}
    for query in queries.tolist():
        near = np.clip(np.round(units @ units[query], 6), -1, 1)
        near[query] = -2
        order = np.lexsort((np.arange(near.size), -near))[:count]
        found[query] = [(int(other), round(float(near[other]), 6)) for other in order]
    return found


def test_pairs_of_two_searches_make_one() -> None:
    vectors = library(3, 60, 5, twins=True)
    everybody = np.arange(60)
    halves = [nearest(vectors, everybody, half, 10) for half in (everybody[::2], everybody[1::2])]
    one = joined(*halves).best(10)
    whole = nearest(vectors, everybody, everybody, 10)
    assert as_found(one) == as_found(whole)
    assert whole.ranks().tolist() == list(range(1, 11)) * 60


def test_nobody_has_no_neighbours() -> None:
    vectors = library(1, 3, 4, twins=False)
    none = np.zeros(0, np.int64)
    assert nearest(vectors, np.arange(3), none, 10).first.size == 0
    assert nearest(vectors, none, np.arange(3), 10).first.size == 0
    assert nearest(vectors[:1], np.arange(1), np.arange(1), 10).first.size == 0
    assert nearest(vectors[:0], none, none, 10).ranks().size == 0


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([1.0, 2.0], "2 values came where the space has 3"),
        ([], "0 values"),
        ([0.0, 0.0, 0.0], "no direction"),
        ([1.0, math.nan, 0.0], "not a finite number"),
        ([1.0, math.inf, 0.0], "not a finite number"),
    ],
)
def test_what_is_no_vector_is_refused(values: list[float], why: str) -> None:
    with pytest.raises(VectorError, match=why):
        unit_vector(values, 3)


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1.0, 1e30, 1e300])
def test_a_vector_has_length_1_whatever_it_had(scale: float) -> None:
    assert unit_vector([3 * scale, -4 * scale], 2).tolist() == pytest.approx([0.6, -0.8])


def test_cosines_of_what_is_equal_or_opposite_are_1_and_minus_1() -> None:
    vectors = np.array([[0.1, 0.7], [0.2, 1.4], [-0.3, -2.1]], np.float32)
    found = cosines(vectors, lengths_of(vectors), np.array([0, 0]), np.array([1, 2]))
    assert found.tolist() == [1.0, -1.0]
