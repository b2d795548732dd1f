"""`python -m benchmarks.corpora NAME`: makes one library in the cache."""

import sys
from functools import partial

from benchmarks.corpora.cache import Maker, fill
from benchmarks.corpora.clips import clips
from benchmarks.corpora.files import named_files
from benchmarks.corpora.mixed import copies, mixed
from benchmarks.corpora.music import music
from benchmarks.corpora.pictures import photographs, screenshots_jpeg, screenshots_png
from benchmarks.workplace import PLAYER

MAKERS: dict[str, Maker] = {
    "files_10000": partial(named_files, count=10_000),
    "files_100000": partial(named_files, count=100_000),
    "files_1000000": partial(named_files, count=1_000_000),
    "screenshots_jpeg": screenshots_jpeg,
    "screenshots_png": screenshots_png,
    "photographs": photographs,
    "clips": clips,
    "music": partial(music, count=6000, covers=False),
    "music_covers": partial(music, count=1200, covers=True),
    "copies": copies,
    "mixed": mixed,
}

if __name__ == "__main__":
    fill(sys.argv[1], MAKERS[sys.argv[1]], PLAYER)
