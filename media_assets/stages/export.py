"""What analysts take away: the published tables of several players, each in one file."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from media_assets.errors import ConfigurationError
from media_assets.gexf import write_gexf
from media_assets.stages.export_graphs import (
    LAND_MEDIA,
    MEDIA,
    SHARED_TABLES,
    graphs,
    published_files,
)
from media_assets.stages.platform import Platform
from media_assets.stages.players import chosen_players, find_players
from media_assets.store import export as store
from media_assets.store.tables.catalog import tables_of

Format = Literal["csv", "parquet", "gexf"]

_OF_PLAYERS = (MEDIA, LAND_MEDIA, *(table.name for table in tables_of("player")))


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
        yield from _export_graphs(platform, players, folder)
        return
    write = {"csv": store.write_csv, "parquet": store.write_parquet}[form]
    for name in _known_tables(choice.tables):
        sources = published_files(platform, players, name)
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
        if not (platform.places.published(player) / f"{MEDIA}.parquet").is_file()
    ]


def _refuse_folder(platform: Platform, folder: Path) -> None:
    """Originals lie in some folders, and what the platform relies on in another."""
    settings, real = platform.settings, _real(folder)
    scanned = [
        place
        for player in find_players(platform)
        for place in (*settings.folders(player), *settings.watched(player))
    ]
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
    known = (*_OF_PLAYERS, *SHARED_TABLES)
    if unknown := [name for name in named if name not in known]:
        raise ConfigurationError(
            f"no table is called {', '.join(unknown)}; known are: {', '.join(known)}"
        )
    return named or known


def _export_graphs(platform: Platform, players: Sequence[str], folder: Path) -> Iterator[Exported]:
    written = False
    for name, graph in graphs(platform, players):
        target = folder / f"{name}.gexf"
        with store.replacing(target) as file, file.open("w", encoding="utf-8") as stream:
            write_gexf(stream, graph)
        written = True
        yield Exported(target, len(graph.nodes) + len(graph.edges))
    if not written:
        raise ConfigurationError(
            "neither captures with matches, nor media of lands, nor music are published yet; "
            "run: media-assets run"
        )
