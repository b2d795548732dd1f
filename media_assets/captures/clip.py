"""Everything that is derived from a clip, from one open file and one decode of its key frames."""

import dataclasses
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from media_assets.captures.clip_container import (
    has_decoder,
    open_clip,
    oversized,
    shown_size,
    translated_errors,
    video_stream,
)
from media_assets.captures.clip_frames import ClipFrame, FramePictures
from media_assets.captures.clip_keyframes import decode_key_frames, key_times, timeline
from media_assets.captures.clip_layout import Layout, read_layout
from media_assets.captures.clip_metadata import ClipMetadata, read_metadata
from media_assets.captures.clip_signature import HEAD_BYTES, Signature, identify
from media_assets.captures.hashes import perceptual_hash
from media_assets.captures.picture import Picture, encode_poster
from media_assets.captures.preview import PreviewKind, encode_preview
from media_assets.errors import CorruptMediaError, MediaError, UnsupportedMediaError
from media_assets.settings import LimitSettings
from media_assets.similarity.layout import layout_vector

ClipPart = Literal["metadata", "thumbnail", "vector"]

POSTER_SHARE = 0.1
"""Where the poster is taken from: the key frame that is nearest to a tenth of the clip."""


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

    `poster` and `preview` belong to the part `thumbnail`. `vector` is that of the poster. `problem`
    says why a part is missing, or that the file is cut off, in which case the other fields hold
    what could be made of the rest.
    """

    metadata: ClipMetadata | None
    poster: Picture | None
    preview: Picture | None
    vector: NDArray[np.float32] | None
    problem: MediaError | None


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
    where no key frame lies there, those nearest outside.

    A clip without pictures (audio in an MP4) has metadata without a size, and an
    `UnsupportedMediaError` as `problem` if pictures were asked for. A clip that is over the limits,
    cannot be decoded or ends too early has metadata and a `problem`.

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
        metadata = read_metadata(container, signature, layout.rotation, size, options.limits)
        moving = video_stream(container)
        clip = _Clip(container, moving, metadata, layout, signature.described)
        frames, problem = _frames(clip, options)
    return _products(clip, options, frames, _defect(clip) or problem)


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
        for frame in _decoded(clip, options, nearest_first=limit != "all"):
            frames.append(frame)
            if limit == "any" or (limit == "poster" and not frame.says_little):
                break
    except MediaError as error:
        return frames, error
    return sorted(frames, key=lambda frame: frame.seconds), None


def _needed(clip: _Clip, options: ClipOptions) -> Literal["all", "poster", "any", "none"]:
    if "thumbnail" in options.parts:
        return "all"
    if "vector" in options.parts:
        return "poster"
    if clip.metadata.pixel_format is None and clip.stream and has_decoder(clip.stream):
        return "any"
    return "none"


def _decoded(clip: _Clip, options: ClipOptions, *, nearest_first: bool) -> Iterator[ClipFrame]:
    stream = clip.stream
    if stream is None:
        raise UnsupportedMediaError("it has no video stream: there is nothing to show")
    if not has_decoder(stream):
        raise UnsupportedMediaError("its video is of a kind that no decoder here knows")
    if problem := oversized(clip.container, options.limits):
        raise problem
    shown = shown_size(stream, clip.layout.rotation)
    if shown is None:
        raise CorruptMediaError("its video says no size, or one over limits.max_pixels")
    line = timeline(stream, clip.metadata.duration_seconds)
    where = key_times(clip.container, line, described=clip.described)
    if nearest_first:
        where = where.nearest_to(line.first)
    pictures = FramePictures(shown, clip.layout.rotation, options.thumbnail_size)
    for key in decode_key_frames(clip.container, stream, where, options.limits):
        yield pictures.clip_frame(
            key.frame, line.seconds(key.timestamp), line.is_inside(key.timestamp)
        )


def _products(
    clip: _Clip, options: ClipOptions, frames: list[ClipFrame], problem: MediaError | None
) -> ClipProducts:
    metadata = _described(clip.metadata, options, frames)
    if not frames:
        return ClipProducts(metadata, None, None, None, problem)
    image = _poster(frames, clip.metadata.duration_seconds).image
    with_thumbnail = "thumbnail" in options.parts
    images = [frame.image for frame in frames]
    return ClipProducts(
        metadata=metadata,
        poster=encode_poster(image, options.thumbnail_size) if with_thumbnail else None,
        preview=encode_preview(images, options.preview) if with_thumbnail else None,
        vector=layout_vector(image) if "vector" in options.parts else None,
        problem=problem,
    )


def _poster(frames: Sequence[ClipFrame], seconds: float | None) -> ClipFrame:
    """The frame nearest to a tenth of the clip that shows something, else just the nearest."""
    wanted = (seconds or 0) * POSTER_SHARE
    nearest = sorted(frames, key=lambda frame: abs(frame.seconds - wanted))
    return next((frame for frame in nearest if not frame.says_little), nearest[0])


def _described(
    metadata: ClipMetadata, options: ClipOptions, frames: Sequence[ClipFrame]
) -> ClipMetadata | None:
    """The metadata, completed with what only decoded frames tell."""
    if "metadata" not in options.parts:
        return None
    if metadata.pixel_format is None and frames:
        metadata = dataclasses.replace(metadata, pixel_format=frames[0].pixel_format)
    if "thumbnail" in options.parts and frames:
        metadata = dataclasses.replace(metadata, frame_hashes=_frame_hashes(frames))
    return metadata


def _frame_hashes(frames: Sequence[ClipFrame]) -> str:
    """JSON, `[[seconds, "hex"], ...]` by time; black and blank frames are left out."""
    inside = [frame for frame in frames if frame.inside] or frames
    return json.dumps(
        [
            (round(frame.seconds, 3), perceptual_hash(frame.grey))
            for frame in inside
            if not frame.says_little
        ]
    )
