"""The frames of an ID3v2 tag: where each is, and its content made plain.

After the structure documents of ID3v2.2, 2.3 and 2.4 (id3.org), with what writers do instead as
mutagen knows it. mutagen itself copies what is left of the tag for every frame, so that a cover of
300 KiB takes longer than all else in a file, and inflates compressed frames without a limit: one
of 1 MiB may hold 1 GiB.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from mutagen.id3 import Frame, Frames_2_2

from media_assets.errors import CorruptMediaError, LimitExceededError
from media_assets.music.containers import synchsafe

MOST_FRAMES = 10_000
"""An audio book with a chapter for each minute has some thousand."""

_HEADER = struct.Struct(">4sIH")
_UNSYNCHRONISED = 0x80
_EXTENDED = 0x40
_NAME = re.compile(rb"[A-Z][A-Z0-9]{2,3}")
# What unsynchronisation leaves no place for: a tag that has it was never unsynchronised.
_SYNC = re.compile(rb"\xff[\xe0-\xff]|\xff\Z")


class _Flags(NamedTuple):
    """The bits of a frame's flags that say how its content is stored."""

    grouped: int
    compressed: int
    encrypted: int
    unsynchronised: int
    has_length: int


_FLAGS = {
    2: _Flags(0, 0, 0, 0, 0),
    3: _Flags(0x20, 0x80, 0x40, 0, 0x80),
    4: _Flags(0x40, 0x08, 0x04, 0x02, 0x01),
}


class FoundFrame(NamedTuple):
    """One frame. `content` is `None` where it is encrypted or broken; `size` is as stored."""

    name: str
    content: bytes | None
    size: int


class _Place(NamedTuple):
    name: bytes
    start: int
    size: int
    flags: int


def _modern_names() -> dict[bytes, str]:
    """Names of four letters by those of three; pictures keep theirs, they have another shape."""
    parents = {old.encode(): frame.__base__ for old, frame in Frames_2_2.items() if old != "PIC"}
    return {old: parent.__name__ for old, parent in parents.items() if parent not in (None, Frame)}


_MODERN_NAMES = _modern_names()


def find_frames(tag: bytes, limit: int) -> Iterator[FoundFrame]:
    """The frames of a whole ID3v2 tag, its header of 10 bytes included, in order.

    Raises:
        CorruptMediaError: a version that there is not.
        LimitExceededError: more than `limit` bytes once inflated, or too many frames.
    """
    version, flags = tag[3], tag[5]
    if version not in _FLAGS:
        raise CorruptMediaError(f"The ID3 tag is of version 2.{version}, which there is not")
    body = memoryview(tag)[_body_start(tag) :]
    if version < 4 and flags & _UNSYNCHRONISED:
        body = memoryview(_synchronised(bytes(body)))
    # In 2.4 each frame is unsynchronised by itself, and the flag of the tag means all of them.
    common = _FLAGS[4].unsynchronised if version == 4 and flags & _UNSYNCHRONISED else 0
    left = limit
    for place in _places(body, version):
        stored = bytes(body[place.start : place.start + place.size])
        name = _MODERN_NAMES.get(place.name) or place.name.decode("ascii")
        if changes := place.flags | common:
            content = _plain(stored, changes, _FLAGS[version], left)
            left -= len(content or b"")
            yield FoundFrame(name, content, len(stored))
        else:
            yield FoundFrame(name, stored, len(stored))


def _body_start(tag: bytes) -> int:
    """Where the first frame is: behind the extended header, if there is one.

    Some taggers set its flag and write none.
    """
    version, first = tag[3], tag[10:14]
    if version < 3 or not tag[5] & _EXTENDED or _NAME.fullmatch(first):
        return 10
    return 10 + (synchsafe(first) if version == 4 else 4 + int.from_bytes(first))


def _places(body: memoryview, version: int) -> list[_Place]:
    """The frames that have a name and a content.

    Some writers of 2.4 (older iTunes) write sizes as plain integers; what gives more frames, or
    as many within the tag, is right.
    """
    places = list(_walk(body, version, plain=version < 4))
    if version == 4:
        others = list(_walk(body, version, plain=True))
        if (len(others), _within(others, body)) > (len(places), _within(places, body)):
            return others
    return places


def _within(places: list[_Place], body: memoryview) -> bool:
    return not places or places[-1].start + places[-1].size <= len(body)


def _walk(body: memoryview, version: int, *, plain: bool) -> Iterator[_Place]:
    header = 10 if version > 2 else 6
    position, last = 0, len(body) - header
    for _ in range(MOST_FRAMES):
        if position > last:
            return
        if version > 2:
            name, size, flags = _HEADER.unpack_from(body, position)
            if not plain and size > 127:
                size = synchsafe(body[position + 4 : position + 8])
        else:
            name, flags = bytes(body[position : position + 3]), 0
            size = int.from_bytes(body[position + 3 : position + 6])
        # 2.2 names are met in 2.3 tags, with a NUL behind them.
        name = name.rstrip(b"\0")
        if not name:
            return
        if size and _NAME.fullmatch(name):
            yield _Place(name, position + header, size, flags)
        position += header + size
    raise LimitExceededError(f"The ID3 tag has more than {MOST_FRAMES} frames")


def _plain(stored: bytes, flags: int, bits: _Flags, limit: int) -> bytes | None:
    """The content without its extra header, synchronised and inflated."""
    if flags & bits.encrypted:
        return None
    extra = (1 if flags & bits.grouped else 0) + (4 if flags & bits.has_length else 0)
    content = stored[extra:]
    if flags & bits.unsynchronised:
        content = _synchronised(content)
    if not flags & bits.compressed:
        return content
    return _inflated(content, limit)


def _inflated(content: bytes, limit: int) -> bytes | None:
    inflate = zlib.decompressobj()
    try:
        plain = inflate.decompress(content, limit + 1)
    except zlib.error:
        return None
    if len(plain) > limit:
        raise LimitExceededError(
            f"The compressed frames of the ID3 tag hold more bytes than the limit ({limit:,} left, "
            "limits.max_embedded_bytes)"
        )
    return plain if inflate.eof else None


def _synchronised(data: bytes) -> bytes:
    """Without the zeros that stand behind each 0xFF, if they were put there."""
    return data if _SYNC.search(data) else data.replace(b"\xff\0", b"\xff")
