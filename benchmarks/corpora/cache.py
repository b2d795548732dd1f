"""Where corpora lie, and how they come there."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.processes import run

PLAYER = "bench"
CACHE = "MEDIA_ASSETS_BENCH_CACHE"
VERSION = "2"
"""Raise it when a maker makes something else: old files are not taken for new ones then."""

NEEDS = {
    "copies": ("screenshots_jpeg",),
    "mixed": ("screenshots_jpeg", "screenshots_png", "photographs", "clips", "music_covers"),
}
"""Libraries that are made of the files of others."""

_PROJECT = Path(__file__).resolve().parent.parent.parent


def cache() -> Path:
    """The folder that `MEDIA_ASSETS_BENCH_CACHE` names, else one among the temporary files."""
    named = os.environ.get(CACHE)
    folder = Path(named) if named else Path(tempfile.gettempdir()) / "media_assets_bench"
    return folder.absolute() / VERSION


def corpus(name: str) -> Path:
    """The library of that name, a folder with one player; made when it is not in the cache.

    Another process makes it, so that this one stays small. It has its name only when it is whole.
    """
    folder = cache() / name
    if folder.is_dir():
        return folder
    for part in NEEDS.get(name, ()):
        corpus(part)
    print(f"making {folder}", file=sys.stderr, flush=True)
    cache().mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=cache()))
    try:
        below = unfinished / PLAYER
        below.mkdir()
        environment = {CACHE: str(cache().parent)}
        command = [sys.executable, "-m", "benchmarks.corpora", name, str(below)]
        run(command, folder=_PROJECT, environment=environment)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder
