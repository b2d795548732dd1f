"""Highlight events of a film chunk.

The layout is that of `spnkr` 0.10.2 (`spnkr.film.highlight_events`, MIT), whose reader takes 0.5 ms
an event because it cuts every field out of a bit string. Here the chunk is shifted to each of the
eight bit offsets at once and searched bytewise: 15 times as fast, and a test holds both equal.

An event starts with the player (64 bits, little endian) and a marker; somewhere in the next 20,000
bits stands an end mark, and the 60 bytes before it are the event. Neither is aligned to bytes.
"""

import bisect
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from media_assets.errors import MatchDataError

EventType = Literal["kill", "death", "medal", "mode"]
RecordedFilm: TypeAlias = tuple[int, bytes] | Literal["missing"] | None
"""Major version and compressed chunk; `missing`: there is none; None: nobody looked yet."""

_Bytes: TypeAlias = npt.NDArray[np.uint8]

MAX_FILM_BYTES: Final = 64 * 1024**2
"""Limit of a decompressed chunk; those recorded have 0.6 to 1.7 MiB."""

_XUIDS = range(2 * 10**15 + 1, 3 * 10**15)
_END_MARK = b"\x00\x00\x2e\xe0"
_WINDOW_BITS = 20_000
_EVENT_BYTES = 60
_MAX_TIME_MS = 2**31 - 1
_NAME_FIRST = struct.Struct(">32s15xBI3xB3xB")
_NAME_LATER = struct.Struct(">12x32s3xBI3xB3xB")
_MEDAL_HINTS = frozenset(
    {50, 51, 52, 100, 101, 150, 200, 205, 210, 220, 225, 230, 235, 240, 245, 250}
)
_HINTS: Final[dict[int, EventType]] = {10: "mode", 20: "death", 50: "kill"}


@dataclass(frozen=True, slots=True)
class FilmEvent:
    """One event. `time_ms` counts from the start of the match; `xuid` is digits."""

    event_type: EventType
    time_ms: int
    xuid: str
    gamertag: str
    type_hint: int
    medal_value: int
    medal_name: str | None


@dataclass(frozen=True, slots=True)
class FilmEvents:
    """The events by time, those of one moment as they stand in the film.

    `unreadable` says, an event each, what is wrong with those that could not be read.
    """

    events: tuple[FilmEvent, ...]
    unreadable: tuple[str, ...]


def read_film(data: bytes, version: int) -> FilmEvents:
    """The highlight events of a compressed film chunk of that major version.

    What looks like an event and is none is unreadable too. It is noise, and not reported, where its
    player has no other event in the film; else the other events are kept and it is named.

    Raises:
        MatchDataError: when the chunk cannot be decompressed, or no event of several can be read.
    """
    raw = decompress_film(data)
    events: list[FilmEvent] = []
    failures: list[tuple[int, str]] = []
    for start, xuid, end in _found_events(raw):
        try:
            events.append(_event(raw, start, xuid, end, version))
        except MatchDataError as error:
            failures.append((xuid, str(error)))
    if failures and not events:
        raise MatchDataError(f"no event of this film of version {version} is readable: "
                             f"{failures[0][1]}")  # fmt: skip
    events.sort(key=lambda event: event.time_ms)
    known = {event.xuid for event in events}
    return FilmEvents(tuple(events), tuple(text for xuid, text in failures if str(xuid) in known))


def decompress_film(data: bytes) -> bytes:
    """The content of a film chunk, which is a zlib stream although its name ends in `.gzip`.

    Raises:
        MatchDataError: when it is damaged, cut off, or larger than `MAX_FILM_BYTES`.
    """
    stream = zlib.decompressobj()
    try:
        raw = stream.decompress(data, MAX_FILM_BYTES + 1)
    except zlib.error as error:
        raise MatchDataError(f"the film chunk cannot be decompressed: {error}") from error
    if len(raw) > MAX_FILM_BYTES:
        raise MatchDataError(f"the film chunk unpacks to more than {MAX_FILM_BYTES} bytes")
    if not stream.eof:
        raise MatchDataError("the film chunk is cut off: its compressed data has no end")
    return raw


def _found_events(raw: bytes) -> Iterator[tuple[int, int, int | None]]:
    """Bit position, player and bit position of the end mark of each, in order of position."""
    players: list[tuple[int, int]] = []
    ends: list[int] = []
    for shift, shifted in _at_every_bit(raw):
        players.extend((8 * at + shift, xuid) for at, xuid in _players(shifted))
        ends.extend(8 * at + shift for at in _end_marks(shifted))
    players.sort()
    ends.sort()
    for start, xuid in players:
        nearest = bisect.bisect_left(ends, start)
        end = ends[nearest] if nearest < len(ends) else None
        if end is not None and end + 8 * len(_END_MARK) > start + _WINDOW_BITS:
            end = None
        yield start, xuid, end


def _at_every_bit(raw: bytes) -> Iterator[tuple[int, _Bytes]]:
    """The bytes that start 0 to 7 bits into the data; what does not fill a byte is left out."""
    aligned = np.frombuffer(raw, np.uint8)
    yield 0, aligned
    for shift in range(1, 8):
        yield shift, (aligned[:-1] << np.uint8(shift)) | (aligned[1:] >> np.uint8(8 - shift))


def _players(shifted: _Bytes) -> Iterator[tuple[int, int]]:
    """Position and number of each player that is followed by the marker 25c0 or 2dc0.

    The highest byte of every xuid is 0, which leaves hardly any chance find to look at.
    """
    at = np.flatnonzero(shifted[9:] == 0xC0)
    at = at[shifted[at + 7] == 0]
    at = at[(shifted[at + 8] | np.uint8(0x08)) == 0x2D]
    for position in at.tolist():
        xuid = int.from_bytes(shifted[position : position + 8].tobytes(), "little")
        if xuid in _XUIDS:
            yield position, xuid


def _end_marks(shifted: _Bytes) -> Iterator[int]:
    """Position of each end mark."""
    at = np.flatnonzero(shifted[3:] == _END_MARK[3])
    for byte in (2, 1, 0):
        at = at[shifted[at + byte] == _END_MARK[byte]]
    yield from at.tolist()


def _event(raw: bytes, start: int, xuid: int, end: int | None, version: int) -> FilmEvent:
    if end is None or end - start < 8 * _EVENT_BYTES:
        raise MatchDataError(f"the event of player {xuid} has no end mark where it belongs")
    block = _bits(raw, end - 8 * _EVENT_BYTES, _EVENT_BYTES)
    # Versions 39 and 40 put the name behind twelve more bytes.
    layout = _NAME_LATER if 39 <= version <= 40 else _NAME_FIRST
    name, hint, time_ms, medal_flag, medal_value = layout.unpack(block)
    event_type = _event_type(hint, medal_flag == 1)
    if event_type is None or time_ms > _MAX_TIME_MS:
        raise MatchDataError(
            f"the event of player {xuid} at {time_ms} ms is of a kind that is not known: "
            f"type {hint}, medal flag {medal_flag}"
        )
    return FilmEvent(
        event_type=event_type,
        time_ms=time_ms,
        xuid=str(xuid),
        gamertag=_gamertag(name, xuid),
        type_hint=hint,
        medal_value=medal_value,
        medal_name=_medal_names().get(medal_value) if event_type == "medal" else None,
    )


def _bits(raw: bytes, position: int, size: int) -> bytes:
    """`size` bytes from a bit position on."""
    first, shift = divmod(position, 8)
    number = int.from_bytes(raw[first : first + size + 1].ljust(size + 1, b"\0"), "big")
    return (number >> (8 - shift) & (1 << 8 * size) - 1).to_bytes(size, "big")


def _event_type(hint: int, is_medal: bool) -> EventType | None:
    if is_medal and hint in _MEDAL_HINTS:
        return "medal"
    return _HINTS.get(hint)


def _gamertag(name: bytes, xuid: int) -> str:
    try:
        return name.decode("utf-16le").strip("\0")
    except UnicodeDecodeError as error:
        raise MatchDataError(f"the event of player {xuid} has no readable name") from error


@lru_cache(maxsize=1)
def _medal_names() -> dict[int, str]:
    """Medal byte -> name, from `spnkr`, whose import takes 0.46 s."""
    from spnkr.film.medals import MEDALS

    return MEDALS
