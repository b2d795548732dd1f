"""Posters, previews and covers on disk."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from media_assets.captures.cover import CoverImage
from media_assets.captures.picture import Picture
from media_assets.errors import StoreError
from media_assets.library.content import content_hash
from media_assets.music.covers import STEM_LENGTH
from media_assets.store.disk import explain


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A poster, a preview or a cover on disk."""

    name: str
    width: int
    height: int
    frames: int
    size: int


@dataclass(frozen=True, slots=True)
class EmbeddedCover:
    """A cover as it is embedded, which could be decoded, with its type as in ID3."""

    content: bytes
    picture_type: int
    image: CoverImage


@dataclass(frozen=True, slots=True)
class StoredCover:
    """An embedded cover on disk, with its hash, its type as in ID3, and its format."""

    cover_id: str
    picture_type: int
    format: str
    picture: StoredPicture


def store_picture(
    folder: Path, stem: str, picture: Picture | None, *, once: bool = False
) -> StoredPicture | None:
    """Write a picture under `stem` and its extension, by rename; None where there is none.

    With `once`, a file of that name and length is taken to be the picture.

    Raises:
        StoreError: it cannot be written.
    """
    if picture is None:
        return None
    name = stem + picture.extension
    try:
        if once and _has_length(folder / name, len(picture.content)):
            return _stored(name, picture)
        with _renamed_into(folder / name) as unfinished:
            unfinished.write_bytes(picture.content)
    except OSError as error:
        # No fault of the media: recorded as such it would wait for its retry on a good disk.
        raise StoreError(explain(folder, "a poster cannot be written", error)) from error
    return _stored(name, picture)


def _stored(name: str, picture: Picture) -> StoredPicture:
    return StoredPicture(name, picture.width, picture.height, picture.frames, len(picture.content))


def _has_length(file: Path, length: int) -> bool:
    try:
        return file.stat().st_size == length
    except FileNotFoundError:
        return False


def store_cover(folder: Path, cover: EmbeddedCover | None) -> StoredCover | None:
    """Write a cover as it is embedded, if it is not there: all tracks of an album have the same.

    Raises:
        StoreError: it cannot be written.
    """
    if cover is None:
        return None
    digest, image = content_hash(cover.content), cover.image
    whole = Picture(cover.content, image.extension, image.width, image.height)
    stored = store_picture(folder, digest[:STEM_LENGTH], whole, once=True)
    if stored is None:
        return None
    return StoredCover(digest, cover.picture_type, image.format, stored)


@contextmanager
def _renamed_into(target: Path) -> Iterator[Path]:
    """A file that has its name only when it is whole."""
    unfinished = target.with_name(f".{os.getpid()}.{target.name}")
    try:
        yield unfinished
        unfinished.replace(target)
    except OSError:
        unfinished.unlink(missing_ok=True)  # on a full disk every byte counts
        raise
