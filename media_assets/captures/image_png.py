"""Text and EXIF of a PNG, read from its chunks.

Pillow reads the chunks behind the pixels only by decoding them (29 files a second); walking the
chunks takes 6,000 a second, and finds what comes after the pixels as well.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from media_assets.errors import LimitExceededError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 100_000
"""Where the walk stops: a screenshot of 8 K has 4,000 chunks of 8 KiB."""

COMPRESSED = 1
PIXELS = b"IDAT"
EXIF_KEYWORDS = ("Raw profile type exif", "Raw profile type APP1")
"""Keywords under which ImageMagick stores EXIF as hexadecimal text."""


@dataclass(frozen=True, slots=True)
class PngChunks:
    """Texts by keyword in order of appearance (repeated ones joined by a line), and EXIF bytes.

    `kinds` are the kinds of all chunks; `IEND` is among them when the file is there to its end.
    `pixels` are the places of the packed pixels, in their order.
    """

    text: dict[str, str]
    exif: bytes | None
    kinds: frozenset[bytes]
    pixels: tuple[slice, ...]


class _Budget:
    """Bytes of text that may still be unpacked."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.left = limit

    def take(self, data: bytes) -> bytes:
        self.left -= len(data)
        if self.left < 0:
            raise LimitExceededError(
                f"holds more than {self.limit:,} bytes of text, EXIF or colour profile "
                "(limits.max_embedded_bytes)"
            )
        return data

    def inflate(self, data: bytes) -> bytes | None:
        """The unpacked data; None when it is not valid."""
        unpacker = zlib.decompressobj()
        try:
            return self.take(unpacker.decompress(data, self.left + 1))
        except zlib.error:
            return None


def read_chunks(content: bytes, max_embedded_bytes: int) -> PngChunks:
    """Walk the chunks of a PNG. A chunk that is not valid is left out, a cut file ends the walk.

    The colour profile is unpacked to measure it, for the decoder would refuse the image for it.

    Raises:
        LimitExceededError: text, EXIF and profile, unpacked, are more than `max_embedded_bytes`.
    """
    budget = _Budget(max_embedded_bytes)
    parts: dict[str, list[str]] = {}
    exif: bytes | None = None
    chunks = _chunks(content)
    for kind, start, length in chunks:
        if kind == b"eXIf":
            exif = budget.take(content[start : start + length])
        elif kind in _READERS:
            found = _READERS[kind](budget.take(content[start : start + length]), budget)
            if found is not None:
                keyword, value = found
                parts.setdefault(keyword, []).append(value)
    kinds = frozenset(kind for kind, _, _ in chunks)
    text = {keyword: "\n".join(values) for keyword, values in parts.items()}
    pixels = tuple(slice(start, start + length) for kind, start, length in chunks if kind == PIXELS)
    return PngChunks(text, exif or _profile(text), kinds, pixels)


def _chunks(content: bytes) -> list[tuple[bytes, int, int]]:
    """Kind, start and length of each chunk that is there whole."""
    found = []
    place = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if place + 8 > len(content):
            break
        length, kind = struct.unpack_from(">I4s", content, place)
        if place + 12 + length > len(content):
            break
        found.append((kind, place + 8, length))
        if kind == b"IEND":
            break
        place += length + 12
    return found


def _plain(data: bytes, budget: _Budget) -> tuple[str, str] | None:
    keyword, mark, value = data.partition(b"\0")
    return (_latin(keyword), _guess(value)) if mark else None


def _packed(data: bytes, budget: _Budget) -> tuple[str, str] | None:
    keyword, mark, value = data.partition(b"\0")
    if not mark or value[:1] != b"\0":  # the one method that is defined
        return None
    plain = budget.inflate(value[1:])
    return None if plain is None else (_latin(keyword), _guess(plain))


def _international(data: bytes, budget: _Budget) -> tuple[str, str] | None:
    keyword, mark, rest = data.partition(b"\0")
    if not mark or len(rest) < 2:
        return None
    parts = rest[2:].split(b"\0", 2)  # language, translated keyword, text
    if len(parts) < 3:
        return None
    value = budget.inflate(parts[2]) if rest[0] == COMPRESSED else parts[2]
    return None if value is None else (_latin(keyword), value.decode("utf-8", "replace"))


def _latin(keyword: bytes) -> str:
    return keyword.decode("latin-1")


def _guess(value: bytes) -> str:
    """Latin-1 by the standard; many programs write UTF-8, which Latin-1 seldom looks like."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _colour_profile(data: bytes, budget: _Budget) -> None:
    """Measured, not kept."""
    budget.inflate(data.partition(b"\0")[2][1:])


_READERS: dict[bytes, Callable[[bytes, _Budget], tuple[str, str] | None]] = {
    b"tEXt": _plain,
    b"zTXt": _packed,
    b"iTXt": _international,
    b"iCCP": _colour_profile,
}


def _profile(text: dict[str, str]) -> bytes | None:
    """EXIF that stands in a text as hexadecimal digits, after a line each of name and length."""
    for keyword in EXIF_KEYWORDS:
        lines = text.get(keyword, "").split("\n", 3)
        try:
            return bytes.fromhex(lines[3])
        except (IndexError, ValueError):
            continue
    return None
