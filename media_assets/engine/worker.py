"""What runs inside a worker process."""

import ctypes
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

from media_assets.errors import LimitExceededError, StoreError

_PR_SET_PDEATHSIG = 1


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
    def of(cls, error: Exception) -> "Failed":
        """The failure that an exception is; one without words is named by its class."""
        return cls(type(error).__name__, str(error) or type(error).__name__)


def start_worker(memory_mib: int, prepare: Callable[[], None]) -> None:
    """Set up one worker: a bound on its memory, and an end when its parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    _die_with_parent()
    _bound_memory(memory_mib)
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
        return Failed.of(LimitExceededError("needs more memory than a worker may have"))
    except Exception as error:  # noqa: BLE001 the one batch boundary: recorded as the item's failure
        return Failed.of(error)


def _bound_memory(memory_mib: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    # Private writable memory only: address space that is reserved but not used does not count.
    limit = memory_mib * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _die_with_parent() -> None:
    """On Linux a worker is killed when its parent ends, so that kill -9 leaves no orphans."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
