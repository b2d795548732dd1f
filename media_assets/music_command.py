"""What the commands of `music` do and print."""

import os
from collections.abc import Mapping
from pathlib import Path

import click

from media_assets.music.keys import normalised
from media_assets.music.wanted import Wanted
from media_assets.settings import CoverSize
from media_assets.stages.cover_sizes import cover_thumbnail
from media_assets.stages.music_views import listed, looked_up
from media_assets.stages.platform import Platform
from media_assets.stages.shared_music import albums_of_several
from media_assets.store.connect import Connection
from media_assets.store.music_lists import Subject
from media_assets.store.music_lookups import Found, at_path, of_album, with_id
from media_assets.terminal import print_json, print_table

_SHOWN: Mapping[Subject, tuple[str, ...]] = {
    "artists": ("player", "name", "albums", "tracks", "tracks_missing", "genre", "first_year",
                "last_year", "artist_key"),
    "albums": ("player", "album_artist", "title", "date", "tracks", "tracks_tagged",
               "tracks_missing", "genre", "album_key"),
    "tracks": ("player", "artist", "album", "disc_number", "track_number", "display_title", "year",
               "genre", "duration_seconds", "status", "file_path"),
}  # fmt: skip
"""The columns that fit a terminal; `--json` prints all."""
_SHARED = ("album_artist", "title", "date", "player", "tracks", "tracks_missing", "players")

Rows = list[dict[str, object]]


def list_music(
    config: Path | None, players: tuple[str, ...], subject: Subject, wanted: Wanted, *,
    limit: int, as_json: bool,
) -> None:  # fmt: skip
    """Print artists, albums or tracks, player by player."""
    found = listed(Platform.load(config), players, subject, wanted, limit + 1).to_dicts()
    _tell(found, subject, _SHOWN[subject], limit=limit, as_json=as_json)


def find_music(
    config: Path | None, players: tuple[str, ...], path: str | None, names: tuple[str, str] | None,
    mb_id: str | None, *, as_json: bool,
) -> None:  # fmt: skip
    """Print what has a path, an artist and album, or a MusicBrainz id."""

    def look(con: Connection) -> Found:
        if path is not None:
            # As the scan names files: links in it stay.
            return at_path(con, os.path.abspath(os.path.expanduser(path)))  # noqa: PTH100, PTH111
        if names is not None:
            return of_album(con, normalised(names[0]), normalised(names[1]))
        return with_id(con, (mb_id or "").strip().lower())

    found = looked_up(Platform.load(config), players, look)
    by_subject: dict[Subject, Rows] = {
        "artists": [
            {"player": name, **row} for name, rows in found.items() for row in rows.artists
        ],
        "albums": [{"player": name, **row} for name, rows in found.items() for row in rows.albums],
        "tracks": [{"player": name, **row} for name, rows in found.items() for row in rows.tracks],
    }
    if as_json:
        print_json(by_subject)
        return
    for subject, rows in by_subject.items():
        if rows:
            print_table(subject, _short(rows, _SHOWN[subject]), "")
    if not found:
        click.echo("nothing is like that")


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


def _tell(rows: Rows, title: str, shown: tuple[str, ...], *, limit: int, as_json: bool) -> None:
    there = rows[:limit]
    if as_json:
        print_json(there)
        return
    print_table(title, _short(there, shown), "nothing is like that")
    if len(rows) > limit:
        click.echo("there are more; --limit shows more")


def _short(rows: Rows, shown: tuple[str, ...]) -> Rows:
    return [{name.replace("_", " "): row[name] for name in shown} for row in rows]
