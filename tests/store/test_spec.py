"""One specification: DuckDB's catalog agrees with it, and upserts do what they say."""

import re

import duckdb
import polars as pl
import pytest

from media_assets.store.spec import Column, Table
from media_assets.store.tables.catalog import TABLES, tables_of
from media_assets.store.write import delete_keys, upsert

PAIR = Table(
    "pair",
    "player",
    "a pair",
    ("a", "b"),
    (
        Column("a", "VARCHAR", "A.", required=True),
        Column("b", "INTEGER", "B.", required=True),
        Column("note", "VARCHAR", "Note."),
        Column("names", "VARCHAR[]", "Names."),
    ),
)


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        connection.execute(PAIR.create_statement())
        yield connection


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_catalog_agrees_with_the_specification(table: Table) -> None:
    with duckdb.connect() as connection:
        connection.execute(table.create_statement())
        connection.execute(table.create_statement())  # safe to repeat
        columns = connection.execute(
            "SELECT column_name, data_type, is_nullable FROM duckdb_columns() "
            "WHERE table_name = ? ORDER BY column_index",
            [table.name],
        ).fetchall()
        keys = connection.execute(
            "SELECT constraint_column_names FROM duckdb_constraints() "
            "WHERE table_name = ? AND constraint_type = 'PRIMARY KEY'",
            [table.name],
        ).fetchall()
        for statement in (*table.index_statements(), *table.index_statements()):
            connection.execute(statement)
        indexes = connection.execute(
            "SELECT expressions FROM duckdb_indexes() ORDER BY index_oid"
        ).fetchall()
    assert columns == [
        (column.name, column.type, not (column.required or column.name in table.key))
        for column in table.columns
    ]
    assert keys == [(list(table.key),)]
    assert [found for (found,) in indexes] == [f"[{name}]" for name in table.lookups]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_described_in_words(table: Table) -> None:
    assert re.fullmatch(r"[a-z][a-z_]*", table.name)
    assert table.row[0].islower() or table.row[0].isdigit()
    assert not table.row.endswith(".")
    for column in table.columns:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
        assert column.meaning.endswith("."), column.name
    assert all(column.required for column in table.columns if column.name in table.key)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_times_are_utc_and_numbers_that_need_a_unit_have_one(table: Table) -> None:
    for column in table.columns:
        if column.type == "TIMESTAMP":
            assert "UTC" in column.meaning or "wall clock" in column.meaning, column.name
        for ending, unit in (("_ns", "ns since 1970"), ("_ms", "ms"), ("_seconds", "s"),
                             ("_size", "bytes"), ("_bytes", "bytes")):  # fmt: skip
            if column.name.endswith(ending) and column.type != "BLOB":
                assert column.unit == unit, column.name


def test_no_two_tables_of_one_database_share_a_name() -> None:
    for database in ("player", "shared"):
        names = [table.name for table in tables_of(database)]
        assert len(set(names)) == len(names)
    assert len(tables_of("player")) + len(tables_of("shared")) == len(TABLES)


def test_a_specification_that_contradicts_itself_is_refused() -> None:
    column = Column("a", "VARCHAR", "A.")
    with pytest.raises(ValueError, match="t: a column stands twice"):
        Table("t", "player", "a row", ("a",), (column, column))
    with pytest.raises(ValueError, match=r"t: key columns \['b'\] do not exist"):
        Table("t", "player", "a row", ("a", "b"), (column,))


def rows(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute("FROM pair ORDER BY a, b").fetchall()


def test_an_upsert_inserts_and_updates(con: duckdb.DuckDBPyConnection) -> None:
    first = pl.DataFrame({"a": ["y", "x"], "b": [1, 1], "note": ["one", None]})
    assert upsert(con, PAIR, first) == 2
    again = pl.DataFrame({"a": ["x", "x"], "b": [1, 2], "note": ["two", "three"]})
    assert upsert(con, PAIR, again) == 2
    assert rows(con) == [
        ("x", 1, "two", None),
        ("x", 2, "three", None),
        ("y", 1, "one", None),
    ]


def test_an_upsert_leaves_the_columns_alone_that_it_does_not_name(con) -> None:
    upsert(con, PAIR, pl.DataFrame({"a": ["x"], "b": [1], "note": ["n"], "names": [["p"]]}))
    upsert(con, PAIR, pl.DataFrame({"b": [1], "names": [["q", "r"]], "a": ["x"]}))
    assert rows(con) == [("x", 1, "n", ["q", "r"])]


def test_columns_to_keep_are_set_for_new_rows_alone(con: duckdb.DuckDBPyConnection) -> None:
    upsert(con, PAIR, pl.DataFrame({"a": ["x"], "b": [1], "note": ["old"], "names": [["p"]]}))
    both = pl.DataFrame({"a": ["x", "z"], "b": [1, 1], "note": ["new"] * 2, "names": [["q"]] * 2})
    upsert(con, PAIR, both, keep=("note",))
    assert rows(con) == [("x", 1, "old", ["q"]), ("z", 1, "new", ["q"])]


def test_an_upsert_of_keys_alone_changes_no_row(con: duckdb.DuckDBPyConnection) -> None:
    upsert(con, PAIR, pl.DataFrame({"a": ["x"], "b": [1], "note": ["n"]}))
    upsert(con, PAIR, pl.DataFrame({"a": ["x", "y"], "b": [1, 1]}))
    assert rows(con) == [("x", 1, "n", None), ("y", 1, None, None)]


def test_an_upsert_of_nothing_needs_no_table() -> None:
    with duckdb.connect() as empty:
        assert upsert(empty, PAIR, pl.DataFrame({"a": [], "b": []})) == 0


def test_a_column_that_the_table_lacks_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ValueError, match=r"pair has no column \['c'\]"):
        upsert(con, PAIR, pl.DataFrame({"a": ["x"], "b": [1], "c": [1]}))


def test_a_required_value_that_lacks_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.ConstraintException):
        upsert(con, PAIR, pl.DataFrame({"a": ["x"], "b": [None]}))
    assert rows(con) == []


def test_deleting_by_part_of_the_key_takes_all_that_fit(con: duckdb.DuckDBPyConnection) -> None:
    upsert(con, PAIR, pl.DataFrame({"a": ["x", "x", "y"], "b": [1, 2, 1]}))
    assert delete_keys(con, PAIR, pl.DataFrame({"a": ["x"]})) == 1
    assert [row[:2] for row in rows(con)] == [("y", 1)]
    assert delete_keys(con, PAIR, pl.DataFrame({"a": [], "b": []})) == 0
