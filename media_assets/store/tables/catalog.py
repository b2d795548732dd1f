"""Every table, and the order in which a new database gets them."""

from media_assets.store.spec import Database, Table
from media_assets.store.tables.analysis import ANALYSIS_TABLES
from media_assets.store.tables.captures import CAPTURE_TABLES
from media_assets.store.tables.duplicates import DUPLICATE_TABLES
from media_assets.store.tables.figures import FIGURE_TABLES
from media_assets.store.tables.levelup import LEVELUP_TABLES
from media_assets.store.tables.library import LIBRARY_TABLES
from media_assets.store.tables.matches import MATCH_TABLES
from media_assets.store.tables.music import MUSIC_TABLES, SHARED_MUSIC_TABLES
from media_assets.store.tables.players import PLAYER_TABLES
from media_assets.store.tables.shared_captures import SHARED_CAPTURE_TABLES
from media_assets.store.tables.statistics import STATISTICS_TABLES
from media_assets.store.tables.vectors import VECTOR_TABLES
from media_assets.store.tables.web import WEB_TABLES

TABLES: tuple[Table, ...] = (
    *LIBRARY_TABLES,
    *ANALYSIS_TABLES,
    *CAPTURE_TABLES,
    *DUPLICATE_TABLES,
    *SHARED_CAPTURE_TABLES,
    *MUSIC_TABLES,
    *SHARED_MUSIC_TABLES,
    *VECTOR_TABLES,
    *WEB_TABLES,
    *FIGURE_TABLES,
    *PLAYER_TABLES,
    *STATISTICS_TABLES,
    *MATCH_TABLES,
    *LEVELUP_TABLES,
)


def tables_of(database: Database) -> tuple[Table, ...]:
    """The tables of one kind of database."""
    return tuple(table for table in TABLES if table.database == database)
