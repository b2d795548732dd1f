"""Tracks with their albums and artists, and what sounds alike, as a graph."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from media_assets.gexf import LEAST_WEIGHT, Edge, Graph, Node, types_of, values_of

_LABELS = {"artist": "name", "album": "title", "track": "display_title"}
_ENDS = ("source_type", "source", "target_type", "target")
_KEYS = {"artist": "artist_key", "album": "album_key", "track": "media_id"}


def music_graph(nodes: dict[str, pl.DataFrame], edges: dict[str, pl.DataFrame]) -> Graph:
    """Artists, albums and tracks as nodes, told apart by `type`, and what joins them.

    A node's id is its type and its key, parted by `/`. An edge of `type` `by` leads from a track
    or album to an artist, `on` from a track to its album, `near` joins tracks that are alike. Every
    column is a value; of an edge with a `similarity` that is the weight, else 1. Lists are JSON.

    Args:
        nodes: the frames `artist`, `album` and `track`: rows with `artist_key`, `album_key` or
            `media_id`, each once.
        edges: the frames `by`, `on` and `near`: `source_type`, `source`, `target_type`, `target`
            name two of the nodes; further columns are values.
    """
    return Graph(
        {"type": "string", **types_of(*nodes.values())},
        [node for kind, frame in nodes.items() for node in _nodes(kind, frame)],
        {"type": "string", **types_of(*(frame.drop(_ENDS) for frame in edges.values()))},
        [edge for kind, frame in edges.items() for edge in _edges(kind, frame)],
    )


def _nodes(kind: str, frame: pl.DataFrame) -> Iterator[Node]:
    for row in frame.iter_rows(named=True):
        key = row[_KEYS[kind]]
        yield Node(f"{kind}/{key}", row[_LABELS[kind]] or key, {"type": kind, **values_of(row)})


def _edges(kind: str, frame: pl.DataFrame) -> Iterator[Edge]:
    for row in frame.iter_rows(named=True):
        yield Edge(
            f"{row['source_type']}/{row['source']}",
            f"{row['target_type']}/{row['target']}",
            max(row.get("similarity", 1.0), LEAST_WEIGHT),
            {"type": kind, **_values(row)},
        )


def _values(row: dict[str, Any]) -> dict[str, Any]:
    return values_of({name: value for name, value in row.items() if name not in _ENDS})
