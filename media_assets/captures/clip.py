"""Everything that is derived from a clip, from one open file and one decode of its key frames."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO, Literal

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from media_assets.captures.clip_between import decode_frames
from media_assets.captures.clip_container import (
    has_decoder,
    open_clip,
    oversized,
    read_cover,
    video_stream,
)
from media_assets.captures.clip_frames import (
    ClipFrame,
    FramePictures,
    frame_hashes,
    poster_frame,
    read_display,
)
from media_assets.captures.clip_keyframes import key_times
from media_assets.captures.clip_layout import Layout, read_layout
from media_assets.captures.clip_metadata import ClipMetadata, read_metadata
from media_assets.captures.clip_signature import HEAD_BYTES, Signature, identify
from media_assets.captures.clip_timeline import TARGETS, timeline
from media_assets.captures.picture import Picture, encode_poster
from media_assets.captures.preview import PreviewKind, encode_preview
from media_assets.demuxer import translated_errors
from media_assets.errors import (
    CorruptMediaError,
    MediaError,
    NotEligibleError,
    UnsupportedMediaError,
)
from media_assets.settings import LimitSettings
from media_assets.similarity.layout import layout_vector

ClipPart = Literal["metadata", "thumbnail", "vector"]


@dataclass(frozen=True, slots=True)
class ClipOptions:
    """What is to be made of a clip. `thumbnail_size` is the longest side in pixels."""

    thumbnail_size: int
    preview: PreviewKind
    limits: LimitSettings
    parts: frozenset[ClipPart]


@dataclass(frozen=True, slots=True)
class ClipProducts:
    """What was made of a clip; a part that was not asked for or could not be made is None.

    `poster` and `preview` belong to the part `thumbnail`. `vector` is that of the poster. `cover`
    is an embedded image file, of a clip that has no pictures of its own. `problem` says why a part
    is missing, or that the file is cut off, in which case the other fields hold what could be made
    of the rest.
    """

    metadata: ClipMetadata | None
    poster: Picture | None
    preview: Picture | None
    vector: NDArray[np.float32] | None
    problem: MediaError | None
    cover: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Clip:
    """An open clip and what its header says."""

    container: InputContainer
    stream: VideoStream | None
    metadata: ClipMetadata
    layout: Layout
    described: bool


def prepare_worker() -> None:
    """Keep FFmpeg from writing its complaints about damaged files to the terminal.

    A setting of the whole process: call it once, where a worker begins.
    """
    av.logging.set_level(None)


def analyse_clip(stream: BinaryIO, size: int, extension: str, options: ClipOptions) -> ClipProducts:
    """Make the parts that `options` asks for of a clip of `size` bytes.

    `stream` must be seekable; it is only read, never closed, and FFmpeg learns no path and may open
    nothing else. `extension` is only named in messages.

    The metadata comes without decoding (700 clips a second) but for its `frame_hashes`: they come
    with the part `thumbnail`, whose key frames they are taken from, and are None without it. There
    are as many as the clip has key frames between 10 % and 90 % that show something, at most 8;
    where it has one or two in all, of frames between them as well.

    A clip without pictures (audio in an MP4) has metadata without a size, a `cover` if one is
    embedded, and a `NotEligibleError` as `problem` if pictures were asked for. A clip that is over
    the limits, cannot be decoded or ends too early has metadata and a `problem`.

    Raises:
        EmptyMediaError: no bytes.
        DisguisedMediaError: text, a playlist, or another kind of file.
        CorruptMediaError: not even the header can be read.
        UnsupportedMediaError: no container that is known here.
        UnreadableMediaError: the operating system refuses to read on.
        LimitExceededError: its tags are larger than what may be embedded, or opening it needs more
            memory than there is.
    """
    signature, layout = _look(stream, size, extension)
    with open_clip(stream, signature, options.limits) as container:
        metadata = read_metadata(container, signature, layout.turn, size, options.limits)
        moving = video_stream(container)
        clip = _Clip(container, moving, metadata, layout, signature.described)
        frames, problem = _frames(clip, options)
        cover, unread = _cover(clip, options)
    made = _products(clip, options, frames, _defect(clip) or unread or problem)
    return dataclasses.replace(made, cover=cover)


def _look(stream: BinaryIO, size: int, extension: str) -> tuple[Signature, Layout]:
    with translated_errors():
        stream.seek(0)
        signature = identify(stream.read(HEAD_BYTES), extension)
        return signature, read_layout(stream, size, signature)


def _defect(clip: _Clip) -> CorruptMediaError | None:
    """What is wrong with the file as a whole, whatever could be made of it."""
    missing = clip.layout.missing
    if missing:
        return CorruptMediaError(f"the file is cut off: {missing} bytes of it are missing")
    if clip.stream is None and not clip.metadata.has_audio:
        return CorruptMediaError("there is neither video nor audio in it")
    return None


def _frames(clip: _Clip, options: ClipOptions) -> tuple[list[ClipFrame], MediaError | None]:
    """The frames that the parts need, by time, and why there are not more."""
    limit = _needed(clip, options)
    frames: list[ClipFrame] = []
    if limit == "none":
        return frames, None
    try:
        for frame in _decoded(clip, options, only_poster=limit == "poster"):
            frames.append(frame)
            if limit == "any":
                break
    except MediaError as error:
        return frames, error
    return _chosen(frames), None


def _chosen(frames: Sequence[ClipFrame]) -> list[ClipFrame]:
    """`TARGETS` at most, by time: not those at the ends of the clip, not the nearest to another."""
    inside = [frame for frame in frames if frame.inside]
    chosen = sorted(frames if len(frames) <= TARGETS else inside, key=lambda frame: frame.seconds)
    while len(chosen) > TARGETS:
        gaps = [later.seconds - before.seconds for before, later in pairwise(chosen)]
        del chosen[gaps.index(min(gaps)) + 1]
    return chosen


def _needed(clip: _Clip, options: ClipOptions) -> Literal["all", "poster", "any", "none"]:
    if "thumbnail" in options.parts:
        return "all"
    if "vector" in options.parts:
        return "poster"
    if clip.metadata.pixel_format is None and clip.stream and has_decoder(clip.stream):
        return "any"
    return "none"


def _decoded(clip: _Clip, options: ClipOptions, *, only_poster: bool) -> Iterator[ClipFrame]:
    stream = clip.stream
    if stream is None:
        raise NotEligibleError("it has no video stream: there is nothing to show")
    if not has_decoder(stream):
        raise UnsupportedMediaError("its video is of a kind that no decoder here knows")
    if problem := oversized(clip.container, options.limits):
        raise problem
    display = read_display(stream, clip.layout.turn)
    if display is None:
        raise CorruptMediaError("its video says no size, or one over limits.max_pixels")
    line = timeline(stream, clip.metadata.duration_seconds)
    where = key_times(clip.container, line, described=clip.described)
    nearest_first = only_poster and where.suffice
    if nearest_first:
        where = where.nearest_to(line.first)
    pictures = FramePictures(display, options.thumbnail_size)
    for found in decode_frames(clip.container, stream, line, where, options.limits):
        frame = pictures.clip_frame(
            found.frame, line.seconds(found.timestamp), line.is_inside(found.timestamp)
        )
        yield frame
        if nearest_first and not frame.says_little:
            return


def _cover(clip: _Clip, options: ClipOptions) -> tuple[bytes | None, MediaError | None]:
    """The picture of a clip that has none of its own, or why it cannot be had."""
    if clip.stream is not None or "thumbnail" not in options.parts:
        return None, None
    try:
        return read_cover(clip.container, options.limits), None
    except MediaError as error:
        return None, error


def _products(
    clip: _Clip, options: ClipOptions, frames: list[ClipFrame], problem: MediaError | None
) -> ClipProducts:
    metadata = _described(clip.metadata, options, frames)
    if not frames:
        return ClipProducts(metadata, None, None, None, problem)
    image = poster_frame(frames, clip.metadata.duration_seconds).image
    with_thumbnail = "thumbnail" in options.parts
    images = [frame.image for frame in frames]
    return ClipProducts(
        metadata=metadata,
        poster=encode_poster(image, options.thumbnail_size) if with_thumbnail else None,
        preview=encode_preview(images, options.preview) if with_thumbnail else None,
        vector=layout_vector(image) if "vector" in options.parts else None,
        problem=problem,
    )


def _described(
    metadata: ClipMetadata, options: ClipOptions, frames: Sequence[ClipFrame]
) -> ClipMetadata | None:
    """The metadata, completed with what only decoded frames tell."""
    if "metadata" not in options.parts:
        return None
    if metadata.pixel_format is None and frames:
        metadata = dataclasses.replace(metadata, pixel_format=frames[0].pixel_format)
    if "thumbnail" in options.parts and frames:
        metadata = dataclasses.replace(metadata, frame_hashes=frame_hashes(frames))
    return metadata
