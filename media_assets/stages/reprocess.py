"""Doing stages again because a person asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from media_assets.embedder_settings import space_of
from media_assets.errors import ConfigurationError
from media_assets.library.kinds import Kind
from media_assets.settings import Settings
from media_assets.stages.analyse import stage_frame
from media_assets.stages.catalog import STAGE_NAMES, STAGES, Stage, StageName
from media_assets.stages.platform import Platform
from media_assets.store import analysis as store
from media_assets.store import embeddings as embedding_store
from media_assets.store.connect import connect, transaction
from media_assets.store.embeddings import STAGE_PREFIX


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person wants to have done again.

    Without `failed` and `force` that is what is pending anyway. `failed` adds what failed, its
    retry due or not; `force` adds everything that is done. `embeddings` are stages of embedders:
    what is pending there is known to nobody but the embedder, so every run asks for it unasked.
    `limit`: at most so many media, in order of their paths; 0 all.
    """

    stages: tuple[StageName, ...] = STAGE_NAMES
    kind: Kind | None = None
    failed: bool = False
    force: bool = False
    embeddings: tuple[str, ...] = ()
    limit: int = 0


def stages_named(
    settings: Settings, names: Sequence[str]
) -> tuple[tuple[StageName, ...], tuple[str, ...]]:
    """Stages of the analysis and of embedders, by the names that people give; without any all.

    An embedder's stage is `embedding:` and its space, as `media_failures` has it, or its name in
    the configuration.

    Raises:
        ConfigurationError: no stage has the name, or no embedder of the configuration.
    """
    spaces = {name: space_of(name, one) for name, one in settings.embedders.items()}
    embeddings = {STAGE_PREFIX + name: STAGE_PREFIX + space for name, space in spaces.items()}
    embeddings |= {stage: stage for stage in embeddings.values()}
    if not names:
        return STAGE_NAMES, tuple(sorted(set(embeddings.values())))
    known = (*STAGE_NAMES, *sorted(embeddings))
    for name in names:
        if name not in known:
            raise ConfigurationError(f"no stage is called {name!r}; there are: {', '.join(known)}")
    chosen = {embeddings[name] for name in names if name in embeddings}
    return tuple(name for name in STAGE_NAMES if name in names), tuple(sorted(chosen))


def plan(
    platform: Platform, player: str, choice: Choice, catalog: tuple[Stage, ...] = STAGES
) -> pl.DataFrame:
    """What would be done again: `media_id`, `file_path`, `stage`, `reason`. Nothing is written."""
    frame = stage_frame(platform.settings, frozenset(choice.stages), catalog)
    with platform.reading(player) as con:
        analysis = store.load_redo(
            con, frame, platform.now(), kind=choice.kind, failed=choice.failed, force=choice.force
        )
        embedded = embedding_store.load_redo(
            con, choice.embeddings, kind=choice.kind, failed=choice.failed, force=choice.force
        )
    frame = pl.concat([analysis, embedded]).sort("file_path", "stage")
    return _first_media(frame, choice.limit) if choice.limit else frame


def _first_media(frame: pl.DataFrame, limit: int) -> pl.DataFrame:
    first = frame.select(pl.col("media_id").unique(maintain_order=True).head(limit))
    return frame.join(first, on="media_id", how="semi", maintain_order="left")


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
