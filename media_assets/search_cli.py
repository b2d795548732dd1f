"""`media-assets search` and `similar`: their options. What they do is in `search_command`."""

from pathlib import Path

import click

from media_assets.options import config_option, json_option, player_option

_limit_option = click.option("--limit", type=click.IntRange(1, 1000), default=10,
                             show_default=True, help="At most so many.")  # fmt: skip


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="QUERY...")
@config_option
@player_option
@_limit_option
@json_option
def search(
    config: Path | None, words: tuple[str, ...], players: tuple[str, ...], limit: int,
    *, as_json: bool,
) -> None:  # fmt: skip
    """Find media by title, artist, album, genre, notes and file name.

    Accents do not count, beginnings of words and typos are found too. A word after `title:`,
    `artist:`, `album:`, `genre:`, `note:` or `file:` is looked for there alone.
    """
    from media_assets.search_command import search_media

    search_media(config, " ".join(words), players, limit=limit, as_json=as_json)


@click.command()
@click.argument("media_id", required=False)
@click.option("--artist", help="Instead of a media: what is near to an artist's tracks.")
@config_option
@player_option
@click.option("--space", help="Space to compare in; default: audio.timbre, else the first one.")
@_limit_option
@json_option
def similar(
    config: Path | None, media_id: str | None, artist: str | None, players: tuple[str, ...],
    space: str | None, limit: int, *, as_json: bool,
) -> None:  # fmt: skip
    """The media whose vectors are nearest to that of MEDIA_ID, or to those of an artist."""
    if (media_id is None) == (artist is None):
        raise click.UsageError("name a MEDIA_ID or an --artist, one of both")
    from media_assets.search_command import Near, similar_media

    near = Near(media_id, artist, players, space)
    similar_media(config, near, limit=limit, as_json=as_json)
