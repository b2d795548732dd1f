"""Sizes that an image file claims, where its decoder takes memory for them before it tells them.

The decoder of WebP makes its canvas when it is opened, and those of HEIC and AVIF refuse sizes
without saying that it was the size. Read here, a claim that is over the limits is told as such.
"""

import struct
from collections.abc import Iterator

Size = tuple[int, int]

MAX_BOXES = 10_000
"""Boxes that are looked at on one level: a grid of tiles has one property a kind, not a tile."""

_PLACE_OF_CHUNK = 12
_VP8_START = b"\x9d\x01\x2a"
_VP8L_START = b"\x2f"
_FOURTEEN_BITS = 0x3FFF
_BOX = struct.Struct(">I4s")
_META_VERSION = 4  # bytes of version and flags in front of the boxes inside


def claimed_sizes(content: bytes) -> Iterator[Size]:
    """Width and height in pixels of all that a WebP, HEIC or AVIF file says it holds."""
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        yield from _webp_sizes(content)
    elif content[4:8] == b"ftyp":
        yield from _boxed_sizes(content)


def _webp_sizes(content: bytes) -> Iterator[Size]:
    """Of the canvas, which the first chunk names (RFC 9649, 2.5 to 2.7)."""
    kind, data = content[_PLACE_OF_CHUNK:][:4], content[_PLACE_OF_CHUNK + 8 :][:10]
    if len(data) < 10:
        return
    if kind == b"VP8X":
        yield _number24(data, 4) + 1, _number24(data, 7) + 1
    elif kind == b"VP8 " and data[3:6] == _VP8_START:
        width, height = struct.unpack_from("<HH", data, 6)
        yield width & _FOURTEEN_BITS, height & _FOURTEEN_BITS
    elif kind == b"VP8L" and data.startswith(_VP8L_START):
        (bits,) = struct.unpack_from("<I", data, 1)
        yield (bits & _FOURTEEN_BITS) + 1, (bits >> 14 & _FOURTEEN_BITS) + 1


def _number24(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 3], "little")


def _boxed_sizes(content: bytes) -> Iterator[Size]:
    """Of each picture and tile: the property `ispe` (ISO/IEC 23008-12, 6.5.3)."""
    for start, end in _find(content, (b"meta", b"iprp", b"ipco", b"ispe"), 0, len(content)):
        if end - start >= 12:
            yield struct.unpack_from(">4xII", content, start)


def _find(
    content: bytes, path: tuple[bytes, ...], start: int, end: int
) -> Iterator[tuple[int, int]]:
    """Where the contents of the boxes lie to which a path of kinds leads."""
    for kind, inside, after in _boxes(content, start, end):
        if kind != path[0]:
            continue
        if len(path) == 1:
            yield inside, after
        else:
            skipped = _META_VERSION if kind == b"meta" else 0
            yield from _find(content, path[1:], inside + skipped, after)


def _boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the content of each box between two places."""
    for _ in range(MAX_BOXES):
        if start + 8 > end:
            return
        length, kind = _BOX.unpack_from(content, start)
        inside = start + 8
        if length == 1 and start + 16 <= end:
            (length,) = struct.unpack_from(">Q", content, inside)
            inside += 8
        elif length == 0:
            length = end - start
        if length < inside - start:
            return
        yield kind, inside, min(start + length, end)
        start += length
