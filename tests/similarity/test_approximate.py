"""An index names most of the nearest; what it names is ranked exactly, what it lacks is told."""

import numpy as np
import pytest

from media_assets.similarity.approximate import LEAST_RECALL, nearest_by_index
from media_assets.similarity.nearest import Nearest, nearest


def clustered(size: int, dim: int = 32) -> np.ndarray:
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(40, dim))
    made = centres[rng.integers(0, 40, size)] + rng.normal(scale=0.6, size=(size, dim))
    return made.astype(np.float32)


def pairs(found: Nearest) -> set[tuple[int, int, float]]:
    return set(zip(found.first.tolist(), found.second.tolist(), found.similarity.tolist(),
                   strict=True))  # fmt: skip


def test_the_share_that_is_found_is_the_one_that_is_told() -> None:
    vectors = clustered(6000)
    everybody = np.arange(6000)
    queries = everybody[::2]
    result = nearest_by_index(vectors, queries, everybody, 10)
    assert result is not None
    truth = nearest(vectors, queries, everybody, 10)
    shared = pairs(result.found) & pairs(truth)
    assert result.recall >= LEAST_RECALL
    assert len(shared) / truth.first.size == pytest.approx(result.recall, abs=0.01)
    assert result.found.first.tolist() == truth.first.tolist()  # ten of each, in order
    assert not (result.found.first == result.found.second).any()


def test_what_is_named_is_ranked_exactly() -> None:
    vectors = clustered(3000)
    vectors[2000:2010] = vectors[7]  # equal ones come in order of their places
    everybody = np.arange(3000)
    result = nearest_by_index(vectors, everybody, everybody, 10)
    assert result is not None
    of_seven = result.found.second[result.found.first == 7]
    assert of_seven.tolist() == list(range(2000, 2010))
    for first in (0, 7, 1234, 2999):
        found = result.found.similarity[result.found.first == first]
        one = vectors[first].astype(np.float64)
        others = vectors[result.found.second[result.found.first == first]].astype(np.float64)
        cosines = others @ one / np.linalg.norm(others, axis=1) / np.linalg.norm(one)
        np.testing.assert_allclose(found, cosines, atol=1e-6)
        assert (np.diff(found) <= 0).all()


def test_an_index_that_leaves_out_too_many_is_not_used() -> None:
    """A clump of equal vectors: the first by their places are wanted, and any of them is named."""
    vectors = np.ones((4000, 8), np.float32)
    assert nearest_by_index(vectors, np.arange(4000), np.arange(4000), 10) is None


def test_of_few_all_are_found() -> None:
    vectors = clustered(6)
    everybody = np.arange(6)
    for queries in (everybody, everybody[3:4], everybody[:0]):
        result = nearest_by_index(vectors, queries, everybody, 10)
        assert result is not None
        assert pairs(result.found) == pairs(nearest(vectors, queries, everybody, 10))
        assert result.recall == 1.0
