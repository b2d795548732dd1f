"""What a user would take instead: the exact commands, and what each of them does of our work.

A command runs in the folder of the files. Tools that work on a file at a time run in as many
processes as we have workers.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROCESSES = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Work:
    """Where the files are, a folder for what a tool writes, and how often each file is read."""

    files: Path
    scratch: Path
    passes: int = 1


@dataclass(frozen=True, slots=True)
class Tool:
    """A program; `does` is the part of our work that it does."""

    name: str
    program: str
    install: str
    does: str
    command: Callable[[Work], list[str]]

    @property
    def is_installed(self) -> bool:
        """Whether it is found on the path."""
        return shutil.which(self.program) is not None


def _at_once(work: Work, *command: str) -> list[str]:
    """The command in some processes at once, each with an equal part of the files."""
    names = _names(work)
    part = -(-len(names) // PROCESSES)
    return [*_xargs(work, names), "-n", str(part), *command]


def _xargs(work: Work, names: list[str]) -> list[str]:
    listing = work.scratch / "names"
    listing.write_text("".join(f"{name}\0" for name in names), encoding="utf-8")
    return ["xargs", "-0", "-a", str(listing), "-P", str(PROCESSES)]


def _names(work: Work) -> list[str]:
    files = (file for file in work.files.rglob("*") if file.is_file())
    return sorted(str(file.relative_to(work.files)) for file in files) * work.passes


def _find(work: Work) -> list[str]:
    return ["find", str(work.files), "-type", "f", "-printf", "%s %T@ %i %p\\n"]


def _exiftool(work: Work) -> list[str]:
    return _at_once(work, "exiftool", "-q", "-json")


def _mediainfo(work: Work) -> list[str]:
    return _at_once(work, "mediainfo", "--Output=JSON")


def _vipsthumbnail(work: Work) -> list[str]:
    return _at_once(work, "vipsthumbnail", "-s", "320x320", "-o", f"{work.scratch}/%s.jpg[Q=80]")


def _ffmpegthumbnailer(work: Work) -> list[str]:
    one = ["ffmpegthumbnailer", "-i", "{}", "-o", f"{work.scratch}/{{}}.jpg", "-s", "320"]
    return [*_xargs(work, _names(work)), "-I{}", *one]


def _findimagedupes(work: Work) -> list[str]:
    return ["findimagedupes", "-R", "--", str(work.files)]


def _jdupes(work: Work) -> list[str]:
    return ["jdupes", "-r", "-q", str(work.files)]


def _fdupes(work: Work) -> list[str]:
    return ["fdupes", "-r", "-q", str(work.files)]


def _beets(work: Work) -> list[str]:
    settings = work.scratch / "config.yaml"
    lines = ("plugins: []", f"directory: {work.scratch}", f"library: {work.scratch}/library.db")
    settings.write_text("\n".join(lines), encoding="utf-8")
    return ["beet", "import", "-A", "-q", "-C", str(work.files)]


FIND = Tool("find", "find", "apt install findutils", "walk and stat, writes nothing", _find)
EXIFTOOL = Tool(
    "exiftool", "exiftool", "apt install libimage-exiftool-perl", "metadata alone", _exiftool
)
MEDIAINFO = Tool("mediainfo", "mediainfo", "apt install mediainfo", "metadata alone", _mediainfo)
VIPSTHUMBNAIL = Tool(
    "vipsthumbnail",
    "vipsthumbnail",
    "apt install libvips-tools",
    "thumbnails alone",
    _vipsthumbnail,
)
FFMPEGTHUMBNAILER = Tool(
    "ffmpegthumbnailer",
    "ffmpegthumbnailer",
    "apt install ffmpegthumbnailer",
    "posters alone",
    _ffmpegthumbnailer,
)
FINDIMAGEDUPES = Tool(
    "findimagedupes",
    "findimagedupes",
    "apt install findimagedupes",
    "perceptual hashes alone, compared",
    _findimagedupes,
)
JDUPES = Tool("jdupes", "jdupes", "apt install jdupes", "equal files alone", _jdupes)
FDUPES = Tool("fdupes", "fdupes", "apt install fdupes", "equal files alone", _fdupes)
BEETS = Tool("beets", "beet", "pip install beets", "tags and technical data alone", _beets)
