"""Doing again what a person asks for: stages of media, and URLs of a land."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from media_assets.errors import ConfigurationError
from media_assets.stages import reprocess
from media_assets.stages.land_selection import selection_of
from media_assets.stages.platform import Platform
from media_assets.stages.reprocess import Choice, stages_named
from media_assets.store import web as store
from media_assets.store.connect import connect, transaction

FETCH = "fetch"
"""The stage of URLs, beside those of the analysis and of embedders."""

_STAGES = {"media_id": pl.String, "file_path": pl.String, "stage": pl.String, "reason": pl.String}
_URLS = {"url": pl.String, "status": pl.String, "reason": pl.String}


@dataclass(frozen=True, slots=True)
class Redo:
    """What would be done again: stages of media, and URLs (None: of no land).

    `stages` has `media_id`, `file_path`, `stage`, `reason`; `urls` has `url`, `status`, `reason`.
    """

    stages: pl.DataFrame
    urls: pl.DataFrame | None = None

    def rows(self) -> list[dict[str, object]]:
        """For people and programs: stages by path, then URLs; for players as it is in `stages`."""
        if self.urls is None:
            return self.stages.to_dicts()
        urls = self.urls.select(
            "url", pl.lit(FETCH).alias("stage"), pl.col("status").alias("reason")
        )
        return pl.concat([self.stages, urls], how="diagonal").to_dicts()


def plan(platform: Platform, player: str, names: Sequence[str], choice: Choice) -> Redo:
    """What would be done again in the stages with these names, without any in all of them.

    `choice` holds for media and for URLs alike; its `limit` is for each of the two, URLs in the
    order in which a job takes them: by depth, relevance, address. URLs that a job of the land
    would leave out by their depth or relevance are left out. Nothing is written.

    Raises:
        ConfigurationError: no stage has the name, or `fetch` is asked of a player who is no land.
    """
    land = player in platform.settings.lands
    if FETCH in names and not land:
        raise ConfigurationError(
            f"{player} is no land, so nothing of it is fetched: leave out --stage {FETCH}"
        )
    others = [name for name in names if name != FETCH]
    frame = pl.DataFrame(schema=_STAGES)
    if others or not names:
        stages, embeddings = stages_named(platform.settings, others)
        chosen = replace(choice, stages=stages, embeddings=embeddings)
        frame = reprocess.plan(platform, player, chosen)
    if not land:
        return Redo(frame)
    wanted = FETCH in names or not names
    return Redo(frame, _urls(platform, player, choice) if wanted else pl.DataFrame(schema=_URLS))


def make_due(platform: Platform, player: str, redo: Redo) -> int:
    """Make it pending; returns how many stages and URLs that are.

    What was made or fetched stays until something else takes its place, and what people wrote or
    decided is not touched. A server is asked whether what it gave has changed.
    """
    stages = reprocess.forget(platform, player, redo.stages)
    if redo.urls is None or redo.urls.is_empty():
        return stages
    with (
        platform.writing(player),
        connect(platform.player_database(player)) as con,
        transaction(con),
    ):
        return stages + store.make_due(con, redo.urls["url"].to_list())


def _urls(platform: Platform, land: str, choice: Choice) -> pl.DataFrame:
    with platform.reading(land) as con:
        return store.load_redo(
            con, selection_of(platform, land), platform.now(), kind=choice.kind,
            failed=choice.failed, force=choice.force, limit=choice.limit,
        )  # fmt: skip
