"""Artists, albums, tracks and covers of a player: derived from what the analysis has read."""

from dataclasses import dataclass

from media_assets.music.cover_choice import PICTURE_NAME
from media_assets.music.covered import covered
from media_assets.music.rows import catalog
from media_assets.stages.cover_sizes import SizesReport, make_at_once
from media_assets.stages.platform import Platform
from media_assets.stages.progress import Listener, silent
from media_assets.store import music as store

# Raised whenever a rule changes what comes out.
RULES_VERSION = 1


@dataclass(frozen=True, slots=True)
class MusicReport:
    """What one derivation did: rows written and rows deleted by table, and thumbnails of covers."""

    changes: dict[str, tuple[int, int]]
    sizes: SizesReport

    @property
    def is_news(self) -> bool:
        """Whether any row was written or deleted."""
        return any(written or deleted for written, deleted in self.changes.values())


def derive_music(platform: Platform, player: str, *, listener: Listener = silent) -> MusicReport:
    """Make the tables of music what the player's files say; only what differs is written.

    Everything is derived anew: 100,000 tracks take some seconds, and no order of arrival and no
    earlier state can leave a trace. Then the sizes of covers are made that are wanted at once.
    """
    database = platform.player_database(player)
    folder = platform.places.covers(player).relative_to(platform.settings.data).as_posix()
    with platform.writing(player):
        with platform.reading(player) as con:
            music = store.load_music(con)
            embedded = store.load_embedded(con)
            pictures = store.load_pictures(con, PICTURE_NAME)
        rows = covered(catalog(music), embedded, pictures, folder)
        changes = store.write_catalog(database, rows)
    return MusicReport(changes, make_at_once(platform, player, listener=listener))
