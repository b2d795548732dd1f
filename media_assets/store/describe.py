"""The documentation of the columns, from the specification that the tables are made from.

`python -m media_assets.store.describe` prints it; `docs/tables.md` is that text.
"""

from collections.abc import Iterator

from media_assets.store.spec import Column, Table
from media_assets.store.tables.catalog import tables_of
from media_assets.store.tables.land_view import LAND_COLUMNS
from media_assets.store.tables.media_view import MEDIA_COLUMNS

_INTRODUCTION = """# Tables

Written by `make docs` from the same specification as the tables themselves. Times are UTC.
Every table is published as Parquet: the player's below `data/published/<player>/`, the shared ones
below `data/published/shared/`. `path_bytes` and `gps` stay in the databases. `land_media` and the
tables whose names begin with `web_` or `land_` are published for lands alone.
"""


def describe() -> str:
    """All tables with their columns, as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield "## media (view, `media.parquet`)\n"
    yield "One row is one media file with all that is known of it. Key: `media_id`.\n"
    yield from _columns(MEDIA_COLUMNS)
    yield "\n## land_media (view, `land_media.parquet`)\n"
    yield "One row is one URL of a land with all that is known of its content. Key: `url`.\n"
    yield from _columns(LAND_COLUMNS)
    yield "\n# Per player: `data/players/<player>/stats.duckdb`"
    for table in tables_of("player"):
        yield from _table(table)
    yield "\n# Shared: `data/warehouse/shared_matches.duckdb`"
    for table in tables_of("shared"):
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    key = ", ".join(f"`{name}`" for name in table.key)
    yield f"\n## {table.name}\n"
    yield f"One row is {table.row}. Key: {key}.\n"
    yield from _columns(table.columns)


def _columns(columns: tuple[Column, ...]) -> Iterator[str]:
    yield "| column | type | unit | meaning |"
    yield "|---|---|---|---|"
    for column in columns:
        meaning = column.meaning.replace("|", "\\|")
        yield f"| `{column.name}` | {column.type} | {column.unit or ''} | {meaning} |"


if __name__ == "__main__":
    print(describe(), end="")
