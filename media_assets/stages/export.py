"""What analysts take away: the published tables of several players, each in one file."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from media_assets.captures.graph import capture_graph
from media_assets.errors import ConfigurationError
from media_assets.gexf import write_gexf
from media_assets.stages.platform import Platform
from media_assets.stages.players import chosen_players, find_players
from media_assets.store import export as store
from media_assets.store.tables.captures import MEDIA_MATCHES
from media_assets.store.tables.catalog import tables_of
from media_assets.store.tables.matches import MATCH_REGISTRY

Format = Literal["csv", "parquet", "gexf"]

GRAPH = "captures"
"""The name of the file that holds captures, matches and what joins them as a graph."""

_MEDIA = "media"
_OF_PLAYERS = (_MEDIA, *(table.name for table in tables_of("player")))
_SHARED = tuple(table.name for table in tables_of("shared"))


@dataclass(frozen=True, slots=True)
class Exported:
    """One file that was written, and its rows: of a graph, its nodes and edges."""

    file: Path
    rows: int


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """Of whom, and which tables; what is empty means all."""

    players: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


def default_folder(platform: Platform) -> Path:
    """Where exports lie, unless another folder is named."""
    return platform.settings.data / "export"


def export(
    platform: Platform, choice: ExportChoice, form: Format, folder: Path
) -> Iterator[Exported]:
    """Write what is published in another form, file by file; each replaces an older one whole.

    Nothing is computed, and no database is opened: it says what the published files say.

    Raises:
        ConfigurationError: a player or table is not known, nothing of it is published yet, or the
            folder is one that is scanned or holds our data.
        StoreError: a published file cannot be read, or the folder cannot be written.
    """
    _refuse_folder(platform, folder)
    players = _published_players(platform, choice.players)
    if form == "gexf":
        if choice.tables:
            raise ConfigurationError("a graph has no tables to choose from: leave out --table")
        yield _export_graph(platform, players, folder / f"{GRAPH}.gexf")
        return
    write = {"csv": store.write_csv, "parquet": store.write_parquet}[form]
    for name in _known_tables(choice.tables):
        sources = _sources(platform, players, name)
        if sources:
            target = folder / f"{name}.{form}"
            yield Exported(target, write(sources, target))
        elif choice.tables:
            raise ConfigurationError(f"{name} is not published yet; run: media-assets run")


def not_published(platform: Platform, players: tuple[str, ...]) -> list[str]:
    """Those of the players of whom nothing is published yet."""
    return [
        player
        for player in chosen_players(platform, players)
        if not (platform.places.published(player) / f"{_MEDIA}.parquet").is_file()
    ]


def _refuse_folder(platform: Platform, folder: Path) -> None:
    """Originals lie in some folders, and what the platform relies on in another."""
    settings, real = platform.settings, _real(folder)
    scanned = [place for player in find_players(platform) for place in settings.folders(player)]
    for place in (settings.library_root, settings.match_directory, *scanned):
        if real.is_relative_to(_real(place)):
            raise ConfigurationError(f"{folder} lies in {place}, which is read; name another one")
    if real.is_relative_to(_real(settings.data)) and not real.is_relative_to(
        _real(default_folder(platform))
    ):
        raise ConfigurationError(
            f"{folder} lies in data_dir; name another one, or leave out --output"
        )


def _real(folder: Path) -> Path:
    return Path(os.path.realpath(folder))


def _published_players(platform: Platform, named: tuple[str, ...]) -> list[str]:
    absent = not_published(platform, named)
    players = [player for player in chosen_players(platform, named) if player not in absent]
    if not players or (named and absent):
        whose = ", ".join(absent) or "anybody"
        raise ConfigurationError(f"nothing of {whose} is published yet; run: media-assets run")
    return players


def _known_tables(named: tuple[str, ...]) -> Sequence[str]:
    known = (*_OF_PLAYERS, *_SHARED)
    if unknown := [name for name in named if name not in known]:
        raise ConfigurationError(
            f"no table is called {', '.join(unknown)}; known are: {', '.join(known)}"
        )
    return named or known


def _sources(platform: Platform, players: Sequence[str], name: str) -> dict[str | None, Path]:
    """The published files of one table that are there."""
    places = platform.places
    if name in _SHARED:
        files: dict[str | None, Path] = {None: places.published_shared / f"{name}.parquet"}
    else:
        files = {player: places.published(player) / f"{name}.parquet" for player in players}
    return {player: file for player, file in files.items() if file.is_file()}


def _export_graph(platform: Platform, players: Sequence[str], target: Path) -> Exported:
    matches = _sources(platform, players, MATCH_REGISTRY.name)
    associations = _sources(platform, players, MEDIA_MATCHES.name)
    if not (matches and associations):
        raise ConfigurationError("no associations are published yet; run: media-assets run")
    media = _sources(platform, players, _MEDIA)
    graph = capture_graph(*store.load_graph(media, associations, matches[None]))
    with store.replacing(target) as unfinished, unfinished.open("w", encoding="utf-8") as stream:
        write_gexf(stream, graph)
    return Exported(target, len(graph.nodes) + len(graph.edges))
