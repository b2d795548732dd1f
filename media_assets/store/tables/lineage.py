"""Which columns of other tables each column of a derived table follows from."""

from collections.abc import Mapping

from media_assets.store.spec import Table
from media_assets.store.tables.match_lineage import MATCH_LINEAGE
from media_assets.store.tables.music_lineage import MUSIC_LINEAGE
from media_assets.store.tables.sources import Lineage

LINEAGE: Mapping[str, Lineage] = {**MATCH_LINEAGE, **MUSIC_LINEAGE}
"""By table."""


def upstream(table: Table) -> set[str]:
    """The tables that a table's columns come from."""
    lineage = LINEAGE.get(table.name)
    if lineage is None:
        return set()
    sources = (source for column in table.column_names for source in lineage.sources(column))
    return {source.partition(".")[0] for source in sources}
