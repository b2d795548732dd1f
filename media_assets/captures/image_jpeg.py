"""How often a JPEG goes over its pixels.

A progressive JPEG refines its picture scan by scan, and one scan over 150 million pixels can be 150
bytes long: a megabyte of them keeps a decoder busy for hours (known as a decompression bomb of
time). Programs write 1 to about 15 scans; each is counted by its marker, nothing is decoded.
Layout: ITU-T T.81, annex B.
"""

import re

_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""A marker; within the data of a scan a zero or a restart (0xD0 to 0xD7) follows 0xFF."""

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_SEQUENTIAL = frozenset({0xC0, 0xC1})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_COMPONENTS = 5  # where the segment of a frame says how many it has


def count_scans(content: bytes, most: int) -> int:
    """Scans of the first picture of a JPEG, counted up to `most`.

    The data is searched only where there may be more than one: the first scan of a sequential JPEG
    has all components, and then it is the only one.
    """
    place, scans, sequential = 2, 0, b""
    while scans < most and (match := _MARKER.search(content, place)):
        start = match.end()
        marker, length = content[start - 1], int.from_bytes(content[start : start + 2])
        segment = content[start + 2 : start + length]
        if marker == _EOI:
            break
        if marker in _FRAMES:
            sequential = segment[_COMPONENTS:][:1] if marker in _SEQUENTIAL else b""
        elif marker == _SOS:
            scans += 1
            if sequential and segment[:1] == sequential:
                break
        place = start if marker == _SOI else start + max(2, length)
    return scans
