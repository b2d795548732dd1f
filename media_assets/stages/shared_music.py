"""Albums and artists of all players: who has which, and how much of it.

Only what players have published is looked at. Keys follow from the tags alone, so the same album
in two libraries has one key.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.publish import publish_shared
from media_assets.store import shared_music as store
from media_assets.store.spec import Table
from media_assets.store.tables.music import SHARED_ALBUMS, SHARED_ARTISTS


@dataclass(frozen=True, slots=True)
class SharedMusicReport:
    """Players that were looked at; rows written and rows deleted by table."""

    players: int
    changes: dict[str, tuple[int, int]]


def share_music(platform: Platform) -> SharedMusicReport:
    """Make the shared tables of music what the players' published tables say, and publish them."""
    folders = _published(platform)
    with platform.writing(SHARED):
        rows = {table: shared_rows(table, store.load_published(table, folders))
                for table in (SHARED_ALBUMS, SHARED_ARTISTS)}  # fmt: skip
        changes = store.write_shared(platform.shared_database(), rows)
    if any(written or deleted for written, deleted in changes.values()):
        publish_shared(platform)
    return SharedMusicReport(len(folders), changes)


def shared_rows(table: Table, published: pl.DataFrame) -> pl.DataFrame:
    """Rows of a shared table: how many players have tracks that are not missing is added."""
    has = pl.col("tracks") > 0
    if "albums" in published.columns:  # who is an album artist alone has no tracks as an artist
        has |= pl.col("albums") > 0
    owners = pl.col("player").filter(has).n_unique().over(table.key[0])
    return published.with_columns(players=owners).sort(table.key)


def promises(platform: Platform) -> dict[str, int]:
    """What is in the shared tables, and what is wrong: see `store.shared_music`."""
    with platform.reading(SHARED) as con:
        return store.shared_promises(con)


def albums_of_several(platform: Platform, limit: int) -> pl.DataFrame:
    """Albums that several players have, a row a player."""
    with platform.reading(SHARED) as con:
        return store.load_of_several(con, limit)


def _published(platform: Platform) -> dict[str, Path]:
    """Folders with what a player has published, by player."""
    shared = platform.places.published_shared
    files = sorted(shared.parent.glob("*/albums.parquet"))
    return {file.parent.name: file.parent for file in files if file.parent != shared}
