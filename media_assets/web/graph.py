"""Pages of lands and the media on them, as a graph."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from media_assets.gexf import LEAST_WEIGHT, Edge, Graph, Node, types_of, values_of

Row = dict[str, Any]

_ENDS = ("page_url", "url", "other_url")


def land_graph(
    pages: pl.DataFrame, media: pl.DataFrame, places: pl.DataFrame, near: pl.DataFrame
) -> Graph:
    """Pages and media as nodes, told apart by `type`; an edge `contains` or is a `near_duplicate`.

    Every column is a value. A page that is in two lands is two nodes, as its depth and relevance
    differ. Lists are JSON.

    Args:
        pages: each once; at least `player` (the land) and `url`.
        media: rows of `land_media`, each once.
        places: `player`, `page_url` and `url` of pages and media that are among those.
        near: `player`, `url` and `other_url` of media, each pair once, and `agreement`, 0 to 1.
    """
    return Graph(
        {"type": "string", **types_of(pages, media)},
        (*_nodes(pages, "page"), *_nodes(media, "media")),
        {"type": "string", **types_of(_values(places), _values(near))},
        [*_contained(places), *_near(near)],
    )


def _values(edges: pl.DataFrame) -> pl.DataFrame:
    return edges.drop(_ENDS, strict=False)


def _id(kind: str, row: Row, url: str) -> str:
    """An address may be that of a page and of a medium; a land's name has no `/`."""
    return f"{kind}/{row['player']}/{row[url]}"


def _nodes(frame: pl.DataFrame, kind: str) -> Iterator[Node]:
    for row in frame.iter_rows(named=True):
        yield Node(_id(kind, row, "url"), row["url"], {"type": kind, **values_of(row)})


def _contained(places: pl.DataFrame) -> Iterator[Edge]:
    for row in places.iter_rows(named=True):
        ends = _id("page", row, "page_url"), _id("media", row, "url")
        yield Edge(*ends, 1.0, {"type": "contains", **_of_edge(row)})


def _near(near: pl.DataFrame) -> Iterator[Edge]:
    for row in near.iter_rows(named=True):
        ends = _id("media", row, "url"), _id("media", row, "other_url")
        weight = max(row["agreement"] or 0.0, LEAST_WEIGHT)
        yield Edge(*ends, weight, {"type": "near_duplicate", **_of_edge(row)})


def _of_edge(row: Row) -> dict[str, Any]:
    return values_of({name: value for name, value in row.items() if name not in _ENDS})
