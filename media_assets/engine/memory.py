"""How much memory processes have had, as far as the system tells (Linux)."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

_LOOK_SECONDS = 0.5


class MemoryWatch:
    """Remembers the most that this process and all below it have had.

    `peak`: the largest resident memory of each, added up, bytes; None where the system does not
    tell. A process that ends counts as far as it was looked at.
    """

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.peak: int | None = None
        self._looked = -_LOOK_SECONDS

    def look(self) -> None:
        """Look, unless that was done half a second ago: it takes some milliseconds."""
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        peaks = [peak_of(process) for process in (os.getpid(), *below(os.getpid()))]
        found = sum(peak for peak in peaks if peak is not None)
        self.peak = max(found, self.peak or 0) or None


def below(process: int) -> Iterator[int]:
    """The processes that a process has started, and all below them."""
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:
            continue  # ended since
        for child in children:
            yield child
            yield from below(child)


def peak_of(process: int) -> int | None:
    """The largest resident memory that a process has had, bytes.

    Not by `getrusage`: there a process begins with the peak of the one that started it.
    """
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return None  # ended since, or no Linux
    found = next((line for line in lines if line.startswith("VmHWM:")), None)
    return int(found.split()[1]) * 1024 if found else None
