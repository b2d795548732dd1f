"""One writer at a time per player and for the shared tables, across processes.

The system releases the lock when its process ends, however it ends.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from media_assets.errors import StoreLockedError
from media_assets.store.connect import make_folder
from media_assets.store.disk import writing_below

WAIT_SECONDS = 3600.0
_SILENT_SECONDS = 1.0
"""A wait that is shorter is not worth a word."""

_log = logging.getLogger(__name__)


@contextmanager
def exclusive(file: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the lock of one name; another holder is waited for, and that is logged.

    Raises:
        StoreLockedError: it was not to be had within `wait` seconds.
        StoreError: its folder or file cannot be made.
    """
    make_folder(file.parent)
    lock = FileLock(file)
    try:
        with writing_below(file.parent):
            _acquire(lock, file, wait)
    except Timeout as error:
        raise StoreLockedError(
            f"{file}: another run holds this lock for more than {wait:g} s; end it and try again"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock, file: Path, wait: float) -> None:
    try:
        lock.acquire(timeout=min(wait, _SILENT_SECONDS))
    except Timeout:
        if wait <= _SILENT_SECONDS:
            raise
        minutes = wait / 60
        _log.warning("%s: another run is at work, waiting for it, up to %g min", file.stem, minutes)
        lock.acquire(timeout=wait)
