"""The walk over one scanned folder: names, sizes and times of its media files; none is opened."""

import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from errno import ELOOP
from itertools import islice
from pathlib import Path
from typing import Protocol

from media_assets.library.folders import listed
from media_assets.library.kinds import KIND_OF
from media_assets.library.mtime import storable
from media_assets.library.paths import shown

_ENTRIES = 10_000
"""Entries taken from the system at once, which bounds what a folder of a million files costs."""


@dataclass(frozen=True, slots=True)
class SeenFiles:
    """Media files of one folder, a list a column: an object a file would double the walk's time.

    Names may hold surrogate escapes; sizes are in bytes.
    """

    folder: str
    names: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    mtimes_ns: list[int] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        """The full paths."""
        prefix = os.path.join(self.folder, "")  # noqa: PTH118 keeps the final separator
        return [prefix + name for name in self.names]


@dataclass(slots=True)
class WalkReport:
    """What the walk met beside media files; complete when the walk has ended.

    `entries` leaves out what is hidden or ignored: a mount point without its disk may hold such.
    """

    root_error: str | None = None
    root_absent: bool = False
    entries: int = 0
    unreadable: list[str] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)


class FileWalk(Protocol):
    """What gives the media files of a folder: `walk`, or in a test a walk that meets with more."""

    def __call__(
        self, root: Path, ignore: frozenset[str], report: WalkReport
    ) -> Iterator[SeenFiles]:
        """See `walk`."""


def walk(root: Path, ignore: frozenset[str], report: WalkReport) -> Iterator[SeenFiles]:
    """Media files below `root`, in no particular order, as a stream.

    Symbolic links below the root are not followed, so loops do no harm and nothing outside is seen.
    Folders that begin with a dot or stand in `ignore` are left out. A folder or entry that cannot
    be read is named in `report.unreadable`, with the path that it would have had. A root that
    cannot be read is `report.root_error`, and stands there too unless it is absent.
    """
    pending = [str(root)]
    while pending:
        folder = pending.pop()
        try:
            with listed(folder, follow=folder == str(root)) as entries:
                while some := list(islice(entries, _ENTRIES)):
                    seen, others = _split(folder, some, report)
                    report.entries += len(seen.names)
                    pending.extend(_sub_folders(folder, others, ignore, report))
                    if seen.names:
                        yield seen
        except OSError as error:
            _note(error, folder, report, is_root=folder == str(root))


def _note(error: OSError, folder: str, report: WalkReport, *, is_root: bool) -> None:
    if is_root:
        report.root_error = error.strerror or str(error)
        report.root_absent = isinstance(error, FileNotFoundError)
        if report.root_absent:
            return
    elif isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno == ELOOP:
        return  # gone since the folder above was listed
    report.unreadable.append(folder)


def _split(
    folder: str, entries: list[os.DirEntry[str]], report: WalkReport
) -> tuple[SeenFiles, list[os.DirEntry[str]]]:
    """The media files, and all else."""
    seen, others = SeenFiles(folder), []
    for entry in entries:
        name = entry.name
        dot = name.rfind(".")
        extension = name[dot:].lower() if dot > 0 else ""  # splitext takes three times as long
        if extension not in KIND_OF:
            others.append(entry)
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue  # gone since the folder was listed
        except OSError:
            report.unreadable.append(_joined(folder, name))
            continue
        if stat.S_ISREG(status.st_mode):
            seen.names.append(name)
            seen.sizes.append(status.st_size)
            seen.mtimes_ns.append(storable(status.st_mtime_ns))
        else:
            others.append(entry)
    return seen, others


def _sub_folders(
    folder: str, entries: list[os.DirEntry[str]], ignore: frozenset[str], report: WalkReport
) -> Iterator[str]:
    for entry in entries:
        left_out = entry.name.startswith(".") or entry.name in ignore
        report.entries += not left_out
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
        except OSError:
            report.unreadable.append(_joined(folder, entry.name))
            continue
        if not is_folder:
            report.passed_over[_passed_over_as(entry.name)] += 1
        elif not left_out:
            yield _joined(folder, entry.name)


def _joined(folder: str, name: str) -> str:
    return os.path.join(folder, name)  # noqa: PTH118 a Path a folder is ten times slower


def _passed_over_as(name: str) -> str:
    extension = os.path.splitext(name)[1].lower()  # noqa: PTH122 as above
    if extension in KIND_OF:
        return f"{extension}, not a regular file"  # a link, a FIFO, a socket, a device
    return shown(extension)[0] or "(none)"
