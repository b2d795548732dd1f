"""What is told to those who watch: counts, rates and queues, read from the store as it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from media_assets.stages.analyse import stage_frame
from media_assets.stages.catalog import STAGE_NAMES
from media_assets.stages.land_selection import selection_of
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.refetch import FETCH
from media_assets.store import analysis, figures, web
from media_assets.store.figures import Figures
from media_assets.store.status import shared_counts

LOOK_SECONDS = 0.5
"""So long a database that is held is waited for: a scrape has ten seconds for all players."""


@dataclass(frozen=True, slots=True)
class PlayerFigures:
    """What is told of one player.

    `totals`: analyses that ended and those that failed, by kind. `queue`: media that wait, by stage
    and kind; of a land also URLs that are due, under the stage `fetch` and no kind. `urls`, by
    status, and `job`, the row of the latest, are those of a land.
    """

    totals: Mapping[str, tuple[int, int]]
    queue: Mapping[tuple[str, str], int]
    steps: tuple[Figures, ...]
    urls: Mapping[str, int]
    job: Mapping[str, object] | None


def player_figures(platform: Platform, player: str) -> PlayerFigures:
    """The figures of a player who has a database.

    Raises:
        StoreError: it is held by a run, or cannot be read.
    """
    land, now = player in platform.settings.lands, platform.now()
    stages = stage_frame(platform.settings, frozenset(STAGE_NAMES))
    with platform.looking(player, LOOK_SECONDS) as con:
        queue = analysis.count_pending(con, stages, now)
        if land:
            queue[FETCH, ""] = web.count_due(con, selection_of(platform, player), now)
        return PlayerFigures(
            totals=figures.analysis_totals(con),
            queue=queue,
            steps=tuple(figures.load_figures(con)),
            urls=web.url_counts(con) if land else {},
            job=web.latest_job(con) if land else None,
        )


def shared_figures(platform: Platform) -> Mapping[str, int]:
    """The counts of the shared tables, as `status` has them; none where there are no tables.

    Raises:
        StoreError: as `player_figures`.
    """
    if not platform.places.shared_database.exists():
        return {}
    with platform.looking(SHARED, LOOK_SECONDS) as con:
        return shared_counts(con)
