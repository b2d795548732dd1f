"""What a column of a derived table follows from.

A column without an entry of its own follows from the one of the same name in the first of the
table's sources that has it. Columns are named `table.column`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from media_assets.store.spec import Table

Sources = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lineage:
    """`tables`: where a table's columns come from. `columns`: those that have another name there,
    or follow from several, as names that are parted by blanks.
    """

    tables: tuple[Table, ...]
    columns: Mapping[str, str] = field(default_factory=dict)

    def sources(self, column: str) -> Sources:
        """The columns that a column follows from."""
        if column in self.columns:
            return tuple(self.columns[column].split())
        return next((f"{table.name}.{column}",) for table in self.tables
                    if column in table.column_names)  # fmt: skip
