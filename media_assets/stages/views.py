"""Small looks at the store for metadata and checks."""

from datetime import datetime
from pathlib import Path

from media_assets.stages.platform import Platform
from media_assets.store import views as store
from media_assets.store.connect import connect
from media_assets.store.spec import Table

Row = dict[str, object]


def table_look(
    platform: Platform, player: str | None, table: Table, rows: int = 10
) -> tuple[int, list[Row]]:
    """How many rows a table has, and a few of them as people want to see them.

    `player` is None for the shared tables.
    """
    with connect(_database(platform, player), read_only=True) as con:
        return store.count(con, table.name), store.preview(con, table.name, rows)


def newest_media(platform: Platform, player: str, rows: int = 10) -> list[Row]:
    """The newest captures: name, taken (UTC), source, map of the match, decision, confidence."""
    with connect(_database(platform, player), read_only=True) as con:
        return store.newest_media(con, rows)


def newest_thumbnails(platform: Platform, player: str, rows: int = 12) -> list[Path]:
    """Posters of the newest captures, newest first."""
    with connect(_database(platform, player), read_only=True) as con:
        names = store.newest_thumbnails(con, rows)
    return [platform.settings.data / name for name in names]


def thumbnail_sample(platform: Platform, player: str, rows: int = 200) -> list[Row]:
    """Posters with the size that their row gives: `file`, `width`, `height`; a stable sample."""
    with connect(_database(platform, player), read_only=True) as con:
        found = store.thumbnail_sample(con, rows)
    return [{**row, "file": platform.settings.data / str(row["file"])} for row in found]


def file_months(platform: Platform, player: str) -> list[tuple[datetime, str, int]]:
    """Files by month of their mtime and kind."""
    with connect(_database(platform, player), read_only=True) as con:
        return store.file_months(con)


def numbers(platform: Platform, player: str | None, name: str) -> dict[str, float]:
    """One named row of numbers for a check: see `store.views.NUMBERS`."""
    with connect(_database(platform, player), read_only=True) as con:
        return store.numbers(con, name)


def rows_of(platform: Platform, player: str | None, name: str) -> list[tuple[object, ...]]:
    """Rows of one named query for a plot: see `store.views.ROWS`."""
    with connect(_database(platform, player), read_only=True) as con:
        return store.rows_of(con, name)


def _database(platform: Platform, player: str | None) -> Path:
    return platform.shared_database() if player is None else platform.player_database(player)
