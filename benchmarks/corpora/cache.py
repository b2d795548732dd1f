"""Where corpora lie, and how they come there."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.processes import run

CACHE = "MEDIA_ASSETS_BENCH_CACHE"
VERSION = "2"
"""Raise it when a maker makes something else: old files are not taken for new ones then."""

Maker = Callable[[Path], None]


def cache() -> Path:
    """The folder that `MEDIA_ASSETS_BENCH_CACHE` names, else one among the temporary files."""
    named = os.environ.get(CACHE)
    return (Path(named) if named else Path(tempfile.gettempdir()) / "media_assets_bench") / VERSION


def corpus(name: str) -> Path:
    """The library of that name, made when it is not in the cache: a folder with one player.

    It is made by another process, so that this one stays small.
    """
    folder = cache() / name
    if not folder.is_dir():
        print(f"making {folder}", file=sys.stderr, flush=True)
        project = Path(__file__).resolve().parent.parent.parent
        run([sys.executable, "-m", "benchmarks.corpora", name], folder=project)
    return folder


def fill(name: str, make: Maker, player: str) -> None:
    """Make a library; it has its name only when it is whole."""
    folder = cache() / name
    unfinished = folder.with_name(f".{name}.{os.getpid()}")
    try:
        (unfinished / player).mkdir(parents=True)
        make(unfinished / player)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
