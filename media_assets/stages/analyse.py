"""The analysis: what is pending goes through the pool, its results are written batch by batch."""

import time
from collections.abc import Generator, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

import polars as pl

from media_assets.engine.memory import MemoryWatch
from media_assets.engine.pool import Outcome, PoolLimits, map_unordered
from media_assets.engine.worker import Failed
from media_assets.errors import CorruptMediaError, StoreError
from media_assets.library.content import edges_of
from media_assets.library.paths import openable
from media_assets.settings import Settings
from media_assets.stages.batch import AnalysisReport, BatchBuilder, Result, is_failure, text_length
from media_assets.stages.catalog import (
    STAGE_NAMES,
    STAGES,
    Stage,
    StageName,
    failure_settings,
    result_settings,
)
from media_assets.stages.fingerprints import with_fingerprints
from media_assets.stages.platform import Platform
from media_assets.stages.products import (
    PRELOAD,
    Make,
    WorkItem,
    WorkOptions,
    make_products,
    prepare_worker,
)
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import analysis as store
from media_assets.store.connect import connect, make_folder, transaction
from media_assets.store.figures import Figures, write_figures

BATCH_MEDIA = 1024  # closing a connection writes its log into the file: 30 to 90 ms each time
BATCH_SECONDS = 5.0
BATCH_TEXT = 32 * 1024 * 1024  # characters: the tags of one file may have a million
_PICTURE_WEIGHT = 512 * 1024
_SOUND_WEIGHT = 2 * 1024 * 1024


def analyse(
    platform: Platform,
    player: str,
    stages: Iterable[StageName] = STAGE_NAMES,
    *,
    catalog: tuple[Stage, ...] = STAGES,
    make: Make = make_products,
    listener: Listener = silent,
) -> AnalysisReport:
    """Do the wanted stages for every media of the player for which they are pending.

    `catalog` says what each stage applies to and which version its code has. `make` does the work
    on one file, in a worker process: a function of a module, that can be pickled.

    Each file is read once, for all of its stages. Results are written in batches of up to
    `BATCH_MEDIA` media, each in one transaction: a kill loses the batch in flight, a stop writes
    it. Without anything pending no process is started and nothing is written.
    """
    report = AnalysisReport()
    with platform.writing(player):
        run = _Run(
            platform, player, stage_frame(platform.settings, frozenset(stages), catalog), make
        )
        meter = Meter(f"{player}: media analysed", run.count, listener)
        for items in run.passes():
            for outcomes in _batches(run.results(items)):
                run.write(outcomes, report)
                failed = sum(1 for outcome in outcomes if is_failure(outcome))
                meter.count(done=len(outcomes) - failed, failed=failed)
        report.seconds = meter.seconds
        if run.count:
            meter.tell()
    return report


class _Run:
    """One analysis of one player."""

    def __init__(self, platform: Platform, player: str, stages: pl.DataFrame, make: Make) -> None:
        self._platform = platform
        self._make = make
        self._started = time.monotonic()
        self._memory = MemoryWatch()
        self._stages = stages
        self._database = platform.player_database(player)
        self._folder = platform.places.derived(player)
        self._covers = platform.places.covers(player)
        self._pending = self._load_pending()
        self.count = self._pending.height

    def passes(self) -> Iterator[Iterator[WorkItem]]:
        """What is to be done: originals first, then, when those are written, their copies.

        Media of one size and fingerprint probably have one content. The first of them is decoded,
        and the others take over its rows when their hash is the same.
        """
        group = pl.int_range(pl.len()).over("file_size", "fingerprint", "kind")
        copy = pl.col("fingerprint").is_not_null() & (group > 0)
        split = self._pending.with_columns(copy=copy)
        for rows in (split.filter(~pl.col("copy")), split.filter("copy")):
            if not rows.is_empty():
                yield self._items(rows)

    def results(self, items: Iterator[WorkItem]) -> Generator[Result, None, None]:
        """Outcomes of the pool, as they come."""
        settings = self._platform.settings
        options = WorkOptions(
            settings.thumbnails, settings.limits, self._folder, self._covers, settings.audio
        )
        results = map_unordered(
            partial(self._make, options),
            items,
            PoolLimits(
                settings.workers,
                settings.engine.item_timeout_seconds,
                settings.engine.worker_memory_mib,
            ),
            weight=_weight,
            prepare=prepare_worker,
            preload=PRELOAD,
        )
        return self._watched(with_fingerprints(results, settings))

    def _watched(self, results: Generator[Result, None, None]) -> Generator[Result, None, None]:
        """Look at the memory of the workers while there are any."""
        try:
            for result in results:
                self._memory.look()
                yield result
        finally:
            results.close()

    def write(self, outcomes: list[Result], report: AnalysisReport) -> None:
        """Write one batch in one transaction."""
        now = self._platform.now()
        try:
            batch, rows = self._built(outcomes, now)
        except StoreError:  # one of them says what no table can hold
            batch, rows = self._built([self._storable(outcome, now) for outcome in outcomes], now)
        with connect(self._database) as con, transaction(con):
            report.rows_written += store.write_batch(con, rows, now)
            batch.tally(report)
            if report.rows_written:
                write_figures(con, self._figures(report, now))

    def _figures(self, report: AnalysisReport, now: datetime) -> Figures:
        """So far: a run that is ended leaves those of its last batch."""
        return Figures(
            step="hearing" if set(self._stages["stage"]) == {"audio_features"} else "analysis",
            files=report.media - report.unsettled,
            failed=report.failed_media,
            rows_written=report.rows_written,
            seconds=time.monotonic() - self._started,
            peak_memory_bytes=self._memory.peak,
            ended_at=now,
        )

    def _built(self, outcomes: Iterable[Result], now: datetime) -> tuple[BatchBuilder, store.Batch]:
        data = self._platform.settings.data
        batch = BatchBuilder(self._stages, self._donors, self._folder, self._covers, data)
        for outcome in outcomes:
            batch.add(outcome, now)
        return batch, batch.build()

    def _storable(self, outcome: Result, now: datetime) -> Result:
        """The outcome, or the failure that it is when its rows do not fit their tables."""
        try:
            self._built([outcome], now)
        except StoreError as error:
            reason = CorruptMediaError(f"says something that cannot be true: {error}")
            return Outcome(outcome.item, None, Failed.of(reason))
        return outcome

    def _load_pending(self) -> pl.DataFrame:
        with connect(self._database, read_only=True) as con:
            rows = store.load_pending(con, self._stages, self._platform.now())
            if rows.is_empty():
                return rows
            shared_sizes = store.load_sizes(con)
        for folder in (self._folder, self._covers):
            make_folder(folder)
        return _with_fingerprints(rows, shared_sizes)

    def _items(self, rows: pl.DataFrame) -> Iterator[WorkItem]:
        with connect(self._database, read_only=True) as con:
            receivers = rows.filter(pl.col("fingerprint").is_not_null())
            donors = store.load_donors(con, self._stages, receivers)
        self._donors = dict(zip(donors["media_id"], donors["donor_id"], strict=True))
        hashes = dict(zip(donors["media_id"], donors["file_hash"], strict=True))
        return (_item(row, hashes.get(row["media_id"])) for row in rows.iter_rows(named=True))


def stage_frame(
    settings: Settings, wanted: frozenset[StageName], catalog: tuple[Stage, ...] = STAGES
) -> pl.DataFrame:
    """The wanted stages as the store compares them, one row a stage and kind."""
    return pl.DataFrame(
        [
            {
                "stage": stage.name,
                "kind": kind,
                "version": stage.version,
                "settings": result_settings(stage, kind, settings),
                "failure_settings": failure_settings(stage, kind, settings),
            }
            for stage in catalog
            if stage.name in wanted
            for kind in stage.kinds
        ],
        schema={
            "stage": pl.String,
            "kind": pl.String,
            "version": pl.Int32,
            "settings": pl.String,
            "failure_settings": pl.String,
        },
    )


def _with_fingerprints(rows: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    """Fill in the fingerprint of the media that share their size with another one."""
    shared = set(sizes["file_size"])
    values = [
        row["fingerprint"] or (_edges_of_row(row) if row["file_size"] in shared else None)
        for row in rows.iter_rows(named=True)
    ]
    return rows.with_columns(fingerprint=pl.Series(values, dtype=pl.String))


def _edges_of_row(row: dict[str, Any]) -> str | None:
    return edges_of(openable(row["file_path"], row["path_bytes"]), row["file_size"])


def _item(row: dict[str, Any], twin_hash: str | None) -> WorkItem:
    return WorkItem(
        media_id=row["media_id"],
        path=openable(row["file_path"], row["path_bytes"]),
        kind=row["kind"],
        extension=row["file_ext"],
        size=row["file_size"],
        mtime_ns=row["mtime_ns"],
        stages=frozenset(row["stages"]),
        twin_hash=twin_hash,
    )


def _weight(item: WorkItem) -> int:
    """Bytes to read, and at least so many as a picture or a minute of sound costs as much as."""
    if "audio_features" in item.stages:
        return max(item.size, _SOUND_WEIGHT)
    return item.size if item.kind == "audio" else max(item.size, _PICTURE_WEIGHT)


def _batches(results: Generator[Result, None, None]) -> Iterator[list[Result]]:
    """Batches of up to `BATCH_MEDIA` results, `BATCH_TEXT` of what they say, or `BATCH_SECONDS`.

    A stop hands over the last.
    """
    batch: list[Result] = []
    started, text = time.monotonic(), 0
    try:
        for result in results:
            batch.append(result)
            text += text_length(result)
            full = len(batch) >= BATCH_MEDIA or text >= BATCH_TEXT
            if full or time.monotonic() - started > BATCH_SECONDS:
                yield batch
                batch, started, text = [], time.monotonic(), 0
    except GeneratorExit:
        raise
    except BaseException:
        results.close()
        if batch:
            yield batch  # what is made is written before the run ends
        raise
    if batch:
        yield batch
