"""What the simulated captures show: when each was taken, and which matches it truly shows."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Literal

from benchmarks.simulation.history import History, Played
from benchmarks.simulation.mix import Mix
from benchmarks.simulation.recorders import Length

Situation = Literal[
    "play",
    "scoreboard",
    "aftermath",
    "menu",
    "other_game",
    "campaign",
    "both",
    "evening",
    "clock_change",
]

SHOWN_SECONDS = 2.0
"""A clip shows a match of which it has this much, or half of the clip where it is shorter."""
_REPLAY_SECONDS = (15.0, 30.0, 30.0, 60.0, 120.0)
_HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class Scene:
    """One capture before any tool wrote it. Seconds since 1970; `seconds` is 0 for a picture.

    `shows` are the matches that it truly shows; `inside`: it lies in the player's presence in one.
    """

    situation: Situation
    begins: float
    seconds: float
    shows: frozenset[str]
    inside: bool

    @property
    def ends(self) -> float:
        """The end; equal to the start for a picture."""
        return self.begins + self.seconds


class Director:
    """Places captures into one player's history."""

    def __init__(self, random: Random, mix: Mix, history: History) -> None:
        self._random = random
        self._mix = mix
        self._matches = sorted(history.matches, key=lambda match: match.joins)
        self._joins = [match.joins for match in self._matches]
        self._gaps = [
            (before, after)
            for session in history.sessions
            for before, after in pairwise(session)
            if after.joins - before.leaves > 30
        ]
        self._sessions = history.sessions
        self._nights = [
            match
            for match in self._matches
            if any(abs(match.joins - change) < _HOUR for change in history.changes)
        ]

    def situations(self) -> Iterator[Situation]:
        """As many as the player takes captures."""
        mix = self._mix
        shares: dict[Situation, float] = {
            "scoreboard": mix.scoreboard, "aftermath": mix.aftermath, "menu": mix.menu,
            "other_game": mix.other_game, "campaign": mix.campaign, "both": mix.both,
            "evening": mix.evening, "clock_change": mix.clock_change if self._nights else 0.0,
        }  # fmt: skip
        shares["play"] = 1 - sum(shares.values())
        count = round(mix.per_match * len(self._matches))
        yield from self._random.choices(list(shares), list(shares.values()), k=count)

    def scene(self, situation: Situation, length: Length) -> Scene:
        """One capture of that situation; `both` and `evening` are always recordings."""
        begins, seconds, shows = {
            "play": self._play, "scoreboard": self._scoreboard, "aftermath": self._aftermath,
            "menu": self._menu, "other_game": self._elsewhere, "campaign": self._elsewhere,
            "both": self._both, "evening": self._evening, "clock_change": self._clock_change,
        }[situation](length)  # fmt: skip
        seen = self.shown(begins, begins + seconds)
        return Scene(situation, begins, seconds, seen or shows, bool(seen))

    def _length(self, length: Length) -> float:
        if length == "picture":
            return 0.0
        if length == "replay":
            return self._random.choice(_REPLAY_SECONDS) * self._random.uniform(0.97, 1.0)
        return self._random.uniform(10, 400)

    def _play(self, length: Length) -> tuple[float, float, frozenset[str]]:
        return self._within(self._random.choice(self._matches), length)

    def _clock_change(self, length: Length) -> tuple[float, float, frozenset[str]]:
        """Within an hour of a change of the clocks."""
        return self._within(self._random.choice(self._nights), length)

    def _within(self, match: Played, length: Length) -> tuple[float, float, frozenset[str]]:
        seconds = self._length(length)
        if seconds and match.kills and self._random.random() < self._mix.highlight:
            return (
                self._random.choice(match.kills) + self._random.uniform(1, 6) - seconds,
                seconds,
                _NONE,
            )
        last = min(match.leaves, match.start + match.duration)
        return self._random.uniform(match.joins, max(match.joins, last - seconds)), seconds, _NONE

    def _scoreboard(self, length: Length) -> tuple[float, float, frozenset[str]]:
        """Within the end of the match, after its last kill."""
        match = self._random.choice(self._matches)
        seconds = self._length(length)
        ends = self._random.uniform(
            min(match.start + match.duration, match.leaves - 5), match.leaves
        )
        return ends - seconds, seconds, _NONE

    def _aftermath(self, length: Length) -> tuple[float, float, frozenset[str]]:
        match, following = self._random.choice(self._gaps)
        pause = following.joins - match.leaves
        after = min(self._random.expovariate(1 / self._mix.aftermath_seconds), 0.9 * pause)
        seconds = self._length(length)
        return match.leaves + after - seconds, seconds, frozenset({match.match_id})

    def _menu(self, length: Length) -> tuple[float, float, frozenset[str]]:
        """Between two matches, or before the first or after the last of an evening."""
        before, after = self._random.choice(self._gaps)
        first, last = before.leaves, after.joins
        if self._random.random() < 0.3:
            session = self._random.choice(self._sessions)
            first, last = self._random.choice(
                [
                    (session[0].joins - 900, session[0].joins),
                    (session[-1].leaves, session[-1].leaves + 900),
                ]
            )
        seconds = 0.0 if length == "picture" else self._random.uniform(3, 15)
        return self._random.uniform(first + 3, last - 3 - seconds), seconds, _NONE

    def _elsewhere(self, length: Length) -> tuple[float, float, frozenset[str]]:
        """Some other time: the day of a session, but away from its matches."""
        session = self._random.choice(self._sessions)
        away = self._random.expovariate(1 / (8 * _HOUR)) + 300
        seconds = self._length(length)
        begins = session[-1].leaves + away
        while self.shown(begins, begins + seconds):
            begins += _HOUR
        return begins, seconds, _NONE

    def _both(self, _: Length) -> tuple[float, float, frozenset[str]]:
        before, after = self._random.choice(self._gaps)
        begins = before.leaves - self._random.uniform(5, 300)
        return begins, after.joins + self._random.uniform(5, 300) - begins, _NONE

    def _evening(self, _: Length) -> tuple[float, float, frozenset[str]]:
        session = self._random.choice(self._sessions)
        begins = session[0].joins - self._random.uniform(0, 600)
        return begins, session[-1].leaves + self._random.uniform(0, 300) - begins, _NONE

    def shown(self, begins: float, ends: float) -> frozenset[str]:
        """The matches that a capture from `begins` to `ends` shows."""
        needed = min(SHOWN_SECONDS, (ends - begins) / 2)
        last = bisect_right(self._joins, ends)
        shown = []
        for match in reversed(self._matches[:last]):
            if match.joins < begins - 4 * _HOUR:
                break
            overlap = min(ends, match.leaves) - max(begins, match.joins)
            if overlap >= needed and overlap >= 0:
                shown.append(match.match_id)
        return frozenset(shown)


_NONE: frozenset[str] = frozenset()
