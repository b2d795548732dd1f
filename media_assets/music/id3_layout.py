"""The frames of an ID3v2 tag: where each is, and its content made plain.

After the structure documents of ID3v2.2, 2.3 and 2.4 (id3.org), with what writers do instead as
mutagen has it. mutagen itself copies what is left of the tag for every frame and inflates
compressed frames without a limit: a cover of 300 KiB made reading a file three times as long, and
a frame of 1 MiB may hold 1 GiB.
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
"""Of an audio book with a chapter for each minute there are some thousand."""

_HEADER = struct.Struct(">4sIH")
_UNSYNCHRONISED = 0x80
_EXTENDED = 0x40
_NAME = re.compile(rb"[A-Z][A-Z0-9]{2,3}")
# What unsynchronisation has no place for; a tag that has it was never unsynchronised.
_SYNC = re.compile(rb"\xff[\xe0-\xff]|\xff\Z")


class FrameFlags(NamedTuple):
    """The bits of a frame's flags that change how its content is stored."""

    grouped: int
    compressed: int
    encrypted: int
    unsynchronised: int
    has_length: int


_FLAGS = {
    2: FrameFlags(0, 0, 0, 0, 0),
    3: FrameFlags(0x20, 0x80, 0x40, 0, 0x80),
    4: FrameFlags(0x40, 0x08, 0x04, 0x02, 0x01),
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
    """Names of three letters by those of four that replaced them; pictures changed their shape."""
    parents = {old: frame.__base__ for old, frame in Frames_2_2.items() if old != "PIC"}
    return {
        old.encode(): parent.__name__
        for old, parent in parents.items()
        if parent is not None and parent is not Frame
    }


_MODERN_NAMES = _modern_names()


def find_frames(tag: bytes, limit: int) -> Iterator[FoundFrame]:
    """The frames of a whole ID3v2 tag, its header of 10 bytes included, in order.

    Raises:
        CorruptMediaError: a version that there is not.
        LimitExceededError: more than `limit` bytes once inflated, or too many frames.
    """
    version, flags = tag[3], tag[5]
    if version not in _FLAGS:
        raise CorruptMediaError(f"The ID3 tag says that it is of version 2.{version}: there is none")
    body = memoryview(tag)[_body_start(tag, version, flags) :]
    whole = version < 4 and flags & _UNSYNCHRONISED
    if whole:
        body = memoryview(_synchronised(bytes(body)))
    left = limit
    for place in _places(body, version):
        name = _MODERN_NAMES.get(place.name) or place.name.decode("ascii")
        stored = bytes(body[place.start : place.start + place.size])
        if version == 4 and flags & _UNSYNCHRONISED:
            place = place._replace(flags=place.flags | _FLAGS[4].unsynchronised)
        content = _plain(stored, place.flags, _FLAGS[version], left) if place.flags else stored
        if place.flags and content is not None:
            left -= len(content)
        yield FoundFrame(name, content, len(stored))
