"""One limiter for all calls to the API, whichever process makes them.

Whoever wants to call takes the next turn before the call; turns lie at equal distances, so there
are no bursts. When the API asks to wait, nobody's turn comes before that.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from filelock import FileLock, Timeout

HORIZON_SECONDS: Final = 900.0
"""A turn that lies further ahead was written before the machine's clock began anew."""

_PATIENCE_SECONDS = 10.0  # for a process that was stopped while it took its turn


class Turns(Protocol):
    """Who hands out the turns."""

    def take(self, distance: float) -> float:
        """Take the next turn, `distance` seconds after the last; returns seconds until it comes."""
        ...

    def held(self) -> float:
        """Seconds for which everybody has to wait."""
        ...

    def hold(self, seconds: float) -> None:
        """Let nobody's turn come before that."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """So many calls a second, 0 for as many as come; waits happen in `sleep`."""

    turns: Turns
    per_second: float
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def turn(self) -> None:
        """Wait for one's turn. Who waits already when a hold is asked for takes another turn."""
        distance = 1 / self.per_second if self.per_second else 0.0
        wait = self.turns.take(distance)
        while wait > 0:
            await self.sleep(wait)
            wait = self.turns.take(distance) if self.turns.held() else 0.0

    def hold(self, seconds: float) -> None:
        """Let everybody wait."""
        self.turns.hold(seconds)


class SharedTurns:
    """Turns in a file, for all processes of one machine.

    The file holds two moments of the monotonic clock, which all processes share: when the next
    turn is free, and until when everybody waits. A turn costs 0.1 ms.
    """

    def __init__(self, file: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """`file` is made when it is not there, and so is its folder."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        self._lock = FileLock(file.with_name(f"{file.name}.lock"), timeout=_PATIENCE_SECONDS)
        self._clock = clock

    def take(self, distance: float) -> float:
        """As `Turns` says; when a process that was stopped keeps the lock, all the same."""
        if not distance:
            return self.held()
        try:
            with self._lock:
                now = self._clock()
                free, held = self._read(now)
                turn = max(now, free, held)
                self._write(turn + distance, held)
        except Timeout:
            return distance
        return turn - now

    def held(self) -> float:
        """As `Turns` says."""
        now = self._clock()
        return max(0.0, self._read(now)[1] - now)

    def hold(self, seconds: float) -> None:
        """As `Turns` says."""
        try:
            with self._lock:
                now = self._clock()
                free, held = self._read(now)
                self._write(free, max(held, now + seconds))
        except Timeout:
            return

    def _read(self, now: float) -> tuple[float, float]:
        try:
            free, held = (float(word) for word in self._file.read_text(encoding="ascii").split())
        except (FileNotFoundError, ValueError):  # new, or not ours
            return now, now
        return (now if free > now + HORIZON_SECONDS else free,
                now if held > now + HORIZON_SECONDS else held)  # fmt: skip

    def _write(self, free: float, held: float) -> None:
        """At once, and always of one length: who reads without the lock sees one or the other."""
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self._file, flags, 0o644)
        try:
            os.write(descriptor, f"{free:<32.6f} {held:<32.6f}\n".encode("ascii"))
        finally:
            os.close(descriptor)
