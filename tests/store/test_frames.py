"""Frames have exactly the columns and types of a table, or say which value does not fit."""

from datetime import datetime, timedelta, timezone

import numpy as np
import polars as pl
import pytest

from media_assets.errors import StoreError
from media_assets.store.frames import (
    POLARS_TYPES,
    as_table,
    empty_frame,
    frame_of,
    frame_of_columns,
    polars_schema,
)
from media_assets.store.spec import Column, Table
from media_assets.store.tables.analysis import ANALYSIS_TABLES
from media_assets.store.tables.captures import CAPTURE_TABLES
from media_assets.store.tables.library import LIBRARY_TABLES
from media_assets.store.tables.matches import MATCH_PARTICIPANTS, MATCH_TABLES
from media_assets.store.tables.players import PLAYER_TABLES

TABLES = (*LIBRARY_TABLES, *ANALYSIS_TABLES, *CAPTURE_TABLES, *MATCH_TABLES, *PLAYER_TABLES)
NOON = datetime(2024, 1, 1, 12)  # noqa: DTZ001 - columns hold naive UTC
SAMPLE = Table(
    "sample",
    "player",
    "one of each",
    ("id",),
    (
        Column("id", "VARCHAR", "Key.", required=True),
        Column("small", "SMALLINT", "16 bits."),
        Column("whole", "INTEGER", "32 bits."),
        Column("real", "DOUBLE", "64 bits."),
        Column("time", "TIMESTAMP", "UTC."),
        Column("names", "VARCHAR[]", "Names."),
        Column("vector", "FLOAT[]", "Vector."),
        Column("data", "BLOB", "Bytes."),
        Column("day", "DATE", "Day."),
        Column("flag", "BOOLEAN", "Flag."),
        Column("document", "JSON", "Text."),
        Column("large", "BIGINT", "64 bits."),
    ),
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_has_an_empty_frame_of_its_columns(table):
    frame = empty_frame(table)
    assert tuple(frame.columns) == table.column_names
    assert frame.schema == polars_schema(table)
    assert frame_of(table, []).equals(frame)


def test_each_value_comes_back_as_it_went_in():
    row = {
        "id": "a", "small": -32768, "whole": 2**31 - 1, "real": 0.1, "time": NOON,
        "names": ["x", "y"], "vector": [0.5, 1.0], "data": b"\0\xff", "day": NOON.date(),
        "flag": False, "document": '{"a": 1}', "large": 2**62,
    }  # fmt: skip
    frame = frame_of(SAMPLE, [row])
    assert frame.schema == {c.name: POLARS_TYPES[c.type] for c in SAMPLE.columns}
    assert frame.to_dicts() == [row]


def test_a_missing_key_is_null_and_rows_keep_their_order():
    frame = frame_of(SAMPLE, [{"id": "b", "whole": 2}, {"id": "a"}])
    assert frame["id"].to_list() == ["b", "a"]
    assert frame["whole"].to_list() == [2, None]
    assert frame["names"].dtype == pl.List(pl.String)


def test_a_generator_and_a_selection_of_columns():
    frame = frame_of(SAMPLE, ({"id": str(n)} for n in range(3)), ["real", "id"])
    assert frame.schema == {"real": pl.Float64(), "id": pl.String()}
    assert frame.height == 3


def test_a_vector_may_be_an_array():
    frame = frame_of(SAMPLE, [{"vector": np.ones(3, np.float32)}], ["vector"])
    assert frame.schema == {"vector": pl.List(pl.Float32)}
    assert frame["vector"].to_list() == [[1, 1, 1]]


@pytest.mark.parametrize("order", [1, -1])
def test_aware_datetimes_become_utc_and_naive_ones_are_utc(order):
    aware = NOON.replace(tzinfo=timezone(timedelta(hours=2)))
    values = [aware, NOON, None][::order]
    frame = frame_of(SAMPLE, [{"time": value} for value in values], ["time"])
    assert frame.schema == {"time": pl.Datetime("us")}
    assert frame["time"].to_list() == [NOON - timedelta(hours=2), NOON, None][::order]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("small", 32768),
        ("whole", 2**31),
        ("whole", 1.5),
        ("whole", "1"),
        ("id", 1),
        ("id", "\udcff"),
        ("real", "1"),
        ("flag", 1),
        ("names", ["a", 1]),
        ("time", "2024-01-01"),
        ("time", 1),
        ("day", NOON),
    ],
)
def test_a_value_that_does_not_fit_names_its_column(column, value):
    with pytest.raises(StoreError, match=rf"^sample\.{column}: "):
        frame_of(SAMPLE, [{"id": "a"}, {column: value}])


def test_a_key_that_is_no_column_is_refused():
    with pytest.raises(ValueError, match=r"sample: .*'kils'"):
        frame_of(SAMPLE, [{"id": "a"}, {"id": "b", "kils": 1}])


def test_a_key_outside_the_selection_is_refused():
    with pytest.raises(ValueError, match=r"match_participants: .*'deaths'"):
        frame_of(MATCH_PARTICIPANTS, [{"kills": 1, "deaths": 1}], ["kills"])


def test_a_selected_column_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"sample has no column \['kils'\]"):
        frame_of(SAMPLE, [], ["id", "kils"])


def test_a_frame_as_a_table_has_its_columns_types_and_order():
    wide = frame_of(SAMPLE, [{"id": "a", "small": 3, "large": 7}])
    frame = wide.select(*reversed(wide.columns), pl.lit(1).alias("other"))
    frame = frame.with_columns(pl.col("small", "large").cast(pl.UInt32))
    assert as_table(SAMPLE, frame).equals(wide)
    assert as_table(SAMPLE, frame).schema == polars_schema(SAMPLE)


def test_a_frame_without_a_column_of_the_table_is_refused():
    with pytest.raises(StoreError, match=r"sample: columns are missing: \['flag', 'id'\]"):
        as_table(SAMPLE, empty_frame(SAMPLE).drop("id", "flag"))


def test_a_frame_with_a_value_that_does_not_fit_is_refused():
    frame = empty_frame(SAMPLE).with_columns(pl.col("small").cast(pl.Int64))
    wide = pl.concat([frame, pl.DataFrame({"small": [70_000]})], how="diagonal")
    with pytest.raises(StoreError, match=r"sample: .*small"):
        as_table(SAMPLE, wide)


def test_columns_of_some_parts_follow_each_other() -> None:
    names = SAMPLE.column_names
    rows = [{"id": "a", "small": 1, "time": NOON}, {"id": "b", "real": 2}, {"id": "c"}]
    parts = [
        {name: tuple(row.get(name) for row in chosen) for name in names}
        for chosen in (rows[:2], [], rows[2:])
    ]
    assert frame_of_columns(SAMPLE, parts).equals(frame_of(SAMPLE, rows))
    assert frame_of_columns(SAMPLE, []).equals(empty_frame(SAMPLE))
    with pytest.raises(ValueError, match="no column"):
        frame_of_columns(SAMPLE, [{**parts[0], "other": (1, 2)}])
    with pytest.raises(StoreError, match=r"sample\.small"):
        frame_of_columns(SAMPLE, [{**parts[0], "small": ("x", "y")}])


def test_rows_that_lack_a_key_and_rows_that_do_not_may_be_mixed() -> None:
    found = frame_of(SAMPLE, [{"id": "a", "whole": 1}, {"id": "b"}])
    assert found["whole"].to_list() == [1, None]
