"""ID3v1 and ID3v2 tags."""

import re

from mutagen.id3 import ParseID3v1

from media_assets.errors import CorruptMediaError, LimitExceededError
from media_assets.music.containers import Stream, id3_size
from media_assets.music.id3_frames import read_frame
from media_assets.music.id3_layout import find_frames
from media_assets.music.tag_values import id3_genre
from media_assets.music.tags import Tags

ID3V1_BYTES = 128

_DAY_AND_MONTH = re.compile(r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])")
_YEAR = re.compile(r"\d{4}")


def read_id3(stream: Stream, start: int, limit: int) -> Tags:
    """The ID3v2 tag at `start` of the stream; nothing if there is none.

    Raises:
        CorruptMediaError: the file ends within the tag, or its version is not known.
        LimitExceededError: the tag, or what it inflates to, is over `limit` bytes.
    """
    tags = Tags()
    if tag := _id3v2_bytes(stream, start, limit):
        for frame in find_frames(tag, limit):
            if frame.content is None:
                tags.add_binary(frame.name, frame.size)
            else:
                read_frame(frame.name, frame.content, tags)
        _complete_date(tags)
    return tags


def read_id3v1(tail: bytes) -> Tags:
    """The tag of 128 bytes at the end of a file; nothing if there is none."""
    tags = Tags()
    # `TAG` is also the middle of `APETAGEX`.
    if tail[-ID3V1_BYTES:].startswith(b"TAG") and not tail[-ID3V1_BYTES:].startswith(b"TAGEX"):
        for name, frame in (ParseID3v1(tail[-ID3V1_BYTES:], 3) or {}).items():
            texts = [id3_genre(text) if name == "TCON" else text for text in frame.text]
            tags.add(name, texts, native=name)
    return tags


def _id3v2_bytes(stream: Stream, start: int, limit: int) -> bytes:
    """The tag as stored; nothing if there is none."""
    stream.seek(start)
    header = stream.read(10)
    if len(header) < 10 or not header.startswith(b"ID3"):
        return b""
    size = id3_size(header)
    if size > limit:
        raise LimitExceededError(
            f"The ID3 tag has {size:,} bytes; the limit is {limit:,} (limits.max_embedded_bytes)"
        )
    stream.seek(start)
    tag = stream.read(size)
    if len(tag) < size:
        raise CorruptMediaError(
            f"The file ends within its ID3 tag: of {size} bytes there are {len(tag)}"
        )
    return tag


def _complete_date(tags: Tags) -> None:
    """ID3v2.3 has the year in one frame and `DDMM` in another."""
    years, days = tags.native.get("TYER"), tags.native.get("TDAT")
    if not years or not days or not _YEAR.fullmatch(years[0]):
        return
    if found := _DAY_AND_MONTH.fullmatch(days[0]):
        day, month = found.groups()
        tags.native["TYER"] = [f"{years[0]}-{month}-{day}"]
