"""From the outcomes of the pool to one batch that the store writes."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from types import ModuleType

import polars as pl

from media_assets.engine.pool import Outcome
from media_assets.engine.worker import Failed
from media_assets.errors import VectorError
from media_assets.library.content import WHOLE_READ_LIMIT, edges_of, hash_of
from media_assets.music.sound import timbre
from media_assets.music.sound.features import AudioFeatures
from media_assets.similarity import layout
from media_assets.similarity.vectors import unit_vector
from media_assets.stages.catalog import STAGE_NAMES, StageName
from media_assets.stages.derived import StoredCover, StoredPicture
from media_assets.stages.products import Metadata, Products, WorkItem
from media_assets.store.analysis import STAGE_TABLES, Batch
from media_assets.store.frames import frame_of
from media_assets.store.tables.analysis import MEDIA_VECTORS
from media_assets.store.tables.library import MEDIA_FAILURES, MEDIA_FILES, MEDIA_STAGES

Result = Outcome[WorkItem, Products]
Row = dict[str, object]

_METADATA_STAGE: dict[str, StageName] = {
    "image": "image_metadata",
    "video": "video_metadata",
    "audio": "audio_metadata",
}
_FAILED_COLUMNS = (
    "media_id", "stage", "error_class", "message", "version", "settings", "file_size", "mtime_ns",
)  # fmt: skip
_COPY_SCHEMA = {"media_id": pl.String, "donor_id": pl.String, "stage": pl.String}


@dataclass(slots=True)
class AnalysisReport:
    """What one analysis did. `done` and `failed` count stages of media, `media` the media.

    `failed_media`: those with a stage that failed.
    """

    media: int = 0
    twins: int = 0
    unsettled: int = 0
    done: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGE_NAMES, 0))
    failed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGE_NAMES, 0))
    failed_media: int = 0
    rows_written: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Media a second."""
        return self.media / self.seconds if self.seconds else 0.0


def is_failure(outcome: Result) -> bool:
    """Whether any stage of this media failed."""
    return outcome.error is not None or bool(outcome.result and outcome.result.failures)


def text_length(outcome: Result) -> int:
    """Characters of the metadata of this media."""
    if outcome.result is None or outcome.result.metadata is None:
        return 0
    values = _values(outcome.result.metadata).values()
    return sum(len(value) for value in values if isinstance(value, str))


class BatchBuilder:
    """Collects outcomes as rows."""

    def __init__(
        self,
        stages: pl.DataFrame,
        donors: dict[str, str],
        thumbnails: Path,
        covers: Path,
        data: Path,
    ) -> None:
        """`stages` as the store compares them; `donors` by the media that take over their rows."""
        self._stages = {(row["stage"], row["kind"]): row for row in stages.iter_rows(named=True)}
        self._donors = donors
        self._pictures = thumbnails.relative_to(data).as_posix()
        self._covers = covers.relative_to(data).as_posix()
        self._files: list[Row] = []
        self._rows: dict[str, list[Row]] = {stage: [] for stage in STAGE_TABLES}
        self._timbres: list[Row] = []
        self._done: list[Row] = []
        self._failed: list[Row] = []
        self._copies: list[Row] = []
        self._unsettled = 0
        self._media = 0

    def add(self, outcome: Result, now: datetime) -> None:
        """Take in one outcome."""
        self._media += 1
        if outcome.error is not None:
            item = outcome.item
            self._fail(item, dict.fromkeys(item.stages, outcome.error))
            # Its id shall stay with it when it moves, also where a decoder cannot live with it.
            self._know(item, edges_of(item.path, item.size), _hash_if_small(item))
        elif outcome.result is not None:
            self._take(outcome.item, outcome.result, now)

    def build(self) -> Batch:
        """What the store writes."""
        return Batch(
            files=frame_of(MEDIA_FILES, self._files, ("media_id", "fingerprint", "file_hash")),
            rows={
                stage: frame_of(STAGE_TABLES[stage], rows)
                for stage, rows in self._rows.items()
                if rows
            },
            done=frame_of(MEDIA_STAGES, self._done),
            failed=frame_of(MEDIA_FAILURES, self._failed, _FAILED_COLUMNS),
            copies=pl.DataFrame(self._copies, schema=_COPY_SCHEMA),
            vectors={"audio_features": frame_of(MEDIA_VECTORS, self._timbres)}
            if self._timbres
            else {},
        )

    def tally(self, report: AnalysisReport) -> None:
        """Add this batch to the report."""
        report.media += self._media
        report.unsettled += self._unsettled
        report.failed_media += len({row["media_id"] for row in self._failed})
        report.twins += len({row["media_id"] for row in self._copies})
        for rows, counts in ((self._done, report.done), (self._failed, report.failed)):
            for row in rows:
                counts[str(row["stage"])] += 1

    def _take(self, item: WorkItem, made: Products, now: datetime) -> None:
        if made.unsettled:
            self._unsettled += 1
            return
        self._know(item, made.fingerprint, made.file_hash)
        if made.twin:
            self._copy(item)
        else:
            self._collect(item, made, now)
        self._fail(item, made.failures)
        self._finish(item, made, now)

    def _know(self, item: WorkItem, edges: str | None, digest: str | None) -> None:
        if edges is not None:
            self._files.append(
                {"media_id": item.media_id, "fingerprint": edges, "file_hash": digest}
            )

    def _copy(self, item: WorkItem) -> None:
        donor = self._donors[item.media_id]
        self._copies.extend(
            {"media_id": item.media_id, "donor_id": donor, "stage": stage} for stage in item.stages
        )

    def _collect(self, item: WorkItem, made: Products, now: datetime) -> None:
        stage = _METADATA_STAGE[item.kind]
        if made.metadata is not None and stage in item.stages:
            self._rows[stage].append({"media_id": item.media_id, **_values(made.metadata)})
        if made.poster is not None and "thumbnails" in item.stages:
            self._rows["thumbnails"].append(self._picture_row(item, made.poster, made.preview, now))
        if made.cover is not None and "embedded_covers" in item.stages:
            self._rows["embedded_covers"].append(self._cover_row(item, made.cover))
        if made.vector is not None and "media_vectors" in item.stages:
            try:
                unit_vector(made.vector, layout.DIM)
                row = _vector_row(item, made.vector, layout, now)
                self._rows["media_vectors"].append(row)
            except VectorError as error:
                made.failures["media_vectors"] = Failed.of(error)
        if made.features is not None:
            row = {"media_id": item.media_id, **_values(made.features)}
            self._rows["audio_features"].append(row)
        if made.timbre is not None:
            self._timbres.append(_vector_row(item, made.timbre, timbre, now))

    def _picture_row(
        self, item: WorkItem, poster: StoredPicture, preview: StoredPicture | None, now: datetime
    ) -> Row:
        return {
            "media_id": item.media_id,
            "thumbnail_file": f"{self._pictures}/{poster.name}",
            "thumbnail_width": poster.width,
            "thumbnail_height": poster.height,
            "thumbnail_bytes": poster.size,
            "preview_file": f"{self._pictures}/{preview.name}" if preview else None,
            "preview_frames": preview.frames if preview else None,
            "preview_bytes": preview.size if preview else None,
            "generated_at": now,
        }

    def _cover_row(self, item: WorkItem, cover: StoredCover) -> Row:
        return {
            "media_id": item.media_id,
            "cover_id": cover.cover_id,
            "picture_type": cover.picture_type,
            "width": cover.picture.width,
            "height": cover.picture.height,
            "format": cover.format,
            "bytes": cover.picture.size,
            "cover_file": f"{self._covers}/{cover.picture.name}",
        }

    def _finish(self, item: WorkItem, made: Products, now: datetime) -> None:
        for stage in sorted(item.stages - made.failures.keys()):
            self._done.append(
                {
                    **_key(item, stage),
                    "version": self._stages[stage, item.kind]["version"],
                    "settings": self._stages[stage, item.kind]["settings"],
                    "done_at": now,
                    "reason": made.reasons.get(stage),
                }
            )

    def _fail(self, item: WorkItem, failures: "dict[StageName, Failed]") -> None:
        for stage, failure in sorted(failures.items()):
            self._failed.append(
                {
                    **_key(item, stage),
                    "error_class": failure.error_class,
                    "message": failure.message,
                    "version": self._stages[stage, item.kind]["version"],
                    "settings": self._stages[stage, item.kind]["failure_settings"],
                }
            )


def _hash_if_small(item: WorkItem) -> str | None:
    """Of the files that are read whole; a hash of what was there before must not stay."""
    return hash_of(item.path) if item.size <= WHOLE_READ_LIMIT else None


def _values(metadata: Metadata | AudioFeatures) -> Row:
    """Its fields by name. `dataclasses.asdict` copies every value: a third of a batch of music."""
    return {field.name: getattr(metadata, field.name) for field in fields(metadata)}


def _key(item: WorkItem, stage: str) -> Row:
    return {
        "media_id": item.media_id,
        "stage": stage,
        "file_size": item.size,
        "mtime_ns": item.mtime_ns,
    }


def _vector_row(item: WorkItem, vector: tuple[float, ...], space: ModuleType, now: datetime) -> Row:
    return {
        "media_id": item.media_id,
        "space": space.SPACE,
        "model": space.MODEL,
        "version": space.VERSION,
        "dim": space.DIM,
        "vector": vector,
        "created_at": now,
    }
