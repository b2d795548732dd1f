"""Whether a player's captures fit the matches better when their clock is read in another zone.

A wrong zone moves every capture whose time was read off a wall clock, all by the same hours. Most
then lie outside of any match, and at one offset nearly all of them lie inside again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from media_assets.captures.known_zones import ZONES
from media_assets.captures.zones import zone_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

OFFSET_HOURS = tuple(half_hours / 2 for half_hours in range(-28, 29))
"""-14 to +14 in steps of half an hour: 57."""

MIN_CAPTURES = 20
MIN_SESSIONS = 5
"""Fewer say too little: captures of one evening are right or wrong together."""
MIN_RATE = 0.4
"""So many captures must lie inside a match with the other zone. Where fewer do, they show other
games, and one offset is as good as the next."""
MIN_GAIN = 0.1
"""By how much the share inside must rise. A zone with another summer time is wrong for half the
captures, and long sessions hold most of them also an hour off: that leaves a tenth."""
MIN_SCORE = 2.6
"""By how many standard deviations the sessions must speak for it; 7 that all do give 2.6. For none
of 1,500 simulated players with the right zone does it fire, and for 2 of 2,244 whose captures show
no match at all."""

_SESSION_GAP = 4 * 3600.0
_REACH = 26 * 3600.0  # between the ends of the earth
_HOUR, _DAY = 3600.0, 86_400.0


class Candidate(NamedTuple):
    """A way to read the wall clocks. `shift_hours`: what it adds to the UTC time of most captures.

    `zone` is None for a plain offset.
    """

    shift_hours: float
    zone: str | None
    inside: int


@dataclass(frozen=True, slots=True)
class ZoneFinding:
    """How many captures lie inside a match, as configured and otherwise.

    `captures` are those within reach of the history, `sessions` how many evenings they come from.
    `inside` has their number inside a match at each of `OFFSET_HOURS`; 0 h is as configured. `best`
    is the offset or zone with the most. `clear`: it beats the configured zone beyond doubt, and
    then the shift of most captures is wrong by `best.shift_hours`.
    """

    captures: int
    sessions: int
    inside: tuple[int, ...]
    best: Candidate
    score: float
    clear: bool = False

    @property
    def configured_rate(self) -> float:
        """Share of the captures inside a match with the configured zone; 0 without captures."""
        return self.inside[OFFSET_HOURS.index(0.0)] / max(1, self.captures)

    @property
    def best_rate(self) -> float:
        """Share of the captures inside a match with the best offset or zone."""
        return self.best.inside / max(1, self.captures)

    def words(self, player: str, configured: str) -> str:
        """What was found and what to do, for the person who configures; `configured` is a zone."""
        direction = "later" if self.best.shift_hours > 0 else "earlier"
        hours = f"{abs(self.best.shift_hours):g} h {direction}"
        found = (
            f"{self.configured_rate:.0%} of {self.captures} captures lie in a match when their "
            f"local times are read in {configured}, but {self.best_rate:.0%} when they are read "
        )
        if self.best.zone is None:
            return f"{found}{hours}, as in no zone: the device's clock was probably wrong"
        return (
            f'{found}in {self.best.zone}, mostly {hours}. Set timezone = "{self.best.zone}" in the '
            f"section of {player}, or add a journey (travel) where that is so for some time only"
        )


def detect_zone(
    begins: ArrayLike,
    ends: ArrayLike,
    joins: ArrayLike,
    leaves: ArrayLike,
    utc_offsets: ArrayLike = 0.0,
    *,
    zones: Sequence[str] = ZONES,
) -> ZoneFinding:
    """Compare the configured zone with 57 offsets, and with zones that change with the seasons.

    `begins` and `ends` are those of captures whose time came from a local time (`zone` of
    `capture_times` is set) and whose title is not that of another game, as they were read: seconds
    since 1970 UTC, in any order, one each. Give neither what has an offset of its own nor mtimes.
    `joins` and `leaves` are the player's presences in matches, in the same unit, in any order.
    `utc_offsets` are the seconds by which the assumed zone is ahead of UTC at each capture, or one
    number for all. A shift is added to the time in UTC: with `UTC` configured for a device in Paris
    in winter it is -1 h. 100,000 captures and 20,000 presences take about half a second.
    """
    presences = _Presences.of(joins, leaves)
    captures = _Captures.of(begins, ends, utc_offsets).near(presences)
    inside = tuple(int(presences.hold(captures, hours * _HOUR).sum()) for hours in OFFSET_HOURS)
    best, shift = _best(captures, presences, inside, zones)
    firsts = captures.session_starts()
    score = _score(presences.hold(captures, 0.0), presences.hold(captures, shift), firsts)
    found = ZoneFinding(captures.begins.size, firsts.size, inside, best, score)
    return replace(found, clear=_is_clear(found))


def _is_clear(found: ZoneFinding) -> bool:
    return (
        found.captures >= MIN_CAPTURES
        and found.sessions >= MIN_SESSIONS
        and found.best_rate >= MIN_RATE
        and found.best_rate - found.configured_rate >= MIN_GAIN
        and found.score >= MIN_SCORE
    )


@dataclass(frozen=True, slots=True)
class _Captures:
    """In the order of their begin, seconds since 1970 UTC."""

    begins: Floats
    ends: Floats
    utc_offsets: Floats

    @classmethod
    def of(cls, begins: ArrayLike, ends: ArrayLike, utc_offsets: ArrayLike) -> "_Captures":
        first = np.asarray(begins, np.float64)
        order = np.argsort(first, kind="stable")
        offsets = np.broadcast_to(np.asarray(utc_offsets, np.float64), first.shape)
        return cls(first[order], np.asarray(ends, np.float64)[order], offsets[order])

    def near(self, presences: "_Presences") -> "_Captures":
        """Those that some offset could move into the history."""
        if not presences.joins.size:
            return _Captures(self.begins[:0], self.ends[:0], self.utc_offsets[:0])
        near = (self.ends >= presences.joins[0] - _REACH) & (
            self.begins <= presences.leaves[-1] + _REACH
        )
        return _Captures(self.begins[near], self.ends[near], self.utc_offsets[near])

    def session_starts(self) -> NDArray[np.intp]:
        """Where a new session begins; nothing without captures."""
        if not self.begins.size:
            return np.empty(0, np.intp)
        return np.flatnonzero(np.diff(self.begins, prepend=-np.inf) > _SESSION_GAP)


@dataclass(frozen=True, slots=True)
class _Presences:
    """In the order of their joins; `leaves` is the latest of all that joined until then."""

    joins: Floats
    leaves: Floats

    @classmethod
    def of(cls, joins: ArrayLike, leaves: ArrayLike) -> "_Presences":
        first = np.asarray(joins, np.float64)
        order = np.argsort(first, kind="stable")
        return cls(first[order], np.maximum.accumulate(np.asarray(leaves, np.float64)[order]))

    def hold(self, captures: _Captures, shift: Floats | float) -> Flags:
        """Whether each capture touches a presence when it is moved by so many seconds."""
        last = np.searchsorted(self.joins, captures.ends + shift, "right")
        leaves = np.concatenate(([-np.inf], self.leaves))
        return leaves[last] >= captures.begins + shift


def _best(
    captures: _Captures, presences: _Presences, inside: tuple[int, ...], zones: Sequence[str]
) -> tuple[Candidate, Floats]:
    """The candidate with the most captures inside, and its shift of each capture in seconds.

    Of equals the configured zone wins, then a zone, which can be named, then the smaller shift.
    """
    shape = captures.begins.shape
    fixed = [
        (Candidate(hours, None, number), np.broadcast_to(hours * _HOUR, shape))
        for hours, number in zip(OFFSET_HOURS, inside, strict=True)
    ]
    named = []
    for zone, shift in _zone_shifts(captures, zones):
        number = int(presences.hold(captures, shift).sum())
        named.append((Candidate(_most_common(shift) / _HOUR, zone, number), shift))
    return min((*named, *fixed), key=_preference)


def _preference(candidate: tuple[Candidate, Floats]) -> tuple[int, bool, bool, float]:
    hours, zone, inside = candidate[0]
    configured = zone is None and hours == 0.0
    return -inside, not configured, zone is None, abs(hours)


def _zone_shifts(captures: _Captures, zones: Sequence[str]) -> Iterator[tuple[str, Floats]]:
    """Each zone that is like none before it, and what it adds to the time of each capture."""
    days, index = _days(captures.begins + captures.utc_offsets)
    seen = set()
    for zone in zones:
        ahead = _ahead_on(zone, days)
        if ahead.tobytes() not in seen:
            seen.add(ahead.tobytes())
            yield zone, captures.utc_offsets - ahead[index]


def seconds_ahead(zone: str, walls: Floats) -> Floats:
    """By how much a zone was ahead of UTC at wall clock times in seconds, as on noon of that day.

    That is exact enough to compare zones, and a day is looked up once.
    """
    days, index = _days(walls)
    return _ahead_on(zone, days)[index]


def _days(walls: Floats) -> tuple[list[int], NDArray[np.intp]]:
    days, index = np.unique(np.floor(walls / _DAY).astype(np.int64), return_inverse=True)
    return days.tolist(), index


def _ahead_on(zone: str, days: list[int]) -> Floats:
    return np.array([_at_noon(zone, day) for day in days], np.float64)


@lru_cache(maxsize=65_536)
def _at_noon(zone: str, day: int) -> float:
    noon = datetime(1970, 1, 1, 12) + timedelta(days=day)  # noqa: DTZ001 - a wall clock
    return (zone_of(zone).utcoffset(noon) or timedelta()).total_seconds()


def _most_common(shift: Floats) -> float:
    values, numbers = np.unique(shift, return_counts=True)
    return float(values[np.argmax(numbers)]) if values.size else 0.0


def _score(configured: Flags, other: Flags, firsts: NDArray[np.intp]) -> float:
    """How many standard deviations the sessions speak for the other offset; 0 without any.

    Each session counts once: its sum has either sign by chance when nothing is to choose.
    """
    if not firsts.size:
        return 0.0
    sizes = np.diff(firsts, append=configured.size)
    sums = np.add.reduceat(other.astype(np.float64) - configured, firsts) / sizes
    spread = float(np.sqrt((sums * sums).sum()))
    return float(sums.sum()) / spread if spread else 0.0
