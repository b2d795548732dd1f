"""Groups: what belongs together does so whatever the order, unless people say otherwise."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_assets.similarity.grouping import Kind, Levels, Links, Member, members, split

E, P, B, S = Kind
COUNT = 9


def links(*rows: tuple[int, int, Kind]) -> Links:
    first, second, kinds = zip(*rows, strict=True) if rows else ((), (), ())
    return Links(np.array(first, np.int64), np.array(second, np.int64), np.array(kinds, np.int8))


def levels_of(found: Links, count: int = COUNT) -> Levels:
    levels = Levels(count)
    levels.join(found)
    return levels


def shown(levels: Levels) -> list[tuple[int, int | None, Kind | None]]:
    return [(one.number, one.linked_to, one.kind) for one in members(levels)]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (links(), []),
        (links((0, 1, E)), [(0, None, None), (1, 0, E)]),
        (links((1, 2, P), (0, 2, S)), [(0, None, None), (1, 0, S), (2, 1, P)]),
        (links((0, 1, B), (1, 2, E), (1, 3, P)),
         [(0, None, None), (1, 0, B), (2, 1, E), (3, 1, P)]),
        (links((5, 6, P), (2, 3, S)), [(2, None, None), (3, 2, S), (5, None, None), (6, 5, P)]),
        (links((0, 1, S), (0, 1, E)), [(0, None, None), (1, 0, E)]),
    ],
    ids=["nothing", "copy", "chain", "burst with copies", "two groups", "the stricter link"],
)  # fmt: skip
def test_members_are_shown_with_the_best_of_their_strictest_group(found, expected) -> None:
    assert shown(levels_of(found)) == expected


def test_a_group_is_numbered_by_its_best() -> None:
    found = members(levels_of(links((4, 7, P), (7, 2, S))))
    assert found == [Member(2, 2, None, None), Member(4, 2, 2, S), Member(7, 2, 4, P)]


some_links = st.lists(
    st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1), st.sampled_from(Kind)),
    max_size=14,
)


@given(some_links, st.randoms(use_true_random=False), st.integers(1, 5))
def test_groups_do_not_depend_on_the_order_of_links_and_are_components(rows, order, at_once):
    expected = levels_of(links(*rows))
    shuffled = [(other, one, kind) for one, other, kind in order.sample(rows, len(rows))]
    levels = Levels(COUNT)
    for begin in range(0, len(shuffled), at_once):
        levels.join(links(*shuffled[begin : begin + at_once]))
    for level in Kind:
        assert levels.best[level].tolist() == expected.best[level].tolist()
        assert levels.best[level].tolist() == components(rows, level)


def components(rows, level: Kind) -> list[int]:
    best = list(range(COUNT))
    for _ in range(COUNT):
        for one, other, kind in rows:
            if kind <= level:
                best[one] = best[other] = min(best[one], best[other])
    return best


@pytest.mark.parametrize(
    ("found", "apart", "expected"),
    [
        (links((0, 1, P)), [(0, 1)], []),
        (links((0, 1, P), (0, 2, P)), [(0, 1)], [(0, None, None), (2, 0, P)]),
        (links((0, 1, P), (1, 2, P)), [(0, 2)], [(0, None, None), (1, 0, P)]),
        (links((0, 1, S), (1, 2, P)), [(0, 2)], [(1, None, None), (2, 1, P)]),
        (links((0, 1, P), (3, 4, P)), [(0, 1)], [(3, None, None), (4, 3, P)]),
        (links((0, 1, P)), [(0, 5), (7, 7)], [(0, None, None), (1, 0, P)]),
        (links((0, 1, P), (2, 3, P), (1, 2, S), (0, 3, S)), [(0, 3), (1, 2)],
         [(0, None, None), (1, 0, P), (2, None, None), (3, 2, P)]),
    ],
    ids=["a pair", "one leaves", "the middle stays with the better", "the stricter link counts",
         "other groups stay", "who was apart anyway", "two halves"],
)  # fmt: skip
def test_what_people_told_apart_is_in_no_group_together(found, apart, expected) -> None:
    assert shown(split(levels_of(found), found, apart)) == expected


@given(some_links, st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1))))
def test_decisions_always_hold_and_nobody_gains_company(rows, apart) -> None:
    found = links(*rows)
    whole = levels_of(found)
    parts = split(whole, found, apart)
    for one, other in apart:
        assert one == other or parts.best[S][one] != parts.best[S][other]
    for level in Kind:
        for one in range(COUNT):
            assert whole.best[level][parts.best[level][one]] == whole.best[level][one]
    again = split(whole, links(*random.Random(1).sample(rows, len(rows))), apart)
    assert [best.tolist() for best in again.best] == [best.tolist() for best in parts.best]
