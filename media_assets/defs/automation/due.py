"""Whom a tick of the full rescan asks for: no Dagster, no clock, and nothing to remember.

Every player has one of the ticks of an hour, told by a hash of the name, in which the files are
looked at one by one: so each is looked at once an hour, and no tick looks at all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from xxhash import xxh3_64_intdigest

TICK_MINUTES = 5
TICKS_AN_HOUR = 60 // TICK_MINUTES


@dataclass(frozen=True, slots=True)
class Tick:
    """The number of the tick in its hour, and of the hour; `after` gives both from a moment."""

    number: int
    hour: int

    @classmethod
    def at(cls, seconds: float) -> "Tick":
        """The tick of a moment, in seconds since 1970."""
        ticks = int(seconds // (60 * TICK_MINUTES))
        return cls(ticks % TICKS_AN_HOUR, ticks // TICKS_AN_HOUR)

    def share(self, an_hour: int) -> int:
        """This tick's part of so many an hour: whole numbers that add up."""
        return (self.number + 1) * an_hour // TICKS_AN_HOUR - self.number * an_hour // TICKS_AN_HOUR

    def in_turn(self, players: Iterable[str]) -> list[str]:
        """The players who have this tick, each hour in another order: none is always last."""
        mine = [name for name in players if _hash(name) % TICKS_AN_HOUR == self.number]
        return sorted(mine, key=lambda name: _hash(f"{self.hour} {name}"))


@dataclass(slots=True)
class Due:
    """Whom to rescan: `oldest` because it is their turn, `touched` because files changed."""

    oldest: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    looked: int = 0
    of: int = 0

    @property
    def players(self) -> list[str]:
        """All of them, each once."""
        return [*self.oldest, *self.touched]


def oldest(
    players: Iterable[str], order: Mapping[str, int], is_recent: Callable[[str], bool], limit: int
) -> list[str]:
    """The players whose scan is longest ago, and not `is_recent`; who never had one comes first.

    `order` gives a number for the latest scan of each player, higher for later ones.
    """
    chosen: list[str] = []
    for player in sorted(players, key=lambda name: (order.get(name, -1), name)):
        if len(chosen) >= limit or is_recent(player):
            break  # the others are more recent still
        chosen.append(player)
    return chosen


def choose(
    players: list[str],
    tick: Tick,
    first: list[str],
    is_touched: Callable[[str], bool | None],
    limit: int,
) -> Due:
    """Those of `first`, then players of this tick whose files were touched: at most `limit`.

    `is_touched` gives None when the time is over.
    """
    due = Due(first[:limit])
    turn = [player for player in tick.in_turn(players) if player not in due.oldest]
    due.of = len(turn)
    for player in turn:
        if len(due.players) >= limit:
            break
        touched = is_touched(player)
        if touched is None:
            break
        due.looked += 1
        if touched:
            due.touched.append(player)
    return due


def _hash(text: str) -> int:
    number: int = xxh3_64_intdigest(text.encode())
    return number
