"""What the system refuses below the data folder, in words that say what to do."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from media_assets.errors import StoreError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL_WORDS = (*map(os.strerror, _FULL), "database or disk is full")
_REFUSED_WORDS = (
    *map(os.strerror, (errno.EROFS, errno.EACCES, errno.EPERM)),
    "readonly database",
    "unable to open database file",
)
"""The words of the system, and those that SQLite has of its own, for the history of runs."""

_NO_ROOM_BYTES = 64 * 1024


def explain(place: Path, what: str, error: BaseException) -> str:
    """Why a place cannot be used; where its disk is full or read-only, also what to do.

    `what` is what could not be done, such as "cannot be made". Databases pass on the words of the
    system as text, so that text is what is looked at.
    """
    reason = _reason(error)
    # SQLite calls it an I/O error where it maps a file into memory.
    if _says(reason, _FULL_WORDS) or ("I/O error" in reason and _has_no_room(place)):
        reason = (
            "the disk is full: make room on it, or set data_dir to a larger one, and run again; "
            "what was done before is kept"
        )
    elif _says(reason, _REFUSED_WORDS):
        reason += ": make it writable, or set data_dir to a folder that is"
    return f"{place}: {what}: {reason}"


@contextmanager
def writing_below(folder: Path) -> Iterator[None]:
    """Tell what the system refuses in this folder while the block runs as a `StoreError`.

    An error about a file elsewhere is left as it is, but for a full disk: who only reads there
    cannot meet one.
    """
    try:
        yield
    except OSError as error:
        named = error.filename if isinstance(error.filename, str | bytes) else None
        place = folder if named is None else Path(os.fsdecode(named))
        if not (error.errno in _FULL or (named is not None and place.is_relative_to(folder))):
            raise
        raise StoreError(explain(place, "cannot be written", error)) from error


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return next(iter(str(error).splitlines()), type(error).__name__)


def _says(reason: str, words: tuple[str, ...]) -> bool:
    return any(word in reason for word in words)


def _has_no_room(place: Path) -> bool:
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    return shutil.disk_usage(existing).free < _NO_ROOM_BYTES
