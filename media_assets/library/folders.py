"""Listing folders and leaving no trace: no access time is set, and no link is followed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

_BY_DESCRIPTOR = os.scandir in os.supports_fd
_FLAGS = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_ACCESS_TIME = getattr(os, "O_NOATIME", 0)


@contextmanager
def listed(folder: str, *, follow: bool) -> Iterator[Iterator[os.DirEntry[str]]]:
    """The entries of a folder, while the block runs; their `path` may be their name alone.

    Where `follow` is false, a folder whose place a link has taken is refused as none. Systems that
    cannot list an open folder (Windows) list by path.

    Raises:
        OSError: the folder cannot be listed.
    """
    if not _BY_DESCRIPTOR:
        with os.scandir(folder) as entries:
            yield entries
        return
    descriptor = _open(folder, _FLAGS if follow else _FLAGS | _NO_LINK)
    try:
        with os.scandir(descriptor) as entries:
            yield entries
    finally:
        os.close(descriptor)


def _open(folder: str, flags: int) -> int:
    try:
        return os.open(folder, flags | _NO_ACCESS_TIME)
    except PermissionError:
        return os.open(folder, flags)  # O_NOATIME is for the owner alone
