"""What is pending of the analysis, and how one batch of its results is written."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import duckdb
import polars as pl

from media_assets.errors import VectorError
from media_assets.similarity.layout import SPACE
from media_assets.store.figures import count_analysed
from media_assets.store.spec import Table
from media_assets.store.tables.analysis import (
    AUDIO_FEATURES,
    AUDIO_METADATA,
    EMBEDDED_COVERS,
    IMAGE_METADATA,
    MEDIA_VECTORS,
    THUMBNAILS,
    VIDEO_METADATA,
)
from media_assets.store.tables.library import MEDIA_FAILURES, MEDIA_STAGES
from media_assets.store.vectors import write_vectors
from media_assets.store.write import delete_keys, relation, upsert

STAGE_TABLES: dict[str, Table] = {
    "image_metadata": IMAGE_METADATA,
    "video_metadata": VIDEO_METADATA,
    "audio_metadata": AUDIO_METADATA,
    "embedded_covers": EMBEDDED_COVERS,
    "thumbnails": THUMBNAILS,
    "media_vectors": MEDIA_VECTORS,
    "audio_features": AUDIO_FEATURES,
}
_VECTORS = "media_vectors"
STAGE_SPACES: dict[str, str] = {_VECTORS: SPACE, "audio_features": "audio.timbre"}
"""Stages that write vectors, and the space of these: vectors of other spaces are not theirs."""
_REFUSED = {"media_id": pl.String, "space": pl.String, "message": pl.String}
FIRST_RETRY, LONGEST_RETRY = timedelta(hours=1), timedelta(days=30)

# The failure is of this code, these settings and this content, and its retry lies ahead. No pause
# lasts longer than twice: a failure of a later time than that is of a clock that was wrong.
_WAITS = """
    x.version = s.version AND x.settings = s.failure_settings
    AND x.file_size = f.file_size AND x.mtime_ns = f.mtime_ns AND x.next_retry_at > $now
    AND x.last_failed_at - (x.next_retry_at - x.last_failed_at) <= $now
"""

_IS_PENDING = f"""
FROM media_files f
JOIN stages s ON s.kind = f.kind
LEFT JOIN media_stages d ON d.media_id = f.media_id AND d.stage = s.stage
    AND d.version = s.version AND d.settings = s.settings
    AND d.file_size = f.file_size AND d.mtime_ns = f.mtime_ns
LEFT JOIN media_failures x ON x.media_id = f.media_id AND x.stage = s.stage AND {_WAITS}
WHERE f.status = 'present' AND d.media_id IS NULL AND x.media_id IS NULL
"""

_PENDING = f"""
SELECT f.media_id, f.file_path, f.path_bytes, f.kind, f.file_ext, f.file_size, f.mtime_ns,
       f.fingerprint, f.file_hash, list(s.stage ORDER BY s.stage) AS stages
{_IS_PENDING}
GROUP BY ALL
ORDER BY f.file_path, f.media_id
"""

# A donor has the same edges and size, a full hash, and every stage that the receiver wants. One
# is chosen for each content, so that many copies of one content stay cheap.
_DONORS = """
WITH finished AS (
    SELECT f.media_id, f.file_size, f.fingerprint, f.kind, f.file_hash,
           list(d.stage ORDER BY d.stage) AS done
    FROM media_files f
    JOIN media_stages d ON d.media_id = f.media_id AND d.file_size = f.file_size
    JOIN stages s ON s.stage = d.stage AND s.kind = f.kind
        AND s.version = d.version AND s.settings = d.settings
    WHERE f.file_hash IS NOT NULL
      AND (f.file_size, f.fingerprint) IN (SELECT (file_size, fingerprint) FROM receivers)
    GROUP BY ALL
),
donors AS (
    SELECT file_size, fingerprint, kind, done,
           min(media_id) AS donor_id, min_by(file_hash, media_id) AS file_hash
    FROM finished GROUP BY ALL
)
SELECT r.media_id, min(d.donor_id) AS donor_id, min_by(d.file_hash, d.donor_id) AS file_hash
FROM receivers r
JOIN donors d ON d.file_size = r.file_size AND d.fingerprint = r.fingerprint
    AND d.kind = r.kind AND list_has_all(d.done, r.stages)
GROUP BY r.media_id
"""

_FAIL = """
INSERT INTO media_failures BY NAME
SELECT media_id, stage, error_class, message, 1 AS attempts, $now AS first_failed_at,
       $now AS last_failed_at, $now + to_seconds($first_retry) AS next_retry_at,
       version, settings, file_size, mtime_ns
FROM failed ORDER BY media_id, stage
ON CONFLICT (media_id, stage) DO UPDATE SET
    error_class = excluded.error_class, message = excluded.message,
    attempts = CASE WHEN {same} THEN attempts + 1 ELSE 1 END,
    first_failed_at = CASE WHEN {same} THEN least(first_failed_at, $now) ELSE $now END,
    last_failed_at = excluded.last_failed_at,
    next_retry_at = CASE WHEN {same}
        THEN $now + to_seconds(least($first_retry * pow(2, least(attempts, 20)), $longest_retry))
        ELSE excluded.next_retry_at END,
    version = excluded.version, settings = excluded.settings,
    file_size = excluded.file_size, mtime_ns = excluded.mtime_ns
""".format(
    same="(file_size = excluded.file_size AND mtime_ns = excluded.mtime_ns "
    "AND version = excluded.version)"
)


@dataclass(frozen=True, slots=True)
class Batch:
    """The results of some media, written together or not at all.

    `files` has `media_id`, `fingerprint`, `file_hash`; `rows` the new rows of each stage's table;
    `done` rows of `media_stages`; `failed` those of `media_failures` without its times; `copies`
    has `media_id`, `donor_id`, `stage`: rows that another media of equal content already has.
    `vectors` are those of stages that have a table of their own besides.
    """

    files: pl.DataFrame
    rows: dict[str, pl.DataFrame]
    done: pl.DataFrame
    failed: pl.DataFrame
    copies: pl.DataFrame
    vectors: dict[str, pl.DataFrame] = field(default_factory=dict)


def load_pending(
    con: duckdb.DuckDBPyConnection, stages: pl.DataFrame, now: datetime
) -> pl.DataFrame:
    """Media with the list of the stages that are to be done for them.

    `stages` has `stage`, `kind`, `version`, `settings`, `failure_settings`. A stage is pending
    when it was not done with this version and these settings on this size and mtime, and is not a
    failure whose retry lies ahead.
    """
    with relation(con, "stages", stages):
        return con.sql(_PENDING, params={"now": now}).pl()


def count_pending(
    con: duckdb.DuckDBPyConnection, stages: pl.DataFrame, now: datetime
) -> dict[tuple[str, str], int]:
    """How many media wait for each of the stages, by stage and kind; where none does, 0."""
    query = f"SELECT s.stage, f.kind, count(*) {_IS_PENDING} GROUP BY ALL"
    with relation(con, "stages", stages):
        rows = con.execute(query, {"now": now}).fetchall()
    none = dict.fromkeys(stages.select("stage", "kind").iter_rows(), 0)
    return none | {(stage, kind): count for stage, kind, count in rows}


def load_donors(
    con: duckdb.DuckDBPyConnection, stages: pl.DataFrame, receivers: pl.DataFrame
) -> pl.DataFrame:
    """Media that probably have the same content and are done: `media_id`, `donor_id`, `file_hash`.

    `receivers` are rows of `load_pending` whose fingerprint is known.
    """
    with relation(con, "stages", stages), relation(con, "receivers", receivers):
        return con.sql(_DONORS).pl()


def load_sizes(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Sizes that more than one media of the player has."""
    return con.sql("SELECT file_size FROM media_files GROUP BY file_size HAVING count(*) > 1").pl()


def write_batch(con: duckdb.DuckDBPyConnection, batch: Batch, now: datetime) -> int:
    """Write one batch inside the caller's transaction; returns the rows written."""
    written = _write_files(con, batch.files)
    batch = _with_vectors_written(con, batch)
    for stage, rows in batch.rows.items():
        written += rows.height if stage == _VECTORS else upsert(con, STAGE_TABLES[stage], rows)
    written += upsert(con, MEDIA_STAGES, batch.done)
    written += _write_copies(con, batch.copies)
    written += write_failures(con, batch.failed, now)
    count_analysed(con, batch.done, batch.failed)
    _drop_outdated(con, batch)
    return written


def _with_vectors_written(con: duckdb.DuckDBPyConnection, batch: Batch) -> Batch:
    """The batch in which stages whose vectors were refused failed. All others are written."""
    made = {**batch.vectors, **({_VECTORS: batch.rows[_VECTORS]} if _VECTORS in batch.rows else {})}
    for stage, rows in made.items():
        refused = pl.DataFrame(write_vectors(con, rows), _REFUSED)
        if not refused.is_empty():
            batch = _without(batch, stage, refused)
    return batch


def _without(batch: Batch, stage: str, refused: pl.DataFrame) -> Batch:
    """The batch in which a stage failed for the media whose vectors were refused."""
    named = refused.with_columns(stage=pl.lit(stage), error_class=pl.lit(VectorError.__name__))
    failed = named.join(batch.done, on=["media_id", "stage"]).select(batch.failed.columns)
    keys = refused.select("media_id")
    return replace(
        batch,
        rows={**batch.rows, stage: batch.rows[stage].join(keys, on="media_id", how="anti")},
        vectors={
            name: rows.join(keys, on="media_id", how="anti") if name == stage else rows
            for name, rows in batch.vectors.items()
        },
        done=batch.done.join(failed, on=["media_id", "stage"], how="anti"),
        failed=pl.concat([batch.failed, failed]),
    )


def referenced_derived(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Posters and previews that a row names, relative to `data_dir`, with `/`."""
    rows = con.execute(
        "SELECT thumbnail_file FROM thumbnails UNION ALL "
        "SELECT preview_file FROM thumbnails WHERE preview_file IS NOT NULL"
    ).fetchall()
    return {row[0] for row in rows}


def _write_files(con: duckdb.DuckDBPyConnection, files: pl.DataFrame) -> int:
    if files.is_empty():
        return 0
    with relation(con, "read_files", files):
        con.execute(
            "UPDATE media_files SET fingerprint = r.fingerprint, "
            "file_hash = coalesce(r.file_hash, media_files.file_hash) "
            "FROM read_files r WHERE media_files.media_id = r.media_id"
        )
    return files.height


def _write_copies(con: duckdb.DuckDBPyConnection, copies: pl.DataFrame) -> int:
    if copies.is_empty():
        return 0
    for (stage,), pairs in copies.group_by("stage"):
        for table in _tables_of(str(stage)):
            space = STAGE_SPACES[str(stage)] if table is MEDIA_VECTORS else None
            with relation(con, "pairs", pairs):
                rows = con.sql(
                    f"SELECT p.media_id, t.* EXCLUDE (media_id) FROM {table.name} t "
                    "JOIN pairs p ON p.donor_id = t.media_id"
                    + (" WHERE t.space = $space" if space else ""),
                    params={"space": space} if space else None,
                ).pl()
            upsert(con, table, rows)
    with relation(con, "pairs", copies):
        con.execute(
            "UPDATE media_stages SET reason = d.reason FROM pairs p JOIN media_stages d "
            "ON d.media_id = p.donor_id AND d.stage = p.stage WHERE d.reason IS NOT NULL "
            "AND media_stages.media_id = p.media_id AND media_stages.stage = p.stage"
        )
    return copies.height


def write_failures(con: duckdb.DuckDBPyConnection, failed: pl.DataFrame, now: datetime) -> int:
    """Record failures (`media_failures` without its times): each doubles the wait for a retry."""
    if failed.is_empty():
        return 0
    values = {
        "now": now,
        # As numbers: for DuckDB 1.5 `least` of 1024 hours and 30 days is 1024 hours.
        "first_retry": FIRST_RETRY.total_seconds(),
        "longest_retry": LONGEST_RETRY.total_seconds(),
    }
    with relation(con, "failed", failed):
        con.execute(_FAIL, values)
    return failed.height


def _drop_outdated(con: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """What no longer holds: failures of what is done now, and rows of content that is gone."""
    delete_keys(con, MEDIA_FAILURES, batch.done.select("media_id", "stage"))
    delete_keys(con, MEDIA_STAGES, batch.failed.select("media_id", "stage"))
    tried = pl.concat(
        [batch.done.select("media_id", "stage"), batch.failed.select("media_id", "stage")]
    )
    kept = batch.copies.select("media_id", "stage")
    for (stage,), media in tried.join(kept, on=["media_id", "stage"], how="anti").group_by("stage"):
        for table in _tables_of(str(stage)):
            rows = batch.rows if table is STAGE_TABLES[str(stage)] else batch.vectors
            written = rows.get(str(stage))
            stale = media.select("media_id")
            if written is not None:
                stale = stale.join(written, on="media_id", how="anti")
            if table is MEDIA_VECTORS:
                stale = stale.with_columns(space=pl.lit(STAGE_SPACES[str(stage)]))
            delete_keys(con, table, stale)


def _tables_of(stage: str) -> tuple[Table, ...]:
    """The tables that a stage writes."""
    own = STAGE_TABLES[stage]
    is_more = stage in STAGE_SPACES and own is not MEDIA_VECTORS
    return (own, MEDIA_VECTORS) if is_more else (own,)


_REDO = f"""
SELECT f.media_id, f.file_path, s.stage,
       CASE WHEN x.media_id IS NOT NULL THEN 'failed'
            WHEN d.media_id IS NOT NULL THEN 'done' ELSE 'pending' END AS reason
FROM media_files f
JOIN stages s ON s.kind = f.kind
LEFT JOIN media_stages d ON d.media_id = f.media_id AND d.stage = s.stage
    AND d.version = s.version AND d.settings = s.settings
    AND d.file_size = f.file_size AND d.mtime_ns = f.mtime_ns
LEFT JOIN media_failures x ON x.media_id = f.media_id AND x.stage = s.stage
WHERE f.status = 'present' AND ($kind IS NULL OR f.kind = $kind)
  AND (($failed AND x.media_id IS NOT NULL)
       OR ($force AND (d.media_id IS NOT NULL OR x.media_id IS NOT NULL))
       OR (d.media_id IS NULL AND (x.media_id IS NULL OR NOT ({_WAITS}))))
ORDER BY f.file_path, s.stage
"""


def load_redo(
    con: duckdb.DuckDBPyConnection,
    stages: pl.DataFrame,
    now: datetime,
    *,
    kind: str | None,
    failed: bool,
    force: bool,
) -> pl.DataFrame:
    """What is pending, with what failed and what is done when that is asked for."""
    values = {"now": now, "kind": kind, "failed": failed, "force": force}
    with relation(con, "stages", stages):
        return con.sql(_REDO, params=values).pl()


def forget(con: duckdb.DuckDBPyConnection, keys: pl.DataFrame, now: datetime) -> int:
    """Make stages pending (`media_id`, `stage`); returns how many were named.

    Records of what was done are dropped. Failures are due from now on: how often and since when
    something failed stays known.
    """
    delete_keys(con, MEDIA_STAGES, keys)
    with relation(con, "chosen", keys):
        con.execute(
            "UPDATE media_failures AS x SET next_retry_at = $now FROM chosen c "
            "WHERE x.media_id = c.media_id AND x.stage = c.stage AND x.next_retry_at > $now",
            {"now": now},
        )
    return keys.height
