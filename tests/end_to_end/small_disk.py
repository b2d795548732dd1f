"""A disk of a size that a test chooses: a mounted `tmpfs`."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

_PAGE = 4096


class SmallDisk:
    """A mounted folder. Only root can make one."""

    def __init__(self, folder: Path, kib: int) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        _mount("-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder))

    def resize(self, kib: int) -> None:
        _mount("-o", f"remount,size={kib}k", str(self.folder))

    def make_read_only(self) -> None:
        _mount("-o", "remount,ro", str(self.folder))

    def make_writable(self) -> None:
        _mount("-o", "remount,rw", str(self.folder))

    @property
    def free(self) -> int:
        status = os.statvfs(self.folder)
        return status.f_bavail * status.f_frsize

    @contextmanager
    def filled(self, leave: int) -> Iterator[None]:
        """While the block runs, another program has taken all but so many bytes."""
        filler = self.folder / "of another program"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"\0" * _PAGE):
                pass
        os.truncate(filler, filler.stat().st_size - leave)
        try:
            yield
        finally:
            filler.unlink()

    def unmount(self) -> None:
        subprocess.run(["umount", "-l", str(self.folder)], check=False, capture_output=True)


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"a disk of a chosen size cannot be mounted here: {done.stderr.strip()}")


@contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[SmallDisk]:
    """A disk that is there while the block runs; the test is skipped where none can be made."""
    if os.geteuid():
        pytest.skip("only root can mount a disk of a chosen size")
    disk = SmallDisk(folder, kib)
    try:
        yield disk
    finally:
        disk.unmount()
