"""Whose folders are looked at next, and what a tick remembers: no Dagster, no clock."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

TOO_LARGE = "too large to look at"
"""Stands for the digest of a library that takes longer than a whole tick."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of looks. `changed` and `seen` give digests by player.

    `seen` is in the order of the looks: who was looked at longest ago comes first.
    """

    changed: dict[str, str]
    seen: dict[str, str]
    looked: int


def look_around(
    players: Iterable[str],
    seen: Mapping[str, str],
    look: Callable[[str], str | None],
    limit: int,
) -> Round:
    """Look at the players in turn until `look` gives None: the time is over.

    At most `limit` changes are taken; the others keep their old digest and come first next time.
    A player who alone takes the whole time counts as changed once: from then on only the full
    rescan, which has no such limit, finds the changes. Players who are gone are forgotten.
    """
    place = {player: number for number, player in enumerate(seen)}
    queue = sorted(players, key=lambda player: place.get(player, -1))
    digests: dict[str, str] = {}
    for player in queue:
        digest = look(player)
        if digest is None and digests:
            break
        digests[player] = digest or TOO_LARGE
        if digest is None:
            break
    changes = [player for player in digests if digests[player] != seen.get(player)]
    postponed = set(changes[limit:])
    done = {player: digests[player] for player in digests if player not in postponed}
    waiting = [player for player in queue if player not in done and player in seen]
    return Round(
        changed={player: digests[player] for player in changes[:limit]},
        seen={**{player: seen[player] for player in waiting}, **done},
        looked=len(digests),
    )
