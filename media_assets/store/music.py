"""A player's music in the store: what its tables follow from, and how they are written."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from media_assets.store.connect import connect, transaction
from media_assets.store.frames import as_table
from media_assets.store.tables.analysis import EMBEDDED_COVERS
from media_assets.store.tables.music import COVERS, MUSIC_TABLES
from media_assets.store.write import delete_keys, difference, upsert

# Raw tags and comments weigh more than all the rest, and no column follows from them.
_MUSIC = """
SELECT a.* EXCLUDE (tags, comment, acoustid_fingerprint), f.file_path, f.file_name, f.status
FROM audio_metadata a JOIN media_files f USING (media_id)
ORDER BY media_id
"""

_EMBEDDED = """
SELECT e.* FROM embedded_covers e JOIN audio_metadata USING (media_id) ORDER BY media_id
"""

# Decoded ones have a pHash. What is not hashed has more bytes than a sane cover.
_PICTURES = """
SELECT f.media_id, f.file_path, f.file_name, f.file_hash AS cover_id, i.width, i.height, i.format,
       f.file_size AS bytes
FROM media_files f JOIN image_metadata i USING (media_id)
WHERE f.kind = 'image' AND f.status <> 'missing' AND f.file_hash IS NOT NULL
  AND i.phash IS NOT NULL AND regexp_matches(lower(f.file_name), $names)
ORDER BY f.media_id
"""

_COVER = """
SELECT c.cover_id, c.cover_file, c.thumbnail_stem, f.file_path, f.path_bytes, f.status
FROM covers c JOIN media_files f USING (media_id)
"""


def load_music(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """A row a music file that could be read, in order of the ids: tags, path and status."""
    return con.sql(_MUSIC).pl()


def load_embedded(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Rows of `embedded_covers`."""
    return as_table(EMBEDDED_COVERS, con.sql(_EMBEDDED).pl())


def load_pictures(con: duckdb.DuckDBPyConnection, names: str) -> pl.DataFrame:
    """Present image files that could be decoded and whose lower-case name matches `names`."""
    return con.sql(_PICTURES, params={"names": names}).pl()


def write_catalog(file: Path, rows: Mapping[str, pl.DataFrame]) -> dict[str, tuple[int, int]]:
    """Make the tables of music equal to the rows, in one transaction.

    Returns rows written and rows deleted by table. The file is opened for writing only when
    something differs.
    """
    wanted = {table: as_table(table, rows[table.name]) for table in MUSIC_TABLES}
    with connect(file, read_only=True) as con:
        changes = {table: difference(con, table, frame) for table, frame in wanted.items()}
    if any(fresh.height or stale.height for fresh, stale in changes.values()):
        with connect(file) as con, transaction(con):
            for table, (fresh, stale) in changes.items():
                delete_keys(con, table, stale)
                upsert(con, table, fresh)
    return {table.name: (fresh.height, stale.height) for table, (fresh, stale) in changes.items()}


def load_cover_files(con: duckdb.DuckDBPyConnection, cover_id: str | None = None) -> pl.DataFrame:
    """Where the pictures of covers lie: `cover_id, cover_file, thumbnail_stem`, and the media.

    One cover, or all of them, in order.
    """
    if cover_id is None:
        return con.sql(f"{_COVER} ORDER BY cover_id").pl()
    return con.sql(f"{_COVER} WHERE cover_id = $cover_id", params={"cover_id": cover_id}).pl()


def cover_of(con: duckdb.DuckDBPyConnection, key: str) -> str | None:
    """The cover that a cover id, a media id, the key of an album or of an artist stands for."""
    row = con.execute(
        "SELECT cover_id FROM covers WHERE cover_id = $key "
        "UNION ALL SELECT cover_id FROM tracks WHERE media_id = $key "
        "UNION ALL SELECT cover_id FROM albums WHERE album_key = $key "
        "UNION ALL SELECT cover_id FROM artists WHERE artist_key = $key",
        {"key": key},
    ).fetchone()
    return row[0] if row else None


def referenced_covers(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Stems of the files that rows name: of pictures as embedded, and of thumbnails."""
    rows = con.execute(
        "SELECT cover_file FROM embedded_covers UNION "
        f"SELECT thumbnail_stem || '.' FROM {COVERS.name}"
    ).fetchall()
    return {row[0].rpartition("/")[2].partition(".")[0] for row in rows}
