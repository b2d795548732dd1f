"""Making files in several processes."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")


def each(function: Callable[[T], object], values: Iterable[T]) -> None:
    """Call a function that can be pickled with each value, in a process per core."""
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for _ in pool.map(function, values):
            pass
