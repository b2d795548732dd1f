"""What a table tells the Dagster UI: its column schema, its rows, a small preview."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import dagster as dg

from media_assets.store.spec import Column, Table

Metadatum: TypeAlias = str | int | float | dg.MetadataValue[Any]
"""A value of an asset's metadata."""

PREVIEW_ROWS = 10
"""Table metadata of 10,000 rows would weigh 5.6 MB in the event log."""
_CELL_LENGTH = 60


def column_schema(columns: Iterable[Column], key: tuple[str, ...]) -> dg.TableSchema:
    """The schema that stands on the asset's page."""
    return dg.TableSchema(columns=[_column(column, key) for column in columns])


def _column(column: Column, key: tuple[str, ...]) -> dg.TableColumn:
    unit = f" [{column.unit}]" if column.unit else ""
    return dg.TableColumn(
        name=column.name,
        type=column.type,
        description=column.meaning + unit,
        constraints=dg.TableColumnConstraints(
            nullable=not column.required, unique=key == (column.name,)
        ),
    )


def describe(table: Table, more: str = "") -> str:
    """An asset's description: what one row is, and what else there is to know."""
    key = ", ".join(f"`{name}`" for name in table.key)
    text = f"One row is {table.row}. Key: {key}."
    return f"{text}\n\n{more}" if more else text


def markdown_table(rows: Sequence[Mapping[str, object]]) -> dg.MarkdownMetadataValue:
    """At most `PREVIEW_ROWS` rows as a table; text from files is escaped."""
    if not rows:
        return dg.MetadataValue.md("*no rows*")
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    for row in rows[:PREVIEW_ROWS]:
        lines.append("| " + " | ".join(escaped(row[name]) for name in names) + " |")
    return dg.MetadataValue.md("\n".join(lines))


def escaped(value: object) -> str:
    """A value as text that cannot be taken for Markdown or HTML."""
    text = "" if value is None else str(value)
    if len(text) > _CELL_LENGTH:
        text = text[: _CELL_LENGTH - 1] + "…"
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in "\\`*_{}[]()#+!|~":
        text = text.replace(mark, f"&#{ord(mark)};")
    return " ".join(text.split())
