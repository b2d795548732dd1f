"""Doing stages again because a person asks for it."""

from dataclasses import dataclass

import polars as pl

from media_assets.library.kinds import Kind
from media_assets.stages.analyse import stage_frame
from media_assets.stages.catalog import STAGE_NAMES, STAGES, Stage, StageName
from media_assets.stages.platform import Platform
from media_assets.store import analysis as store
from media_assets.store.connect import connect, transaction


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person wants to have done again.

    Without `failed` and `force` that is what is pending anyway. `failed` adds what failed, its
    retry due or not; `force` adds everything that is done.
    """

    stages: tuple[StageName, ...] = STAGE_NAMES
    kind: Kind | None = None
    failed: bool = False
    force: bool = False


def plan(
    platform: Platform, player: str, choice: Choice, catalog: tuple[Stage, ...] = STAGES
) -> pl.DataFrame:
    """What would be done again: `media_id`, `file_path`, `stage`, `reason`. Nothing is written."""
    frame = stage_frame(platform.settings, frozenset(choice.stages), catalog)
    with platform.reading(player) as con:
        return store.load_redo(
            con, frame, platform.now(), kind=choice.kind, failed=choice.failed, force=choice.force
        )


def forget(platform: Platform, player: str, chosen: pl.DataFrame) -> int:
    """Make the chosen stages pending; returns how many they are.

    Only the records of what was done are dropped, and what failed becomes due. The results stay
    until new ones take their place, and what people wrote or decided is not touched.
    """
    if chosen.is_empty():
        return 0
    with (
        platform.writing(player),
        connect(platform.player_database(player)) as con,
        transaction(con),
    ):
        return store.forget(con, chosen.select("media_id", "stage"), platform.now())
