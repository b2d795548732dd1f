"""Groups of things that are the same in one way or another, with what people decided on top.

Things are numbered by rank: a lower number is the better one to keep. A link joins two of them and
has a kind, from the strictest (0) on. On each level of strictness the links up to it make groups:
whoever is joined by way of others belongs to the group too. So groups do not depend on the order
in which links are found, and only one link between two groups is needed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Places: TypeAlias = NDArray[np.int64]


class Kind(IntEnum):
    """What links two media, the strictest first."""

    EXACT = 0
    SAME_PICTURE = 1
    BURST = 2
    SIMILAR = 3

    @property
    def label(self) -> str:
        """As the tables have it."""
        return self.name.lower()


LOOSEST = Kind.SIMILAR


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs of numbers with the kind of each link."""

    first: Places
    second: Places
    kinds: NDArray[np.int8]

    @classmethod
    def none(cls) -> "Links":
        """No links."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int8))

    @classmethod
    def joined(cls, parts: Sequence["Links"]) -> "Links":
        """All links of some parts."""
        return cls(
            np.concatenate([part.first for part in (cls.none(), *parts)]),
            np.concatenate([part.second for part in (cls.none(), *parts)]),
            np.concatenate([part.kinds for part in (cls.none(), *parts)]),
        )

    def chosen(self, wanted: NDArray[np.bool_]) -> "Links":
        """Those that are wanted."""
        return Links(self.first[wanted], self.second[wanted], self.kinds[wanted])


class Levels:
    """For each kind, the best thing of the group that everything belongs to on that level."""

    def __init__(self, count: int) -> None:
        self.best = [np.arange(count) for _ in Kind]

    def join(self, links: Links) -> None:
        """Take links into account."""
        for level in Kind:
            wanted = links.kinds <= level
            self.best[level] = _merged(self.best[level], links.first[wanted], links.second[wanted])

    def are_joined(self, level: Kind, first: Places, second: Places) -> NDArray[np.bool_]:
        """Whether pairs are in one group on a level."""
        joined: NDArray[np.bool_] = self.best[level][first] == self.best[level][second]
        return joined


def _merged(best: Places, first: Places, second: Places) -> Places:
    """The lowest number of each group after joining pairs.

    Of two groups the higher takes the lower's number, for all pairs at once, until no pair is left
    with two numbers: a few rounds, also where links make a long chain.
    """
    merged = best.copy()
    while True:
        one, other = merged[first], merged[second]
        apart = one != other
        if not apart.any():
            return merged
        first, second, one, other = first[apart], second[apart], one[apart], other[apart]
        np.minimum.at(merged, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(nearer := merged[merged], merged):
            merged = nearer


@dataclass(frozen=True, slots=True)
class Member:
    """One thing of a group. `linked_to` is the one that it is shown with; None for the best."""

    number: int
    group: int
    linked_to: int | None
    kind: Kind | None


def members(levels: Levels) -> list[Member]:
    """Everything that is in a group of two or more, in order of group and number.

    A group is numbered by its best. Within it everything is linked to the best of the strictest
    group that has a better one than itself: a smaller copy of the second shot of a burst to that
    shot, and the shot to the best one of the burst.
    """
    whole = levels.best[LOOSEST]
    large = np.bincount(whole, minlength=whole.size) > 1
    chosen = np.flatnonzero(large[whole])
    order = chosen[np.lexsort((chosen, whole[chosen]))]
    return [_member(levels, int(number)) for number in order]


def _member(levels: Levels, number: int) -> Member:
    group = int(levels.best[LOOSEST][number])
    for kind in Kind:
        best = int(levels.best[kind][number])
        if best != number:
            return Member(number, group, best, kind)
    return Member(number, group, None, None)


def split(levels: Levels, links: Links, apart: Iterable[tuple[int, int]]) -> Levels:
    """The levels without any two in one group that people have told apart.

    `links` must have every link within the groups that such a pair lies in; other groups stay. The
    strictest links count first, then those of the best things; one that would bring such a pair
    together is left out.
    """
    pairs = [(one, other) for one, other in apart if one != other]
    torn = {int(levels.best[LOOSEST][one]) for one, other in pairs
            if levels.best[LOOSEST][one] == levels.best[LOOSEST][other]}  # fmt: skip
    if not torn:
        return levels
    inside = np.isin(levels.best[LOOSEST], list(torn))
    links = links.chosen(inside[links.first] & inside[links.second])
    apart_again = _Forest(pairs)
    for place in np.lexsort((links.second, links.first, links.kinds)):
        apart_again.join(int(links.first[place]), int(links.second[place]))
    together = [
        apart_again.root(int(one)) == apart_again.root(int(other))
        for one, other in zip(links.first, links.second, strict=True)
    ]
    result = Levels(levels.best[LOOSEST].size)
    for level in Kind:
        result.best[level] = np.where(inside, result.best[level], levels.best[level])
    result.join(links.chosen(np.array(together, np.bool_)))
    return result


class _Forest:
    """Sets that grow by joining, unless that would bring enemies together."""

    def __init__(self, enemies: Iterable[tuple[int, int]]) -> None:
        self._parent: dict[int, int] = {}
        self._enemies: dict[int, set[int]] = {}
        for one, other in enemies:
            self._enemies.setdefault(one, set()).add(other)
            self._enemies.setdefault(other, set()).add(one)

    def root(self, number: int) -> int:
        """Which set it belongs to."""
        path = []
        while (parent := self._parent.get(number, number)) != number:
            path.append(number)
            number = parent
        for passed in path:
            self._parent[passed] = number
        return number

    def join(self, one: int, other: int) -> None:
        """Make two sets one, if nobody objects."""
        one, other = self.root(one), self.root(other)
        if one == other or other in self._enemies.get(one, ()):
            return
        self._parent[other] = one
        for enemy in self._enemies.pop(other, set()):
            self._enemies[enemy].discard(other)
            self._enemies[enemy].add(one)
            self._enemies.setdefault(one, set()).add(enemy)
