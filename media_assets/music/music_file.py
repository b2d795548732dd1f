"""Everything that the library keeps of one music file, from one read of it."""

import re
import struct
from dataclasses import dataclass
from typing import BinaryIO

from mutagen import apev2
from mutagen.mp3 import HeaderNotFoundError

from media_assets.errors import (
    CorruptMediaError,
    EmptyMediaError,
    LimitExceededError,
    MediaError,
    UnreadableMediaError,
)
from media_assets.music.bounded_stream import BoundedStream
from media_assets.music.containers import Container, find_container
from media_assets.music.covers import OTHER, TYPES, choose_cover
from media_assets.music.formats import READERS
from media_assets.music.metadata import AudioMetadata, describe
from media_assets.music.source import Source
from media_assets.settings import LimitSettings

BROKEN = "its structure is broken"
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (UnicodeError, "a text in its tags is not in the encoding that it claims"),
    (HeaderNotFoundError, "there is no MPEG audio in it"),
    (apev2.error, "its header or its APEv2 tag is broken"),
    (struct.error, "a header in it ends too early"),
    (EOFError, "it ends too early"),
)

_NAMELESS = re.compile(r"<[^<>]* at 0x[0-9a-fA-F]+>|'<unknown>'")
_CUT_SHORT = re.compile(r"file said (\d+) bytes, read (\d+) bytes")


@dataclass(frozen=True, slots=True)
class MusicProducts:
    """The row of `audio_metadata`, and the cover as embedded with its type (see `Picture`)."""

    metadata: AudioMetadata
    cover: bytes | None
    picture_type: int | None = None


def read_music(content: bytes | BinaryIO, extension: str, limits: LimitSettings) -> MusicProducts:
    """Read tags, technical data and the cover of a music file.

    Args:
        content: the bytes of the file, or the file open for binary reading and seekable.
        extension: of the file name, with or without its dot; a hint where the content says nothing.
        limits: `max_embedded_bytes` bounds text and artwork together.

    Raises:
        EmptyMediaError: zero bytes.
        DisguisedMediaError: a text, a playlist, an image, an archive.
        UnsupportedMediaError: a format that is not read here, or a container without audio.
        CorruptMediaError: the structure is broken.
        LimitExceededError: more embedded than the limits allow.
        UnreadableMediaError: the system cannot read the file.
    """
    limit = limits.max_embedded_bytes
    try:
        stream = BoundedStream(content, limit)
    except OSError as error:
        raise UnreadableMediaError(f"The file cannot be read: {error.strerror or error}") from error
    if stream.size == 0:
        raise EmptyMediaError("The file has no bytes")
    container = find_container(stream, extension)
    try:
        return _read(Source(stream, limit), container)
    except MediaError:
        raise
    except Exception as error:  # the one broad boundary: parsers meet broken files with any error
        raise stream.refusal or _explained(error, container) from error


def _read(source: Source, container: Container) -> MusicProducts:
    tags, technical = READERS[container](source)
    if tags.embedded > source.limit:
        raise LimitExceededError(
            f"The tags and pictures have {tags.embedded:,} bytes; the limit is {source.limit:,} "
            "(limits.max_embedded_bytes)"
        )
    cover = choose_cover(tags.pictures)
    metadata = describe(tags, technical)
    if cover is None:
        return MusicProducts(metadata, None)
    return MusicProducts(metadata, cover.data, cover.kind if cover.kind in TYPES else OTHER)


def _explained(error: Exception, container: Container) -> MediaError:
    """What a parser's error means for the file; never names an address in memory."""
    if isinstance(error, MemoryError):
        return LimitExceededError(
            "Reading its tags needs more memory than a worker may use (engine.worker_memory_mib)"
        )
    detail = _NAMELESS.sub("the file", str(error)).strip() or type(error).__name__
    if cut := _CUT_SHORT.search(detail):
        promised, found = cut.groups()
        detail = f"a block of {promised} bytes has only {found}"
    words = next((words for kind, words in REASONS if isinstance(error, kind)), BROKEN)
    return CorruptMediaError(f"The {container} file cannot be read: {words} ({detail})")
