"""Captures and the matches that they show, as a graph."""

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from media_assets.gexf import LEAST_WEIGHT, Edge, Graph, Node, types_of, values_of


def capture_graph(
    captures: pl.DataFrame, matches: pl.DataFrame, associations: pl.DataFrame
) -> Graph:
    """Captures and matches as nodes, told apart by `type`, and associations as edges.

    Every column is a value; of an edge, the confidence is the weight too. Lists are JSON.

    Args:
        captures: rows of `media`, each once; at least `media_id` and `file_name`.
        matches: rows of `match_registry`, each once.
        associations: rows of `media_matches` whose media and match are among those.
    """
    return Graph(
        {"type": "string", **types_of(captures, matches)},
        (
            *_nodes(captures, "capture", "media_id", lambda row: str(row["file_name"])),
            *_nodes(matches, "match", "match_id", _match_label),
        ),
        types_of(associations),
        [
            Edge(
                row["media_id"],
                row["match_id"],
                max(row["confidence"], LEAST_WEIGHT),
                values_of(row),
            )
            for row in associations.iter_rows(named=True)
        ],
    )


def _nodes(
    frame: pl.DataFrame, kind: str, key: str, label: Callable[[dict[str, Any]], str]
) -> Iterator[Node]:
    for row in frame.iter_rows(named=True):
        yield Node(row[key], label(row), {"type": kind, **values_of(row)})


def _match_label(row: dict[str, Any]) -> str:
    return f"{row['map_name'] or 'match'} {row['start_time']:%Y-%m-%d %H:%M}"
