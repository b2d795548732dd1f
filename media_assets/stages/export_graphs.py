"""The graphs that are exported: captures and matches, lands, music."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from media_assets.captures.graph import capture_graph
from media_assets.gexf import Graph
from media_assets.music.graph import music_graph
from media_assets.stages.platform import Platform
from media_assets.store.export import load_graph
from media_assets.store.land_graph import load_land_graph
from media_assets.store.music_graph import TABLES, load_music_graph
from media_assets.store.tables.captures import MEDIA_MATCHES
from media_assets.store.tables.catalog import tables_of
from media_assets.store.tables.duplicates import DUPLICATES
from media_assets.store.tables.matches import MATCH_REGISTRY
from media_assets.store.tables.web import WEB_PLACES
from media_assets.web.graph import land_graph

MEDIA, LAND_MEDIA = "media", "land_media"
SHARED_TABLES = tuple(table.name for table in tables_of("shared"))


def published_files(
    platform: Platform, players: Sequence[str], name: str
) -> dict[str | None, Path]:
    """The published files of one table or view that are there, by player; None where shared."""
    places = platform.places
    if name in SHARED_TABLES:
        files: dict[str | None, Path] = {None: places.published_shared / f"{name}.parquet"}
    else:
        files = {player: places.published(player) / f"{name}.parquet" for player in players}
    return {player: file for player, file in files.items() if file.is_file()}


def graphs(platform: Platform, players: Sequence[str]) -> Iterator[tuple[str, Graph]]:
    """Each graph that has a node, with its name; one after the other, as each takes memory."""
    for name, make in (("captures", _captures), ("lands", _lands), ("music", _music)):
        graph = make(platform, players)
        if graph is not None and graph.nodes:
            yield name, graph


def _captures(platform: Platform, players: Sequence[str]) -> Graph | None:
    """Pictures of a land are no captures."""
    players = [player for player in players if player not in platform.settings.lands]
    matches = published_files(platform, players, MATCH_REGISTRY.name)
    associations = published_files(platform, players, MEDIA_MATCHES.name)
    if not (matches and associations):
        return None
    media = published_files(platform, players, MEDIA)
    return capture_graph(*load_graph(media, associations, matches[None]))


def _lands(platform: Platform, players: Sequence[str]) -> Graph | None:
    lands = [player for player in players if player in platform.settings.lands]
    names = (LAND_MEDIA, WEB_PLACES.name, DUPLICATES.name)
    files = _of_all(platform, lands, names)
    return land_graph(*load_land_graph(*(files[name] for name in names))) if files else None


def _music(platform: Platform, players: Sequence[str]) -> Graph | None:
    files = _of_all(platform, players, [table.name for table in TABLES])
    return music_graph(*load_music_graph(files)) if files else None


def _of_all(
    platform: Platform, players: Sequence[str], names: Sequence[str]
) -> dict[str, dict[str | None, Path]]:
    """The files of those who have published all of these; empty where nobody has."""
    found = {name: published_files(platform, players, name) for name in names}
    whose = set.intersection(*(set(files) for files in found.values()))
    if not whose:
        return {}
    return {
        name: {player: file for player, file in files.items() if player in whose}
        for name, files in found.items()
    }
