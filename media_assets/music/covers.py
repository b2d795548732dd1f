"""Embedded pictures: the shapes that containers store them in, and which one is the cover."""

import binascii
import struct
from collections.abc import Sequence
from dataclasses import dataclass

FRONT_COVER = 3
OTHER = 0
TYPES = range(21)
"""The types of pictures that ID3 defines; FLAC and ASF have the same."""
STEM_LENGTH = 32
"""Hex digits of a cover's hash in the names of files made of it."""
LINK = "-->"
"""The media type of a picture that is an address: nothing is embedded."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One embedded picture. `kind` is the type of ID3's APIC: 3 front cover, 4 back, 0 other."""

    kind: int
    data: bytes


def choose_cover(pictures: Sequence[Picture]) -> Picture | None:
    """The largest front cover that looks like an image, else the first picture that does."""
    sane = [picture for picture in pictures if looks_like_image(picture.data)]
    fronts = [picture for picture in sane if picture.kind == FRONT_COVER]
    if fronts:
        return max(fronts, key=lambda picture: len(picture.data))
    return sane[0] if sane else None


def looks_like_image(data: bytes) -> bool:
    """Starts as a JPEG, PNG, GIF, WebP, BMP, TIFF, AVIF or HEIC does."""
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM")):
        return True
    if data.startswith((b"II*\0", b"MM\0*")):
        return True
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return True
    return data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"heic", b"heix", b"mif1")


def flac_picture(block: bytes) -> Picture | None:
    """A FLAC picture block (RFC 9639, 8.8); `None` when it is cut short or a link."""
    try:
        kind, size = struct.unpack_from(">II", block)
        media_type = block[8 : 8 + size]
        position = 8 + size
        (size,) = struct.unpack_from(">I", block, position)
        position += 4 + size + 16
        (size,) = struct.unpack_from(">I", block, position)
    except struct.error:
        return None
    data = block[position + 4 : position + 4 + size]
    if len(data) < size or media_type == LINK.encode():
        return None
    return Picture(kind, data)


def base64_flac_picture(text: str) -> Picture | None:
    """`METADATA_BLOCK_PICTURE` of a Vorbis comment."""
    data = _from_base64(text)
    return flac_picture(data) if data is not None else None


def base64_picture(text: str) -> Picture | None:
    """`COVERART` of a Vorbis comment: the image alone, from before there was a block for it."""
    data = _from_base64(text)
    return Picture(FRONT_COVER, data) if data is not None else None


def _from_base64(text: str) -> bytes | None:
    try:
        return binascii.a2b_base64(text.encode("ascii", "ignore"))
    except binascii.Error:
        return None


def ape_picture(name: str, value: bytes) -> Picture:
    """`Cover Art (Front)` and its like of APEv2: a file name, NUL, and the image.

    Some taggers leave the name out.
    """
    kind = FRONT_COVER if "front" in name.lower() else OTHER
    if looks_like_image(value):
        return Picture(kind, value)
    return Picture(kind, value.partition(b"\0")[2])


def asf_picture(value: bytes) -> Picture | None:
    """`WM/Picture`: type, length, media type and description in UTF-16, and the image."""
    if len(value) < 5:
        return None
    kind, size = struct.unpack_from("<BI", value)
    position = 5
    for _ in range(2):
        position = _after_utf16(value, position)
        if position < 0:
            return None
    data = value[position : position + size]
    return Picture(kind, data) if len(data) == size else None


def _after_utf16(value: bytes, position: int) -> int:
    """Where the text that starts at `position` is over; -1 if it never is."""
    end = value.find(b"\0\0", position)
    while end >= 0 and (end - position) % 2:
        end = value.find(b"\0\0", end + 1)
    return end + 2 if end >= 0 else -1
