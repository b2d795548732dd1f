"""Who killed whom: kills and deaths of a film that belong together."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from media_assets.matches.film import FilmEvent

MAX_GAP_MS = 5
"""Most that a kill and its death lie apart; in recorded films a death follows within 1 ms."""


class KillerVictim(NamedTuple):
    """One kill. `time_ms` is that of the kill event, from the start of the match."""

    time_ms: int
    killer_xuid: str
    victim_xuid: str


def killer_victim_pairs(
    events: Sequence[FilmEvent], teams: Mapping[str, int | None] | None = None
) -> list[KillerVictim]:
    """Every kill with the nearest death within 5 ms, greedily, in order of time.

    Each kill and each death is used once, and nobody kills themselves. A kill of a team mate is
    allowed, because betrayals exist; but of deaths that are equally near, that of another team is
    taken, then the earlier kill and the earlier death as they stand in the film. `teams` gives
    the team of a player where there are teams.
    """
    kills = [event for event in events if event.event_type == "kill"]
    deaths = [event for event in events if event.event_type == "death"]
    used_kills: set[int] = set()
    used_deaths: set[int] = set()
    pairs: list[tuple[int, KillerVictim]] = []
    for _, _, kill, death in sorted(_candidates(kills, deaths, teams or {})):
        if kill in used_kills or death in used_deaths:
            continue
        used_kills.add(kill)
        used_deaths.add(death)
        killer, victim = kills[kill], deaths[death]
        pairs.append((kill, KillerVictim(killer.time_ms, killer.xuid, victim.xuid)))
    return [pair for _, pair in sorted(pairs, key=lambda item: (item[1].time_ms, item[0]))]


def kill_counts(pairs: Iterable[KillerVictim]) -> Counter[tuple[str, str]]:
    """(killer, victim) -> how often."""
    return Counter((pair.killer_xuid, pair.victim_xuid) for pair in pairs)


def _candidates(
    kills: Sequence[FilmEvent], deaths: Sequence[FilmEvent], teams: Mapping[str, int | None]
) -> Iterator[tuple[int, bool, int, int]]:
    """Gap in ms, whether both are of one team, index of the kill, index of the death."""
    by_time = sorted((death.time_ms, other) for other, death in enumerate(deaths))
    times = [time for time, _ in by_time]
    for index, kill in enumerate(kills):
        at, killer = kill.time_ms, kill.xuid
        first = bisect_left(times, at - MAX_GAP_MS)
        for time, other in by_time[first : bisect_right(times, at + MAX_GAP_MS, first)]:
            if (victim := deaths[other].xuid) != killer:
                yield abs(at - time), _same_team(killer, victim, teams), index, other


def _same_team(killer: str, victim: str, teams: Mapping[str, int | None]) -> bool:
    team = teams.get(killer)
    return team is not None and team == teams.get(victim)
