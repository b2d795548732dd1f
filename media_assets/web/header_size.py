"""Width and height from the header of a download, for the filters: nothing is decoded.

All of it is read by Python alone. Decoders of what strangers send run in processes of their own;
this one is the process of the run.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from media_assets.errors import MediaError

Size = tuple[int, int]

HEAD_BYTES: Final = 64 * 1024
"""Most headers of images end before."""

_MOST_PARTS = 512
"""Boxes or elements that are looked at on one level."""
_CLAIMED: Final = frozenset({".webp", ".heic", ".avif"})
_TO_SIZE_OF_MATRIX = 36
_SEGMENT, _TRACKS, _TRACK, _VIDEO = 0x18538067, 0x1654AE6B, 0xAE, 0xE0
_PIXEL_WIDTH, _PIXEL_HEIGHT = 0xB0, 0xBA


def image_size(content: bytes, extension: str) -> Size | None:
    """As the image is shown, of its first bytes or all of it; None where they do not tell."""
    return _claimed_size(content) if extension in _CLAIMED else _pillow_size(content)


def clip_size(stream: BinaryIO, size: int, extension: str) -> Size | None:
    """Of the largest video in an open clip of `size` bytes; None where its header does not tell."""
    try:
        if extension == ".avi":
            found = _avi_size(stream)
        elif extension in {".mkv", ".webm"}:
            found = max(_matroska_sizes(stream, size), key=_area, default=None)
        else:
            found = max(_iso_sizes(stream, size), key=_area, default=None)
    except struct.error:
        return None
    return found if found and min(found) > 0 else None


def _area(size: Size) -> int:
    return size[0] * size[1]


def _claimed_size(content: bytes) -> Size | None:
    """WebP, HEIC and AVIF; of a picture in tiles the whole is the largest of what is in there."""
    from media_assets.captures.image_claims import claimed_sizes

    size = max(claimed_sizes(content), key=_area, default=None)
    if size is None:
        return None
    crop = _cropped(content)
    if 0 < crop[0] <= size[0] and 0 < crop[1] <= size[1]:
        size = crop
    turn = content.find(b"irot")  # by how many quarters it is turned (ISO/IEC 23008-12, 6.5.10)
    sideways = turn >= 0 and content[turn + 4 : turn + 5] in {b"\1", b"\3"}
    return size[::-1] if sideways else size


def _cropped(content: bytes) -> Size:
    """The part that is shown, by `clap` (ISO/IEC 14496-12, 12.1.4); 0 x 0 without one."""
    place = content.find(b"clap") + 4
    if place < 4 or len(content) < place + 16:
        return 0, 0
    width, by, height, and_by = struct.unpack_from(">4I", content, place)
    return (width // by, height // and_by) if by and and_by else (0, 0)


def _pillow_size(content: bytes) -> Size | None:
    # With them come Pillow's plugins and numpy: 0.2 s that only filters of sizes need.
    from media_assets.captures.image_file import DECODER_ERRORS, decoding, open_image
    from media_assets.captures.image_pixels import upright_size
    from media_assets.settings import LimitSettings

    limits = LimitSettings()
    try:
        with decoding(limits):
            image = open_image(content, limits)
            return upright_size(image, _orientation(image.info.get("exif")))
    except (MediaError, *DECODER_ERRORS):
        return None


def _orientation(block: object) -> int | None:
    """Of a block of EXIF. Pillow's own way to it decodes a PNG that has none."""
    from PIL import Image

    exif = Image.Exif()
    if isinstance(block, bytes):
        exif.load(block)
    found = exif.get(0x0112)
    return found if isinstance(found, int) else None


def _avi_size(stream: BinaryIO) -> Size | None:
    """By the main header, which comes first."""
    stream.seek(0)
    head = stream.read(72)
    return struct.unpack_from("<II", head, 64) if head[24:28] == b"avih" else None


def _iso_sizes(stream: BinaryIO, size: int) -> Iterator[Size]:
    """By the header of each track (ISO/IEC 14496-12, 8.3.2); those of sound are 0 x 0."""
    for start, _ in _boxes(stream, (b"moov", b"trak", b"tkhd"), 0, size):
        stream.seek(start)
        header = stream.read(96)
        matrix = 52 if header[:1] == b"\1" else 40
        along, across = struct.unpack_from(">ii", header, matrix)
        width, height = struct.unpack_from(">II", header, matrix + _TO_SIZE_OF_MATRIX)
        shown = (width >> 16, height >> 16)
        yield shown[::-1] if abs(across) > abs(along) else shown


def _boxes(
    stream: BinaryIO, path: tuple[bytes, ...], start: int, end: int
) -> Iterator[tuple[int, int]]:
    """Where the contents of the boxes lie to which a path of kinds leads."""
    for _ in range(_MOST_PARTS):
        if start + 8 > end:  # before the seek: no file has the 2^63 bytes that a box may claim
            return
        stream.seek(start)
        head = stream.read(16)
        if len(head) < 8:
            return
        length, kind = struct.unpack_from(">I4s", head)
        inside = start + 8
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack_from(">Q", head, 8)
            inside += 8
        length = length or end - start
        if length < inside - start:
            return
        if kind == path[0]:
            found = (inside, min(end, start + length))
            yield from _boxes(stream, path[1:], *found) if path[1:] else (found,)
        start += length


def _matroska_sizes(stream: BinaryIO, size: int) -> Iterator[Size]:
    for _, start, end in _elements(stream, (_SEGMENT, _TRACKS, _TRACK, _VIDEO), 0, size):
        sides = {kind: (first, last) for kind, first, last in _elements(stream, (), start, end)}
        if _PIXEL_WIDTH in sides and _PIXEL_HEIGHT in sides:
            yield _number(stream, *sides[_PIXEL_WIDTH]), _number(stream, *sides[_PIXEL_HEIGHT])


def _elements(
    stream: BinaryIO, path: tuple[int, ...], start: int, end: int
) -> Iterator[tuple[int, int, int]]:
    """Kind and place of the elements to which a path of kinds leads; all here for no path."""
    for _ in range(_MOST_PARTS):
        if start >= end:
            return
        stream.seek(start)
        head = stream.read(12)
        kind_bytes = _length_of(head)
        size_bytes = _length_of(head[kind_bytes:])
        if not kind_bytes or not size_bytes or len(head) < kind_bytes + size_bytes:
            return
        kind = int.from_bytes(head[:kind_bytes], "big")
        bits = 7 * size_bytes
        size = int.from_bytes(head[kind_bytes:][:size_bytes], "big") & (1 << bits) - 1
        inside = start + kind_bytes + size_bytes
        after = end if size == (1 << bits) - 1 else min(end, inside + size)  # all ones: unknown
        if not path:
            yield kind, inside, after
        elif kind == path[0]:
            rest = path[1:]
            yield from _elements(stream, rest, inside, after) if rest else ((kind, inside, after),)
        start = after


def _length_of(head: bytes) -> int:
    """Bytes of the number that begins here, by the zeros it begins with (RFC 8794, 4)."""
    return 9 - head[0].bit_length() if head and head[0] else 0


def _number(stream: BinaryIO, start: int, end: int) -> int:
    stream.seek(start)
    return int.from_bytes(stream.read(min(8, end - start)), "big")
