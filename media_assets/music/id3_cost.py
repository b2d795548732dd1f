"""What reading an ID3v2 tag would cost, found out before it is paid.

A compressed frame of 1 MiB may hold 1 GiB, and mutagen inflates it whole. It also copies what is
left of a tag for each frame and what is left of a frame for each value, so that millions of empty
ones cost hours. Neither is met in music; both are refused here by walking over the frame headers.
"""

import struct
import zlib
from collections.abc import Iterator

from media_assets.errors import LimitExceededError
from media_assets.music.containers import synchsafe

MOST_COPIED = 2**34
"""Bytes that mutagen may copy for one tag: some seconds. 200 chapters with pictures need 2**32."""

_HEADER = struct.Struct(">4sIH")
_UNSYNCHRONISED = 0x80
_EXTENDED = 0x40
_COMPRESSED = {2: 0, 3: 0x0080, 4: 0x0008}
"""The bit of a frame's flags, by version."""
_SPLIT_AT_NUL = (b"T", b"COM", b"IPL", b"SYLT", b"SLT")
"""Frames that mutagen splits into values."""
_ONE_NUMBER = (b"PCNT", b"POPM", b"CNT", b"POP")
"""Frames that end in a number of any length, which mutagen builds byte by byte."""
_COSTLY = _SPLIT_AT_NUL + _ONE_NUMBER
_CHEAP_FRAME = 4096
"""A frame of this size costs little whatever is in it."""
_INFLATION = 1032
"""Deflate makes at most this much of a byte (zlib's technical notes)."""


def refuse_costly(tag: bytes, limit: int) -> None:
    """Look at a whole ID3v2 tag, its header of 10 bytes included.

    Raises:
        LimitExceededError: more than `limit` bytes once inflated, or absurdly many parts.
    """
    if len(tag) * _INFLATION <= limit and len(tag) ** 2 <= MOST_COPIED:
        return
    version, flags, body = tag[3], tag[5], tag[10:]
    bodies = [body]
    if version > 2 and flags & _EXTENDED:
        # Some taggers set the flag and write no such header; mutagen copes with both.
        size = synchsafe(body[:4]) if version == 4 else 4 + int.from_bytes(body[:4])
        bodies.append(body[size:])
    if version < 4 and flags & _UNSYNCHRONISED:
        bodies += [content.replace(b"\xff\0", b"\xff") for content in bodies]
    # Some writers of 2.4 count frames in plain integers; mutagen decides between the two.
    for plain in (False, True) if version == 4 else (True,):
        for content in bodies:
            _refuse_frames(content, version, plain, limit)


def _refuse_frames(body: bytes, version: int, plain: bool, limit: int) -> None:
    inflated = copied = 0
    for name, start, size, compressed in _frames(body, version, plain):
        copied += len(body)
        if compressed or (size > _CHEAP_FRAME and name.startswith(_COSTLY)):
            content = body[start : start + size]
            if compressed:
                content = _inflate(content, limit + 1 - inflated)
                inflated += len(content)
            copied += _copies(name, content)
        if inflated > limit:
            raise LimitExceededError(
                f"The compressed frames of the ID3 tag hold more than the limit of {limit} bytes"
            )
        if copied > MOST_COPIED:
            raise LimitExceededError(
                f"The ID3 tag of {len(body)} bytes has too many frames or values to be read"
            )


def _frames(body: bytes, version: int, plain: bool) -> Iterator[tuple[bytes, int, int, int]]:
    """Name, start and size of the content, and whether it is compressed, of each frame."""
    header = 10 if version > 2 else 6
    mask = _COMPRESSED.get(version, 0)
    position, last = 0, len(body) - header
    while position <= last:
        if version > 2:
            name, size, flags = _HEADER.unpack_from(body, position)
            if not plain and size > 127:
                size = synchsafe(body[position + 4 : position + 8])
        else:
            name, flags = body[position : position + 3], 0
            size = int.from_bytes(body[position + 3 : position + 6])
        if not name.strip(b"\0"):
            return
        yield name, position + header, size, flags & mask
        position += header + size


def _copies(name: bytes, content: bytes) -> int:
    """Bytes that are copied to take a frame apart, at most."""
    if name.startswith(_ONE_NUMBER):
        return len(content) ** 2
    if not name.startswith(_SPLIT_AT_NUL):
        return 0
    # UTF-16 has a NUL in every Latin letter.
    separator = b"\0\0" if content[:1] in (b"\1", b"\2") else b"\0"
    return content.count(separator) * len(content)


def _inflate(content: bytes, most: int) -> bytes:
    """A compressed frame, up to `most` bytes of it; nothing if it is broken."""
    longest = b""
    synchronised = content.replace(b"\xff\0", b"\xff")
    # With or without the length before it, with or without unsynchronisation: as mutagen tries.
    for data in {content[4:], content, synchronised[4:], synchronised}:
        try:
            longest = max(longest, zlib.decompressobj().decompress(data, most), key=len)
        except zlib.error:
            continue
    return longest
