"""What the store knows of a player's library, and how a scan is written into it."""

from datetime import datetime

import duckdb
import polars as pl

from media_assets.library.content import WHOLE_READ_LIMIT
from media_assets.library.guard import FolderVerdict
from media_assets.store.frames import frame_of
from media_assets.store.tables.library import LIBRARY_SCANS, MEDIA_FILES
from media_assets.store.write import delete_keys, relation, upsert

_KNOWN = """
SELECT media_id,
       CASE WHEN path_bytes IS NULL THEN file_path
            ELSE file_path || chr(0) || lower(hex(path_bytes)) END AS key,
       file_size, mtime_ns, fingerprint, status
FROM media_files
"""

# A clock that was set back must not have a file change before it was first seen.
_NOW = "greatest($now, first_seen_at)"

_CHANGE = f"""
UPDATE media_files SET file_size = s.file_size, mtime_ns = s.mtime_ns, fingerprint = NULL,
    file_hash = NULL, status = 'present', deleted_at = NULL, last_scan_at = {_NOW}
FROM changed s WHERE media_files.media_id = s.media_id
"""

_MOVE = f"""
UPDATE media_files SET folder = s.folder, file_path = s.file_path, path_bytes = s.path_bytes,
    file_name = s.file_name, file_ext = s.file_ext, kind = s.kind, file_size = s.file_size,
    file_hash = CASE WHEN media_files.mtime_ns = s.mtime_ns OR s.file_size <= $read_whole
        THEN file_hash END, -- the analysis hashes no larger file again
    mtime_ns = s.mtime_ns, status = 'present', deleted_at = NULL, last_scan_at = {_NOW}
FROM moved s WHERE media_files.media_id = s.media_id
"""

_OUTDATED_BY_A_RENAME = (
    ("media_failures", "file_ext"),
    ("media_stages", "kind"),
    ("image_metadata", "kind"),
    ("video_metadata", "kind"),
    ("audio_metadata", "kind"),
    ("audio_features", "kind"),
    ("thumbnails", "kind"),
    ("media_vectors", "kind"),
    ("capture_times", "kind"),
)
"""Tables, and the column of the file whose change makes their rows void."""

_STATUS = f"""
UPDATE media_files SET status = $status, last_scan_at = {_NOW},
    deleted_at = CASE WHEN $status = 'missing' THEN {_NOW} END
FROM marked s WHERE media_files.media_id = s.media_id
"""


def load_known(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """All media of the player, as `library.identity.KNOWN`."""
    return con.sql(_KNOWN).pl()


def load_hashes(con: duckdb.DuckDBPyConnection, media_ids: pl.Series) -> pl.DataFrame:
    """The full hash of media, null where it is not known: `media_id`, `file_hash`."""
    with relation(con, "asked", media_ids.rename("media_id").to_frame()):
        return con.sql(
            "SELECT media_id, file_hash FROM media_files SEMI JOIN asked USING (media_id)"
        ).pl()


def add_files(con: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> int:
    """Insert new media."""
    return upsert(con, MEDIA_FILES, rows)


def change_files(con: duckdb.DuckDBPyConnection, rows: pl.DataFrame, now: datetime) -> int:
    """Media whose path has another content: `media_id`, `file_size`, `mtime_ns`."""
    return _update(con, "changed", rows, _CHANGE, {"now": now})


def move_files(con: duckdb.DuckDBPyConnection, rows: pl.DataFrame, now: datetime) -> int:
    """Media that are elsewhere now: `media_id` and the columns of the path.

    What a decoder said of a file under another extension or kind does not hold any more. Nor does
    the full hash of a large file with another mtime: only its edges are known to be the same.
    """
    if rows.is_empty():
        return 0
    with relation(con, "moved", rows):
        for table, column in _OUTDATED_BY_A_RENAME:
            con.execute(
                f"DELETE FROM {table} AS t USING moved s, media_files f "
                "WHERE t.media_id = s.media_id AND f.media_id = s.media_id "
                f"AND f.{column} <> s.{column}"
            )
        con.execute(_MOVE, {"now": now, "read_whole": WHOLE_READ_LIMIT})
    return rows.height


def mark_files(
    con: duckdb.DuckDBPyConnection, media_ids: pl.Series, status: str, now: datetime
) -> int:
    """Give media a status; `missing` also sets `deleted_at`."""
    rows = media_ids.rename("media_id").to_frame()
    return _update(con, "marked", rows, _STATUS, {"now": now, "status": status})


def load_verdicts(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The verdicts of the latest scan, one row a folder."""
    return con.sql("FROM library_scans").pl()


def verdict_rows(verdicts: tuple[FolderVerdict, ...], now: datetime) -> pl.DataFrame:
    """Rows of `library_scans` for the verdicts of one scan."""
    return frame_of(
        LIBRARY_SCANS,
        [
            {
                "folder": verdict.count.folder,
                "verdict": verdict.verdict,
                "reason": verdict.reason,
                "files_seen": verdict.count.seen,
                "files_known": verdict.count.known,
                "files_gone": verdict.count.gone,
                "changed_at": now,
            }
            for verdict in verdicts
        ],
    )


def same_verdicts(rows: pl.DataFrame, before: pl.DataFrame) -> bool:
    """Whether a scan gives every folder the verdict that it had."""
    said = ("folder", "verdict", "reason")
    return rows.select(said).sort(said).equals(before.select(said).sort(said))


def record_verdicts(
    con: duckdb.DuckDBPyConnection, rows: pl.DataFrame, before: pl.DataFrame
) -> int:
    """Write the verdicts that differ from those before; folders no longer scanned are dropped."""
    news = rows.join(before, on=["folder", "verdict", "reason"], how="anti", nulls_equal=True)
    delete_keys(con, LIBRARY_SCANS, before.join(rows, on="folder", how="anti").select("folder"))
    return upsert(con, LIBRARY_SCANS, news)


def _update(
    con: duckdb.DuckDBPyConnection,
    name: str,
    rows: pl.DataFrame,
    statement: str,
    values: dict[str, object],
) -> int:
    if rows.is_empty():
        return 0
    with relation(con, name, rows):
        con.execute(statement, values)
    return rows.height
