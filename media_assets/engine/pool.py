"""Map a function over many inputs in a process pool that no input can stop.

An item that crashes its process, hangs past its time limit or eats its worker's memory becomes
that item's error. Items travel in chunks, because a hand-over costs more than a small item does;
when a chunk is lost, its items are tried again one by one, so that only the guilty one fails.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain

from media_assets.engine.dispatch import Dispatch, ItemT, Outcome, PoolLimits, ResultT

__all__ = ["Chunking", "Outcome", "PoolLimits", "map_unordered"]


@dataclass(frozen=True, slots=True)
class Chunking:
    """How many items travel together: at most `items`, and at most `weight` in sum."""

    items: int = 64
    weight: int = 8 * 1024 * 1024


def map_unordered(
    function: Callable[[ItemT], ResultT],
    items: Iterable[ItemT],
    limits: PoolLimits,
    *,
    weight: Callable[[ItemT], int],
    prepare: Callable[[], None] | None = None,
    preload: Sequence[str],
    chunking: Chunking = Chunking(),
) -> Generator[Outcome[ItemT, ResultT], None, None]:
    """Outcomes as they come, in no particular order; each item gives exactly one.

    `function`, `prepare` (run once in each worker) and the items must be picklable; `preload` are
    the modules that the workers share. At most two chunks a worker are under way, so memory stays
    bounded however long `items` is. Closing the iterator ends the pool after the chunks in flight
    were cancelled. Without items no process is started.

    Raises:
        EngineError: the worker processes end as soon as they start, whatever they are given.
    """
    chunks = _chunks(items, weight, chunking)
    first = next(chunks, None)
    if first is None:
        return
    with closing(Dispatch(function, limits, prepare, preload)) as dispatch:
        yield from dispatch.outcomes(chain([first], chunks))


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
