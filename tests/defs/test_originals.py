"""Originals stay as they were, whatever the platform does: names, bytes, modes and times."""

import hashlib
import os
import stat
import sys
from pathlib import Path

import pytest
from small_library import BROKEN, HEX, Workshop

from media_assets.library.content import open_original
from media_assets.stages.purge import PurgeChoice, purge
from media_assets.stages.purge import plan as plan_purge
from media_assets.stages.reprocess import Choice, forget
from media_assets.stages.reprocess import plan as plan_again

LONG_AGO = 1_000_000_000_000_000_000
"""An access time before every mtime, so that any system that keeps access times sets a new one."""

State = tuple[object, ...]


class Tree:
    """A folder as it was. Access times count where a program can leave them alone (Linux)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for path in self.paths():
            if not path.is_symlink():
                os.utime(path, ns=(LONG_AGO, os.stat(path).st_mtime_ns))
        self.before = {path: state(path) for path in self.paths_by_name}

    def paths(self) -> list[Path]:
        """Everything in it; this sets the access times of folders."""
        self.paths_by_name = sorted([self.folder, *self.folder.rglob("*")])
        return self.paths_by_name

    def assert_untouched(self) -> None:
        """Look at what was there before listing what is there."""
        after = {path: state(path) for path in self.before}
        for path, known in self.before.items():
            assert after[path] == known, path
        assert self.paths() == list(self.before)


def state(path: Path) -> State:
    """Mode, size, mtime, access time and digest, found without leaving a trace."""
    status = os.lstat(path)
    accessed = status.st_atime_ns if sys.platform == "linux" else None
    content = None
    if stat.S_ISREG(status.st_mode):
        with open_original(str(path)) as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
    return status.st_mode, status.st_size, status.st_mtime_ns, accessed, content


@pytest.fixture
def originals(workshop: Workshop) -> Path:
    """The player's folder, with a link, an odd name and an empty file beside what was there."""
    folder = workshop.library / HEX
    (folder / "odd [?] \n name.png").write_bytes(b"no picture")
    (folder / "link.png").symlink_to(folder / BROKEN)
    (folder / "empty.mp4").touch()
    return folder


def test_the_originals_stay_as_they_were(workshop: Workshop, originals: Path) -> None:
    tree = Tree(originals)
    assert workshop.run(HEX).success
    tree.assert_untouched()

    tree = Tree(originals)
    assert workshop.run(HEX, job="verify_originals").success
    forget(workshop.platform, HEX, plan_again(workshop.platform, HEX, Choice(force=True)))
    assert workshop.run(HEX).success
    tree.assert_untouched()

    next(originals.rglob("*.mp3")).unlink()
    tree = Tree(originals)
    assert workshop.run(HEX, select=["media_files"]).success
    choice = PurgeChoice(older_than_days=0)
    gone = plan_purge(workshop.platform, HEX, choice)
    assert purge(workshop.platform, HEX, choice, gone).media == 1
    tree.assert_untouched()

    tree = Tree(originals)
    originals.rename(workshop.folder / "away")
    originals.mkdir()
    assert not workshop.run(HEX).success, "a disk that is not mounted ends the run"
    originals.rmdir()
    (workshop.folder / "away").rename(originals)
    tree.assert_untouched()
