"""Small looks at a player's music, for commands, metadata and checks."""

import os
from collections.abc import Callable
from pathlib import Path

import polars as pl

from media_assets.music.wanted import Wanted
from media_assets.stages.platform import Platform
from media_assets.stages.players import chosen_players
from media_assets.store import music_views as store
from media_assets.store.connect import Connection
from media_assets.store.music_lists import Subject, load_list
from media_assets.store.music_lookups import Found, alone


def listed(
    platform: Platform, players: tuple[str, ...], subject: Subject, wanted: Wanted, limit: int
) -> pl.DataFrame:
    """At most `limit` rows of `tracks`, `albums` or `artists`, player by player."""
    frames = []
    for player in chosen_players(platform, players):
        with platform.reading(player) as con:
            found = load_list(con, subject, wanted.values(), limit)
        frames.append(found.select(pl.lit(player).alias("player"), pl.all()))
    return pl.concat(frames).head(limit) if frames else pl.DataFrame()


def looked_up(
    platform: Platform, players: tuple[str, ...], look: Callable[[Connection], Found]
) -> dict[str, Found]:
    """What each player has of what one of `store.music_lookups` looks for."""
    found = {}
    for player in chosen_players(platform, players):
        with platform.reading(player) as con:
            alone(con)
            if rows := look(con):
                found[player] = rows
    return found


def coverage(platform: Platform, player: str) -> dict[str, int]:
    """How many tracks have each field: see `store.music_views.coverage`."""
    with platform.reading(player) as con:
        return store.coverage(con)


def promises(platform: Platform, player: str) -> dict[str, int]:
    """What is wrong with the tables of music: see `store.music_views.promises`."""
    with platform.reading(player) as con:
        return store.promises(con)


def incomplete_covers(platform: Platform, player: str) -> tuple[int, list[str]]:
    """How many covers are stored, and those that are absent or of another size."""
    with platform.reading(player) as con:
        wanted = store.cover_files(con)
    folder = platform.places.covers(player)
    found: dict[str, int] = {}
    if folder.is_dir():
        with os.scandir(folder) as entries:
            found = {entry.name: entry.stat().st_size for entry in entries}
    wrong = [name for name, size in wanted.items() if found.get(name.rpartition("/")[2]) != size]
    return len(wanted), sorted(wrong)


def cover_sample(platform: Platform, player: str, rows: int = 100) -> list[tuple[Path, int, int]]:
    """Stored covers with the width and height that their rows give; others every day."""
    with platform.reading(player) as con:
        found = store.cover_sample(con, rows, platform.now().toordinal())
    return [(platform.settings.data / file, width, height) for file, width, height in found]


def decades(platform: Platform, player: str) -> list[tuple[int, str | None, int]]:
    """Tracks by decade and genre, for a plot."""
    with platform.reading(player) as con:
        return store.decades(con)


def album_posters(platform: Platform, player: str, rows: int) -> list[Path]:
    """Posters of album covers, for a contact sheet."""
    with platform.reading(player) as con:
        names = store.album_posters(con, rows)
    return [platform.settings.data / name for name in names]
