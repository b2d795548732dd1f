"""What is to be embedded, and how the vectors that came are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import polars as pl

from media_assets.errors import VectorError
from media_assets.store.analysis import write_failures
from media_assets.store.frames import frame_of
from media_assets.store.tables.analysis import MEDIA_VECTORS
from media_assets.store.tables.library import MEDIA_FAILURES, MEDIA_STAGES
from media_assets.store.vectors import write_vectors
from media_assets.store.write import delete_keys, relation, upsert

Row = dict[str, object]

STAGE_PREFIX = "embedding:"
"""Before the name of a space: the stage of the embedder that writes into it."""

_TAGS = ("title", "artist", "album", "genre", "key", "bpm")

_INPUTS = {
    "text": f"""
        SELECT f.media_id, f.file_path, f.file_size, f.mtime_ns, f.kind, NULL AS poster,
               {", ".join(f"a.{name}" for name in _TAGS)},
               md5(concat_ws(chr(31), {
        ", ".join(f"coalesce(a.{name}::VARCHAR, chr(30))" for name in _TAGS)
    })) AS digest
        FROM media_files f JOIN audio_metadata a USING (media_id) WHERE f.status = 'present'
    """,
    "poster": """
        SELECT f.media_id, f.file_path, f.file_size, f.mtime_ns, f.kind,
               t.thumbnail_file AS poster,
               md5(t.thumbnail_file || ' ' || t.thumbnail_bytes) AS digest
        FROM media_files f JOIN thumbnails t USING (media_id) WHERE f.status = 'present'
    """,
}

# Done with this model on this input, and the vector is still there, or there is a reason why not.
# A failure waits as those of the analysis do.
_PENDING = """
SELECT i.*, $model || ' ' || i.digest AS inputs
FROM ({inputs}) i
LEFT JOIN media_stages d ON d.media_id = i.media_id AND d.stage = $stage
    AND d.version = $version AND d.settings = $model || ' ' || i.digest
LEFT JOIN media_vectors v ON v.media_id = i.media_id AND v.space = $space
    AND v.model = $model AND v.version = $version
LEFT JOIN media_failures x ON x.media_id = i.media_id AND x.stage = $stage
    AND x.version = $version AND x.settings = $model || ' ' || i.digest
    AND x.next_retry_at > $now
    AND x.last_failed_at - (x.next_retry_at - x.last_failed_at) <= $now
WHERE list_contains($kinds, i.kind) AND x.media_id IS NULL
  AND (d.media_id IS NULL OR (v.media_id IS NULL AND d.reason IS NULL))
ORDER BY i.file_path, i.media_id
"""

_REDO = """
SELECT f.media_id, f.file_path, s.stage,
       CASE WHEN x.media_id IS NULL THEN 'done' ELSE 'failed' END AS reason
FROM media_files f
JOIN (SELECT media_id, stage FROM media_stages UNION SELECT media_id, stage FROM media_failures) s
    USING (media_id)
LEFT JOIN media_failures x ON x.media_id = s.media_id AND x.stage = s.stage
WHERE f.status = 'present' AND list_contains($stages, s.stage)
  AND ($kind IS NULL OR f.kind = $kind) AND ($force OR ($failed AND x.media_id IS NOT NULL))
"""

_FAILED = (
    "media_id", "stage", "error_class", "message", "version", "settings", "file_size", "mtime_ns",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Embedding:
    """One model on one kind of input. `version` is also that of how inputs are made."""

    space: str
    model: str
    version: int
    source: str
    kinds: tuple[str, ...]

    @property
    def stage(self) -> str:
        """Under this name it is recorded what was embedded, and what failed."""
        return STAGE_PREFIX + self.space


def load_pending(con: duckdb.DuckDBPyConnection, wanted: Embedding, now: datetime) -> pl.DataFrame:
    """Media that were not embedded as they are now, with what the input is made from.

    In order of their paths. `inputs` is the model with a digest of the input.
    """
    values = {"model": wanted.model, "version": wanted.version, "space": wanted.space,
              "stage": wanted.stage, "kinds": list(wanted.kinds), "now": now}  # fmt: skip
    return con.sql(_PENDING.format(inputs=_INPUTS[wanted.source]), params=values).pl()


def load_redo(
    con: duckdb.DuckDBPyConnection,
    stages: Sequence[str],
    *,
    kind: str | None,
    failed: bool,
    force: bool,
) -> pl.DataFrame:
    """What failed in these stages of embedders (`failed`), or that and what is done (`force`).

    Present media: `media_id`, `file_path`, `stage`, `reason`, in no order.
    """
    values = {"stages": list(stages), "kind": kind, "failed": failed, "force": force}
    return con.sql(_REDO, params=values).pl()


def write_embedded(
    con: duckdb.DuckDBPyConnection,
    wanted: Embedding,
    vectors: list[Row],
    failed: list[Row],
    reasons: list[Row],
    now: datetime,
) -> tuple[int, int]:
    """Write what came of one batch inside the caller's transaction; returns written and failed.

    All rows have `media_id`, `inputs`, `file_size`, `mtime_ns`; `vectors` also `vector`, `failed`
    also `error_class` and `message`, `reasons` also `reason`: of these there is nothing to embed.
    What was removed from the library meanwhile is left out. A failure leaves no older vector.
    """
    there = _still_there(con, [*vectors, *failed, *reasons])
    vectors, failed, reasons = ([row for row in rows if row["media_id"] in there]
                                for rows in (vectors, failed, reasons))  # fmt: skip
    refused = {
        row["media_id"]: row["message"] for row in write_vectors(con, _frame(wanted, vectors, now))
    }
    failed += [
        {**row, "error_class": VectorError.__name__, "message": refused[row["media_id"]]}
        for row in vectors if row["media_id"] in refused
    ]  # fmt: skip
    done = [row for row in vectors if row["media_id"] not in refused]
    recorded = frame_of(MEDIA_STAGES, [_stage_row(wanted, row, now) for row in [*done, *reasons]])
    upsert(con, MEDIA_STAGES, recorded)
    delete_keys(con, MEDIA_FAILURES, recorded.select("media_id", "stage"))
    lost = frame_of(MEDIA_FAILURES, [_failure_row(wanted, row) for row in failed], _FAILED)
    write_failures(con, lost, now)
    delete_keys(con, MEDIA_STAGES, lost.select("media_id", "stage"))
    empty = [{"media_id": row["media_id"], "space": wanted.space} for row in [*failed, *reasons]]
    delete_keys(con, MEDIA_VECTORS, frame_of(MEDIA_VECTORS, empty, ("media_id", "space")))
    return len(done), len(failed)


def _still_there(con: duckdb.DuckDBPyConnection, rows: list[Row]) -> set[object]:
    asked = pl.DataFrame({"media_id": [row["media_id"] for row in rows]}, {"media_id": pl.String})
    with relation(con, "asked", asked):
        found = con.execute("SELECT media_id FROM media_files SEMI JOIN asked USING (media_id)")
        return {row[0] for row in found.fetchall()}


def _frame(wanted: Embedding, rows: list[Row], now: datetime) -> pl.DataFrame:
    return frame_of(
        MEDIA_VECTORS,
        [
            {"media_id": row["media_id"], "space": wanted.space, "model": wanted.model,
             "version": wanted.version, "dim": len(row["vector"]), "vector": row["vector"],  # type: ignore[arg-type]
             "created_at": now}
            for row in rows
        ],
    )  # fmt: skip


def _stage_row(wanted: Embedding, row: Row, now: datetime) -> Row:
    return {
        "media_id": row["media_id"], "stage": wanted.stage, "version": wanted.version,
        "settings": row["inputs"], "file_size": row["file_size"], "mtime_ns": row["mtime_ns"],
        "done_at": now, "reason": row.get("reason"),
    }  # fmt: skip


def _failure_row(wanted: Embedding, row: Row) -> Row:
    return {
        "media_id": row["media_id"], "stage": wanted.stage, "error_class": row["error_class"],
        "message": row["message"], "version": wanted.version, "settings": row["inputs"],
        "file_size": row["file_size"], "mtime_ns": row["mtime_ns"],
    }  # fmt: skip
