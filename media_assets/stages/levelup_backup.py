"""A copy of a LevelUp database, as it was, before anything is dropped from it."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from blake3 import blake3

from media_assets.errors import StoreError, TakeOverError
from media_assets.stages.platform import Platform
from media_assets.store.connect import make_folder
from media_assets.store.disk import writing_below

_CHUNK = 8 * 1024**2


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells whether a database was written to: inode, size and mtime of it and its log."""

    values: tuple[tuple[int, int, int], ...]

    @property
    def size(self) -> int:
        """Bytes of both files."""
        return sum(size for _, size, _ in self.values)


def stamp_of(file: Path) -> Stamp:
    """The present stamp of a database. The file is not opened: that would free DuckDB's lock."""
    found = []
    for one in (file, file.with_name(f"{file.name}.wal")):
        try:
            status = one.stat()
        except FileNotFoundError:
            continue
        found.append((status.st_ino, status.st_size, status.st_mtime_ns))
    return Stamp(tuple(found))


def need_room(folder: Path, wanted: int, what: str) -> None:
    """Refuse to begin what would fill a disk.

    Raises:
        StoreError: there is less room than that.
    """
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    if free < wanted:
        raise StoreError(
            f"{folder}: {what} needs {wanted / 1024**2:,.0f} MiB, {free / 1024**2:,.0f} are free: "
            "make room and run again; nothing was dropped"
        )


def back_up(platform: Platform, player: str, file: Path) -> Path:
    """Copy a database, byte by byte, to `backups/levelup/<player>/` below the data folder.

    The copy is named by its content, so doing it again makes no second one. What was written is
    read back from the disk.

    Raises:
        StoreError: there is no room, or the disk refuses it.
        TakeOverError: what is read back is not what was written.
    """
    folder = platform.places.levelup_backups(player)
    need_room(folder, file.stat().st_size, "the backup")
    make_folder(folder)
    unfinished = folder / f".{os.getpid()}.unfinished"
    with writing_below(folder):
        for leftover in folder.glob(".*.unfinished"):
            leftover.unlink(missing_ok=True)
        try:
            digest = _copy(file, unfinished)
            target = folder / f"stats-{digest[:16]}.duckdb"
            if not target.exists():
                unfinished.replace(target)
                _sync(folder)
        finally:
            unfinished.unlink(missing_ok=True)
    if _digest(target) != digest:
        raise TakeOverError(
            f"{target}: the backup is not what was written; remove it, look at the disk, and run "
            "again; nothing was dropped"
        )
    return target


def _copy(file: Path, target: Path) -> str:
    digest = blake3()
    with file.open("rb") as source, target.open("wb") as copy:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def _digest(file: Path) -> str:
    digest = blake3()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
