"""One writer at a time per player and for the shared tables, across processes.

The system releases the lock when its process ends, however it ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from media_assets.errors import StoreLockedError
from media_assets.store.connect import make_folder

WAIT_SECONDS = 3600.0


@contextmanager
def exclusive(file: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the lock of one name; another holder is waited for.

    Raises:
        StoreLockedError: it was not to be had within `wait` seconds.
        StoreError: its folder cannot be made.
    """
    make_folder(file.parent)
    try:
        with FileLock(file, timeout=wait):
            yield
    except Timeout as error:
        raise StoreLockedError(
            f"{file}: another run holds this lock for more than {wait:g} s; end it and try again"
        ) from error
