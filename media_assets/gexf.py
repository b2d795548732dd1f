"""Graphs as GEXF 1.2, which networkx and Gephi read."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Literal
from xml.sax.saxutils import quoteattr

import polars as pl

AttributeType = Literal["string", "long", "double", "boolean"]
Value = str | int | float | bool | datetime | None

LEAST_WEIGHT = 1e-6
"""Programs that draw graphs want a weight above 0."""

_NAMESPACE = "http://www.gexf.net/1.2draft"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, whatever stands around it."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node; its id is of one kind or another, but stands once in the graph."""

    id: str
    label: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge between two nodes, without a direction. `weight`: above 0, the larger the closer."""

    source: str
    target: str
    weight: float
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and edges, with the type of every value that they have, by its name."""

    node_attributes: Mapping[str, AttributeType]
    nodes: Sequence[Node]
    edge_attributes: Mapping[str, AttributeType]
    edges: Sequence[Edge]


def types_of(*frames: pl.DataFrame) -> dict[str, AttributeType]:
    """The type of every column of some frames; columns of one name have one type."""
    return {name: _type(kind) for frame in frames for name, kind in frame.schema.items()}


def values_of(row: Mapping[str, Any]) -> dict[str, Value]:
    """A row as the values of a node or edge. Lists are JSON."""
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
        for name, value in row.items()
    }


def write_gexf(stream: IO[str], graph: Graph) -> None:
    """Write a graph.

    A value that is None is left out; a time is written as text in ISO 8601. Characters that XML
    cannot hold are shown as ``\\xNN``.

    Raises:
        KeyError: a value has a name that is not among the attributes.
    """
    stream.write('<?xml version="1.0" encoding="utf-8"?>\n')
    stream.write(f'<gexf xmlns="{_NAMESPACE}" version="1.2">\n')
    stream.write('<graph mode="static" defaultedgetype="undirected">\n')
    stream.writelines(_lines(graph))
    stream.write("</graph>\n</gexf>\n")


def _type(data_type: pl.DataType) -> AttributeType:
    if data_type.is_integer():
        return "long"
    if data_type.is_float():
        return "double"
    return "boolean" if data_type == pl.Boolean else "string"


def _lines(graph: Graph) -> Iterator[str]:
    yield from _declared("node", graph.node_attributes)
    yield from _declared("edge", graph.edge_attributes)
    node_ids, edge_ids = _ids(graph.node_attributes), _ids(graph.edge_attributes)
    yield "<nodes>\n"
    for node in graph.nodes:
        yield f"<node{_written(id=node.id, label=node.label)}>"
        yield from _values(node_ids, node.values)
        yield "</node>\n"
    yield "</nodes>\n<edges>\n"
    for number, edge in enumerate(graph.edges):
        ends = {"source": edge.source, "target": edge.target}
        yield f"<edge{_written(id=number, **ends, weight=edge.weight)}>"
        yield from _values(edge_ids, edge.values)
        yield "</edge>\n"
    yield "</edges>\n"


def _declared(kind: str, attributes: Mapping[str, AttributeType]) -> Iterator[str]:
    yield f'<attributes class="{kind}" mode="static">\n'
    for name, number in _ids(attributes).items():
        yield f"<attribute{_written(id=number, title=name, type=attributes[name])}/>\n"
    yield "</attributes>\n"


def _ids(attributes: Mapping[str, AttributeType]) -> dict[str, int]:
    return {name: number for number, name in enumerate(attributes)}


def _values(ids: Mapping[str, int], values: Mapping[str, Value]) -> Iterator[str]:
    yield "<attvalues>"
    for name, value in values.items():
        if value is not None:
            yield f"<attvalue{_written(**{'for': ids[name], 'value': value})}/>"
    yield "</attvalues>"


def _written(**attributes: Value) -> str:
    return "".join(f" {name}={quoteattr(_text(value))}" for name, value in attributes.items())


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return _NO_XML.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
