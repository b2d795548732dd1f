"""Highlight events of a film chunk.

The layout is that of `spnkr` 0.10.2 (`spnkr.film.highlight_events`, MIT), whose reader takes 0.5 ms
an event because it cuts every field out of a bit string. Here the chunk is shifted to each of the
eight bit offsets at once, searched bytewise, and the events are cut out together: 30 times as fast,
and a test holds both equal.

An event starts with the player (64 bits, little endian) and a marker; somewhere in the next 20,000
bits stands an end mark, and the 60 bytes before it are the event. Neither is aligned to bytes.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from media_assets.errors import MatchDataError

EventType = Literal["kill", "death", "medal", "mode"]
RecordedFilm: TypeAlias = tuple[int, bytes] | Literal["missing"] | None
"""Major version and compressed chunk; `missing`: there is none; None: nobody looked yet."""

_Bytes: TypeAlias = npt.NDArray[np.uint8]
_Numbers: TypeAlias = npt.NDArray[np.int64]
_Fields: TypeAlias = tuple[int, bytes | None, int, int, bool, int]
"""Player, name, hint, time, whether it is a medal, and medal. The name is None, and the rest
nothing, where an event's end mark is missing or too near."""
_Players: TypeAlias = dict[tuple[int, bytes], tuple[str, str]]
"""Player and name to their texts."""

MAX_FILM_BYTES: Final = 64 * 1024**2
"""Limit of a decompressed chunk; those recorded have 0.6 to 1.7 MiB."""

_XUIDS = range(2 * 10**15 + 1, 3 * 10**15)
_END_MARK = b"\x00\x00\x2e\xe0"
_WINDOW_BITS = 20_000
_NO_END, _FAR = -1, 2**62
_MAX_TIME_MS = 2**31 - 1
_EVENT_BYTES = 60
_NAME_BYTES, _HINT, _TIME, _MEDAL_FLAG, _MEDAL = 32, 47, 48, 55, 59
"""Length of the name, and where the other fields stand among the bytes of an event."""
_MEDAL_HINTS = frozenset(
    {50, 51, 52, 100, 101, 150, 200, 205, 210, 220, 225, 230, 235, 240, 245, 250}
)
_HINTS: Final[dict[int, EventType]] = {10: "mode", 20: "death", 50: "kill"}
_EVENT_TYPES: Final[dict[tuple[int, bool], EventType]] = {
    **{(hint, flag): kind for hint, kind in _HINTS.items() for flag in (False, True)},
    **{(hint, True): "medal" for hint in _MEDAL_HINTS},
}
"""By hint and medal flag."""


class FilmEvent(NamedTuple):
    """One event. `time_ms` counts from the start of the match; `xuid` is digits.

    A tuple, because a match has hundreds: a frozen dataclass takes four times as long to make.
    """

    event_type: EventType
    time_ms: int
    xuid: str
    gamertag: str
    type_hint: int
    medal_value: int
    medal_name: str | None


_TIME_OF = itemgetter(FilmEvent._fields.index("time_ms"))


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
    raw = np.frombuffer(decompress_film(data) + b"\0", np.uint8)
    marks = _marks(raw)
    found: dict[int, FilmEvent] = {}
    failures: dict[int, str] = {}
    players: _Players = {}
    pending, skipped = np.arange(len(marks.starts)), 0
    while len(pending):
        ends = marks.ends_of(pending, skipped)
        for place, fields in zip(
            pending.tolist(), _fields(raw, version, marks, pending, ends), strict=True
        ):
            try:
                found[place] = _event(fields, players)
            except MatchDataError as error:
                failures.setdefault(place, str(error))
        # A time can look like an end mark: then the event's own is one of the next.
        unread = np.array([place not in found for place in pending.tolist()])
        pending, skipped = pending[unread & (ends != _NO_END)], skipped + 1
    events = [found[place] for place in sorted(found)]
    if failures and not events:
        first = failures[min(failures)]
        raise MatchDataError(f"no event of this film of version {version} is readable: {first}")
    events.sort(key=_TIME_OF)
    known = {event.xuid for event in events}
    unreadable = (
        failures[place]
        for place in sorted(failures.keys() - found.keys())
        if str(marks.xuids[place]) in known
    )
    return FilmEvents(tuple(events), tuple(unreadable))


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


@dataclass(frozen=True, slots=True)
class _Marks:
    """Where events seem to be: bit positions of the starts, in order, with the player of each, and
    of all end marks, in order, with one more that is beyond everything.
    """

    starts: _Numbers
    xuids: _Numbers
    ends: _Numbers

    def ends_of(self, places: _Numbers, skipped: int) -> _Numbers:
        """The end mark of each of the starts, after those that are skipped.

        It is `_NO_END` where there is none within the window and before the next start.
        """
        starts = self.starts[places]
        number = np.searchsorted(self.ends, starts) + skipped
        end = self.ends[np.minimum(number, len(self.ends) - 1)]
        following = np.append(self.starts[1:], _FAR)[places]
        limit = np.minimum(starts + _WINDOW_BITS - 8 * len(_END_MARK), following)
        return np.where(end > limit, _NO_END, end)


def _marks(raw: _Bytes) -> _Marks:
    at = np.sort(np.concatenate([_endings(raw, shift) for shift in range(8)]))
    starts, xuids = _players(raw, at)
    return _Marks(starts, xuids, np.append(_end_marks(raw, at), _FAR))


def _fields(
    raw: _Bytes, version: int, marks: _Marks, places: _Numbers, ends: _Numbers
) -> Iterator[_Fields]:
    """What the events at some starts say."""
    whole = (ends != _NO_END) & (ends - marks.starts[places] >= 8 * _EVENT_BYTES)
    events = _cut(raw, np.where(whole, ends - 8 * _EVENT_BYTES, 0), _EVENT_BYTES)
    # Versions 39 and 40 put the name behind twelve more bytes.
    name_at = 12 if 39 <= version <= 40 else 0
    names = events[:, name_at : name_at + _NAME_BYTES].tobytes()
    at = range(0, len(names), _NAME_BYTES)
    return zip(
        marks.xuids[places].tolist(),
        [
            names[start : start + _NAME_BYTES] if is_whole else None
            for start, is_whole in zip(at, whole.tolist(), strict=True)
        ],
        events[:, _HINT].tolist(),
        events[:, _TIME : _TIME + 4].copy().view(">u4").ravel().tolist(),
        (events[:, _MEDAL_FLAG] == 1).tolist(),
        events[:, _MEDAL].tolist(),
        strict=True,
    )


def _endings(raw: _Bytes, shift: int) -> _Numbers:
    """Bit positions, of those so many bits into a byte, where a marker or an end mark may end.

    The markers 25c0 and 2dc0 and the end of the end mark, 2ee0, have in common the bits that are
    looked at, and hardly anything else has them.
    """
    # Not a shift to the left, which numpy does seven times slower.
    data = raw[:-1]
    bits = data[:-1] * np.uint8(1 << shift) | data[1:] >> np.uint8(8 - shift) if shift else data
    both = ((bits[:-1] & np.uint8(0xF4)) == 0x24) & ((bits[1:] & np.uint8(0xDF)) == 0xC0)
    found: _Numbers = 8 * np.flatnonzero(both) + shift
    return found


def _players(raw: _Bytes, at: _Numbers) -> tuple[_Numbers, _Numbers]:
    """Position and number of each player that is followed by the marker 25c0 or 2dc0."""
    starts = at[at >= 64] - 64
    found = _cut(raw, starts, 10)
    numbers = found[:, :8].copy().view("<u8").ravel()
    marked = ((found[:, 8] | np.uint8(0x08)) == 0x2D) & (found[:, 9] == 0xC0)
    known = marked & (numbers >= _XUIDS.start) & (numbers < _XUIDS.stop)
    return starts[known], numbers[known].astype(np.int64)


def _end_marks(raw: _Bytes, at: _Numbers) -> _Numbers:
    """Position of each end mark."""
    starts = at[at >= 16] - 16
    found = _cut(raw, starts, len(_END_MARK))
    marks: _Numbers = starts[(found == np.frombuffer(_END_MARK, np.uint8)).all(axis=1)]
    return marks


def _cut(raw: _Bytes, starts: _Numbers, size: int) -> _Bytes:
    """`size` bytes from each bit position on, a row each."""
    first, shift = np.divmod(starts, 8)
    found = raw.take(first[:, None] + np.arange(size + 1), mode="clip")
    wide = found[:, :-1] * np.uint16(256) + found[:, 1:]
    cut: _Bytes = (wide >> (8 - shift[:, None]).astype(np.uint16)).astype(np.uint8)
    return cut


def _event(fields: _Fields, players: _Players) -> FilmEvent:
    """`players` keeps the texts of who was met: the same at every event travel and store faster."""
    xuid, name, hint, time_ms, is_medal, medal = fields
    event_type = _EVENT_TYPES.get((hint, is_medal))
    if name is None or event_type is None or time_ms > _MAX_TIME_MS:
        raise MatchDataError(_why_unreadable(fields))
    player = players.get((xuid, name))
    if player is None:
        player = players[xuid, name] = str(xuid), _gamertag(name, xuid)
    medal_name = _medal_names().get(medal) if event_type == "medal" else None
    return FilmEvent(event_type, time_ms, *player, hint, medal, medal_name)


def _why_unreadable(fields: _Fields) -> str:
    xuid, name, hint, time_ms, is_medal, _ = fields
    if name is None:
        return f"the event of player {xuid} has no end mark where it belongs"
    return (
        f"the event of player {xuid} at {time_ms} ms is of a kind that is not known: "
        f"type {hint}, medal flag {is_medal:d}"
    )


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
