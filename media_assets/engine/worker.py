"""What runs inside a worker process."""

import ctypes
import logging
import os
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from media_assets.engine.confinement import confine
from media_assets.errors import LimitExceededError, StoreError

_PR_SET_PDEATHSIG = 1

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # names of malloc.h
_KEPT_BYTES = 128 * 1024 * 1024

MAX_MESSAGE = 1000
"""Characters kept of an error's message: some decoders put half the file into theirs."""
CUT = "…"


@dataclass(frozen=True, slots=True)
class Done:
    """An item's result."""

    value: object


@dataclass(frozen=True, slots=True)
class Failed:
    """An item's error, as text: exceptions of decoders do not all survive the way back."""

    error_class: str
    message: str

    @classmethod
    def of(cls, error: BaseException) -> "Failed":
        """The failure that an exception is; one without words is named by its class."""
        name = type(error).__name__
        return cls(name, _plain(str(error)) or name)


def _plain(message: str) -> str:
    """One printable line: bytes of a file that stand in a message may be anything."""
    kept = message if len(message) <= MAX_MESSAGE else message[: MAX_MESSAGE - 1] + CUT
    if kept.isprintable():
        return kept.strip()
    shown = (letter if letter.isprintable() else _escaped(letter) for letter in kept)
    return "".join(shown)[:MAX_MESSAGE].strip()


def _escaped(letter: str) -> str:
    return " " if letter.isspace() else letter.encode("unicode_escape").decode("ascii")


def answer() -> None:
    """Do nothing: that it comes back shows that a worker is there."""


def start_worker(memory_mib: int, prepare: Callable[[], None] | None) -> None:
    """Set up one worker: bounds on what it may use and reach, and an end when its parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    _hush_libraries()
    _die_with_parent()
    _bound_memory(memory_mib)
    keep_freed_memory()
    confine()
    if prepare is not None:
        prepare()


def run_chunk(function: Callable[[object], object], items: list[object]) -> list[Done | Failed]:
    """The results of some items, in their order. An item's exception is its result.

    Raises:
        StoreError: the place of the results cannot be used, which is no item's fault.
    """
    return [_run(function, item) for item in items]


def _run(function: Callable[[object], object], item: object) -> Done | Failed:
    try:
        return Done(function(item))
    except StoreError:
        raise
    except MemoryError:
        return Failed.of(
            LimitExceededError("needs more memory than a worker may use (engine.worker_memory_mib)")
        )
    except (Exception, SystemExit) as error:  # noqa: BLE001 the one batch boundary: recorded as the item's failure
        return Failed.of(error)


def _hush_libraries() -> None:
    """What libraries write to the error output and log goes nowhere; what Python writes stays.

    libtiff, Pillow and the C library complain of odd files, in the middle of the progress display.
    """
    logging.getLogger().addHandler(logging.NullHandler())  # without any, warnings are written out
    try:
        kept = os.dup(2)
    except OSError:  # there is none
        return
    sys.stderr = os.fdopen(kept, "w", buffering=1, errors="backslashreplace")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _bound_memory(memory_mib: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    # Private writable memory only: address space that is reserved but not used does not count. What
    # the worker starts with does not count either: numerical libraries reserve more on more cores.
    limit = _data_bytes() + memory_mib * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _data_bytes() -> int:
    """Private writable memory of this process, where Linux tells it; elsewhere 0."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = re.search(r"^VmData:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def keep_freed_memory() -> None:
    """With glibc, pixels of one file go where those of the last one were.

    Fresh memory for each file costs a fault a page: a fifth of the time of a 1080p PNG.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES // 4)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)


def _die_with_parent() -> None:
    """On Linux a worker is killed when its parent ends, so that kill -9 leaves no orphans."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
