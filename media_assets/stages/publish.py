"""What people and other programs read: Parquet files, and the views `media` and `land_media`."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from media_assets.stages.platform import SHARED, Platform
from media_assets.store import publish as store
from media_assets.store.analysis import referenced_derived
from media_assets.store.connect import connect
from media_assets.store.music import referenced_covers
from media_assets.store.publish import Published
from media_assets.store.spec import Table
from media_assets.store.tables.analysis import AUDIO_FEATURES, MEDIA_VECTORS
from media_assets.store.tables.captures import ASSOCIATION_DECISIONS, MEDIA_MATCHES
from media_assets.store.tables.figures import FIGURE_TABLES
from media_assets.store.tables.library import MEDIA_FAILURES, MEDIA_STAGES
from media_assets.store.tables.vectors import MEDIA_NEIGHBORS

_LATE = (
    AUDIO_FEATURES, MEDIA_VECTORS, MEDIA_NEIGHBORS, MEDIA_STAGES, MEDIA_FAILURES, *FIGURE_TABLES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What was published."""

    files: tuple[Published, ...]

    @property
    def written(self) -> int:
        """Files that were replaced."""
        return sum(1 for file in self.files if file.written)

    def rows(self, name: str) -> int:
        """Rows of one published file."""
        return next(file.rows for file in self.files if file.file.stem == name)


def publish_player(platform: Platform, player: str) -> PublishReport:
    """Publish the player's tables and `media.parquet`, and clear away what they no longer name.

    Posters go only now: until the new `media.parquet` is there, readers have the old one, which
    names the old posters.
    """
    database = platform.player_database(player)
    with platform.writing(player):
        store.create_media_view(database, platform.settings.data)
        folder = platform.places.published(player)
        report = PublishReport(tuple(store.publish_tables(database, "player", folder)))
        _remove_unnamed(database, platform.places.derived(player))
        _remove_unnamed_covers(database, platform.places.covers(player))
    return report


def publish_associations(platform: Platform, player: str) -> PublishReport:
    """Publish what a decision of a person changes."""
    return _publish_some(platform, player, (MEDIA_MATCHES, ASSOCIATION_DECISIONS))


def publish_vectors(platform: Platform, player: str) -> PublishReport:
    """Publish what is heard and near in a player's media, which is known long after the rest."""
    return _publish_some(platform, player, _LATE)


def publish_land(platform: Platform, land: str) -> PublishReport:
    """Publish the lists, URLs and jobs of a land, and `land_media.parquet`."""
    database = platform.player_database(land)
    with platform.writing(land):
        store.create_land_view(database, platform.settings.data)
        return PublishReport(tuple(store.publish_land(database, platform.places.published(land))))


def _publish_some(platform: Platform, player: str, tables: Sequence[Table]) -> PublishReport:
    database = platform.player_database(player)
    with platform.writing(player):
        store.create_media_view(database, platform.settings.data)
        folder = platform.places.published(player)
        return PublishReport(tuple(store.publish_some(database, tables, folder)))


def publish_shared(platform: Platform) -> PublishReport:
    """Publish the shared tables."""
    database = platform.shared_database()
    with platform.writing(SHARED):
        folder = platform.places.published_shared
        return PublishReport(tuple(store.publish_tables(database, "shared", folder)))


def published_players(platform: Platform, *, but: str | None = None) -> list[Path]:
    """Folders with what each player, or each `but` one, has published, by name."""
    places = platform.places
    left_out = {places.published_shared, places.published(but) if but else None}
    files = sorted(places.published_shared.parent.glob("*/media_files.parquet"))
    return [file.parent for file in files if file.parent not in left_out]


def _remove_unnamed(database: Path, folder: Path) -> None:
    """Remove posters and previews that no row names, and those that were never finished."""
    if not folder.is_dir():
        return
    with connect(database, read_only=True) as con:
        named = {file.rpartition("/")[2] for file in referenced_derived(con)}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name not in named:
                os.unlink(entry.path)  # noqa: PTH108 a Path a poster is slower than the rest


def _remove_unnamed_covers(database: Path, folder: Path) -> None:
    """Remove covers that no row names, with their thumbnails, and unfinished ones."""
    if not folder.is_dir():
        return
    with connect(database, read_only=True) as con:
        named = referenced_covers(con)
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.partition(".")[0].partition("_")[0] not in named:
                os.unlink(entry.path)  # noqa: PTH108 as above
