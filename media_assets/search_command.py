"""What the commands `search` and `similar` do and print."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from media_assets.stages.platform import Platform
from media_assets.stages.players import chosen_players
from media_assets.terminal import print_json, print_table


@dataclass(frozen=True, slots=True)
class Near:
    """What something shall be near to: a media or an artist; whose libraries; in which space."""

    media_id: str | None
    artist: str | None
    players: tuple[str, ...]
    space: str | None


def search_media(
    config: Path | None, text: str, players: tuple[str, ...], *, limit: int, as_json: bool
) -> None:
    """Print what is found, the best first; who cannot be searched is named on the error output.

    Raises:
        SearchError: nobody can be searched.
    """
    from media_assets.stages.search import REMEDY, search

    platform = Platform.load(config)
    names = chosen_players(platform, players)
    found = search(platform, names, text, limit)
    for name, reason in found.without.items():
        click.echo(f"{name}: {reason}; {REMEDY}", err=True)
    if as_json:
        print_json({"media": found.rows, "without": found.without})
    else:
        print_table("found", [_in_short(row, ("score",)) for row in found.rows], "nothing found")


def similar_media(config: Path | None, near: Near, *, limit: int, as_json: bool) -> None:
    """Print what is near, the nearest first; who cannot be compared is named on the error output.

    Raises:
        StoreError: nobody can be compared.
    """
    from media_assets.stages import similar as stage

    platform = Platform.load(config)
    names = chosen_players(platform, near.players)
    if near.artist is not None:
        found = stage.similar_to_artist(platform, near.artist, names, near.space, limit)
    else:
        media_id = str(near.media_id)
        found = stage.similar_media(platform, media_id, names, near.space, limit)
    for name, reason in found.without.items():
        click.echo(f"{name}: not compared: {reason}", err=True)
    if as_json:
        print_json({"space": found.space, "media": found.rows, "without": found.without})
        return
    figures = ("similarity", "tracks") if near.artist is not None else ("similarity",)
    rows = [_in_short(row, figures) for row in found.rows]
    print_table(f"near in the space {found.space}", rows, "nothing is there to compare")


def _in_short(row: Mapping[str, object], figures: tuple[str, ...]) -> dict[str, object]:
    names = (*figures, "player", "artist", "title", "album", "file_name", "media_id")
    return {name.removesuffix("_name").replace("_id", ""): row[name] for name in names}
