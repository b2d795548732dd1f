"""Links between pictures: their kinds, and that groups are those of comparing all with all."""

import dataclasses
from itertools import combinations

import numpy as np
import pytest
from drawn_pictures import scene
from lookalikes import (
    HEIGHT,
    WIDTH,
    board,
    compressed,
    cropped,
    grey_of,
    hashes_of_pictures,
    marked,
)

from media_assets.similarity.grouping import Kind, Levels, Links
from media_assets.similarity.picture_links import (
    Greys,
    Pictures,
    kinds_of,
    link_pictures,
    other_shots,
    seconds_apart,
)
from media_assets.similarity.same_pixels import agreement

NAN = float("nan")


@pytest.mark.parametrize(
    ("share", "apart", "certain", "kind"),
    [
        (1.0, NAN, False, Kind.SAME_PICTURE),
        (0.9, 0.0, True, Kind.SAME_PICTURE),
        (0.9, 1.0, True, Kind.SAME_PICTURE),
        (0.95, 3.0, True, Kind.BURST),
        (0.95, 10.0, True, Kind.BURST),
        (0.95, 11.0, True, Kind.SIMILAR),
        (0.95, 3.0, False, Kind.SAME_PICTURE),
        (0.95, 900.0, False, Kind.SAME_PICTURE),
        (0.88, NAN, False, Kind.SIMILAR),
        (0.88, 0.5, True, Kind.SIMILAR),
        (0.6, 3.0, False, Kind.BURST),
        (0.6, 0.5, True, None),
        (0.6, 11.0, True, None),
        (0.6, NAN, False, None),
        (0.4, 3.0, True, None),
    ],
)
def test_share_and_times_tell_the_kind(share, apart, certain, kind) -> None:
    other_shot = np.array([certain and apart > 1])
    found = kinds_of(np.array([share], np.float32), np.array([apart]), other_shot)
    assert found.tolist() == [-1 if kind is None else kind]


class Album:
    """Some pictures in an order: of two scenes and a menu, copies, and other menus."""

    def __init__(self) -> None:
        self.drawn = [scene(1, WIDTH, HEIGHT), scene(2, WIDTH, HEIGHT), board(1)]
        self.drawn += [compressed(one) for one in self.drawn]
        self.drawn += [marked(self.drawn[0]), cropped(self.drawn[1]), compressed(self.drawn[2], 60)]
        self.drawn += [board(seed) for seed in range(2, 8)]
        self.greys = np.array([grey_of(one) for one in self.drawn])
        self.hashes = hashes_of_pictures(self.drawn)

    def pictures(self, order, taken=None) -> Pictures:
        phashes, dhashes = (some[order] for some in self.hashes)
        times = np.full(len(order), NAN) if taken is None else np.array(taken)[order]
        return Pictures(
            places=np.arange(len(order)),
            phashes=phashes,
            dhashes=dhashes,
            aspects=np.array([self.drawn[one].width / self.drawn[one].height for one in order]),
            taken=times,
            certain=~np.isnan(times),
        )

    def groups(self, levels: Levels, order) -> set[frozenset[int]]:
        best = levels.best[Kind.SIMILAR]
        return {
            frozenset(order[place] for place in np.flatnonzero(best == one))
            for one in np.unique(best)
            if (best == one).sum() > 1
        }


@pytest.fixture(scope="module")
def album() -> Album:
    return Album()


COPIES = {frozenset({0, 3, 6}), frozenset({1, 4, 7}), frozenset({2, 5, 8})}


def search(album: Album, order, new=None, known=None, thorough=None, taken=None):
    count = len(order)
    levels = Levels(count)
    if known is not None:
        levels.join(known)
    everything, nothing = np.ones(count, np.bool_), np.zeros(count, np.bool_)
    pictures = album.pictures(order, taken)
    links = link_pictures(
        pictures,
        everything if new is None else new,
        nothing if thorough is None else thorough,
        levels,
        Greys(pictures, lambda rows: album.greys[np.array(order)[rows]]),
    )
    return levels, links


@pytest.mark.parametrize("seed", range(4))
def test_copies_are_found_in_any_order_and_menus_are_not(album, seed) -> None:
    order = np.random.default_rng(seed).permutation(len(album.drawn)).tolist()
    levels, links = search(album, order)
    assert album.groups(levels, order) == COPIES
    assert set(links.kinds.tolist()) == {Kind.SAME_PICTURE}


def test_what_comes_later_gives_the_groups_of_all_at_once(album) -> None:
    """The known links are one for each that is not the best of its group."""
    order = list(range(len(album.drawn)))
    whole, _ = search(album, order)
    new = np.arange(len(order)) >= 6
    early, _ = search(album, order[:6])
    best = early.best[Kind.SAME_PICTURE]
    rest = np.flatnonzero(best != np.arange(6))
    known = Links(best[rest], rest, np.full(rest.size, Kind.SAME_PICTURE, np.int8))
    later, _ = search(album, order, new=new, known=known)
    assert [one.tolist() for one in later.best] == [one.tolist() for one in whole.best]


def test_one_link_joins_two_groups_but_where_people_decided_all_are_found(album) -> None:
    order = list(range(len(album.drawn)))
    known = Links(np.array([0]), np.array([3]), np.array([Kind.SAME_PICTURE], np.int8))
    both = {(0, 3), (0, 6), (3, 6)}
    _, links = search(album, order, known=known)
    few = set(zip(links.first.tolist(), links.second.tolist(), strict=True))
    assert (0, 3) not in few
    thorough = np.isin(np.arange(len(order)), [0, 3, 6])
    _, links = search(album, order, known=known, thorough=thorough)
    assert set(zip(links.first.tolist(), links.second.tolist(), strict=True)) >= both


def test_times_turn_copies_into_bursts_and_lookalikes(album) -> None:
    order = list(range(len(album.drawn)))
    taken = np.full(len(order), NAN)
    taken[[0, 3, 6]] = [100.0, 104.0, 100.4]  # a shot, the next of a burst, a copy of the first
    taken[[1, 4]] = [0.0, 86_400.0]
    levels, _ = search(album, order, taken=taken)
    assert levels.best[Kind.SAME_PICTURE][[0, 3, 6]].tolist() == [0, 3, 0]
    assert levels.best[Kind.BURST][[0, 3, 6]].tolist() == [0, 0, 0]
    assert levels.best[Kind.SAME_PICTURE][[1, 4, 7]].tolist() == [1, 1, 1]  # by way of 7
    assert album.groups(levels, order) == COPIES


def test_other_proportions_are_another_picture(album) -> None:
    order = [0, 3]
    pictures = album.pictures(order)
    stretched = dataclasses.replace(pictures, aspects=pictures.aspects * np.array([1, 1.03]))
    levels = Levels(2)
    links = link_pictures(stretched, np.ones(2, np.bool_), np.zeros(2, np.bool_), levels,
                          Greys(stretched, lambda rows: album.greys[rows]))  # fmt: skip
    assert links.first.size == 0


def by_brute_force(pictures: Pictures, greys) -> list[list[int]]:
    """The levels that comparing each pair by itself gives."""
    rows = []
    for one, other in combinations(range(len(pictures.places)), 2):
        near = (
            int(pictures.phashes[one] ^ pictures.phashes[other]).bit_count() <= 6
            and int(pictures.dhashes[one] ^ pictures.dhashes[other]).bit_count() <= 8
        )
        if near:
            pair = np.array([one]), np.array([other])
            share = agreement(greys, *pair, 0.0, 1.0).best
            (kind,) = kinds_of(share, seconds_apart(pictures, *pair), other_shots(pictures, *pair))
            rows += [(one, other, kind)] if kind >= 0 else []
    levels = Levels(len(pictures.places))
    for one, other, kind in rows:
        levels.join(Links(np.array([one]), np.array([other]), np.array([kind], np.int8)))
    return [best.tolist() for best in levels.best]


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_those_of_brute_force_whenever_things_arrive(album, seed) -> None:
    random = np.random.default_rng(seed)
    order = random.permutation(len(album.drawn)).tolist()
    taken = np.where(random.random(len(order)) < 0.5, random.choice([0.0, 4.0, 60.0], 15), NAN)
    pictures, greys = album.pictures(order, taken), album.greys[order]
    expected = by_brute_force(pictures, greys)
    levels = Levels(len(order))
    arrival = random.integers(0, 3, len(order))
    for time in range(3):
        here = np.flatnonzero(arrival <= time)
        some = dataclasses.replace(
            pictures,
            **{name: getattr(pictures, name)[here] for name in
               ("places", "phashes", "dhashes", "aspects", "taken", "certain")},
        )  # fmt: skip
        link_pictures(some, arrival[here] == time, np.zeros(here.size, np.bool_), levels,
                      Greys(some, lambda places: greys[places]))  # fmt: skip
    assert [best.tolist() for best in levels.best] == expected
