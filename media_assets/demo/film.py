"""Highlight events as the last chunk of a film: zlib-compressed, read by `spnkr.film`.

The layout that is read, found by search and not by position: the xuid (8 bytes, little endian),
the marker 2d c0, within 2,500 bytes the 60 bytes of the event, and right after them 00 00 2e e0.
The 60 bytes hold the gamertag (32 bytes UTF-16), the type hint, the time in milliseconds (big
endian), whether it is a medal, and the medal; films of version 39 and 40 place the gamertag 12
bytes later than all others.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import Final

KILL: Final = 50
DEATH: Final = 20
MODE: Final = 10

_MARKER = bytes.fromhex("2dc0")
_EVENT_END = bytes.fromhex("00002ee0")
# What stands between marker and event in a recorded film is mostly zero; so is this.
_BETWEEN = bytes(89)
_AFTER = bytes(13)
_HEADER = bytes.fromhex("0200000000000000")
# 18 zeros and the digits of 12,000: how the four bytes of `_EVENT_END` look to a search by bits.
_END_DIGITS = "101110111" + "0" * 5


@dataclass(frozen=True, slots=True)
class FilmEvent:
    """One event as a film holds it. `hint` tells the kind; a medal's hint is its weight."""

    xuid: int
    gamertag: str
    hint: int
    time_ms: int
    is_medal: bool
    value: int


def readable_time(time_ms: int) -> int:
    """The time itself, or the next one that a reader cannot take for the end of the event.

    The end is found by a search over bits, and some times (12,000 ms and 375 ms times powers of
    two among them), followed by zeros as they are, have its very digits.
    """
    while f"{time_ms:b}".ljust(len(_END_DIGITS), "0").startswith(_END_DIGITS):
        time_ms += 1
    return time_ms


def encode_film(events: list[FilmEvent], version: int) -> bytes:
    """The chunk with these events, in their order, for a film of a major version."""
    parts = [_HEADER]
    for event in events:
        parts += (struct.pack("<Q", event.xuid), _MARKER, _BETWEEN)
        parts += (_event_bytes(event, version), _EVENT_END, _AFTER)
    return zlib.compress(b"".join(parts), 6)


def _event_bytes(event: FilmEvent, version: int) -> bytes:
    gamertag = event.gamertag.encode("utf-16-le").ljust(32, b"\0")
    # The gap keeps 15 bytes between gamertag and hint, or 12 before it and 3 behind.
    named = bytes(12) + gamertag + bytes(3) if version in (39, 40) else gamertag + bytes(15)
    medal = event.value if event.is_medal else {KILL: 0, DEATH: 1, MODE: 2}[event.hint]
    numbers = struct.pack(">BI3xB3xB", event.hint, event.time_ms, event.is_medal, medal)
    return named + numbers
