"""Which pictures are the same: by ours, and by the rules that people use."""

import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.duplicates.labelled import Labelled
from media_assets.similarity.grey_planes import SIDE
from media_assets.similarity.grouping import Kind, Levels
from media_assets.similarity.near_hashes import DHASH_BITS, PHASH_BITS
from media_assets.similarity.picture_links import Greys, Pictures, link_pictures

Pair = tuple[int, int]
"""Places of two files, the smaller first."""

Rule = Callable[[Sequence[Labelled], Path], set[Pair]]
IMAGEDEDUP_BITS = 10
"""What imagededup takes for duplicates by default: `max_distance_threshold`."""


def pictures_of(files: Sequence[Labelled]) -> tuple[Pictures, NDArray[np.uint8]]:
    """The files as they are compared, and their grey values."""
    chosen = [place for place, file in enumerate(files) if file.comparable]
    taken = [files[place].taken for place in chosen]
    times = np.array([np.nan if time is None else time for time in taken])
    greys = np.frombuffer(b"".join(files[place].grey for place in chosen), np.uint8)
    return (
        Pictures(
            places=np.array(chosen, np.int64),
            phashes=np.array([files[place].phash for place in chosen], np.uint64),
            dhashes=np.array([files[place].dhash for place in chosen], np.uint64),
            aspects=np.array([files[place].aspect for place in chosen]),
            taken=times,
            certain=~np.isnan(times),
        ),
        greys.reshape(-1, SIDE * SIDE),
    )


def ours(files: Sequence[Labelled], _: Path) -> set[Pair]:
    """All pairs within our groups."""
    return _grouped(files, Kind.SIMILAR)


def copies(files: Sequence[Labelled], _: Path) -> set[Pair]:
    """The pairs that we call copies: what was certainly taken at different moments is none."""
    return {
        (one, other)
        for one, other in _grouped(files, Kind.SAME_PICTURE)
        if files[one].taken == files[other].taken or None in (files[one].taken, files[other].taken)
    }


def _grouped(files: Sequence[Labelled], level: Kind) -> set[Pair]:
    """All pairs within our groups of a kind and stricter."""
    pictures, greys = pictures_of(files)
    rows = np.full(len(files), -1)
    rows[pictures.places] = np.arange(pictures.places.size)
    levels = Levels(len(files))
    every = np.ones(pictures.places.size, np.bool_)
    link_pictures(
        pictures, every, ~every, levels, Greys(pictures, lambda asked: greys[rows[asked]])
    )
    best = levels.best[level]
    return _within(np.flatnonzero(best == one).tolist() for one in np.unique(best))


def phash_alone(files: Sequence[Labelled], _: Path) -> set[Pair]:
    """As imagededup's PHash does by default."""
    return _near(files, phash=IMAGEDEDUP_BITS)


def dhash_alone(files: Sequence[Labelled], _: Path) -> set[Pair]:
    """As imagededup's DHash does by default."""
    return _near(files, dhash=IMAGEDEDUP_BITS)


def both_hashes(files: Sequence[Labelled], _: Path) -> set[Pair]:
    """Our limits without looking at pixels."""
    return _near(files, phash=PHASH_BITS, dhash=DHASH_BITS)


def findimagedupes(files: Sequence[Labelled], folder: Path) -> set[Pair]:
    """The program, with its own threshold of 90 %."""
    command = ["findimagedupes", "-q", "-0", "--", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    places = {file.name: place for place, file in enumerate(files)}
    groups = _split_names(done.stdout, folder)
    return _within([places[name] for name in group] for group in groups)


def czkawka(files: Sequence[Labelled], folder: Path) -> set[Pair]:
    """The library, through its Python bindings, with a similarity of 5."""
    finder = import_module("czkawka").ImageSimilarity()
    finder.set_directories([folder])
    finder.set_similarity(5)
    places = {file.name: place for place, file in enumerate(files)}
    return _within([places[Path(path).name] for path in group] for group in finder.find_similar())


RULES: dict[str, Rule] = {
    "ours": ours,
    "ours, copies alone": copies,
    "pHash <= 6 and dHash <= 8": both_hashes,
    "pHash <= 10": phash_alone,
    "dHash <= 10": dhash_alone,
}


def installed() -> dict[str, Rule]:
    """All rules whose program is there."""
    more: dict[str, Rule] = {}
    if shutil.which("findimagedupes"):
        more["findimagedupes"] = findimagedupes
    if find_spec("czkawka"):
        more["czkawka"] = czkawka
    return {**RULES, **more}


def _near(files: Sequence[Labelled], phash: int = 64, dhash: int = 64) -> set[Pair]:
    phashes = np.array([file.phash for file in files], np.uint64)
    dhashes = np.array([file.dhash for file in files], np.uint64)
    found = (np.bitwise_count(phashes[:, None] ^ phashes) <= phash) & (
        np.bitwise_count(dhashes[:, None] ^ dhashes) <= dhash
    )
    first, second = np.nonzero(np.triu(found, 1))
    return set(zip(first.tolist(), second.tolist(), strict=True))


def _within(groups: Iterable[list[int]]) -> set[Pair]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def _split_names(text: str, folder: Path) -> list[list[str]]:
    """A line a group, names with blanks between and in them, so they are cut at the folder."""
    mark = f"{folder}/"
    return [[name.strip("\0 \n") for name in line.split(mark)[1:]] for line in text.splitlines()]
