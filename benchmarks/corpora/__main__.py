"""`python -m benchmarks.corpora NAME FOLDER`: makes the files of one corpus in a folder."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.corpora.clips import clips
from benchmarks.corpora.files import named_files
from benchmarks.corpora.long_music import long_music
from benchmarks.corpora.matches import raw_matches
from benchmarks.corpora.mixed import copies, mixed
from benchmarks.corpora.music import music
from benchmarks.corpora.pictures import (
    photographs,
    screenshots_jpeg,
    screenshots_png,
    small_pictures,
)

MAKERS: dict[str, Callable[[Path], None]] = {
    "files_10000": partial(named_files, count=10_000),
    "files_100000": partial(named_files, count=100_000),
    "files_1000000": partial(named_files, count=1_000_000),
    "screenshots_jpeg": screenshots_jpeg,
    "screenshots_png": screenshots_png,
    "photographs": photographs,
    "small_pictures": small_pictures,
    "clips": clips,
    "music": partial(music, count=6000, covers=False),
    "music_covers": partial(music, count=1200, covers=True),
    "music_library": partial(music, count=30_000, covers=False, seconds=0.5),
    "long_music": long_music,
    "matches_10000": partial(raw_matches, matches=10_000),
    "copies": copies,
    "mixed": mixed,
}

if __name__ == "__main__":
    MAKERS[sys.argv[1]](Path(sys.argv[2]))
