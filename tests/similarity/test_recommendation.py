"""Recommendations are the mean of the neighbours; a map is the plane of most variance."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_assets.similarity.projection import principal_plane
from media_assets.similarity.recommendation import recommend


def by_hand(vectors: np.ndarray, own: list[int], others: list[int], count: int) -> dict[int, float]:
    score: dict[int, float] = {}
    for mine in own:
        near = sorted(
            (-round(math.fsum(vectors[mine].astype(float) * vectors[other].astype(float))
                    / math.hypot(*vectors[mine]) / math.hypot(*vectors[other]), 6), other)
            for other in others
        )  # fmt: skip
        for value, other in near[:count]:
            score[other] = score.get(other, 0.0) - value
    return {other: total / len(own) for other, total in score.items()}


@given(st.integers(0, 1000), st.integers(2, 25), st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_as_by_hand(seed: int, size: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(size, 5)).astype(np.float32)
    mine = rng.random(size) < 0.4
    mine[0], mine[1] = True, False
    own, others = np.flatnonzero(mine), np.flatnonzero(~mine)
    found = recommend(vectors, own, others, count)
    wanted = by_hand(vectors, own.tolist(), others.tolist(), count)
    assert dict(zip(found.places.tolist(), found.score.tolist(), strict=True)) == {
        place: pytest.approx(score, abs=2e-6) for place, score in wanted.items()
    }
    assert found.score.tolist() == sorted(found.score.tolist(), reverse=True)
    assert found.tracks.sum() == own.size * min(count, others.size)


def test_a_map_keeps_the_two_directions_in_which_most_differs() -> None:
    rng = np.random.default_rng(1)
    plane = rng.normal(size=(200, 2)) * [5, 2]
    turned, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    vectors = (plane @ turned[:2] + 3).astype(np.float32)
    points, shown = principal_plane(vectors)
    assert shown == pytest.approx(1, abs=1e-6)
    assert np.std(points, axis=0).tolist() == pytest.approx(
        sorted(np.sqrt(np.linalg.eigvalsh(np.cov(plane.T, bias=True))), reverse=True), rel=1e-3
    )
    again, _ = principal_plane(vectors)
    assert np.array_equal(points, again)


@pytest.mark.parametrize("shape", [(1, 4), (2, 1), (3, 2)])
def test_a_map_of_next_to_nothing(shape: tuple[int, int]) -> None:
    points, shown = principal_plane(np.ones(shape, np.float32))
    assert points.tolist() == [[0, 0]] * shape[0]
    assert shown == 1
