"""A job of a land: what is due is fetched and, while more comes, analysed batch by batch.

The network has a thread of its own; databases and the process pool have this one. What came is
written every few seconds, so a job that ends anywhere is gone on with by the next one.
"""

import asyncio
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from media_assets.engine.background import run_in_background
from media_assets.stages.analyse import analyse
from media_assets.stages.catalog import QUICK_STAGES
from media_assets.stages.discover import discover
from media_assets.stages.land_results import JobResult
from media_assets.stages.land_rows import tried_row
from media_assets.stages.land_selection import selection_of
from media_assets.stages.platform import Platform
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import web as store
from media_assets.store.connect import connect, make_folder, transaction
from media_assets.store.disk import writing_below
from media_assets.store.locks import exclusive
from media_assets.store.web import Selection
from media_assets.web.fetched import Fetched, Wanted

WRITE_SECONDS = 5.0
"""Closing a connection takes 30 to 90 ms, and a kill loses what is not written."""
_SLICE = 100_000
"""URLs that the fetcher has at once: 30 MB."""
_BATCHES_AHEAD = 2
_RARER = 10
"""Media are analysed when they are a batch, and a tenth of those that are there."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What one job takes on; None is what the land's section says.

    `refresh`: also what was fetched is asked for, by its ETag. Without `analyses` media are only
    fetched.
    """

    depth: int | None = None
    minrel: float | None = None
    limit: int | None = None
    batch_size: int | None = None
    refresh: bool = False
    analyses: bool = True


@dataclass(slots=True)
class LandReport:
    """What one job did. `downloads`: contents that were new; `bytes`: of what was fetched."""

    total: int = 0
    analyzed: int = 0
    failed: int = 0
    skipped: int = 0
    unchanged: int = 0
    downloads: int = 0
    bytes: int = 0
    rows_written: int = 0
    seconds: float = 0.0
    filters: dict[str, object] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        """URLs whose host is not asked now, or that were not reached."""
        return self.total - self.analyzed - self.failed - self.skipped

    @property
    def success_rate(self) -> float | None:
        """Of the media that could be had or not, the share that is there and analysed."""
        settled = self.analyzed + self.failed
        return self.analyzed / settled if settled else None

    def result(self) -> JobResult:
        """As people and programs read it."""
        return {
            "total": self.total, "analyzed": self.analyzed, "failed": self.failed,
            "skipped": self.skipped, "waiting": self.waiting, "success_rate": self.success_rate,
            "duration": round(self.seconds, 3), "filters": self.filters,
        }  # fmt: skip


def run_job(
    platform: Platform, land: str, choice: Choice = Choice(), *, listener: Listener = silent
) -> LandReport:
    """Fetch what is due of a land, and analyse it as captures and music are.

    One job at a time: another one of the land is waited for. Without anything due nothing is
    written, and no process is started.

    Raises:
        StoreError: the data folder is full or cannot be written.
    """
    with exclusive(platform.places.fetch_lock(land), platform.lock_wait):
        return _Job(platform, land, choice, listener).run()


def has_due(platform: Platform, land: str) -> bool:
    """Whether a job would find anything to fetch."""
    selection = selection_of(platform, land)
    with platform.reading(land) as con:
        return not store.load_due(con, selection, 1, platform.now()).is_empty()


class _Job:
    """One job while it runs."""

    def __init__(self, platform: Platform, land: str, choice: Choice, listener: Listener) -> None:
        section = platform.settings.lands[land]
        self._platform, self._land, self._listener = platform, land, listener
        self._limit = section.limit if choice.limit is None else choice.limit
        self._batch_size = choice.batch_size or section.batch_size
        self._analyses = choice.analyses
        self._selection = _selection(platform, land, choice)
        self._database = platform.player_database(land)
        self._started, self._started_at = time.monotonic(), platform.now()
        self._written_at = self._started
        self._tried: list[Fetched] = []  # what came, and is not written yet
        self._settling: list[str] = []
        self._new_content = False
        self._has_network: Callable[[], bool] = lambda: True
        self._known_files = 0
        self._free: asyncio.Semaphore | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.report = LandReport(filters=self._filters())

    def run(self) -> LandReport:
        """Do what is due; what came is written also when this is interrupted."""
        self._see_what_is_there()
        wanted = self._due()
        self.report.total = len(wanted)
        if not wanted:
            return self.report
        self._meter = Meter(f"{self._land}: media fetched", len(wanted), self._listener)
        trouble: str | None = "it was interrupted"
        try:
            with writing_below(self._platform.settings.data):
                run_in_background(lambda tell: self._fetch(wanted, tell), self._take)
            self._write()
            self._settle()
            trouble = None
        except Exception as error:
            trouble = f"{type(error).__name__}: {error}"
            raise
        finally:
            self._write()
            self._record(trouble)
        self._meter.tell()
        return self.report

    def _see_what_is_there(self) -> None:
        """A job that was killed may have fetched what no scan has seen: that is not due."""
        with connect(self._database, read_only=True) as con:
            has_unseen = store.has_unseen(con)
            self._known_files = store.count_downloads(con)
        if has_unseen:
            discover(self._platform, self._land, listener=self._listener)

    def _due(self) -> list[Wanted]:
        """What is to be fetched, in its order; a million take 200 MB."""
        with connect(self._database, read_only=True) as con:
            due = store.load_due(con, self._selection, self._limit, self._platform.now())
        return [Wanted(*row) for row in due.iter_rows()]

    async def _fetch(self, wanted: Sequence[Wanted], tell: Callable[[Fetched], None]) -> None:
        """In the thread of the network: no more is fetched ahead than a few batches."""
        self._loop = asyncio.get_running_loop()
        free = self._free = asyncio.Semaphore(_BATCHES_AHEAD * self._batch_size)

        async def put(fetched: Fetched) -> None:
            await free.acquire()
            self._tried.append(fetched)
            tell(fetched)

        from media_assets.web.fetcher import Fetcher  # 0.2 s, which only those pay who fetch
        from media_assets.web.route import THE_WEB

        folder = self._platform.settings.folders(self._land)[0]
        make_folder(folder)
        route = replace(self._platform.web or THE_WEB, clock=self._platform.clock)
        async with Fetcher(self._platform.settings.web, folder, route) as fetcher:
            self._has_network = lambda: fetcher.has_network
            for begin in range(0, len(wanted), _SLICE):
                await fetcher.fetch_all(wanted[begin : begin + _SLICE], put)

    def _take(self, fetched: Fetched) -> None:
        """In the thread of the databases."""
        failed = fetched.outcome in ("failed", "refused")
        self._meter.count(done=not failed, failed=failed)
        due = time.monotonic() - self._written_at > WRITE_SECONDS
        if due or len(self._tried) >= self._batch_size:
            self._write()
        # Each time all that is there is scanned: the more that is, the rarer.
        there = self._known_files + self.report.downloads
        if len(self._settling) >= max(self._batch_size, there // _RARER):
            self._settle()

    def _write(self) -> None:
        """Write what became of the URLs that came since the last time."""
        tried = self._tried.copy()  # the other thread may add to it meanwhile
        self._written_at = time.monotonic()
        if not tried:
            return
        now, limits = self._platform.now(), self._platform.settings.web
        urls = [one.url for one in tried]
        with (
            self._platform.writing(self._land),
            connect(self._database) as con,
            transaction(con),
        ):
            before = store.load_urls(con, urls)
            counts = self._has_network()
            rows = [
                tried_row(one, before[one.url], limits, now, random.random(), counts=counts)
                for one in tried
            ]
            self.report.rows_written += store.write_tried(con, rows)
        del self._tried[: len(tried)]
        self._settling += urls
        self._tally(tried)
        self._release(len(tried))

    def _tally(self, tried: Sequence[Fetched]) -> None:
        self.report.unchanged += sum(one.outcome == "unchanged" for one in tried)
        fetched = [one for one in tried if one.outcome == "fetched"]
        self.report.downloads += sum(one.is_new for one in fetched)
        self.report.bytes += sum(one.file_size or 0 for one in fetched)
        self._new_content = self._new_content or bool(fetched)

    def _release(self, count: int) -> None:
        loop, free = self._loop, self._free
        if loop is None or free is None or loop.is_closed():
            return

        def release() -> None:
            for _ in range(count):
                free.release()

        try:
            loop.call_soon_threadsafe(release)
        except RuntimeError:  # it has ended since, and nobody waits
            return

    def _settle(self) -> None:
        """Analyse what is there, and count what became of the URLs."""
        if self._new_content and self._analyses:
            self._new_content = False
            discover(self._platform, self._land, listener=self._listener)
            analyse(
                self._platform, self._land, [stage.name for stage in QUICK_STAGES],
                listener=self._listener,
            )  # fmt: skip
        with connect(self._database, read_only=True) as con:
            analyzed, failed, skipped = store.count_settled(con, self._settling)
        self._settling.clear()
        self.report.analyzed += analyzed
        self.report.failed += failed
        self.report.skipped += skipped
        self._record("it has not come to its end")

    def _record(self, trouble: str | None) -> None:
        self.report.seconds = time.monotonic() - self._started
        report = self.report
        job = {
            "started_at": self._started_at, "total": report.total, "analyzed": report.analyzed,
            "failed": report.failed, "skipped": report.skipped, "waiting": report.waiting,
            "downloads": report.downloads, "bytes": report.bytes,
            "success_rate": report.success_rate, "duration": report.seconds,
            "filters": json.dumps(report.filters), "trouble": trouble,
        }  # fmt: skip
        with (
            self._platform.writing(self._land),
            connect(self._database) as con,
            transaction(con),
        ):
            store.write_job(con, job)

    def _filters(self) -> dict[str, object]:
        limits = self._platform.settings.web
        return {
            "depth": self._selection.depth, "minrel": self._selection.minrel,
            "limit": self._limit, "batch_size": self._batch_size, "types": list(limits.types),
            "min_width": limits.min_width, "min_height": limits.min_height,
            "max_file_size": limits.max_file_size,
        }  # fmt: skip


def _selection(platform: Platform, land: str, choice: Choice) -> Selection:
    """What the land takes on by itself, but for what is chosen."""
    chosen: dict[str, Any] = {
        "depth": choice.depth, "minrel": choice.minrel,
        "refresh_before": platform.now() if choice.refresh else None,
    }  # fmt: skip
    named = {name: value for name, value in chosen.items() if value is not None}
    return replace(selection_of(platform, land), **named)
