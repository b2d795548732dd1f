"""One media file, from one read to all of its products. Runs in a worker process."""

import io
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from media_assets.captures.clip import ClipOptions, analyse_clip
from media_assets.captures.clip import prepare_worker as prepare_clips
from media_assets.captures.clip_metadata import ClipMetadata
from media_assets.captures.cover import read_cover
from media_assets.captures.image import ImageMetadata, ImageOptions, analyse_image
from media_assets.captures.picture import Picture
from media_assets.engine.worker import Failed
from media_assets.errors import (
    EmptyMediaError,
    LimitExceededError,
    MediaError,
    NotEligibleError,
)
from media_assets.library.content import (
    WHOLE_READ_LIMIT,
    content_hash,
    fingerprint,
    fingerprint_of,
    open_original,
    read_whole,
)
from media_assets.library.kinds import Kind
from media_assets.library.mtime import storable
from media_assets.music.covers import OTHER
from media_assets.music.metadata import AudioMetadata
from media_assets.music.music_file import read_music
from media_assets.music.sound.features import AudioFeatures, describe_features
from media_assets.music.sound.hearing import listen
from media_assets.settings import AudioSettings, LimitSettings, ThumbnailSettings
from media_assets.stages.catalog import StageName
from media_assets.stages.derived import (
    EmbeddedCover,
    StoredCover,
    StoredPicture,
    store_cover,
    store_picture,
)

PRELOAD = (__name__, "scipy.fftpack")
"""What workers share; imagehash and what hears music would load scipy in each of them: 0.2 s."""

_OF_COVERS: tuple[StageName, ...] = ("embedded_covers", "thumbnails")
"""The stages that are made from an embedded picture."""

Metadata = ImageMetadata | ClipMetadata | AudioMetadata


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One media with what is to be done for it. `path` is as the system knows it.

    `twin_hash` is the hash of a media that probably has the same content: when it has, nothing
    is decoded.
    """

    media_id: str
    path: str
    kind: Kind
    extension: str
    size: int
    mtime_ns: int
    stages: frozenset[StageName]
    twin_hash: str | None = None


@dataclass(frozen=True, slots=True)
class WorkOptions:
    """What all items share. Posters are written to `thumbnail_folder`, covers to `cover_folder`."""

    thumbnails: ThumbnailSettings
    limits: LimitSettings
    thumbnail_folder: Path
    cover_folder: Path
    audio: AudioSettings = field(default_factory=AudioSettings)


@dataclass(frozen=True, slots=True)
class Products:
    """What was made from one file.

    `unsettled`: the file changed while it was read, or is gone; the next scan sees to it. `twin`:
    it has the content of the media that was named. `failures` has the stages that failed; the
    other wanted stages are done, also where they left nothing: `reasons` says why (music without a
    cover).
    """

    fingerprint: str | None = None
    file_hash: str | None = None
    unsettled: bool = False
    twin: bool = False
    metadata: Metadata | None = None
    poster: StoredPicture | None = None
    preview: StoredPicture | None = None
    cover: StoredCover | None = None
    vector: tuple[float, ...] | None = None
    features: AudioFeatures | None = None
    timbre: tuple[float, ...] | None = None
    failures: dict[StageName, Failed] = field(default_factory=dict)
    reasons: dict[StageName, str] = field(default_factory=dict)


Make = Callable[[WorkOptions, WorkItem], Products]
"""What `make_products` is: the work on one file."""


@dataclass(slots=True)
class _Made:
    """Products before they are stored."""

    metadata: Metadata | None = None
    poster: Picture | None = None
    preview: Picture | None = None
    vector: tuple[float, ...] | None = None
    cover: EmbeddedCover | None = None
    features: AudioFeatures | None = None
    timbre: tuple[float, ...] | None = None
    failures: dict[StageName, Failed] = field(default_factory=dict)
    reasons: dict[StageName, str] = field(default_factory=dict)


def prepare_worker() -> None:
    """Set up the decoders of one worker process, which computes in one thread.

    With a thread for each core, small products of matrices of one process wait for the threads of
    the others: thirty times as long.
    """
    from threadpoolctl import threadpool_limits

    prepare_clips()
    threadpool_limits(1, user_api="blas")


def make_products(options: WorkOptions, item: WorkItem) -> Products:
    """Read one file once and make what is wanted of it.

    A file that cannot be used gives failures, not an exception.
    """
    try:
        with open_original(item.path) as stream:
            before = os.fstat(stream.fileno())
            if (before.st_size, storable(before.st_mtime_ns)) != (item.size, item.mtime_ns):
                return Products(unsettled=True)
            products = _from_stream(options, item, stream)
            after = os.fstat(stream.fileno())
    except MediaError as error:
        if not os.path.lexists(item.path):
            return Products(unsettled=True)
        return Products(failures=_all_failed(item, error))
    if (after.st_size, storable(after.st_mtime_ns)) != (item.size, item.mtime_ns):
        return Products(unsettled=True)
    return products


def _from_stream(options: WorkOptions, item: WorkItem, stream: io.FileIO) -> Products:
    if item.size == 0:
        error: MediaError = EmptyMediaError("the file is empty: 0 bytes")
        return Products(fingerprint(b""), content_hash(b""), failures=_all_failed(item, error))
    limit = options.limits.max_image_bytes if item.kind == "image" else WHOLE_READ_LIMIT
    if item.size <= limit:
        return _from_content(options, item, read_whole(stream, item.size))
    edges = fingerprint_of(stream, item.size)
    if item.kind == "image":
        error = LimitExceededError(
            f"has {item.size:,} bytes, the limit is {limit:,} (limits.max_image_bytes)"
        )
        return Products(edges, failures=_all_failed(item, error))
    return _stored(options, item, edges, None, _make_in_place(options, item, stream))


def _from_content(options: WorkOptions, item: WorkItem, content: bytes) -> Products:
    digest = content_hash(content)
    edges = fingerprint(content)
    if digest == item.twin_hash:
        return Products(edges, digest, twin=True)
    return _stored(options, item, edges, digest, _make(options, item, io.BytesIO(content)))


def _make_in_place(options: WorkOptions, item: WorkItem, stream: io.FileIO) -> _Made:
    """From a file that is too large to be read whole."""
    stream.seek(0)
    buffered = io.BufferedReader(stream)
    try:
        return _make(options, item, buffered)
    finally:
        buffered.detach()  # else its end would close the file, which is looked at once more


def _make(options: WorkOptions, item: WorkItem, stream: BinaryIO) -> _Made:
    try:
        return _MAKERS[item.kind](options, item, stream)
    except MediaError as error:
        return _Made(failures=_all_failed(item, error))


def _make_image(options: WorkOptions, item: WorkItem, stream: BinaryIO) -> _Made:
    content = stream.getvalue() if isinstance(stream, io.BytesIO) else stream.read()
    made = analyse_image(
        content,
        ImageOptions(options.thumbnails.size, options.limits, _parts(item)),  # type: ignore[arg-type]  # names of parts
    )
    failures = _all_failed(item, made.problem) if made.problem else {}
    return _Made(made.metadata, made.thumbnail, None, _floats(made.vector), failures=failures)


def _make_clip(options: WorkOptions, item: WorkItem, stream: BinaryIO) -> _Made:
    parts = _parts(item)
    if "metadata" in parts:
        parts |= {"thumbnail"}  # hashes of frames belong to the metadata and need the same frames
    made = analyse_clip(
        stream,
        item.size,
        item.extension,
        ClipOptions(
            options.thumbnails.size,
            options.thumbnails.preview,
            options.limits,
            parts,  # type: ignore[arg-type]  # names of parts
        ),
    )
    clip = _Made(made.metadata, made.poster, made.preview, _floats(made.vector))
    if isinstance(made.problem, NotEligibleError):
        clip.reasons = dict.fromkeys(item.stages, not_eligible(str(made.problem)))
    elif made.problem is not None:
        clip.failures = _all_failed(item, made.problem)
    if made.metadata is not None:  # the container could be read, the frames could not
        clip.failures.pop("video_metadata", None)
        clip.reasons.pop("video_metadata", None)
    if made.cover is not None and "thumbnails" in item.stages:
        _add_cover(clip, made.cover, OTHER, options, ["thumbnails"])
    return clip


def _make_music(options: WorkOptions, item: WorkItem, stream: BinaryIO) -> _Made:
    """Tags and sound fail apart: a file may have the one without the other."""
    made, tags = _Made(), None
    try:
        tags = _add_tags(made, options, item, stream)
    except MediaError as error:
        made.failures = dict.fromkeys(item.stages - {"audio_features"}, Failed.of(error))
    if "audio_features" in item.stages:
        _add_features(made, tags, item, stream, options.audio)
    return made


def _add_tags(made: _Made, options: WorkOptions, item: WorkItem, stream: BinaryIO) -> AudioMetadata:
    music = read_music(stream, item.extension, options.limits)
    made.metadata = music.metadata
    wanted = [stage for stage in _OF_COVERS if stage in item.stages]
    if music.cover is None:
        made.reasons.update(dict.fromkeys(wanted, not_eligible("no cover is embedded")))
    elif wanted:
        _add_cover(made, music.cover, music.picture_type or OTHER, options, wanted)
    return music.metadata


def _add_features(
    made: _Made,
    tags: AudioMetadata | None,
    item: WorkItem,
    stream: BinaryIO,
    audio: AudioSettings,
) -> None:
    try:
        heard = listen(stream, item.extension, audio.seconds)
    except MediaError as error:
        made.failures["audio_features"] = Failed.of(error)
        return
    made.features, made.timbre = describe_features(heard, tags), _floats(heard.vector)


def _add_cover(
    made: _Made, cover: bytes, picture_type: int, options: WorkOptions, wanted: list[StageName]
) -> None:
    """Make what is wanted of an embedded picture, from one decode."""
    for stage in wanted:
        made.reasons.pop(stage, None)
    try:
        image = read_cover(cover, options.limits, options.thumbnails.size)
    except MediaError as error:
        failed = Failed.of(type(error)(f"embedded cover: {error}"))
        made.failures.update(dict.fromkeys(wanted, failed))
        return
    made.poster = image.poster
    made.cover = EmbeddedCover(cover, picture_type, image)


def not_eligible(why: str) -> str:
    """The reason of a stage that has nothing to work on."""
    return f"not eligible: {why}"


_MAKERS: dict[Kind, Callable[[WorkOptions, WorkItem, BinaryIO], _Made]] = {
    "image": _make_image,
    "video": _make_clip,
    "audio": _make_music,
}


def _parts(item: WorkItem) -> frozenset[str]:
    names = {"thumbnails": "thumbnail", "media_vectors": "vector"}
    return frozenset(names.get(stage, "metadata") for stage in item.stages)


def _floats(vector: "object | None") -> tuple[float, ...] | None:
    return None if vector is None else tuple(vector.tolist())  # type: ignore[attr-defined]  # numpy


def _all_failed(item: WorkItem, error: MediaError) -> dict[StageName, Failed]:
    return dict.fromkeys(item.stages, Failed.of(error))


def _stored(
    options: WorkOptions, item: WorkItem, edges: str, digest: str | None, made: _Made
) -> Products:
    stem = f"{(digest or edges)[:32]}_{options.thumbnails.size}"
    wanted = "thumbnails" in item.stages
    return Products(
        fingerprint=edges,
        file_hash=digest,
        metadata=made.metadata,
        poster=store_picture(options.thumbnail_folder, stem, made.poster) if wanted else None,
        preview=store_picture(options.thumbnail_folder, f"{stem}_preview", made.preview)
        if wanted
        else None,
        cover=store_cover(options.cover_folder, made.cover)
        if "embedded_covers" in item.stages
        else None,
        vector=made.vector,
        features=made.features,
        timbre=made.timbre,
        failures=made.failures,
        reasons=made.reasons,
    )
