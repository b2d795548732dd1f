"""The matches of one simulated player: sessions in the evening, gaps, presences, kills."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from benchmarks.simulation.mix import Mix

FIRST_DAY = datetime(2024, 2, 1, tzinfo=UTC)
DAYS = 420
"""Long enough for two springs and an autumn."""
_SESSIONS = (60, 120)
_DAY, _HOUR = 86_400.0, 3_600.0


@dataclass(frozen=True, slots=True)
class Played:
    """One match; seconds since 1970. `joins` to `leaves` is the player's presence.

    `events` are the player's kills and medals in order; None where the match's film is not known.
    """

    match_id: str
    start: float
    duration: float
    end: float
    joins: float
    leaves: float
    kills: tuple[float, ...]
    filmed: bool


@dataclass(frozen=True, slots=True)
class Trip:
    """Where the player's devices are from `begins` to `ends`, and whether it is configured."""

    begins: float
    ends: float
    zone: str
    told: bool


@dataclass(frozen=True, slots=True)
class History:
    """All matches of a player in order of time, by session, and where the player was.

    `changes` are the moments at which the clocks at home are changed.
    """

    home: str
    trips: tuple[Trip, ...]
    changes: tuple[float, ...]
    sessions: tuple[tuple[Played, ...], ...]

    @property
    def matches(self) -> Iterator[Played]:
        """Every match in order."""
        return (match for session in self.sessions for match in session)

    def trip_at(self, moment: float) -> Trip | None:
        """The trip that a moment lies in."""
        return next((trip for trip in self.trips if trip.begins <= moment < trip.ends), None)

    def zone_at(self, moment: float) -> str:
        """Where the player's devices are."""
        trip = self.trip_at(moment)
        return trip.zone if trip else self.home


_ZONES = (
    "Europe/Paris", "America/New_York", "Europe/London", "America/Chicago", "America/Los_Angeles",
    "Europe/Berlin", "Australia/Sydney", "Asia/Kolkata", "Asia/Tokyo", "America/Sao_Paulo",
)  # fmt: skip


def play_history(random: Random, mix: Mix) -> History:
    """A history of `DAYS` days."""
    home = random.choice(_ZONES)
    trips = tuple(_trips(random, mix, home))
    starts = [_evening(random, home, trips, day) for day in _days(random)]
    changes = tuple(_changes(home))
    starts += [change - 1.5 * _HOUR for change in changes if random.random() < mix.dst_night]
    sessions = []
    free = 0.0
    for start in sorted(starts):
        session = tuple(_session(random, mix, max(start, free + _HOUR)))
        sessions.append(session)
        free = session[-1].end
    return History(home, trips, changes, tuple(sessions))


def _trips(random: Random, mix: Mix, home: str) -> Iterator[Trip]:
    if random.random() >= mix.traveller:
        return
    told = random.random() < mix.tells
    for third in range(random.choice((1, 1, 2, 3))):
        first = FIRST_DAY.timestamp() + (third + 0.5 * random.random()) * DAYS / 3 * _DAY
        zone = random.choice([zone for zone in _ZONES if zone != home])
        yield Trip(first, first + random.uniform(4, 16) * _DAY, zone, told)


def _days(random: Random) -> list[int]:
    return random.sample(range(DAYS), random.randint(*_SESSIONS))


def _evening(random: Random, home: str, trips: tuple[Trip, ...], day: int) -> float:
    """A start between 17 h and 23 h of the wall clock, now and then in the afternoon."""
    noon = (FIRST_DAY + timedelta(days=day, hours=12)).timestamp()
    zone = next((trip.zone for trip in trips if trip.begins <= noon < trip.ends), home)
    hour = random.uniform(17, 23) if random.random() < 0.8 else random.uniform(9, 17)
    midnight = (FIRST_DAY + timedelta(days=day)).replace(tzinfo=ZoneInfo(zone))
    return midnight.timestamp() + hour * _HOUR


def _changes(home: str) -> Iterator[float]:
    """When the clocks are changed."""
    zone = ZoneInfo(home)
    hours = [FIRST_DAY + timedelta(hours=hour) for hour in range(DAYS * 24)]
    for before, after in pairwise(hours):
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            yield after.timestamp()


def _session(random: Random, mix: Mix, start: float) -> Iterator[Played]:
    """Matches one after the other; who leaves one early does not wait for its end."""
    for _ in range(min(25, 2 + int(random.expovariate(1 / 6)))):
        match = _match(random, mix, start)
        yield match
        start = match.leaves + _gap(random, mix)


def _gap(random: Random, mix: Mix) -> float:
    if random.random() < mix.long_gap:
        return random.uniform(600, 2700)
    return max(mix.gap_least, mix.gap * random.lognormvariate(0, mix.gap_spread))


def _match(random: Random, mix: Mix, start: float) -> Played:
    duration = min(1300.0, max(240.0, mix.lasting * random.lognormvariate(0, mix.lasting_spread)))
    joins, end = start, start + duration
    if random.random() >= mix.no_lobby:
        joins += random.uniform(*mix.lobby)
        long = random.random() < mix.long_outro
        end += (
            random.uniform(*mix.outro)
            if not long
            else random.uniform(mix.outro[1], mix.outro_longest)
        )
    leaves = end
    if random.random() < mix.late:
        joins = start + random.uniform(60, 0.6 * duration)
    if random.random() < mix.early:
        leaves = random.uniform(joins + 30, end)
    kills = tuple(_kills(random, mix, max(joins, start + 34), min(leaves, start + duration)))
    match_id = f"{random.getrandbits(128):032x}"
    filmed = random.random() < mix.filmed
    return Played(match_id, start, duration, end, joins, leaves, kills, filmed)


def _kills(random: Random, mix: Mix, first: float, last: float) -> Iterator[float]:
    moment = first + random.expovariate(1 / mix.kill_every)
    while moment < last:
        yield moment
        moment += 1 + random.expovariate(1 / mix.kill_every)
