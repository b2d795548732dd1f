"""Cheap looks at a library, without opening a file: what changed since last time, or since when."""

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xxhash import xxh3_64

from media_assets.library.kinds import KIND_OF
from media_assets.library.paths import shown

GRAIN_SECONDS = 2.0
"""The coarsest step of a folder's mtime: FAT has 2 s, Linux file systems have some milliseconds.

A folder that changed less than this ago may change again and keep its mtime.
"""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment `at` of a clock that only goes forward; both in seconds."""

    at: float
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> "Deadline":
        """So many seconds from now."""
        return cls(clock() + seconds, clock)

    def is_over(self) -> bool:
        """Whether the moment has passed."""
        return self.clock() > self.at


@dataclass(frozen=True, slots=True)
class Look:
    """What one look saw.

    `digest` stands for the paths, mtimes and numbers of entries of all folders; None when time ran
    out before the end. `changed_at` is when a folder last changed, in seconds since 1970.
    `is_absent`: none of the roots is there. `unreadable` names folders as people read them.
    """

    digest: str | None
    folders: int = 0
    changed_at: float = 0.0
    is_absent: bool = False
    unreadable: tuple[str, ...] = ()


def look(roots: Iterable[Path], ignore: frozenset[str], deadline: Deadline, now: float) -> Look:
    """Digest all folders below `roots`, until the deadline; `now` is in seconds since 1970.

    A file that appears, disappears or is renamed changes the mtime of its folder. One that is
    edited in place does not: `touched_since` and a full scan find that. Names come in sorted
    order, so equal folders give equal digests; a folder that changed within `GRAIN_SECONDS` gives
    another one later, so that what follows at once is not missed. Links are not followed.
    """
    recent_ns = int((now - GRAIN_SECONDS) * 1e9)
    digest = xxh3_64()
    folders = changed_ns = there = 0
    unreadable: list[str] = []
    tops = [str(root) for root in roots]
    pending = tops[::-1]
    while pending:
        if deadline.is_over():
            return Look(None, folders)
        folder = pending.pop()
        folders += 1
        digest.update(os.fsencode(folder))
        try:
            status = os.stat(folder)  # noqa: PTH116 twice as fast
            below, count = _entries(folder, ignore)
        except OSError as error:
            digest.update(f"{error.errno}".encode())
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                unreadable.append(shown(folder)[0])
                there += folder in tops
            continue
        there += folder in tops
        settling = "?" if status.st_mtime_ns > recent_ns else ""
        digest.update(f"{status.st_mtime_ns} {count}{settling}".encode())
        changed_ns = max(changed_ns, status.st_mtime_ns, status.st_ctime_ns)
        pending.extend(below)
    return Look(digest.hexdigest(), folders, changed_ns / 1e9, not there, tuple(unreadable))


def touched_since(
    roots: Iterable[Path],
    ignore: frozenset[str],
    since: float,
    deadline: Deadline,
    suffixes: Collection[str] = KIND_OF,
) -> bool | None:
    """Whether a folder or file below `roots` changed after `since`, seconds since 1970.

    Files count whose extension, in lower case with its dot, is one of `suffixes`: those of media.
    The change time counts beside the mtime: no program can set it back, so an edit that keeps the
    mtime shows too. None when time ran out before the answer; what cannot be read is passed over.
    """
    since_ns = int(since * 1e9)
    pending = [str(root) for root in roots]
    while pending:
        if deadline.is_over():
            return None
        changes = _changes(pending.pop(), ignore, pending, suffixes)
        if any(changed_ns > since_ns for changed_ns in changes):
            return True
    return False


def _changes(
    folder: str, ignore: frozenset[str], pending: list[str], suffixes: Collection[str]
) -> Iterator[int]:
    """When a folder and each file that counts last changed; its sub-folders become pending."""
    try:
        yield _changed_ns(os.stat(folder))  # noqa: PTH116 twice as fast
        with os.scandir(folder) as entries:
            for entry in entries:
                if _ends_in(entry.name, suffixes):
                    with suppress(OSError):  # gone since it was listed
                        yield _changed_ns(entry.stat(follow_symlinks=False))
                elif _is_sub_folder(entry, ignore):
                    pending.append(entry.path)
    except OSError:
        return  # the look and the full scan name it


def _entries(folder: str, ignore: frozenset[str]) -> tuple[list[str], int]:
    """The sub-folders, in the order of their names, and the number of all entries."""
    below, count = [], 0
    with os.scandir(folder) as entries:
        for entry in entries:
            count += 1
            if _is_sub_folder(entry, ignore):
                below.append(entry.path)
    return sorted(below), count


def _is_sub_folder(entry: "os.DirEntry[str]", ignore: frozenset[str]) -> bool:
    return (
        entry.is_dir(follow_symlinks=False)
        and not entry.name.startswith(".")
        and entry.name not in ignore
    )


def _ends_in(name: str, suffixes: Collection[str]) -> bool:
    dot = name.rfind(".")
    return dot > 0 and name[dot:].lower() in suffixes


def _changed_ns(status: os.stat_result) -> int:
    return max(status.st_mtime_ns, status.st_ctime_ns)
