"""What a table is: the one source of its DDL, upsert, column schema and documentation."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

SqlType = Literal[
    "BIGINT", "BLOB", "BOOLEAN", "DATE", "DOUBLE", "FLOAT[]", "INTEGER", "JSON", "SMALLINT",
    "TIMESTAMP", "VARCHAR", "VARCHAR[]",
]  # fmt: skip
Database = Literal["player", "shared"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `meaning` is a sentence for people; `unit` is set where a number needs one."""

    name: str
    type: SqlType
    meaning: str
    unit: str | None = None
    required: bool = False

    @property
    def definition(self) -> str:
        """The column as it stands in `CREATE TABLE`."""
        return f"{self.name} {self.type}{' NOT NULL' if self.required else ''}"


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `row` says what one row is; `key` names the columns of the primary key.

    There are no secondary indexes: they make an upsert 10 to 60 times slower in DuckDB and save
    2 ms a look-up. `lookups` names columns that have one all the same: of large tables that are
    derived, seldom written and asked about by that column. DuckDB refuses to alter such a table.
    """

    name: str
    database: Database
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    lookups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = self.column_names
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a column stands twice")
        if missing := {*self.key, *self.lookups} - set(names):
            raise ValueError(f"{self.name}: key columns {sorted(missing)} do not exist")

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names in the order of the DDL."""
        return tuple(column.name for column in self.columns)

    def create_statement(self) -> str:
        """`CREATE TABLE` with the primary key; safe to repeat."""
        lines = [column.definition for column in self.columns]
        lines.append(f"PRIMARY KEY ({', '.join(self.key)})")
        return f"CREATE TABLE IF NOT EXISTS {self.name} (\n    " + ",\n    ".join(lines) + "\n)"

    def index_statements(self) -> tuple[str, ...]:
        """`CREATE INDEX` of each column that is looked up; safe to repeat."""
        return tuple(
            f"CREATE INDEX IF NOT EXISTS {self.name}_by_{name} ON {self.name} ({name})"
            for name in self.lookups
        )

    def upsert_statement(
        self, source: str, columns: Iterable[str], keep: Iterable[str] = (), *, fill: bool = False
    ) -> str:
        """Insert the rows of the relation `source`, or update those whose key is there.

        Only `columns` are written; those in `keep` are set for a new row and left alone in an old
        one. With `fill`, a NULL of the source leaves the value that is there. The source is sorted
        by key, which keeps DuckDB's row groups ordered.
        """
        written = tuple(columns)
        if unknown := set(written) - set(self.column_names):
            raise ValueError(f"{self.name} has no column {sorted(unknown)}")
        names, key = ", ".join(written), ", ".join(self.key)
        kept = {*self.key, *keep}
        new = f"coalesce(excluded.{{0}}, {self.name}.{{0}})" if fill else "excluded.{0}"
        updates = ", ".join(f"{name} = {new.format(name)}" for name in written if name not in kept)
        action = f"DO UPDATE SET {updates}" if updates else "DO NOTHING"
        return (
            f"INSERT INTO {self.name} ({names}) SELECT {names} FROM {source} ORDER BY {key} "
            f"ON CONFLICT ({key}) {action}"
        )
