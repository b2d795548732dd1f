"""A table is made equal to a frame by writing what differs, and nothing when nothing does."""

from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_assets.errors import StoreError
from media_assets.store.connect import connect, in_memory
from media_assets.store.spec import Column, Table
from media_assets.store.write import difference, insert, make_equal, relation, upsert

TALLY = Table(
    "tally",
    "player",
    "a tally",
    ("name", "day"),
    (
        Column("name", "VARCHAR", "Name.", required=True),
        Column("day", "INTEGER", "Day.", required=True),
        Column("count", "INTEGER", "Count."),
        Column("share", "DOUBLE", "Share."),
        Column("tags", "VARCHAR[]", "Tags."),
        Column("written_at", "TIMESTAMP", "When, UTC."),
    ),
)
SCHEMA = {
    "name": pl.String, "day": pl.Int32, "count": pl.Int32, "share": pl.Float64,
    "tags": pl.List(pl.String), "written_at": pl.Datetime("us"),
}  # fmt: skip
Row = tuple[object, ...]


def frame(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame([(*row, None) for row in rows], SCHEMA, orient="row")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "stats.duckdb"
    with connect(path) as con:
        con.execute(TALLY.create_statement())
    return path


def stored(file: Path) -> list[Row]:
    with connect(file, read_only=True) as con:
        return [row[:5] for row in con.execute("FROM tally ORDER BY name, day").fetchall()]


A, B, C = ("a", 1, 5, 0.5, ["x"]), ("b", 1, None, None, None), ("b", 2, 7, float("nan"), [])


def test_an_empty_table_gets_all_and_a_full_one_loses_all(file: Path) -> None:
    assert make_equal(file, TALLY, frame(A, B)) == (2, 0)
    assert stored(file) == [A, B]
    assert make_equal(file, TALLY, frame()) == (0, 2)
    assert stored(file) == []


def test_only_what_differs_is_written(file: Path) -> None:
    make_equal(file, TALLY, frame(A, B, C))
    other = ("a", 1, 6, 0.5, ["x"])
    new = ("c", 1, 0, 0.0, ["y", "z"])
    assert make_equal(file, TALLY, frame(other, B, new)) == (2, 1)
    assert stored(file) == [other, B, new]


@pytest.mark.parametrize(
    "changed",
    [("a", 1, None, 0.5, ["x"]), ("a", 1, 5, 0.25, ["x"]), ("a", 1, 5, 0.5, ["x", "y"]),
     ("a", 1, 5, 0.5, None), ("a", 1, 5, None, ["x"])],
)  # fmt: skip
def test_a_change_of_any_value_to_or_from_nothing_counts(file: Path, changed: Row) -> None:
    make_equal(file, TALLY, frame(A))
    assert make_equal(file, TALLY, frame(changed)) == (1, 0)
    assert stored(file) == [changed]
    assert make_equal(file, TALLY, frame(A)) == (1, 0)


def test_nothing_is_written_when_nothing_differs(file: Path) -> None:
    make_equal(file, TALLY, frame(A, B, C))
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    assert make_equal(file, TALLY, frame(C, A, B)) == (0, 0)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_nothing_is_opened_for_writing_when_nothing_differs(file: Path) -> None:
    make_equal(file, TALLY, frame(A))
    with connect(file, read_only=True):  # a writer would have to wait for this reader
        assert make_equal(file, TALLY, frame(A)) == (0, 0)


def test_times_of_writing_may_be_ignored(file: Path) -> None:
    now = pl.lit("2026-01-01").str.to_datetime(time_unit="us")
    make_equal(file, TALLY, frame(A))
    stamped = frame(A).with_columns(written_at=now)
    assert make_equal(file, TALLY, stamped, ignore=("written_at",)) == (0, 0)
    assert make_equal(file, TALLY, stamped) == (1, 0)


def test_a_write_that_fails_changes_nothing(file: Path) -> None:
    make_equal(file, TALLY, frame(A, B))
    with pytest.raises(duckdb.ConstraintException):
        make_equal(file, TALLY, frame(C, ("d", None, 1, None, None)))
    assert stored(file) == [A, B]


def test_a_frame_is_visible_only_within_its_block() -> None:
    with in_memory() as con:
        with relation(con, "numbers", pl.DataFrame({"n": [1, 2]})) as name:
            assert con.execute(f"SELECT sum(n) FROM {name}").fetchone() == (3,)
        with pytest.raises(duckdb.CatalogException, match="numbers"):
            con.execute("FROM numbers")


ROWS = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.integers(0, 2)),
    st.tuples(
        st.none() | st.integers(0, 1),
        st.none() | st.sampled_from([0.0, 1.5]),
        st.none() | st.lists(st.none() | st.sampled_from(["", "x"]), max_size=2),
    ),
)


@settings(max_examples=30, deadline=None)
@given(ROWS, ROWS)
def test_after_it_there_is_no_difference(before, after) -> None:
    old, new = (
        frame(*((*key, *values) for key, values in rows.items())) for rows in (before, after)
    )
    with in_memory() as con:
        con.execute(TALLY.create_statement())
        upsert(con, TALLY, old)
        fresh, stale = difference(con, TALLY, new)
    assert {tuple(row[:2]) for row in fresh.iter_rows()} == {
        key for key in after if before.get(key) != after[key]
    }
    assert set(stale.iter_rows()) == before.keys() - after.keys()


def test_a_key_that_stands_twice_is_refused_with_table_and_key(file: Path) -> None:
    make_equal(file, TALLY, frame(A))
    with connect(file) as con, pytest.raises(StoreError, match=r"tally: .*name 'a', day 1"):
        upsert(con, TALLY, frame(("a", 1, 7, 0.5, ["x"]), B, ("a", 1, 8, 0.5, ["x"])))
    assert stored(file) == [A]


def test_an_insert_refuses_a_key_that_is_there_and_writes_nothing(file: Path) -> None:
    with connect(file) as con:
        assert insert(con, TALLY, frame(A, B)) == 2
        assert insert(con, TALLY, frame()) == 0
        with pytest.raises(duckdb.ConstraintException):
            insert(con, TALLY, frame(C, A))
    assert [row[:3] for row in stored(file)] == [("a", 1, 5), ("b", 1, None)]


def test_with_fill_a_null_leaves_the_value_that_is_there(file: Path) -> None:
    with connect(file) as con:
        upsert(con, TALLY, frame(A, B))
        upsert(con, TALLY, frame(("a", 1, None, 0.75, None), ("b", 1, 3, None, ["y"])), fill=True)
    assert stored(file) == [("a", 1, 5, 0.75, ["x"]), ("b", 1, 3, None, ["y"])]
    with connect(file) as con:
        upsert(con, TALLY, frame(("a", 1, None, None, None)))
    assert stored(file)[0] == ("a", 1, None, None, None)
