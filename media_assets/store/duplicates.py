"""Duplicates of one player in the store: what they follow from, the groups, what people decided."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from media_assets.store.connect import connect, transaction
from media_assets.store.frames import as_table
from media_assets.store.spec import Table
from media_assets.store.tables.duplicates import DUPLICATE_GROUPS, DUPLICATES
from media_assets.store.tables.library import MEDIA_FILES, MEDIA_STAGES
from media_assets.store.write import delete_keys, difference, relation, upsert

STAGE = "duplicates"

_NEWS = """
SELECT (SELECT count(*) FROM media WHERE pending),
       (SELECT count(*) FROM media_stages s ANTI JOIN media m ON m.media_id = s.media_id
        WHERE s.stage = 'duplicates')
"""

_BEST_FIRST = """
ORDER BY kept DESC, pixels DESC, file_size DESC, mtime_ns, first_seen_at, media_id
"""

# Large files are not hashed by the analysis. Those with the same size and edges as another, also of
# another player, are worth it.
_PROBABLE_COPIES = """
WITH edges AS (
    SELECT file_size, fingerprint FROM media_files WHERE status = 'present'
    UNION ALL {others}
),
probable AS (SELECT file_size, fingerprint FROM edges GROUP BY ALL HAVING count(*) > 1)
SELECT media_id, file_path, path_bytes, file_size, mtime_ns, fingerprint
FROM media_files SEMI JOIN probable USING (file_size, fingerprint)
WHERE status = 'present' AND file_size > 0 AND file_hash IS NULL
ORDER BY file_path, media_id
"""
_OF_OTHERS = "SELECT file_size, fingerprint FROM read_parquet($files) WHERE status <> 'missing'"
_OF_NOBODY = "SELECT NULL::BIGINT, NULL::VARCHAR WHERE false"

_KNOWN = """
SELECT media_id, group_id, class, compared_media_id, phash_bits, dhash_bits, agreement,
       seconds_apart
FROM duplicates ORDER BY media_id
"""


def load_news(con: duckdb.DuckDBPyConnection, version: int) -> tuple[int, int]:
    """How many media were not compared as they are now, and how many compared ones are gone."""
    row = con.execute(f"WITH media AS ({_statement()}) {_NEWS}", {"version": version}).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def load_media(con: duckdb.DuckDBPyConnection, version: int) -> pl.DataFrame:
    """All media that can be compared, the best first: see `sql/duplicate_media.sql`.

    `place` counts from 0; `content` is the place of the best media with the same bytes.
    """
    query = f"FROM ({_statement()}) {_BEST_FIRST}"
    return with_contents(con.sql(query, params={"version": version}).pl())


def with_contents(media: pl.DataFrame) -> pl.DataFrame:
    """Number the rows in their order as `place`, and say who is the first of the same bytes.

    (DuckDB's window functions take 2 s for 20,000 contents.)
    """
    numbered = media.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
    first = pl.col("place").min().over("file_size", "content_hash")
    return numbered.with_columns(content=first).drop("content_hash")


def load_probable_copies(con: duckdb.DuckDBPyConnection, others: Sequence[Path]) -> pl.DataFrame:
    """Files whose full hash is not known, with the size and fingerprint of another one.

    `others`: folders with what other players have published.
    """
    files = [str(folder / f"{MEDIA_FILES.name}.parquet") for folder in others]
    query = _PROBABLE_COPIES.format(others=_OF_OTHERS if files else _OF_NOBODY)
    return con.sql(query, params={"files": files} if files else {}).pl()


def load_known(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The duplicates that were found before."""
    return con.sql(_KNOWN).pl()


def load_frames(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Clips with hashed frames: `media_id`, `duration_seconds`, `frame_hashes` (JSON)."""
    return con.sql(
        "SELECT media_id, duration_seconds, frame_hashes::VARCHAR AS frame_hashes "
        "FROM video_metadata WHERE duration_seconds IS NOT NULL AND frame_hashes IS NOT NULL "
        "ORDER BY media_id"
    ).pl()


def load_greys(con: duckdb.DuckDBPyConnection, media_ids: pl.Series) -> list[bytes]:
    """The grey pictures of images, in the order asked for."""
    return _in_order(con, media_ids, "SELECT media_id, grey AS value FROM image_metadata")


def load_vectors(
    con: duckdb.DuckDBPyConnection, media_ids: pl.Series, space: str
) -> list[list[float] | None]:
    """Vectors of media in one space, in the order asked for; None where there is none."""
    query = f"SELECT media_id, vector AS value FROM media_vectors WHERE space = '{space}'"
    return _in_order(con, media_ids, query)


def load_decisions(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """What people decided: `media_id`, `other_media_id`, `decision`."""
    return con.sql(
        "SELECT media_id, other_media_id, decision FROM duplicate_decisions ORDER BY ALL"
    ).pl()


def write_found(
    file: Path,
    duplicates: pl.DataFrame,
    groups: pl.DataFrame,
    compared: pl.DataFrame,
    now: datetime,
) -> tuple[int, int]:
    """Make both tables equal to the frames; returns rows written and rows deleted of them.

    `compared` has `media_id`, `file_size`, `mtime_ns`, `inputs` and `version` of all media that
    were compared; records of others are dropped.
    """
    with connect(file) as con, transaction(con):
        written = deleted = 0
        for table, rows in ((DUPLICATES, duplicates), (DUPLICATE_GROUPS, groups)):
            changes = _make_equal(con, table, rows.with_columns(found_at=pl.lit(now)))
            written, deleted = written + changes[0], deleted + changes[1]
        _record(con, compared, now)
    return written, deleted


def _make_equal(
    con: duckdb.DuckDBPyConnection, table: Table, rows: pl.DataFrame
) -> tuple[int, int]:
    fresh, stale = difference(con, table, as_table(table, rows), ignore=("found_at",))
    return upsert(con, table, fresh), delete_keys(con, table, stale)


def _record(con: duckdb.DuckDBPyConnection, compared: pl.DataFrame, now: datetime) -> None:
    """What was compared as it is now; only what differs is written."""
    with relation(con, "compared", compared):
        con.execute(
            f"DELETE FROM media_stages WHERE stage = '{STAGE}' "
            "AND media_id NOT IN (SELECT media_id FROM compared)"
        )
        fresh = con.sql(
            f"SELECT c.media_id, '{STAGE}' AS stage, c.version, c.inputs AS settings, "
            "c.file_size, c.mtime_ns, $now::TIMESTAMP AS done_at FROM compared c "
            f"ANTI JOIN media_stages s ON s.media_id = c.media_id AND s.stage = '{STAGE}' "
            "AND s.version = c.version AND s.settings = c.inputs",
            params={"now": now},
        ).pl()
    upsert(con, MEDIA_STAGES, fresh)


def _in_order(con: duckdb.DuckDBPyConnection, media_ids: pl.Series, query: str) -> list[Any]:
    asked = pl.DataFrame({"media_id": media_ids}).with_row_index("place")
    with relation(con, "asked", asked):
        return con.sql(
            f"SELECT v.value FROM asked LEFT JOIN ({query}) v USING (media_id) ORDER BY place"
        ).pl()["value"].to_list()  # fmt: skip


@cache
def _statement() -> str:
    return files("media_assets.store").joinpath("sql", "duplicate_media.sql").read_text("utf-8")
