"""Pixels: copies agree whatever was done to them, scoreboards and moved views do not."""

import numpy as np
import pytest
from drawn_pictures import menu, scene
from lookalikes import (
    HEIGHT,
    WIDTH,
    Change,
    board,
    brighter,
    compressed,
    cropped,
    grey_of,
    marked,
    moved,
    smaller,
)

from media_assets.similarity.grey_planes import SIDE
from media_assets.similarity.picture_links import SAME_SHARE, SIMILAR_SHARE
from media_assets.similarity.same_pixels import Agreement, agreement


def compared(*pairs, least: float = 0.0, enough: float = SAME_SHARE) -> Agreement:
    pictures = np.array([grey_of(picture) for pair in pairs for picture in pair])
    first = np.arange(len(pairs)) * 2
    return agreement(pictures, first, first + 1, least, enough)


PICTURES = [scene(seed, WIDTH, HEIGHT) for seed in range(4)]
PICTURES += [menu(7, WIDTH, HEIGHT), board(1), board(2)]
SAME: dict[str, Change] = {
    "compressed": compressed,
    "smaller": lambda picture: compressed(smaller(picture), 75),
    "marked": marked,
    "cropped": cropped,
    "cropped and compressed": lambda picture: compressed(cropped(picture)),
    "brighter": brighter,
}


@pytest.mark.parametrize("name", SAME)
def test_a_copy_agrees(name: str) -> None:
    found = compared(*((picture, SAME[name](picture)) for picture in PICTURES))
    assert found.best.min() >= SAME_SHARE, found.best


def test_a_crop_is_told_from_a_view_that_moved() -> None:
    scenes = PICTURES[:4]
    assert compared(*((one, cropped(one)) for one in scenes)).cropped.min() >= SAME_SHARE
    assert compared(*((one, moved(one)) for one in scenes)).cropped.max() == 0


def test_it_does_not_matter_which_of_the_two_was_cropped() -> None:
    forth = compared(*((one, cropped(one)) for one in PICTURES))
    back = compared(*((cropped(one), one) for one in PICTURES))
    assert np.allclose(forth.best, back.best, atol=0.1)


def test_what_agrees_as_it_is_is_not_looked_at_for_a_crop() -> None:
    found = compared((PICTURES[0], compressed(PICTURES[0])))
    assert (found.as_is >= SAME_SHARE).all()
    assert (found.cropped == 0).all()


BOARDS = [board(seed) for seed in range(24)]


def test_scoreboards_do_not_agree_by_a_rough_look_or_a_thorough_one() -> None:
    """276 pairs of 24 pictures are a crowd, which gets the rough look first."""
    pictures = np.array([grey_of(one) for one in BOARDS])
    first, second = np.triu_indices(len(BOARDS), 1)
    crowd = agreement(pictures, first, second, SIMILAR_SHARE, SAME_SHARE)
    assert crowd.best.max() < SIMILAR_SHARE
    alone = [agreement(pictures, first[place : place + 1], second[place : place + 1], 0, 1)
             for place in range(0, first.size, 7)]  # fmt: skip
    assert max(float(one.best[0]) for one in alone) < SIMILAR_SHARE


def test_a_rough_look_lets_copies_through() -> None:
    """As many pairs of few pictures, of which some are copies, as make a crowd."""
    pictures = [*BOARDS, *(compressed(one) for one in BOARDS[:6]), *map(cropped, BOARDS[:6])]
    greys = np.array([grey_of(one) for one in pictures])
    first, second = np.triu_indices(len(pictures), 1)
    found = agreement(greys, first, second, SIMILAR_SHARE, SAME_SHARE)
    same = {(one, other) for one, other, share in zip(first, second, found.best, strict=True)
            if share >= SAME_SHARE}  # fmt: skip
    copies = {(one, one + 24) for one in range(6)} | {(one, one + 30) for one in range(6)}
    assert same >= copies
    assert same - copies <= {(one + 24, one + 30) for one in range(6)}


def test_blank_pictures_agree_and_nothing_divides_by_zero() -> None:
    greys = np.zeros((3, SIDE * SIDE), np.uint8)
    greys[1] += 200
    greys[2, :512] = 255
    found = agreement(greys, np.array([0, 0]), np.array([1, 2]), 0.0, 1.0)
    assert found.best.tolist() == [1.0, 0.0]


def test_no_pairs_give_no_shares() -> None:
    empty = np.zeros(0, np.int64)
    assert agreement(np.zeros((0, SIDE * SIDE), np.uint8), empty, empty, 0.5, 0.9).best.size == 0
