"""Files for scans: names and sizes as captures have them, and nothing in them."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

PER_FOLDER = 100
_START = datetime(2021, 11, 8, 12, tzinfo=UTC)
_SIZE = 1_500_000


def named_files(folder: Path, count: int) -> None:
    """Some thousands of PNG files in folders of a hundred, each with a time in its name.

    Every file has a size of its own and takes no place on the disk: a scan opens none of them.
    """
    for first in range(0, count, PER_FOLDER):
        below = folder / f"{first // PER_FOLDER:05}"
        below.mkdir()
        for number in range(first, first + PER_FOLDER):
            taken = _START + timedelta(seconds=97 * number)
            name = f"Halo Infinite {taken:%Y-%m-%d %H-%M-%S}.png"
            descriptor = os.open(below / name, os.O_CREAT | os.O_WRONLY, 0o644)
            os.truncate(descriptor, _SIZE + number)
            os.close(descriptor)


def touch_some(library: Path, count: int = 10) -> None:
    """Give some files, each in another folder, a new time of modification."""
    folders = sorted(folder for player in library.iterdir() for folder in player.iterdir())
    for folder in folders[:: max(1, len(folders) // count)][:count]:
        os.utime(min(folder.iterdir()))
