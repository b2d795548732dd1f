"""Who killed whom, for matches of which LevelUp has the events and not the pairs."""

from collections.abc import Iterator

import polars as pl

from media_assets.matches.film import FilmEvent
from media_assets.matches.pairs import kill_counts, killer_victim_pairs
from media_assets.store.frames import frame_of
from media_assets.store.tables.matches import KILLER_VICTIM_PAIRS


def pairs_of_events(events: pl.DataFrame, teams: pl.DataFrame) -> pl.DataFrame:
    """Rows of `killer_victim_pairs`, made as they are from films.

    Args:
        events: `match_id`, `event_type`, `time_ms`, `xuid` of kills and deaths, by match and time.
        teams: `match_id`, `xuid`, `team_id`.
    """
    members: dict[str, dict[str, int | None]] = {}
    for match_id, xuid, team_id in teams.select("match_id", "xuid", "team_id").iter_rows():
        members.setdefault(match_id, {})[xuid] = team_id
    rows = [
        row
        for (match_id,), group in events.group_by("match_id", maintain_order=True)
        for row in _rows(str(match_id), group, members.get(str(match_id), {}))
    ]
    return frame_of(KILLER_VICTIM_PAIRS, rows)


def _rows(
    match_id: str, group: pl.DataFrame, teams: dict[str, int | None]
) -> Iterator[dict[str, object]]:
    film = [
        FilmEvent(event_type, time_ms, xuid, "", 0, 0, None)
        for event_type, time_ms, xuid in group.select("event_type", "time_ms", "xuid").iter_rows()
    ]
    for (killer, victim), count in sorted(kill_counts(killer_victim_pairs(film, teams)).items()):
        yield {
            "match_id": match_id, "killer_xuid": killer, "victim_xuid": victim, "kill_count": count,
        }  # fmt: skip
