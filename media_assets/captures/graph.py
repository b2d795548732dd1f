"""Captures and the matches that they show, as a graph."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from media_assets.gexf import AttributeType, Edge, Graph, Node, Value

LEAST_WEIGHT = 1e-6
"""Programs that draw graphs want a weight above 0."""


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
        {"type": "string", **_types(captures), **_types(matches)},
        (
            *_nodes(captures, "capture", "media_id", lambda row: str(row["file_name"])),
            *_nodes(matches, "match", "match_id", _match_label),
        ),
        _types(associations),
        [
            Edge(
                row["media_id"], row["match_id"], max(row["confidence"], LEAST_WEIGHT), _plain(row)
            )
            for row in associations.iter_rows(named=True)
        ],
    )


def _nodes(
    frame: pl.DataFrame, kind: str, key: str, label: Callable[[dict[str, Any]], str]
) -> Iterator[Node]:
    for row in frame.iter_rows(named=True):
        yield Node(row[key], label(row), {"type": kind, **_plain(row)})


def _match_label(row: dict[str, Any]) -> str:
    return f"{row['map_name'] or 'match'} {row['start_time']:%Y-%m-%d %H:%M}"


def _plain(row: dict[str, Any]) -> dict[str, Value]:
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
        for name, value in row.items()
    }


def _types(frame: pl.DataFrame) -> dict[str, AttributeType]:
    return {name: _type(data_type) for name, data_type in frame.schema.items()}


def _type(data_type: pl.DataType) -> AttributeType:
    if data_type.is_integer():
        return "long"
    if data_type.is_float():
        return "double"
    return "boolean" if data_type == pl.Boolean else "string"
