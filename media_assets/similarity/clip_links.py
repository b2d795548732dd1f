"""Which clips show the same: equally long, with frames that look alike at the same moments."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from media_assets.similarity.grouping import Kind, Levels, Links, Places
from media_assets.similarity.near_hashes import Hashes, later_pairs

DURATION_SECONDS = 1.0
FRAME_BITS = 8
FRAME_SHARE = 0.8
"""Durations may differ by so much, pHashes of a frame in so many bits of 64, and of the frames of
the clip that has fewer so many must have one that looks alike in the other."""

MOMENT_SECONDS = 1.0
"""Frames are compared with those that lie at most so far away, as clips may differ in length."""

ENOUGH_FRAMES = 3
POSTER_SIMILARITY = 0.97
"""Fewer frames are no proof, as one hash is none of a picture: then the layout vectors of the
posters must be as near as those of a copy are, too."""

MAX_FRAMES = 9
_FIRST_LOOK = 2
"""Of nine frames or fewer at most one may be without its like: of any two, one has it."""

Vectors: TypeAlias = Callable[[Places], NDArray[np.float32]]
"""Gives the layout vectors of the posters of some clips, a row each; zeros where there is none."""


@dataclass(frozen=True, slots=True)
class Clips:
    """What is compared, a clip a row, in order of `durations` (seconds) and then of what they show.

    `places` are its numbers among all media. `hashes` and `moments` (seconds from the start, NaN
    for none) have `MAX_FRAMES` columns, of which the first `counts` are frames.
    """

    places: Places
    durations: NDArray[np.float64]
    counts: Places
    hashes: Hashes
    moments: NDArray[np.float32]


def clips_of(media: pl.DataFrame) -> Clips:
    """The best clip of each content that has hashed frames.

    `media` has `place`, `content` (the place of the best of the same bytes), `duration_seconds` and
    `frame_hashes` (JSON: seconds and hex of each frame), both null of what is no clip.
    """
    chosen = media.filter(
        pl.col("frame_hashes").is_not_null()
        & pl.col("duration_seconds").is_not_null()
        & (pl.col("content") == pl.col("place"))
    ).sort("duration_seconds", "frame_hashes", "place")
    listed = [json.loads(text)[:MAX_FRAMES] for text in chosen["frame_hashes"]]
    hashes = np.zeros((len(listed), MAX_FRAMES), np.uint64)
    moments = np.full((len(listed), MAX_FRAMES), np.nan, np.float32)
    for row, frames in enumerate(listed):
        for column, (seconds, digits) in enumerate(frames):
            hashes[row, column], moments[row, column] = int(digits, 16), seconds
    return Clips(
        places=chosen["place"].to_numpy(),
        durations=chosen["duration_seconds"].to_numpy(),
        counts=np.array([len(frames) for frames in listed], np.int64),
        hashes=hashes,
        moments=moments,
    )


def link_clips(clips: Clips, new: NDArray[np.bool_], levels: Levels, vectors: Vectors) -> Links:
    """Join what new clips show with what all others show, in `levels`; returns all links."""
    parts = []
    ends = np.searchsorted(clips.durations, clips.durations + DURATION_SECONDS, side="right")
    for first, second in later_pairs(np.arange(ends.size), ends):
        wanted = new[first] | new[second]
        one, other = _fewer_first(clips, first[wanted], second[wanted])
        likely = _looking_alike(clips, one, other, _FIRST_LOOK).any(axis=1)
        one, other = one[likely], other[likely]
        alike = matching_frames(clips, one, other) >= FRAME_SHARE
        alike &= _is_proof(clips, one, other, vectors)
        ends_of = clips.places[one[alike]], clips.places[other[alike]]
        links = Links(*ends_of, np.full(ends_of[0].size, Kind.SAME_PICTURE, np.int8))
        levels.join(links)
        parts.append(links)
    return Links.joined(parts)


def matching_frames(clips: Clips, first: Places, second: Places) -> NDArray[np.float64]:
    """Of each pair, the share of frames that look alike, of the clip that has fewer; 0 of none."""
    one, other = _fewer_first(clips, first, second)
    found = _looking_alike(clips, one, other, MAX_FRAMES).sum(axis=1)
    share: NDArray[np.float64] = found / np.maximum(clips.counts[one], 1)
    return share


def _fewer_first(clips: Clips, first: Places, second: Places) -> tuple[Places, Places]:
    """The clip with fewer frames first; of two with as many the earlier row, whichever is asked.

    Not the better one: a decision of a person would turn them round, and change the share.
    """
    one, other = clips.counts[first], clips.counts[second]
    swapped = (one > other) | ((one == other) & (first > second))
    return np.where(swapped, second, first), np.where(swapped, first, second)


def _looking_alike(clips: Clips, one: Places, other: Places, frames: int) -> NDArray[np.bool_]:
    """For the first frames of one clip of each pair, whether the other has one like it."""
    found = np.zeros((one.size, frames), np.bool_)
    for column in range(MAX_FRAMES):
        across = clips.hashes[one, :frames] ^ clips.hashes[other, column, None]
        between = np.abs(clips.moments[one, :frames] - clips.moments[other, column, None])
        found |= (np.bitwise_count(across) <= FRAME_BITS) & (between <= MOMENT_SECONDS)
    return found


def _is_proof(clips: Clips, one: Places, other: Places, vectors: Vectors) -> NDArray[np.bool_]:
    enough = clips.counts[one] >= ENOUGH_FRAMES
    few = np.flatnonzero(~enough)
    if few.size:
        nearness = (vectors(one[few]) * vectors(other[few])).sum(axis=1)
        enough[few] = nearness >= POSTER_SIMILARITY
    return enough
