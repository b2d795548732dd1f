"""The walk over one scanned folder: names, sizes, times of its media files. Nothing is opened."""

import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from media_assets.library.kinds import KIND_OF, Kind


@dataclass(frozen=True, slots=True)
class SeenFile:
    """One media file as the directory shows it. `path` may hold surrogate escapes."""

    path: str
    name: str
    extension: str
    kind: Kind
    size: int
    mtime_ns: int


@dataclass(slots=True)
class WalkReport:
    """What the walk met beside media files; complete when the walk has ended."""

    root_error: str | None = None
    root_absent: bool = False
    entries: int = 0
    unreadable: list[str] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)


def walk(root: Path, ignore: frozenset[str], report: WalkReport) -> Iterator[SeenFile]:
    """Media files below `root`, in no particular order, as a stream.

    Symbolic links are not followed, so loops do no harm and nothing outside is seen. Folders that
    begin with a dot or stand in `ignore` are left out. A folder or entry that cannot be read is
    named in `report.unreadable`, with the path that it would have had; a root that cannot be read
    is `report.root_error`.
    """
    pending = [str(root)]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    report.entries += 1
                    if entry.is_dir(follow_symlinks=False):
                        if not entry.name.startswith(".") and entry.name not in ignore:
                            pending.append(entry.path)
                    elif (seen := _media_file(entry, report)) is not None:
                        yield seen
        except OSError as error:
            if folder == str(root):
                report.root_error = error.strerror or str(error)
                report.root_absent = isinstance(error, FileNotFoundError)
            else:
                report.unreadable.append(folder)


def _media_file(entry: os.DirEntry[str], report: WalkReport) -> SeenFile | None:
    name = entry.name
    extension = os.path.splitext(name)[1].lower()  # noqa: PTH122 a Path a file is ten times slower
    kind = KIND_OF.get(extension)
    if kind is None:
        report.passed_over[extension or "(none)"] += 1
        return None
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None  # gone since the folder was listed
    except OSError:
        report.unreadable.append(entry.path)
        return None
    if not stat.S_ISREG(status.st_mode):
        return None  # a link, a FIFO, a socket, a device
    return SeenFile(entry.path, name, extension, kind, status.st_size, status.st_mtime_ns)
