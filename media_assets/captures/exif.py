"""EXIF of an image: the main and the Exif directory together, GPS apart, as values that JSON knows.

Read here and not by the image library, because the block comes from anywhere: each value is looked
at on its own, one that leads out of the block or is not what it says is left out and counted, and
sizes are bounded before anything is copied.
Layout: TIFF 6.0, section 2; tags: Exif 2.32 and 3.0 (CIPA DC-008).
"""

import json
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import ExifTags

JsonValue = str | int | float | None | list["JsonValue"]

MAX_TAGS = 512
"""Entries read of one directory; cameras write fewer than 100."""
MAX_TEXT = 8192
"""Characters kept of one text."""
MAX_ALL_TEXT = 200_000
"""Characters kept of all texts of one block: 500 tags may name the same bytes."""
MAX_VALUES = 64
"""Numbers kept of one tag."""
MAX_SHOWN_BYTES = 16
"""Longer binary values are noted by their length."""
CUT = "…"

EXIF_POINTER, GPS_POINTER, INTEROP_POINTER, SUB_DIRECTORIES = 0x8769, 0x8825, 0xA005, 0x014A
POINTERS = frozenset({EXIF_POINTER, GPS_POINTER, INTEROP_POINTER, SUB_DIRECTORIES})
PIXEL_PLACES = frozenset({0x0111, 0x0117, 0x0144, 0x0145, 0x015B, 0x0201, 0x0202})
"""Where the pixels of a TIFF are: says nothing about the picture."""

ASCII, RATIONAL, UNDEFINED, SIGNED_RATIONAL, UTF8 = 2, 5, 7, 10, 129
BYTE = 1
NUMBERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I"}
SIZES = {ASCII: 1, RATIONAL: 8, UNDEFINED: 1, SIGNED_RATIONAL: 8, UTF8: 1} | {
    kind: struct.calcsize(f"={code}") for kind, code in NUMBERS.items()
}
WINDOWS_TEXTS = range(0x9C9B, 0x9CA0)  # XPTitle to XPSubject: UTF-16 in bytes
CODED_TEXTS = frozenset(
    {0x9286, 0x001B, 0x001C}
)  # UserComment and two of GPS: name of a code first
MARKS = {b"II*\0": "<", b"MM\0*": ">"}


@dataclass(frozen=True, slots=True)
class Exif:
    """Tags by name. `problem` says in words what could not be read, None when all could."""

    tags: dict[str, JsonValue] = field(default_factory=dict)
    gps: dict[str, JsonValue] = field(default_factory=dict)
    problem: str | None = None

    def text(self, name: str) -> str | None:
        """A tag that is a text with something in it, else None."""
        value = self.tags.get(name)
        return value or None if isinstance(value, str) else None

    @property
    def orientation(self) -> int | None:
        """EXIF orientation 1 to 8; None without one or with one that is not defined."""
        value = self.tags.get("Orientation")
        return value if isinstance(value, int) and 1 <= value <= 8 else None

    def tags_json(self) -> str | None:
        """The tags as JSON text, the problem under `_error`; None when there is nothing."""
        noted = self.tags if self.problem is None else {**self.tags, "_error": self.problem}
        return to_json(noted)

    def gps_json(self) -> str | None:
        """The GPS tags as JSON text; None when there are none."""
        return to_json(self.gps)


def to_json(values: dict[str, JsonValue]) -> str | None:
    """JSON text of what was found; None for nothing."""
    return json.dumps(values, ensure_ascii=False, allow_nan=False) if values else None


def clean_text(text: str) -> str:
    """A text without NUL and outer blanks, cut at `MAX_TEXT` characters."""
    plain = text.replace("\0", " ").strip()
    return plain if len(plain) <= MAX_TEXT else plain[:MAX_TEXT] + CUT


def parse_exif(block: bytes) -> Exif:
    """Read an EXIF block, or the directories of a whole TIFF file; a broken one is a `problem`."""
    start = 0
    while block.startswith(b"Exif\0\0", start):  # some writers put it twice
        start += 6
    order = MARKS.get(block[start : start + 4])
    if order is None:
        return Exif(problem="the EXIF block does not start like one")
    reader = _Reader(memoryview(block)[start:], order)
    first = reader.number("I", 4)
    if first is None:
        return Exif(problem="the EXIF block ends before its first directory")
    main = reader.directory(first, ExifTags.TAGS)
    inner = reader.directory(reader.pointers.get(EXIF_POINTER), ExifTags.TAGS)
    gps = reader.directory(reader.pointers.get(GPS_POINTER), ExifTags.GPSTAGS)
    return Exif(inner | main, gps, reader.problem())


class _Reader:
    """One block; collects where the other directories are and counts what cannot be read."""

    def __init__(self, block: memoryview, order: str) -> None:
        self.block = block
        self.order = order
        self.pointers: dict[int, int] = {}
        self.dropped = 0
        self.lost_directories = 0
        self.text_left = MAX_ALL_TEXT

    def problem(self) -> str | None:
        parts = []
        if self.lost_directories:
            parts.append(f"{self.lost_directories} EXIF directories lie outside the block")
        if self.dropped:
            parts.append(f"{self.dropped} EXIF tags cannot be read")
        return "; ".join(parts) or None

    def number(self, code: str, place: int) -> int | None:
        try:
            return int(struct.unpack_from(self.order + code, self.block, place)[0])
        except struct.error:
            return None

    def directory(self, place: int | None, names: dict[int, str]) -> dict[str, JsonValue]:
        """The tags of the directory at `place` by name; empty without one."""
        found: dict[str, JsonValue] = {}
        if place is None:
            return found
        for tag, kind, count, data in self._entries(place):
            if tag in POINTERS:
                self._point(tag, data)
            elif tag not in PIXEL_PLACES:
                value = self._value(tag, kind, count, data)
                if value is not None and self._fits(value):
                    found.setdefault(names.get(tag, f"0x{tag:04X}"), value)
        return found

    def _fits(self, value: JsonValue) -> bool:
        """Whether there is room for one more text; what does not fit is counted as lost."""
        if not isinstance(value, str):
            return True
        if len(value) > self.text_left:
            self.dropped += 1
            return False
        self.text_left -= len(value)
        return True

    def _point(self, tag: int, data: memoryview) -> None:
        try:
            self.pointers[tag] = int(struct.unpack_from(self.order + "I", data)[0])
        except struct.error:
            self.lost_directories += 1

    def _entries(self, place: int) -> Iterator[tuple[int, int, int, memoryview]]:
        """Tag, kind, count and bytes of each entry whose bytes are within the block."""
        count = self.number("H", place)
        if count is None:
            self.lost_directories += 1
            return
        for index in range(min(count, MAX_TAGS)):
            entry = place + 2 + 12 * index
            if entry + 12 > len(self.block):
                self.dropped += min(count, MAX_TAGS) - index
                return
            tag, kind, number = struct.unpack_from(self.order + "HHI", self.block, entry)
            size = SIZES.get(kind, 0) * number
            start = self.number("I", entry + 8) if size > 4 else entry + 8
            if start is None or start + size > len(self.block) or kind not in SIZES:
                self.dropped += 1
            elif size:
                yield tag, kind, number, self.block[start : start + size]

    def _value(self, tag: int, kind: int, count: int, data: memoryview) -> JsonValue:
        if kind in {ASCII, UTF8}:
            return _text(bytes(data[: MAX_TEXT * 4]))
        if kind in {BYTE, UNDEFINED} and (count > 1 or kind == UNDEFINED):
            return self._bytes(tag, data)
        if kind in {RATIONAL, SIGNED_RATIONAL}:
            code = "I" if kind == RATIONAL else "i"
            parts = self._unpack(code, data, 2 * count)
            pairs = zip(parts[::2], parts[1::2], strict=False)
            return _few([_ratio(above, below) for above, below in pairs], count)
        return _few([_finite(value) for value in self._unpack(NUMBERS[kind], data, count)], count)

    def _unpack(self, code: str, data: memoryview, count: int) -> tuple[float, ...]:
        return struct.unpack_from(f"{self.order}{min(count, 2 * MAX_VALUES)}{code}", data)

    def _bytes(self, tag: int, data: memoryview) -> JsonValue:
        size = len(data)
        start = bytes(data[: MAX_TEXT * 4])
        if tag in WINDOWS_TEXTS:
            return clean_text(start.decode("utf-16-le", "replace"))
        if tag in CODED_TEXTS and size >= 8:
            return self._coded_text(start)
        bare = start.rstrip(b"\0 ")
        if bare and bare.isascii() and bare.decode("ascii").isprintable() and size <= MAX_TEXT:
            return bare.decode("ascii")
        if size <= MAX_SHOWN_BYTES:
            return start[0] if size == 1 else list(start)
        return f"({size} bytes)"

    def _coded_text(self, data: bytes) -> str:
        code, text = data[:8], data[8:]
        if code == b"UNICODE\0":
            order = "utf-16-le" if self.order == "<" else "utf-16-be"
            return clean_text(text.decode(order, "replace"))
        if code == b"JIS\0\0\0\0\0":
            return clean_text(text.decode("iso2022_jp", "replace"))
        return clean_text(text.decode("utf-8", "replace"))


def _text(data: bytes) -> str:
    """ASCII by the standard; in use are UTF-8 and the codes of Western systems."""
    try:
        return clean_text(data.decode("utf-8"))
    except UnicodeDecodeError:
        return clean_text(data.decode("latin-1"))


def _few(values: list[float | None], count: int) -> JsonValue:
    """One value as it is, several as a list, of many the first ones and a mark."""
    if count == 1:
        return _plain(values[0])
    shown: list[JsonValue] = [_plain(value) for value in values[:MAX_VALUES]]
    return [*shown, CUT] if count > MAX_VALUES else shown


def _plain(value: float | None) -> JsonValue:
    """A whole number without its `.0`."""
    return int(value) if value is not None and value == int(value) else value


def _ratio(above: float, below: float) -> float | None:
    """0/0 means unknown, and n/0 infinite: JSON has neither."""
    return float(f"{above / below:.10g}") if below else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
