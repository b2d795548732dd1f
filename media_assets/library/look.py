"""A cheap look at a library: has any folder changed since last time?"""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from xxhash import xxh3_64


@dataclass(frozen=True, slots=True)
class Look:
    """`digest` of the folders' paths and mtimes; None when time ran out before the end."""

    digest: str | None
    folders: int


def look(roots: Iterable[Path], ignore: frozenset[str], deadline: float) -> Look:
    """Digest the mtimes of all folders below `roots`, until `deadline` (monotonic seconds).

    A file that appears, disappears or is renamed changes the mtime of its folder. One that is
    edited in place does not: a full scan finds that. Names come in sorted order, so equal folders
    give equal digests. A folder that cannot be read counts as such.
    """
    digest = xxh3_64()
    folders = 0
    pending = [str(root) for root in roots]
    while pending:
        if time.monotonic() > deadline:
            return Look(None, folders)
        folder = pending.pop()
        folders += 1
        digest.update(os.fsencode(folder))
        try:
            digest.update(str(os.stat(folder).st_mtime_ns).encode())  # noqa: PTH116 twice as fast
            pending.extend(_sub_folders(folder, ignore))
        except OSError as error:
            digest.update(str(error.errno).encode())
    return Look(digest.hexdigest(), folders)


def _sub_folders(folder: str, ignore: frozenset[str]) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(
            entry.path
            for entry in entries
            if entry.is_dir(follow_symlinks=False)
            and not entry.name.startswith(".")
            and entry.name not in ignore
        )
