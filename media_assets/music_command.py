"""What the commands of `music` do and print."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from media_assets.music.wanted import Wanted
from media_assets.settings import CoverSize
from media_assets.stages.cover_sizes import cover_thumbnail
from media_assets.stages.music_views import listed
from media_assets.stages.platform import Platform
from media_assets.stages.shared_music import albums_of_several
from media_assets.terminal import print_json, print_table

_SHOWN: Mapping[str, tuple[str, ...]] = {
    "artists": ("player", "name", "albums", "tracks", "tracks_missing", "genre", "first_year",
                "last_year", "artist_key"),
    "albums": ("player", "album_artist", "title", "date", "tracks", "tracks_tagged",
               "tracks_missing", "genre", "album_key"),
    "tracks": ("player", "artist", "album", "disc_number", "track_number", "display_title", "year",
               "genre", "duration_seconds", "status", "file_path"),
}  # fmt: skip
"""The columns that fit a terminal; `--json` prints all."""
_SHARED = ("album_artist", "title", "date", "player", "tracks", "tracks_missing", "players")


def list_music(
    config: Path | None, players: tuple[str, ...], what: str, wanted: Wanted, *,
    limit: int, as_json: bool,
) -> None:  # fmt: skip
    """Print artists, albums or tracks, player by player."""
    if wanted.path is not None:
        wanted = replace(wanted, path=os.path.abspath(os.path.expanduser(wanted.path)))  # noqa: PTH100, PTH111  as the scan names files: links stay
    found = listed(Platform.load(config), players, what, wanted, limit + 1)
    _tell(found.to_dicts(), what, _SHOWN[what], limit=limit, as_json=as_json)


def list_shared(config: Path | None, *, limit: int, as_json: bool) -> None:
    """Print albums that several players have."""
    rows = albums_of_several(Platform.load(config), limit + 1).to_dicts()
    _tell(rows, "albums that several players have", _SHARED, limit=limit, as_json=as_json)


def show_cover(config: Path | None, key: str, size: CoverSize, *, as_json: bool) -> None:
    """Print where a cover lies."""
    file = cover_thumbnail(Platform.load(config), key, size)
    if as_json:
        print_json({"key": key, "size": size, "file": str(file)})
    else:
        click.echo(file)


def _tell(
    rows: list[dict[str, object]], title: str, shown: tuple[str, ...], *,
    limit: int, as_json: bool,
) -> None:  # fmt: skip
    there = rows[:limit]
    if as_json:
        print_json(there)
        return
    short = [{name.replace("_", " "): row[name] for name in shown} for row in there]
    print_table(title, short, "nothing is like that")
    if len(rows) > limit:
        click.echo("there are more; --limit shows more")
