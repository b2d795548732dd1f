"""Links between clips: equally long, with frames that look alike at the same moments."""

import numpy as np
import polars as pl
import pytest

from media_assets.similarity.clip_links import (
    MAX_FRAMES,
    Clips,
    clips_of,
    link_clips,
    matching_frames,
)
from media_assets.similarity.grouping import Kind, Levels

FRAMES = [(3.0, 0x0123456789ABCDEF), (6.0, 0x1122334455667788), (9.0, 0xFFEEDDCCBBAA9988),
          (12.0, 0x0F1E2D3C4B5A6978), (15.0, 0xDEADBEEF00C0FFEE)]  # fmt: skip
Frames = list[tuple[float, int]]


def clips(*rows: tuple[float, Frames]) -> Clips:
    hashes = np.zeros((len(rows), MAX_FRAMES), np.uint64)
    moments = np.full((len(rows), MAX_FRAMES), np.nan, np.float32)
    for row, (_, frames) in enumerate(rows):
        for column, (seconds, value) in enumerate(frames):
            moments[row, column], hashes[row, column] = seconds, value
    return Clips(np.arange(len(rows)), np.array([seconds for seconds, _ in rows]),
                 np.array([len(frames) for _, frames in rows]), hashes, moments)  # fmt: skip


def linked(some: Clips, new=None, vectors=None) -> set[tuple[int, int]]:
    count = len(some.places)
    levels = Levels(count)
    links = link_clips(
        some,
        np.ones(count, np.bool_) if new is None else np.array(new),
        levels,
        lambda asked: np.zeros((len(asked), 4), np.float32) if vectors is None else vectors[asked],
    )
    assert (links.kinds == Kind.SAME_PICTURE).all()
    assert levels.are_joined(Kind.SAME_PICTURE, links.first, links.second).all()
    return {(min(pair), max(pair))
            for pair in zip(links.first.tolist(), links.second.tolist(), strict=True)}  # fmt: skip


def flipped(frames: Frames, bits: int, which: int = 0) -> Frames:
    changed = list(frames)
    changed[which] = (frames[which][0], frames[which][1] ^ ((1 << bits) - 1))
    return changed


def shifted(frames: Frames, seconds: float) -> Frames:
    return [(moment + seconds, value) for moment, value in frames]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ((18.0, FRAMES), (18.0, FRAMES), True),
        ((18.0, FRAMES), (19.0, FRAMES), True),
        ((18.0, FRAMES), (19.1, FRAMES), False),
        ((18.0, FRAMES), (18.0, flipped(FRAMES, 8)), True),
        ((18.0, FRAMES), (18.0, flipped(FRAMES, 9)), True),
        ((18.0, FRAMES), (18.0, flipped(flipped(FRAMES, 9), 9, 1)), False),
        ((18.0, FRAMES), (18.0, shifted(FRAMES, 1.0)), True),
        ((18.0, FRAMES), (18.0, shifted(FRAMES, 1.1)), False),
        ((18.0, FRAMES[:3]), (18.0, FRAMES), True),
        ((18.0, FRAMES), (18.0, FRAMES[:3]), True),
        ((18.0, FRAMES[:3]), (18.0, flipped(FRAMES, 9, 1)), False),
        ((18.0, []), (18.0, []), False),
        ((18.0, []), (18.0, FRAMES), False),
    ],
    ids=["equal", "a second longer", "longer", "8 bits", "one of five differs", "two of five",
         "a second later", "later", "fewer", "more", "one of three differs", "no frames",
         "no frames in one"],
)  # fmt: skip
def test_length_frames_and_moments_decide(first, second, same) -> None:
    assert linked(clips(first, second)) == ({(0, 1)} if same else set())


def test_the_share_is_the_same_whichever_clip_is_asked() -> None:
    """Two frames of one look like one frame of the other, and not the other way round."""
    one = [(1.0, FRAMES[0][1]), (1.5, FRAMES[0][1]), (9.0, FRAMES[1][1])]
    other = [(1.2, FRAMES[0][1]), (9.0, FRAMES[2][1]), (12.0, FRAMES[3][1])]
    for some in (clips((18.0, one), (18.0, other)), clips((18.0, other), (18.0, one))):
        there, back = np.array([0]), np.array([1])
        assert matching_frames(some, there, back) == matching_frames(some, back, there)


def test_rows_are_in_the_order_of_what_they_show_and_not_of_their_rank() -> None:
    """So that a decision, which changes ranks, does not change which of two clips is asked."""
    shown = ['[[1.0, "00ff"]]', '[[1.0, "00aa"]]']
    media = pl.DataFrame({"place": [0, 1], "content": [0, 1], "duration_seconds": [5.0, 5.0],
                          "frame_hashes": shown})  # fmt: skip
    turned = media.with_columns(pl.col("frame_hashes").reverse())
    assert clips_of(media).hashes.tolist() == clips_of(turned).hashes.tolist()
    assert clips_of(media).places.tolist() == [1, 0]


def test_few_frames_need_posters_that_are_alike() -> None:
    some = clips((4.0, FRAMES[:1]), (4.0, FRAMES[:1]), (4.0, FRAMES[:1]))
    alike, other = np.array([1, 0, 0, 0], np.float32), np.array([0.9, 0.43, 0, 0], np.float32)
    assert linked(some, vectors=np.array([alike, alike, other])) == {(0, 1)}
    assert linked(some) == set()


def test_only_pairs_with_something_new_are_looked_at() -> None:
    some = clips((18.0, FRAMES), (18.0, FRAMES), (18.0, FRAMES))
    assert linked(some, new=[False, False, True]) == {(0, 2), (1, 2)}
    assert linked(some, new=[False, False, False]) == set()


def test_many_clips_of_one_length_are_as_each_pair_says() -> None:
    random = np.random.default_rng(3)
    rows = []
    for _ in range(60):
        count = int(random.integers(1, 9))
        frames = [(3.0 * place + float(random.uniform(-0.6, 0.6)),
                   FRAMES[place % 5][1] ^ int(random.integers(0, 1 << 12)))
                  for place in range(count)]  # fmt: skip
        rows.append((30.0, frames))
    some = clips(*rows)
    first, second = np.triu_indices(60, 1)
    share = matching_frames(some, first, second)
    enough = np.minimum(some.counts[first], some.counts[second]) >= 3
    wanted = (share >= 0.8) & enough
    expected = set(zip(first[wanted].tolist(), second[wanted].tolist(), strict=True))
    assert linked(some) == expected
    assert 20 < len(expected) < 1700
