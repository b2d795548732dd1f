"""The lists and pages of a land: those that changed are read, and its URLs follow from all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice

from media_assets.engine.pool import PoolLimits, map_unordered
from media_assets.errors import LandInputError
from media_assets.library.paths import shown
from media_assets.stages.platform import Platform
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import web as store
from media_assets.store.connect import Connection, connect, transaction
from media_assets.web.found import Found, Reading
from media_assets.web.sources import SourceFile, find_sources, is_page, read_source

RULES_VERSION = 1
"""Raised when a list or page is read otherwise: all are read again then."""
_FILES_AT_ONCE = 200
_PLACES_AT_ONCE = 50_000


@dataclass(slots=True)
class SourceReport:
    """What one reading of a land's folder did.

    `read`: lists and pages that were new or changed; `gone`: that are not there any more;
    `unreadable`: why each of them could not be read, by path; `problems`: of single rows.
    `trouble`: why the folder was not believed; nothing was taken off then.
    """

    sources: int = 0
    read: int = 0
    gone: int = 0
    new_urls: int = 0
    gone_urls: int = 0
    rows_written: int = 0
    seconds: float = 0.0
    unreadable: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """A list or page as it was read; `found` is None where it could not be."""

    row: dict[str, object]
    found: tuple[Found, ...] | None


def read_land(platform: Platform, land: str, *, listener: Listener = silent) -> SourceReport:
    """Bring the URLs of a land to what its lists and pages say.

    Files that are as they were are not opened. When the folder is absent, cannot be read, or has
    none of the files that it had, nothing is taken off: the report says why.
    """
    report = SourceReport()
    meter = Meter(f"{land}: lists and pages read", None, listener)
    database = platform.player_database(land)
    with platform.writing(land):
        with connect(database, read_only=True) as con:
            known = store.load_sources(con)
        there = _find(platform, land, known, report)
        changed = [(path, file) for path, file in there.items() if _state(file) != known.get(path)]
        meter.expect(len(changed))
        for batch in _batches(_read_all(platform, changed, report, meter)):
            with connect(database) as con, transaction(con):
                for read in batch:
                    report.rows_written += _write(con, read)
        gone = [] if report.trouble else [path for path in known if path not in there]
        _settle(platform, land, gone, report)
    report.seconds = meter.seconds
    return report


def list_troubles(platform: Platform, land: str) -> list[str]:
    """Why the folder of a land, or single lists and pages of it, cannot be read."""
    folder = platform.settings.land_folder(land)
    try:
        if not find_sources(folder):
            return [f"{folder}: holds no list and no page"]
    except LandInputError as error:
        return [str(error)]
    with platform.reading(land) as con:
        return store.load_unreadable(con)


def _find(
    platform: Platform, land: str, known: Iterable[str], report: SourceReport
) -> dict[str, SourceFile]:
    folder = platform.settings.land_folder(land)
    try:
        files = find_sources(folder)
    except LandInputError as error:
        report.trouble = str(error)
        return {}
    there = {shown(str(file.path))[0]: file for file in files}
    report.sources = len(there)
    if not there and any(True for _ in known):
        report.trouble = (
            f"{folder}: none of its lists and pages is there; is its disk mounted? "
            "To empty a land, leave a list in it that has a header alone"
        )
    return there


def _state(file: SourceFile) -> tuple[int, int, int]:
    return file.size, file.mtime_ns, RULES_VERSION


def _read_all(
    platform: Platform,
    files: Sequence[tuple[str, SourceFile]],
    report: SourceReport,
    meter: Meter,
) -> Iterator[_Read]:
    for path, file, outcome in _readings(platform, files):
        row: dict[str, object] = {
            "file_path": path, "file_size": file.size, "mtime_ns": file.mtime_ns,
            "version": RULES_VERSION, "read_at": platform.now(),
        }  # fmt: skip
        report.read += 1
        if isinstance(outcome, Reading):
            report.problems += [f"{path}: {problem}" for problem in outcome.problems]
            meter.count(done=1)
            row |= {"rows": outcome.rows, "problems": list(outcome.problems)}
            yield _Read(row, outcome.found)
        else:
            report.unreadable[path] = outcome
            meter.count(done=0, failed=1)
            yield _Read({**row, "rows": 0, "error": outcome}, None)


def _readings(
    platform: Platform, files: Sequence[tuple[str, SourceFile]]
) -> Iterator[tuple[str, SourceFile, Reading | str]]:
    """What each list or page holds, or why it cannot be read.

    Pages are read by the process pool: there are pages on which the parser is at work for minutes.
    """
    pages = {file.path: (path, file) for path, file in files if is_page(file.path)}
    for path, file in files:
        if file.path not in pages:
            try:
                yield path, file, read_source(file.path)
            except LandInputError as error:
                yield path, file, str(error)
    engine = platform.settings.engine
    limits = PoolLimits(
        platform.settings.workers, engine.item_timeout_seconds, engine.worker_memory_mib
    )
    for read in map_unordered(
        read_source, pages, limits, weight=lambda page: pages[page][1].size,
        preload=(read_source.__module__,),
    ):  # fmt: skip
        failure = f"{read.item}: {read.error.message}" if read.error else ""
        yield *pages[read.item], read.result or failure


def _batches(reads: Iterator[_Read]) -> Iterator[list[_Read]]:
    """So many files or places at a time that memory stays bounded."""
    batch: list[_Read] = []
    places = 0
    for read in reads:
        batch.append(read)
        places += len(read.found or ())
        if places >= _PLACES_AT_ONCE or len(batch) >= _FILES_AT_ONCE:
            yield batch
            batch, places = [], 0
    if batch:
        yield batch


def _write(con: Connection, read: _Read) -> int:
    if read.found is None:
        return store.write_source(con, read.row, None)
    source = read.row["file_path"]
    written, places = 0, _places(source, read.found)
    first = list(islice(places, _PLACES_AT_ONCE))
    written += store.write_source(con, read.row, first)
    while part := list(islice(places, _PLACES_AT_ONCE)):
        written += store.add_places(con, part)
    return written


def _places(source: object, found: tuple[Found, ...]) -> Iterator[dict[str, object]]:
    for position, one in enumerate(found):
        yield {"source": source, "position": position, **asdict(one)}


def _settle(platform: Platform, land: str, gone: list[str], report: SourceReport) -> None:
    """Write what follows for the URLs; without news the database is not opened for writing."""
    database = platform.player_database(land)
    if gone:
        with connect(database) as con, transaction(con):
            report.gone = store.forget_sources(con, gone)
    with connect(database, read_only=True) as con:
        news, lost = store.load_news(con)
    if news.is_empty() and lost.is_empty():
        return
    now: datetime = platform.now()
    with connect(database) as con, transaction(con):
        report.rows_written += store.write_news(con, news, lost, now)
    report.new_urls = int(news["is_new"].sum())
    report.gone_urls = lost.height
