"""ID3v1 and ID3v2 tags: mutagen finds the frames, `id3_frames` reads them."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

from mutagen.id3 import ID3, Frame, Frames, Frames_2_2, ParseID3v1

from media_assets.errors import CorruptMediaError, LimitExceededError
from media_assets.music.containers import Stream, id3_size
from media_assets.music.id3_cost import refuse_costly
from media_assets.music.id3_frames import OLD_PICTURE, read_frame
from media_assets.music.tag_values import id3_genre
from media_assets.music.tags import Tags

ID3V1_BYTES = 128

_DAY_AND_MONTH = re.compile(r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])")
_YEAR = re.compile(r"\d{4}")


class ContentFrame(Frame):
    """A frame as mutagen finds it: without its header, inflated, and not yet taken apart."""

    content = b""

    def _readData(self, header: object, data: bytes) -> bytes:
        self.content = data
        return b""

    @property
    def HashKey(self) -> str:
        """Of its own for each: frames of one name are not merged."""
        return str(id(self))


def _known_frames() -> dict[str, type[ContentFrame]]:
    """A class for each frame; those of ID3v2.2, which have three letters, by their later names."""
    names = {name: name for name in Frames}
    for old, frame in Frames_2_2.items():
        parent = frame.__base__
        if parent is not None and parent is not Frame:
            names[old] = parent.__name__
    names["PIC"] = OLD_PICTURE
    return {name: type(later, (ContentFrame,), {}) for name, later in names.items()}


_KNOWN_FRAMES = _known_frames()
_open_id3: Callable[..., Any] = ID3


def read_id3(stream: Stream, start: int, limit: int) -> Tags:
    """The ID3v2 tag at `start` of the stream; nothing if there is none.

    Raises:
        CorruptMediaError: the file ends within the tag.
        LimitExceededError: the tag, or what it inflates to, is over `limit` bytes.
        mutagen.MutagenError: the tag is broken.
    """
    tags = Tags()
    if tag := _id3v2_bytes(stream, start, limit):
        found = _open_id3(BytesIO(tag), known_frames=_KNOWN_FRAMES, translate=False, load_v1=False)
        for frame in found.values():
            read_frame(frame.FrameID, frame.content, tags)
        name_size, header_size = (3, 6) if found.version == (2, 2, 0) else (4, 10)
        for unknown in found.unknown_frames:
            tags.add_binary(unknown[:name_size].decode("latin-1"), len(unknown) - header_size)
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
    """The tag as stored, checked; nothing if there is none."""
    stream.seek(start)
    header = stream.read(10)
    if len(header) < 10 or not header.startswith(b"ID3"):
        return b""
    size = id3_size(header)
    if size > limit:
        raise LimitExceededError(f"The ID3 tag has {size} bytes; the limit is {limit}")
    stream.seek(start)
    tag = stream.read(size)
    if len(tag) < size:
        raise CorruptMediaError(
            f"The file ends within its ID3 tag: of {size} bytes there are {len(tag)}"
        )
    refuse_costly(tag, limit)
    return tag


def _complete_date(tags: Tags) -> None:
    """ID3v2.3 has the year in one frame and `DDMM` in another."""
    years, days = tags.native.get("TYER"), tags.native.get("TDAT")
    if not years or not days or not _YEAR.fullmatch(years[0]):
        return
    if found := _DAY_AND_MONTH.fullmatch(days[0]):
        day, month = found.groups()
        tags.native["TYER"] = [f"{years[0]}-{month}-{day}"]
