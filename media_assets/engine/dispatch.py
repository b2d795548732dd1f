"""Chunks through a pool of processes, and through another pool when that one breaks.

Pebble ends what hangs and says what crashed. But a process that dies while nothing seems to be
under way (its item's start was not heard of yet, as happens when the main process is busy), or
while it takes an item from the shared pipe, breaks or blocks the whole pool. Then all that was
under way is tried again, one by one, in a new one.
"""

import logging
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from media_assets.engine.worker import Done, Failed, answer, run_chunk, start_worker
from media_assets.errors import EngineError, ItemCrashedError, ItemTimeoutError

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")
_Answer = Future[list[Done | Failed]]

LOOK_SECONDS = 1.0
"""How often a pool that gives nothing is asked whether it is still there."""

STARTS_AFTER_SECONDS = (0.0, 0.1, 1.0)
"""A new pool is tried so often, each time after such a pause."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[ItemT, ResultT]):
    """What became of one item: exactly one of `result` and `error` is set."""

    item: ItemT
    result: ResultT | None
    error: Failed | None


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """Processes of the pool, seconds an item may take, MiB a worker may allocate.

    `grace_seconds`: a pool that gives nothing for so long, on top of what an item may take, is
    replaced. It is more than processes need to start and to be ended on a machine that is busy.
    """

    workers: int
    item_seconds: float
    worker_memory_mib: int
    grace_seconds: float = 120.0


class Dispatch(Generic[ItemT, ResultT]):
    """One run of a function over chunks of items. To be closed."""

    def __init__(
        self,
        function: Callable[[ItemT], ResultT],
        limits: PoolLimits,
        prepare: Callable[[], None] | None,
        preload: Sequence[str],
    ) -> None:
        """See `map_unordered`."""
        self._function = function
        self._limits = limits
        self._prepare = prepare
        self._preload = preload
        self._running: dict[_Answer, list[ItemT]] = {}
        self._pool = self._new_pool()

    def close(self) -> None:
        """End the processes."""
        self._pool.stop()
        self._pool.join()

    def outcomes(self, chunks: Iterator[list[ItemT]]) -> Iterator[Outcome[ItemT, ResultT]]:
        """One outcome for each item; chunks are taken as they are needed."""
        self._top_up(chunks)
        while self._running:
            finished = self._wait()
            sound = [done for done in finished if not _is_broken(done)]
            for done in sound:
                yield from self._settle(done)
                self._top_up(chunks)
            if not finished or len(sound) < len(finished):
                yield from self._recover()
                self._top_up(chunks)

    def _top_up(self, chunks: Iterator[list[ItemT]]) -> None:
        free = 2 * self._limits.workers - len(self._running)
        for chunk in islice(chunks, max(0, free)):
            self._submit(chunk)

    def _submit(self, chunk: list[ItemT]) -> None:
        try:
            submitted: _Answer = self._pool.schedule(
                run_chunk, args=(self._function, chunk), timeout=self._limits.item_seconds
            )
        except RuntimeError as error:  # the pool broke, which is seen when its answers are
            submitted = Future()
            submitted.set_exception(BrokenExecutor(str(error)))
        self._running[submitted] = chunk

    def _wait(self) -> set[_Answer]:
        """The answers that are there; none when the pool gives no more."""
        end = time.monotonic() + self._limits.item_seconds + self._limits.grace_seconds
        while time.monotonic() < end:
            finished, _ = wait(self._running, LOOK_SECONDS, return_when=FIRST_COMPLETED)
            if finished or not self._pool.active:
                return finished
        return set()

    def _settle(self, done: _Answer) -> Iterator[Outcome[ItemT, ResultT]]:
        """The outcomes of a chunk; the items of one that was lost are submitted one by one."""
        chunk = self._running.pop(done)
        lost = _loss(done, self._limits)
        if lost is None:
            for item, result in zip(chunk, done.result(), strict=True):
                yield _outcome(item, result)
        elif len(chunk) == 1:
            yield Outcome(chunk[0], None, Failed.of(lost))
        else:
            _log.info("a chunk of %d items was lost (%s): one by one now", len(chunk), lost)
            for item in chunk:
                self._submit([item])

    def _recover(self) -> Iterator[Outcome[ItemT, ResultT]]:
        """Outcomes of all that was under way in a broken pool, each item tried alone."""
        suspects = [item for chunk in self._running.values() for item in chunk]
        self._running.clear()
        _log.warning("the process pool broke: %d items are tried again, one by one", len(suspects))
        self._replace_pool()
        for item in suspects:
            yield self._alone(item)

    def _alone(self, item: ItemT) -> Outcome[ItemT, ResultT]:
        """The outcome of an item that has the pool for itself, so that what it breaks is its."""
        self._submit([item])
        finished = self._wait()
        (submitted,) = self._running
        self._running.clear()
        if not finished or _is_broken(submitted):
            lost: Exception | None = ItemCrashedError("broke the processes that worked on it")
        else:
            lost = _loss(submitted, self._limits)
        if lost is None:
            return _outcome(item, submitted.result()[0])
        self._replace_pool()
        return Outcome(item, None, Failed.of(lost))

    def _replace_pool(self) -> None:
        for pause in STARTS_AFTER_SECONDS:
            self.close()
            time.sleep(pause)
            self._pool = self._new_pool()
            if self._answers():
                return
        raise EngineError(
            "the worker processes end as soon as they start: the log says more; "
            f"engine.worker_memory_mib is {self._limits.worker_memory_mib}"
        )

    def _answers(self) -> bool:
        """Whether the pool works. The server that forks its processes may be ending just now."""
        try:
            probe = self._pool.schedule(answer)
        except RuntimeError:
            return False
        finished, _ = wait([probe], self._limits.grace_seconds)
        return bool(finished) and probe.exception() is None

    def _new_pool(self) -> ProcessPool:
        context = multiprocessing.get_context(_start_method())
        if context.get_start_method() == "forkserver":
            context.set_forkserver_preload(
                list(self._preload)
            )  # workers fork from it in milliseconds
        return ProcessPool(
            max_workers=self._limits.workers,
            context=context,
            initializer=start_worker,
            initargs=(self._limits.worker_memory_mib, self._prepare),
        )


def _is_broken(finished: _Answer) -> bool:
    """Whether it was the pool that ended, not the process of this chunk."""
    return isinstance(finished.exception(), BrokenExecutor)


def _loss(finished: _Answer, limits: PoolLimits) -> Exception | None:
    """Why a chunk gave nothing, or None when it gave its results.

    Raises what is no fault of an item.
    """
    try:
        finished.result()
    except FutureTimeoutError:
        return ItemTimeoutError(
            f"took longer than {limits.item_seconds:g} s and was ended "
            "(engine.item_timeout_seconds)"
        )
    except ProcessExpired as error:
        return ItemCrashedError(_ended(error.exitcode))
    return None


def _ended(exit_code: int) -> str:
    """How a worker process ended, in words."""
    if exit_code >= 0:
        return f"ended the process that worked on it (exit code {exit_code})"
    if -exit_code == signal.SIGKILL:
        return "the process that worked on it was killed (SIGKILL), probably for its memory"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    return f"its decoder crashed ({name})"


def _outcome(item: ItemT, result: Done | Failed) -> Outcome[ItemT, ResultT]:
    if isinstance(result, Failed):
        return Outcome(item, None, result)
    return Outcome(item, result.value, None)  # type: ignore[arg-type]  # the function's own result


def _start_method() -> str:
    """Never plain fork: forking after native threads have started can hang."""
    methods = multiprocessing.get_all_start_methods()
    return "forkserver" if "forkserver" in methods else "spawn"
