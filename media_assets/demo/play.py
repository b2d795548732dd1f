"""One sample match, played out: who was there, who killed whom and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from media_assets.demo import game
from media_assets.demo.film import readable_time
from media_assets.demo.people import Bot, Person

EventKind = Literal["kill", "death", "assist", "medal", "mode"]
Manner = Literal["", "headshot", "melee", "grenade", "power"]

_FIRST_SHOT = 34.0  # seconds after the start; the lobby's countdown takes up to 31
_RESPAWN = 8.0
_BREATH_MS = 4_000  # kills nearer than this to each other make a double kill
_MANNERS: tuple[tuple[Manner, float], ...] = (
    ("headshot", 0.55), ("", 0.24), ("melee", 0.10), ("power", 0.07), ("grenade", 0.04),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a match. `joined` and `left` are seconds after its start; None: to the end."""

    who: Person | Bot
    team: int
    skill: float
    joined: float
    late: bool = False
    left: float | None = None

    def present(self, time: float) -> bool:
        """Whether the seat is taken at a time."""
        return self.joined <= time and (self.left is None or time < self.left)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that one seat did or suffered. `seat` is the place in the match's seats."""

    kind: EventKind
    time_ms: int
    seat: int
    medal: game.Medal | None = None
    manner: Manner = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A match that was played. Events are in order of time; times are UTC to the millisecond."""

    match_id: str
    start: datetime
    end: datetime
    seconds: float
    mode: game.Mode
    map_name: str
    playlist: game.Playlist | None
    seats: tuple[Seat, ...]
    events: tuple[Event, ...]

    def seat_of(self, who: Person | Bot) -> int | None:
        """The place of someone, or None."""
        return next((place for place, seat in enumerate(self.seats) if seat.who == who), None)

    def presence(self, who: Person) -> tuple[datetime, datetime] | None:
        """From the first join to the last leave, else to the end of the match; None: not there."""
        place = self.seat_of(who)
        if place is None:
            return None
        seat = self.seats[place]
        left = self.end if seat.left is None else self.moment(seat.left)
        return self.moment(seat.joined), left

    def moment(self, seconds: float) -> datetime:
        """A time of the match, to the millisecond."""
        return self.start + timedelta(milliseconds=round(seconds * 1000))

    def kills_of(self, who: Person) -> tuple[datetime, ...]:
        """When someone made kills, in order."""
        place = self.seat_of(who)
        return tuple(
            self.moment(event.time_ms / 1000)
            for event in self.events
            if event.kind == "kill" and event.seat == place
        )


class Playing:
    """A match while it is played."""

    def __init__(self, random: Random, mode: game.Mode, seats: tuple[Seat, ...]) -> None:
        self._random = random
        self._mode = mode
        self._seats = seats
        self._alive_from = [0.0] * len(seats)
        self._streak = [0] * len(seats)
        self._last_kill = [-_BREATH_MS] * len(seats)
        self._in_a_breath = [1] * len(seats)
        self._kills: dict[int, int] = {}
        self.events: list[Event] = []

    def play(self, seconds: float) -> float:
        """Play until the target is reached or the time is over; returns the seconds it took."""
        time = _FIRST_SHOT
        while time < seconds - 4:
            self._fight(time)
            if self._mode.target and max(self._kills.values(), default=0) >= self._mode.target:
                return time + self._random.uniform(1.5, 3.5)
            if self._mode.category in game.OBJECTIVE_AWARDS and self._random.random() < 0.5:
                self._touch_objective(time + 0.2)
            time += 0.5 + self._random.expovariate(1 / 5.6)
        return seconds

    def _fight(self, time: float) -> None:
        killer = self._pick(self._standing(time))
        if killer is None:
            return
        team = self._seats[killer].team
        enemies = [seat for seat in self._standing(time) if self._seats[seat].team != team]
        if not enemies:
            return
        victim = self._random.choice(enemies)
        self._record(readable_time(round(time * 1000)), killer, victim)
        self._kills[team] = self._kills.get(team, 0) + 1
        self._alive_from[victim] = time + _RESPAWN
        friends = [s for s in self._standing(time) if self._seats[s].team == team and s != killer]
        if friends and self._random.random() < 0.4:
            self._add("assist", round(time * 1000), self._random.choice(friends))

    def _record(self, time_ms: int, killer: int, victim: int) -> None:
        manners, weights = zip(*_MANNERS, strict=True)
        manner: Manner = self._random.choices(manners, weights)[0]
        self._add("kill", time_ms, killer, manner=manner)
        # In recorded films the death stands with the kill's time or a millisecond after it.
        self._add("death", readable_time(time_ms + self._random.choice((0, 0, 0, 1))), victim)
        for medal in self._earned(time_ms, killer, victim, manner):
            self._add("medal", time_ms, killer, medal)
        self._streak[victim] = 0

    def _earned(self, time_ms: int, killer: int, victim: int, manner: Manner) -> list[game.Medal]:
        medals: list[game.Medal] = []
        in_time = time_ms - self._last_kill[killer] < _BREATH_MS
        self._in_a_breath[killer] = self._in_a_breath[killer] + 1 if in_time else 1
        self._last_kill[killer] = time_ms
        self._streak[killer] += 1
        by_breath = {2: game.DOUBLE_KILL, 3: game.TRIPLE_KILL}
        by_streak = {5: game.KILLING_SPREE, 10: game.KILLING_FRENZY}
        medals += filter(None, [by_breath.get(self._in_a_breath[killer])])
        medals += filter(None, [by_streak.get(self._streak[killer])])
        if self._streak[victim] >= 5:
            medals.append(game.KILLJOY)
        medals += self._by_chance(manner)
        return medals

    def _by_chance(self, manner: Manner) -> list[game.Medal]:
        chances = {
            "headshot": ((game.PERFECT, 0.16), (game.REVERSAL, 0.06)),
            "melee": ((game.BACK_SMACK, 0.4),),
            "power": ((game.SNIPE, 0.5),),
        }.get(manner, ())
        return [medal for medal, chance in chances if self._random.random() < chance]

    def _touch_objective(self, time: float) -> None:
        seat = self._pick(self._standing(time))
        if seat is not None:
            self._add("mode", readable_time(round(time * 1000)), seat)

    def _standing(self, time: float) -> list[int]:
        return [
            place
            for place, seat in enumerate(self._seats)
            if seat.present(time) and self._alive_from[place] <= time
        ]

    def _pick(self, places: list[int]) -> int | None:
        if not places:
            return None
        return self._random.choices(places, [self._seats[place].skill for place in places])[0]

    def _add(
        self,
        kind: EventKind,
        time_ms: int,
        seat: int,
        medal: game.Medal | None = None,
        manner: Manner = "",
    ) -> None:
        self.events.append(Event(kind, time_ms, seat, medal, manner))
