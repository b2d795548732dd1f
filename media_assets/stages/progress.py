"""Progress of long work: how much is done, how fast, and how long the rest will take."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

INTERVAL_SECONDS = 2.0

PROGRESS_LOGGER = "media_assets.progress"
"""Records of this logger carry a `Progress` as their `progress`; a terminal may show them."""

STORE_LOGGER = "media_assets.store"
"""Records of this logger say what the store waits for, such as another run."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of long work. `total` is None where it is not known before the end."""

    task: str
    done: int
    failed: int
    total: int | None
    seconds: float

    @property
    def rate(self) -> float:
        """Items a second, failed ones included."""
        return (self.done + self.failed) / self.seconds if self.seconds else 0.0

    def __str__(self) -> str:
        of = f" of {self.total:,}" if self.total is not None else ""
        parts = [f"{self.task}: {self.done + self.failed:,}{of}", f"{self.rate:,.0f}/s"]
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        if self.total is not None and self.rate:
            parts.append(f"about {(self.total - self.done - self.failed) / self.rate:,.0f} s left")
        return ", ".join(parts)


Listener = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """A listener for those who do not want to know."""


def told(progress: Progress) -> None:
    """A listener that tells `PROGRESS_LOGGER`."""
    logging.getLogger(PROGRESS_LOGGER).info("%s", progress, extra={"progress": progress})


class Meter:
    """Counts items and tells a listener every two seconds, and once at the end."""

    def __init__(self, task: str, total: int | None, listener: Listener) -> None:
        """Start the clock."""
        self._task, self._total, self._listener = task, total, listener
        self._started = self._told = time.monotonic()
        self.done = self.failed = 0

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def expect(self, total: int) -> None:
        """Say how much it is in all, where that was not known at the start."""
        self._total = total

    def count(self, done: int = 0, failed: int = 0) -> None:
        """Count items; tells the listener when it is time."""
        self.done += done
        self.failed += failed
        if time.monotonic() - self._told >= INTERVAL_SECONDS:
            self.tell()

    def tell(self) -> None:
        """Tell the listener now."""
        self._told = time.monotonic()
        self._listener(Progress(self._task, self.done, self.failed, self._total, self.seconds))
