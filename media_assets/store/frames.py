"""Polars frames with exactly the columns and types that a table has."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from operator import itemgetter

import polars as pl

from media_assets.errors import StoreError
from media_assets.store.spec import SqlType, Table

POLARS_TYPES: Mapping[SqlType, pl.DataType] = {
    "BIGINT": pl.Int64(),
    "BLOB": pl.Binary(),
    "BOOLEAN": pl.Boolean(),
    "DATE": pl.Date(),
    "DOUBLE": pl.Float64(),
    "FLOAT[]": pl.List(pl.Float32()),
    "INTEGER": pl.Int32(),
    "JSON": pl.String(),
    "SMALLINT": pl.Int16(),
    "TIMESTAMP": pl.Datetime("us"),
    "VARCHAR": pl.String(),
    "VARCHAR[]": pl.List(pl.String()),
}


def polars_schema(table: Table) -> dict[str, pl.DataType]:
    """The polars type of each column, in the order of the DDL.

    JSON is its text; a TIMESTAMP is naive, in UTC, of microseconds.
    """
    return {column.name: POLARS_TYPES[column.type] for column in table.columns}


def empty_frame(table: Table) -> pl.DataFrame:
    """No rows, every column."""
    return pl.DataFrame(schema=polars_schema(table))


def frame_of(
    table: Table,
    rows: Iterable[Mapping[str, object]],
    columns: Iterable[str] | None = None,
) -> pl.DataFrame:
    """The rows in their order, as a frame of `columns` (default: all) in the order given.

    A key that a row lacks is null there. An aware datetime becomes naive in UTC; a naive one is
    taken to be UTC already. Nothing else is converted but an integer to DOUBLE.

    Raises:
        ValueError: a column or a key is not one of the table's, or not one of `columns`.
        StoreError: a value does not fit its column; the message names the column and the value.
    """
    schema = _selected_schema(table, columns)
    rows = list(rows)
    _refuse_extra_keys(table, rows, schema.keys())
    return pl.DataFrame(
        [_series(table, name, data_type, _values(rows, name)) for name, data_type in schema.items()]
    )


def frame_of_columns(table: Table, parts: Sequence[Mapping[str, Sequence[object]]]) -> pl.DataFrame:
    """The rows of some parts one after the other; each part has every column of the table.

    A tenth of what `frame_of` takes where there are many rows. Values are treated as there.

    Raises:
        ValueError: a part has a key that is no column.
        StoreError: a value does not fit its column; the message names the column and the value.
    """
    _refuse_extra_keys(table, parts, table.column_names)
    return pl.DataFrame(
        [
            _series(table, name, data_type, list(chain.from_iterable(part[name] for part in parts)))
            for name, data_type in polars_schema(table).items()
        ]
    )


def as_table(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Exactly the columns of the table, in its order and types; other columns are left out.

    Types are cast as polars does it, which cuts off a fraction.

    Raises:
        StoreError: a column is missing, or a value does not fit its column.
    """
    schema = polars_schema(table)
    if missing := schema.keys() - set(frame.columns):
        raise StoreError(f"{table.name}: columns are missing: {sorted(missing)}")
    try:
        return frame.select(pl.col(name).cast(data_type) for name, data_type in schema.items())
    except pl.exceptions.InvalidOperationError as error:
        reason = str(error).partition("\n")[0]
        raise StoreError(f"{table.name}: a value does not fit its column: {reason}") from error


def _selected_schema(table: Table, columns: Iterable[str] | None) -> dict[str, pl.DataType]:
    schema = polars_schema(table)
    if columns is None:
        return schema
    names = tuple(columns)
    if unknown := set(names) - schema.keys():
        raise ValueError(f"{table.name} has no column {sorted(unknown)}")
    return {name: schema[name] for name in names}


def _values(rows: Sequence[Mapping[str, object]], name: str) -> list[object]:
    try:
        return list(map(itemgetter(name), rows))  # three times as fast as asking each row
    except KeyError:
        return [row.get(name) for row in rows]


def _refuse_extra_keys(
    table: Table, rows: Iterable[Mapping[str, object]], allowed: Iterable[str]
) -> None:
    known = set(allowed)
    extra = {key for row in rows if not row.keys() <= known for key in row.keys() - known}
    if extra:
        raise ValueError(f"{table.name}: rows have keys that are no column: {sorted(extra)}")


def _series(table: Table, name: str, data_type: pl.DataType, values: list[object]) -> pl.Series:
    try:
        if isinstance(data_type, pl.Datetime):
            return _time_series(name, values)
        return _plain_series(name, data_type, values)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        reason = str(error).partition("\n")[0]
        raise StoreError(
            f"{table.name}.{name}: a value does not fit the column ({data_type}): {reason}"
        ) from error


def _plain_series(name: str, data_type: pl.DataType, values: list[object]) -> pl.Series:
    series = pl.Series(name, values, dtype=data_type)
    if isinstance(series.dtype, pl.Array):  # what numpy arrays become, whatever is asked for
        return series.cast(data_type)
    if series.dtype != data_type:
        raise TypeError(f"the values are {series.dtype}")
    return series


def _time_series(name: str, values: list[object]) -> pl.Series:
    """polars parses text, counts numbers from 1970, and keeps the zone of an aware value."""
    for value in values:
        if value is not None and not isinstance(value, datetime):
            raise TypeError(f"{value!r} is not a datetime")
    series = pl.Series(name, values, dtype=pl.Datetime("us"))
    if isinstance(series.dtype, pl.Datetime) and series.dtype.time_zone is not None:
        return series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return series
