"""Rewriting a LevelUp database whose rows were taken over: backup, new file, exchange."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from media_assets.errors import TakeOverError
from media_assets.stages.levelup_backup import Stamp, back_up, need_room, stamp_of
from media_assets.stages.platform import SHARED, Platform
from media_assets.store.disk import writing_below
from media_assets.store.levelup.rewrite import (
    Digests,
    Order,
    replace,
    rewrite,
    settle,
    shrink,
    verify_backup,
)
from media_assets.store.levelup.source import open_source

_FOLDER = ".levelup_taking_over"


@dataclass(frozen=True, slots=True)
class Task:
    """One source that is whole. `content` is what was read from it, by table."""

    platform: Platform
    player: str
    xuid: str
    file: Path
    shared: Path
    zone: str
    own_place: bool
    content: Digests


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The backup, the size of the new file, and the tables that stayed although they were read."""

    backup: Path
    bytes_after: int
    kept: Mapping[str, str]


def clean(task: Task, bytes_before: int) -> Cleaned:
    """Back up, verify, rewrite, verify, exchange.

    Raises:
        TakeOverError: the backup or the new file is not as it should be, or somebody wrote to the
            source meanwhile; the source is as it was.
        StoreError: there is no room, or the source or its folder cannot be written.
    """
    need_room(task.file.parent, 3 * bytes_before, "rewriting it")
    settle(task.file)
    stamp = stamp_of(task.file)
    backup = back_up(task.platform, task.player, task.file)
    verify_backup(backup, task.content)
    order = Order(
        task.player, task.xuid, task.zone, task.shared, backup, task.own_place, task.platform.now()
    )
    writing = task.platform.writing(task.player) if task.own_place else nullcontext()
    with writing, writing_below(task.file.parent), _workplace(task.file) as folder:
        rewritten = rewrite(order, folder)
        _exchange(task.file, rewritten.file, stamp)
    return Cleaned(backup, stamp_of(task.file).size, rewritten.kept)


def remove_leftovers(file: Path) -> None:
    """Remove what a run left beside a source that it had exchanged before it was killed."""
    shutil.rmtree(file.parent / _FOLDER, ignore_errors=True)


def shrink_shared(platform: Platform) -> bool:
    """Rewrite the shared file when much of it is free; True when it was."""
    file = platform.shared_database()
    with platform.writing(SHARED), _workplace(file) as folder:
        return shrink(file, folder)


def _exchange(file: Path, fresh: Path, stamp: Stamp) -> None:
    """While the source is held for reading, nobody can write what the new file would not have."""
    with open_source(file):
        if stamp_of(file) != stamp:
            raise TakeOverError(f"{file}: another process wrote to it meanwhile: run again")
        replace(file, fresh)


@contextmanager
def _workplace(file: Path) -> Iterator[Path]:
    """A folder beside the source, on its disk; what a killed run left there goes first."""
    folder = file.parent / _FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
