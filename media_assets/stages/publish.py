"""What people and other programs read: Parquet files, and the view `media`."""

from dataclasses import dataclass

from media_assets.stages.platform import SHARED, Platform
from media_assets.store import publish as store
from media_assets.store.publish import Published


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
    """Publish the player's tables and `media.parquet`."""
    database = platform.player_database(player)
    with platform.writing(player):
        store.create_media_view(database, platform.settings.data)
        folder = platform.places.published(player)
        return PublishReport(tuple(store.publish_tables(database, "player", folder)))


def publish_shared(platform: Platform) -> PublishReport:
    """Publish the shared tables."""
    database = platform.shared_database()
    with platform.writing(SHARED):
        folder = platform.places.published_shared
        return PublishReport(tuple(store.publish_tables(database, "shared", folder)))
