"""Libraries of files of other corpora: a thousand of all kinds, and pictures with copies."""

import os
import shutil
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from benchmarks.corpora.cache import cache

PARTS = {
    "screenshots_jpeg": 450,
    "screenshots_png": 200,
    "photographs": 50,
    "clips": 60,
    "music_covers": 240,
}


def mixed(folder: Path) -> None:
    """1,000 files: 650 screenshots, 50 photographs, 60 clips, 20 albums; links to other corpora."""
    for name, count in PARTS.items():
        for file in _first(cache() / name, count):
            target = folder / name / file.relative_to(cache() / name)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(file, target)


def copies(folder: Path, count: int = 500) -> None:
    """500 screenshots and a true copy of each."""
    for file in _first(cache() / "screenshots_jpeg", count):
        shutil.copy(file, folder / file.name)
        shutil.copy(file, folder / f"copy of {file.name}")


def _first(library: Path, count: int) -> Iterable[Path]:
    return islice(sorted(file for file in library.rglob("*") if file.is_file()), count)
