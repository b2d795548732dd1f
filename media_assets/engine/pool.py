"""Map a function over many inputs in a process pool that no input can stop.

An item that crashes its process, hangs past its time limit or eats its worker's memory becomes
that item's error. Items travel in chunks, because a hand-over costs more than a small item does;
when a chunk is lost, its items are tried again one by one, so that only the guilty one fails.
"""

import logging
import multiprocessing
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from media_assets.engine.worker import Done, Failed, run_chunk, start_worker
from media_assets.errors import ItemCrashedError, ItemTimeoutError

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[ItemT, ResultT]):
    """What became of one item: exactly one of `result` and `error` is set."""

    item: ItemT
    result: ResultT | None
    error: Failed | None


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """Processes of the pool, seconds an item may take, MiB a worker may allocate."""

    workers: int
    item_seconds: float
    worker_memory_mib: int


@dataclass(frozen=True, slots=True)
class Chunking:
    """How many items travel together: at most `items`, and at most `weight` in sum."""

    items: int = 32
    weight: int = 8 * 1024 * 1024


def map_unordered(
    function: Callable[[ItemT], ResultT],
    items: Iterable[ItemT],
    limits: PoolLimits,
    *,
    weight: Callable[[ItemT], int],
    prepare: Callable[[], None],
    preload: str,
    chunking: Chunking = Chunking(),
) -> Generator[Outcome[ItemT, ResultT], None, None]:
    """Outcomes as they come, in no particular order; each item gives exactly one.

    `function`, `prepare` (run once in each worker) and the items must be picklable; `preload` is
    the module that the workers share. At most two chunks a worker are under way, so memory stays
    bounded however long `items` is. Closing the iterator ends the pool after the chunks in flight
    were cancelled. Without items no process is started.
    """
    chunks = _chunks(items, weight, chunking)
    first = next(chunks, None)
    if first is None:
        return
    context = multiprocessing.get_context(_start_method())
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload([preload])  # workers fork from it in milliseconds
    pool = ProcessPool(
        max_workers=limits.workers,
        context=context,
        initializer=start_worker,
        initargs=(limits.worker_memory_mib, prepare),
    )
    try:
        yield from _drive(pool, function, first, chunks, limits)
        pool.close()
    finally:
        pool.stop()
        pool.join()


def _drive(
    pool: ProcessPool,
    function: Callable[[ItemT], ResultT],
    first: list[ItemT],
    chunks: Iterator[list[ItemT]],
    limits: PoolLimits,
) -> Iterator[Outcome[ItemT, ResultT]]:
    running: dict[Future[list[Done | Failed]], list[ItemT]] = {}

    def submit(chunk: list[ItemT]) -> None:
        future = pool.schedule(run_chunk, args=(function, chunk), timeout=limits.item_seconds)
        running[future] = chunk

    submit(first)
    for chunk in islice(chunks, 2 * limits.workers - 1):
        submit(chunk)
    while running:
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            chunk = running.pop(future)
            lost = _loss(future, limits)
            if lost is None:
                yield from _outcomes(chunk, future.result())
            elif len(chunk) == 1:
                yield Outcome(chunk[0], None, Failed.of(lost))
            else:
                _log.info("a chunk of %d items was lost (%s): one by one now", len(chunk), lost)
                for item in chunk:
                    submit([item])
            if len(running) < 2 * limits.workers and (more := next(chunks, None)) is not None:
                submit(more)


def _loss(future: Future[list[Done | Failed]], limits: PoolLimits) -> Exception | None:
    """Why a chunk gave nothing, or None when it gave its results."""
    try:
        future.result()
    except FutureTimeoutError:
        return ItemTimeoutError(f"took longer than {limits.item_seconds:g} s and was ended")
    except ProcessExpired as error:
        return ItemCrashedError(
            f"ended the process that worked on it (exit code {error.exitcode}): "
            "a decoder crashed, or it was killed for memory"
        )
    return None


def _outcomes(
    chunk: list[ItemT], results: list[Done | Failed]
) -> Iterator[Outcome[ItemT, ResultT]]:
    for item, result in zip(chunk, results, strict=True):
        if isinstance(result, Failed):
            yield Outcome(item, None, result)
        else:
            yield Outcome(item, result.value, None)  # type: ignore[arg-type]  # the function's own result


def _chunks(
    items: Iterable[ItemT], weight: Callable[[ItemT], int], chunking: Chunking
) -> Iterator[list[ItemT]]:
    chunk: list[ItemT] = []
    total = 0
    for item in items:
        heavy = weight(item)
        if chunk and (len(chunk) >= chunking.items or total + heavy > chunking.weight):
            yield chunk
            chunk, total = [], 0
        chunk.append(item)
        total += heavy
    if chunk:
        yield chunk


def _start_method() -> str:
    """Never plain fork: forking after native threads have started can hang."""
    methods = multiprocessing.get_all_start_methods()
    return "forkserver" if "forkserver" in methods else "spawn"
