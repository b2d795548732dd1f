"""A coroutine in a thread of its own, so that whoever interrupts it does so between its steps.

Ctrl-C, and Dagster when it ends a run, raise in the main thread, wherever that is. In an event loop
that would be any line of any task; here it is where this module waits. The coroutine is then
cancelled and cleans up before the interruption goes on.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

MessageT = TypeVar("MessageT")
ResultT = TypeVar("ResultT")

_WAIT_SECONDS = 0.1


class _Run(Generic[MessageT, ResultT]):
    """One run; `messages` ends with None."""

    def __init__(
        self, work: Callable[[Callable[[MessageT], None]], Coroutine[Any, Any, ResultT]]
    ) -> None:
        self.messages: SimpleQueue[tuple[MessageT] | None] = SimpleQueue()
        self.outcome: Future[ResultT] = Future()
        self._work = work
        self._started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[ResultT]]] = Future()

    def __call__(self) -> None:
        try:
            self.outcome.set_result(asyncio.run(self._main()))
        except BaseException as error:  # noqa: BLE001  # raised again by whoever waits
            self.outcome.set_exception(error)
        finally:
            self.messages.put(None)

    def cancel(self) -> None:
        """Cancel the coroutine, from another thread."""
        loop, task = self._started.result()
        with suppress(RuntimeError):  # it has ended by itself, and its loop is closed
            loop.call_soon_threadsafe(task.cancel)

    async def _main(self) -> ResultT:
        task = asyncio.ensure_future(self._work(lambda message: self.messages.put((message,))))
        self._started.set_result((asyncio.get_running_loop(), task))
        return await task


def run_in_background(
    work: Callable[[Callable[[MessageT], None]], Coroutine[Any, Any, ResultT]],
    hear: Callable[[MessageT], None],
) -> ResultT:
    """Run `work(tell)`; what it tells is heard here, in the calling thread.

    Whatever `hear` or an interruption raises ends the coroutine first and is raised then.
    """
    run: _Run[MessageT, ResultT] = _Run(work)
    thread = Thread(target=run, name="event loop")
    thread.start()
    try:
        while (message := _next(run.messages)) is not None:
            hear(message[0])
    except BaseException:
        run.cancel()
        thread.join()
        raise
    thread.join()
    return run.outcome.result()


def _next(messages: SimpleQueue[tuple[MessageT] | None]) -> tuple[MessageT] | None:
    """The next message. polars handles SIGINT so that a wait goes on; this one ends by itself."""
    while True:
        with suppress(Empty):
            return messages.get(timeout=_WAIT_SECONDS)
