"""Whose folders are looked at next, and what a tick remembers: no Dagster, no clock."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from media_assets.library.look import Look

TOO_LARGE = "0" * 16
"""Stands for the digest of a library that takes longer than a whole tick."""


@dataclass(slots=True)
class Round:
    """One round of looks. `changed` and `seen` give digests by player.

    `seen` is in the order of the looks: who was looked at longest ago comes first. `absent` are
    players of whose folders none is there.
    """

    changed: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    looked: int = 0
    absent: list[str] = field(default_factory=list)
    unreadable: dict[str, tuple[str, ...]] = field(default_factory=dict)


def look_around(
    players: Iterable[str],
    seen: Mapping[str, str],
    look: Callable[[str], Look],
    is_scanned: Callable[[str, Look], bool],
    *,
    busy: Collection[str] = (),
    limit: int,
) -> Round:
    """Look at the players in turn until the time is over or `limit` changes are found.

    A look without a digest says that the time is over. Players who are `busy`, which is to say in
    a run that has not ended, keep their turn and their old digest: what changes meanwhile is seen
    afterwards. So do those whom the time or the limit does not reach; who is new comes first.

    - A player without an old digest has changed, unless `is_scanned` says that a run has seen
      what the look saw: so a cursor that is lost costs no run.
    - A player whose folders are gone keeps the old digest and has not changed: a disk that is
      away is no news, and the same when it is back.
    - A player who alone takes the whole time counts as changed once: from then on only the full
      rescan, which has no such limit, finds the changes.

    Players who are not among `players` are forgotten.
    """
    place = {player: number for number, player in enumerate(seen)}
    queue = sorted(players, key=lambda player: place.get(player, -1))
    found = Round()
    for player in queue:
        if len(found.changed) >= limit:
            break
        if player in busy:
            continue
        sight = look(player)
        if sight.digest is None and found.looked:
            break
        _note(found, player, sight, seen.get(player), is_scanned)
        if sight.digest is None:
            break
    waiting = {player: seen[player] for player in queue
               if player in seen and player not in found.seen}  # fmt: skip
    found.seen = {**waiting, **found.seen}
    return found


def _note(
    found: Round,
    player: str,
    sight: Look,
    before: str | None,
    is_scanned: Callable[[str, Look], bool],
) -> None:
    found.looked += 1
    if sight.unreadable:
        found.unreadable[player] = sight.unreadable
    if sight.is_absent:
        found.absent.append(player)
        if before is not None:
            found.seen[player] = before
            return
    digest = sight.digest or TOO_LARGE
    found.seen[player] = digest
    if digest != before and not (before is None and is_scanned(player, sight)):
        found.changed[player] = digest
