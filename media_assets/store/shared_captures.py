"""What several players share, once: their captures, and their matches with all captures of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

import polars as pl

from media_assets.store.connect import attach_shared, in_memory
from media_assets.store.frames import as_table
from media_assets.store.publish import read_published
from media_assets.store.spec import Table
from media_assets.store.tables.captures import CAPTURE_TIMES, MEDIA_MATCHES
from media_assets.store.tables.library import MEDIA_FILES
from media_assets.store.write import make_equal, relation

_READ = {
    MEDIA_FILES: ("media_id", "player", "file_path", "kind", "file_size", "file_hash", "status"),
    CAPTURE_TIMES: ("media_id", "capture_start_utc", "capture_end_utc", "time_quality"),
    MEDIA_MATCHES: ("media_id", "match_id", "match_start_time", "role", "decision"),
}
"""The columns that are looked at, of what each player has published."""

# Empty files are equal and show nothing; what is missing is not counted.
_CAPTURES = """
CREATE TEMP TABLE captures AS
SELECT f.media_id, f.player, f.file_path, f.kind, f.file_size,
       coalesce(f.file_hash, f.media_id) AS content_id,
       t.capture_start_utc, t.capture_end_utc,
       CASE WHEN t.capture_start_utc IS NULL THEN -1 ELSE t.time_quality END AS trust
FROM media_files f LEFT JOIN capture_times t USING (media_id)
WHERE f.kind IN ('image', 'video') AND f.status <> 'missing' AND f.file_size > 0
"""

_SHOWN = """
CREATE TEMP TABLE shown AS
SELECT media_id, match_id, match_start_time, role, decision FROM media_matches
WHERE decision IN ('auto', 'review', 'accepted', 'assigned')
"""


def collect(
    folders: Sequence[Path], shared: Path, xuids: Iterable[tuple[str, str]]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of `shared_captures` and of `match_captures`, without the time of writing.

    `folders` hold what each player has published, `shared` is the shared database, and `xuids`
    are pairs of a player and a xuid.
    """
    own = pl.DataFrame(list(xuids), {"player": pl.String, "xuid": pl.String}, orient="row")
    with in_memory() as con:
        for table, columns in _READ.items():
            read_published(con, table, columns, folders)
        con.execute(_CAPTURES)
        con.execute(_SHOWN)
        attach_shared(con, shared)
        with relation(con, "own", own):
            matches = con.sql(_statement("match_captures.sql")).pl()
        return con.sql(_statement("shared_captures.sql")).pl(), matches


def write(file: Path, table: Table, rows: pl.DataFrame, now: datetime) -> tuple[int, int]:
    """Make one of the two tables equal to the rows; returns rows written and rows deleted."""
    stamped = as_table(table, rows.with_columns(collected_at=pl.lit(now)))
    return make_equal(file, table, stamped, ignore=("collected_at",))


@cache
def _statement(name: str) -> str:
    return files("media_assets.store").joinpath("sql", name).read_text(encoding="utf-8")
