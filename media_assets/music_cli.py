"""`media-assets music`: its commands and options. What they do is in `music_command`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from media_assets.options import config_option, json_option, player_option
from media_assets.settings import COVER_SIZES, CoverSize

Command = TypeVar("Command", bound=Callable[..., Any])

_artist_option = click.option("--artist", help="Of this artist; however the name is written.")
_album_option = click.option("--album", help="With this title; however it is written.")
_like_option = click.option("--like", help="With this text in the title or name.")
_genre_option = click.option("--genre", help="Of this genre.")
_year_option = click.option("--year", type=int, help="Of this year.")
_limit_option = click.option("--limit", type=click.IntRange(1), default=50, show_default=True,
                             help="At most so many rows.")  # fmt: skip


def _listing(command: Command) -> Command:
    """The options of a list in which albums have a part."""
    options = (config_option, player_option, _artist_option, _album_option, _like_option,
               _genre_option, _year_option, _limit_option, json_option)  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def music() -> None:
    """Artists, albums and tracks of all players, and their covers."""


@music.command()
@config_option
@player_option
@_artist_option
@_like_option
@_genre_option
@_year_option
@_limit_option
@json_option
def artists(
    config: Path | None, players: tuple[str, ...], artist: str | None, like: str | None,
    genre: str | None, year: int | None, limit: int, *, as_json: bool,
) -> None:  # fmt: skip
    """Artists by name, with how much there is of them."""
    from media_assets.music.wanted import Wanted
    from media_assets.music_command import list_music

    wanted = Wanted(artist=artist, like=like, genre=genre, year=year)
    list_music(config, players, "artists", wanted, limit=limit, as_json=as_json)


@music.command()
@_listing
def albums(
    config: Path | None, players: tuple[str, ...], artist: str | None, album: str | None,
    like: str | None, genre: str | None, year: int | None, limit: int, *, as_json: bool,
) -> None:  # fmt: skip
    """Albums by artist and year; of an artist also those with a track of theirs."""
    from media_assets.music.wanted import Wanted
    from media_assets.music_command import list_music

    wanted = Wanted(artist, album, like, genre, year)
    list_music(config, players, "albums", wanted, limit=limit, as_json=as_json)


@music.command()
@_listing
def tracks(
    config: Path | None, players: tuple[str, ...], artist: str | None, album: str | None,
    like: str | None, genre: str | None, year: int | None, limit: int, *, as_json: bool,
) -> None:  # fmt: skip
    """Tracks in the order of their albums."""
    from media_assets.music.wanted import Wanted
    from media_assets.music_command import list_music

    wanted = Wanted(artist, album, like, genre, year)
    list_music(config, players, "tracks", wanted, limit=limit, as_json=as_json)


@music.command()
@config_option
@player_option
@click.option("--path", help="The file with this path.")
@_artist_option
@_album_option
@click.option("--mb-id", help="What has this MusicBrainz id: recording, track, release, release "
              "group or artist.")  # fmt: skip
@json_option
def find(
    config: Path | None, players: tuple[str, ...], path: str | None, artist: str | None,
    album: str | None, mb_id: str | None, *, as_json: bool,
) -> None:  # fmt: skip
    """Look up a file, an album by artist and title, or a MusicBrainz id."""
    if (artist is None) != (album is None):
        raise click.UsageError("--artist and --album go together")
    names = None if artist is None or album is None else (artist, album)
    if sum(given is not None for given in (path, names, mb_id)) != 1:
        raise click.UsageError("give one of --path, --artist with --album, --mb-id")
    from media_assets.music_command import find_music

    find_music(config, players, path, names, mb_id, as_json=as_json)


@music.command()
@config_option
@_limit_option
@json_option
def shared(config: Path | None, limit: int, *, as_json: bool) -> None:
    """Albums that several players have: who has how many tracks of each."""
    from media_assets.music_command import list_shared

    list_shared(config, limit=limit, as_json=as_json)


@music.command()
@click.argument("key")
@config_option
@click.option("--size", type=click.Choice([str(size) for size in COVER_SIZES]), default="300",
              show_default=True, help="Longest side, pixels.")  # fmt: skip
@json_option
def cover(config: Path | None, key: str, size: str, *, as_json: bool) -> None:
    """Print the file with the cover of a track, an album or an artist; make it if need be.

    KEY is the media id of a track, the key of an album or artist, or the id of a cover.
    """
    from media_assets.music_command import show_cover

    chosen: CoverSize = next(known for known in COVER_SIZES if str(known) == size)
    show_cover(config, key, chosen, as_json=as_json)
