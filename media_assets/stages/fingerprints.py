"""AcoustID fingerprints beside the analysis: made in the main process while the workers go on."""

from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace

from media_assets.engine.pool import Outcome
from media_assets.errors import MediaError
from media_assets.library.content import open_original
from media_assets.music.sound.demuxing import find_demuxer
from media_assets.music.sound.features import Fingerprint, with_fingerprint
from media_assets.music.sound.fingerprint import (
    NOT_INSTALLED,
    NOT_WANTED,
    Fingerprinter,
    fingerprinter,
)
from media_assets.settings import Settings
from media_assets.stages.products import Products, WorkItem

Result = Outcome[WorkItem, Products]


def with_fingerprints(
    results: Generator[Result, None, None], settings: Settings
) -> Generator[Result, None, None]:
    """The results, those of music with a fingerprint or why there is none; in no order.

    As many programs run at once as there are workers, and twice as many results wait for them.
    """
    make = (
        fingerprinter(settings.engine.item_timeout_seconds, settings.engine.worker_memory_mib)
        if settings.audio.fingerprint
        else None
    )
    if make is None:
        reason = NOT_INSTALLED if settings.audio.fingerprint else NOT_WANTED
        for result in results:
            yield _with(result, Fingerprint(None, reason=reason)) if _lacks_one(result) else result
        return
    yield from _made(results, make, settings.workers)


def _made(
    results: Generator[Result, None, None], make: Fingerprinter, workers: int
) -> Generator[Result, None, None]:
    running: dict[Future[Fingerprint], Result] = {}
    executor = ThreadPoolExecutor(workers, "fingerprint")
    try:
        for result in results:
            if _lacks_one(result):
                running[executor.submit(_fingerprint, make, result.item)] = result
            else:
                yield result
            yield from _finished(running, 2 * workers)
        yield from _finished(running, 0)
    finally:
        results.close()
        executor.shutdown(cancel_futures=True)


def _finished(running: dict[Future[Fingerprint], Result], most: int) -> Iterator[Result]:
    """What is done; waits until no more than `most` are under way."""
    while running:
        timeout = None if len(running) > most else 0
        done, _ = wait(running, timeout, FIRST_COMPLETED)
        for future in done:
            yield _with(running.pop(future), future.result())
        if not done:
            return


def _lacks_one(result: Result) -> bool:
    features = result.result.features if result.result else None
    return features is not None and features.acoustid_fingerprint is None


def _with(result: Result, fingerprint: Fingerprint) -> Result:
    made = result.result
    if made is None or made.features is None:
        return result
    return replace(
        result, result=replace(made, features=with_fingerprint(made.features, fingerprint))
    )


def _fingerprint(make: Fingerprinter, item: WorkItem) -> Fingerprint:
    try:
        with open_original(item.path) as stream:
            demuxer = find_demuxer(stream, item.extension)
    except (MediaError, OSError) as error:
        return Fingerprint(None, reason=f"the file could not be opened again: {error}")
    return make(item.path, demuxer)
