"""Small looks at the store for metadata and checks."""

import os
from datetime import datetime
from pathlib import Path

from media_assets.stages.platform import SHARED, Platform
from media_assets.store import association_views
from media_assets.store import views as store
from media_assets.store.spec import Table

Row = dict[str, object]


def table_look(
    platform: Platform, player: str | None, table: Table, rows: int = 10
) -> tuple[int, list[Row]]:
    """How many rows a table has, and a few of them as people want to see them.

    `player` is None for the shared tables.
    """
    with platform.reading(player or SHARED) as con:
        return store.count(con, table.name), store.preview(con, table.name, rows)


def newest_media(platform: Platform, player: str, rows: int = 10) -> list[Row]:
    """The newest captures: name, taken (UTC), source, map of the match, decision, confidence."""
    with platform.reading(player) as con:
        return store.newest_media(con, rows)


def newest_associations(platform: Platform, player: str, rows: int = 20) -> list[Row]:
    """The main associations, those to review first, then the newest; `thumbnail_file` absolute."""
    with platform.reading(player) as con:
        found = association_views.newest_associations(con, rows)
    folder = platform.settings.data
    return [
        {**row, "thumbnail_file": row["thumbnail_file"] and folder / row["thumbnail_file"]}
        for row in found
    ]


def newest_thumbnails(platform: Platform, player: str, rows: int = 12) -> list[Path]:
    """Posters of the newest captures, newest first."""
    with platform.reading(player) as con:
        names = store.newest_thumbnails(con, rows)
    return [platform.settings.data / name for name in names]


def thumbnail_sample(platform: Platform, player: str, rows: int = 200) -> list[Row]:
    """Posters with the size that their row gives: `file`, `width`, `height`; others every day."""
    with platform.reading(player) as con:
        found = store.thumbnail_sample(con, rows, platform.now().toordinal())
    return [{**row, "file": platform.settings.data / str(row["file"])} for row in found]


def incomplete_pictures(platform: Platform, player: str) -> tuple[int, list[str]]:
    """How many posters and previews there must be; those that are absent or of another size."""
    with platform.reading(player) as con:
        wanted = store.picture_files(con)
    folder = platform.places.derived(player)
    found: dict[str, int] = {}
    if folder.is_dir():
        with os.scandir(folder) as entries:
            found = {entry.name: entry.stat().st_size for entry in entries}
    wrong = [name for name, size in wanted.items() if found.get(name.rpartition("/")[2]) != size]
    return len(wanted), sorted(wrong)


def file_months(platform: Platform, player: str) -> list[tuple[datetime, str, int]]:
    """Files by month of their mtime and kind."""
    with platform.reading(player) as con:
        return store.file_months(con)


def numbers(platform: Platform, player: str | None, name: str) -> dict[str, float]:
    """One named row of numbers for a check: see `store.views.NUMBERS`."""
    with platform.reading(player or SHARED) as con:
        return store.numbers(con, name)


def rows_of(platform: Platform, player: str | None, name: str) -> list[tuple[object, ...]]:
    """Rows of one named query for a plot: see `store.views.ROWS`."""
    with platform.reading(player or SHARED) as con:
        return store.rows_of(con, name)
