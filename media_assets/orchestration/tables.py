"""What a table tells the Dagster UI: its column schema, its rows, a small preview."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import dagster as dg

from media_assets.store.spec import Column, Table
from media_assets.store.tables.lineage import LINEAGE

Metadatum: TypeAlias = str | int | float | dg.MetadataValue[Any]
"""A value of an asset's metadata."""

PREVIEW_ROWS = 5
"""Table metadata of 10,000 rows would weigh 5.6 MB in the event log."""
_INLINE_LENGTH = 999
"""Up to here the UI shows Markdown at once; what is longer is behind a link."""
_FEWEST_ROWS = 3
_CELL_LENGTH = 60
_ESCAPES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        **{mark: f"\\{mark}" for mark in "\\`*_{}[]()#+!|~"},
    }
)


def column_schema(columns: Iterable[Column], key: tuple[str, ...]) -> dg.TableSchema:
    """The schema that stands on the asset's page."""
    return dg.TableSchema(columns=[_column(column, key) for column in columns])


def _column(column: Column, key: tuple[str, ...]) -> dg.TableColumn:
    unit = f" ({column.unit})." if column.unit else ""
    return dg.TableColumn(
        name=column.name,
        type=column.type,
        description=column.meaning.removesuffix(".") + unit if unit else column.meaning,
        constraints=dg.TableColumnConstraints(
            nullable=not column.required, unique=key == (column.name,)
        ),
    )


def column_lineage(table: Table) -> dict[str, Metadatum]:
    """Which columns of other assets each column follows from, where that is known of the table.

    The UI shows it from the metadata of the latest materialization alone.
    """
    if table.name not in LINEAGE:
        return {}
    lineage = LINEAGE[table.name]
    columns = dg.TableColumnLineage(
        {
            name: [_column_dep(source) for source in lineage.sources(name)]
            for name in table.column_names
        }
    )
    return {"dagster/column_lineage": dg.MetadataValue.column_lineage(columns)}


def _column_dep(source: str) -> dg.TableColumnDep:
    table, column = source.split(".")
    return dg.TableColumnDep(asset_key=dg.AssetKey(table), column_name=column)


def describe(table: Table, more: str = "") -> str:
    """An asset's description: what one row is, and what else there is to know."""
    key = ", ".join(f"`{name}`" for name in table.key)
    text = f"One row is {table.row}. Key: {key}."
    return f"{text}\n\n{more}" if more else text


def figures(found: Mapping[str, float]) -> dict[str, Metadatum]:
    """Numbers of a query as metadata; names with spaces, as all names in the UI."""
    return {name.replace("_", " "): number for name, number in found.items()}


def markdown_table(
    rows: Sequence[Mapping[str, object]], limit: int = PREVIEW_ROWS
) -> dg.MarkdownMetadataValue:
    """At most `limit` rows as a table, fewer when only those are shown without a click.

    Text from files is escaped.
    """
    if not rows:
        return dg.MetadataValue.md("*no rows*")
    names = list(rows[0])
    lines = [
        "|".join(["", *(name.replace("_", " ") for name in names), ""]),
        "|---" * len(names) + "|",
    ]
    length = sum(len(line) + 1 for line in lines)
    for place, row in enumerate(rows[:limit]):
        line = "|".join(["", *(escaped(row[name]) for name in names), ""])
        length += len(line) + 1
        if length > _INLINE_LENGTH and place >= _FEWEST_ROWS:
            break
        lines.append(line)
    return dg.MetadataValue.md("\n".join(lines))


def record_table(rows: Sequence[Mapping[str, object]]) -> dg.TableMetadataValue:
    """A few rows as a table that the UI opens on a click, uncut; it escapes their text itself."""
    return dg.MetadataValue.table(
        records=[
            dg.TableRecord({name: _text(value) for name, value in row.items()}) for row in rows
        ]
    )


def escaped(value: object, length: int = _CELL_LENGTH) -> str:
    """A value as text that cannot be taken for Markdown or HTML; a bare address stays a link.

    What is longer than `length` characters is cut off.
    """
    text = " ".join(_text(value).split())
    if len(text) > length:
        text = text[: length - 1] + "…"
    return text.translate(_ESCAPES)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{round(value, 3):,}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)
