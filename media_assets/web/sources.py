"""The folder of a land: its lists and saved pages."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from media_assets.errors import LandInputError
from media_assets.web.found import Reading
from media_assets.web.lists import LIST_SUFFIXES, read_list
from media_assets.web.pages import read_page

PAGE_SUFFIXES = (".html", ".htm", ".xhtml")
SUFFIXES = (*LIST_SUFFIXES, *PAGE_SUFFIXES)
_BESIDE = "_files"


@dataclass(frozen=True, slots=True, order=True)
class SourceFile:
    """A list or a page. `size` in bytes; `mtime_ns` since 1970, in UTC."""

    path: Path
    size: int
    mtime_ns: int


def read_source(path: Path) -> Reading:
    """The media of a list or a page, by the ending of its name; see `read_list`, `read_page`.

    Raises `LandInputError` for what is neither or cannot be read.
    """
    if is_page(path):
        return read_page(path)
    if path.suffix.lower() in LIST_SUFFIXES:
        return read_list(path)
    raise LandInputError(f"{path}: neither a list nor a page; these end in {', '.join(SUFFIXES)}")


def is_page(path: Path) -> bool:
    """Whether a file is a saved page, and no list."""
    return path.suffix.lower() in PAGE_SUFFIXES


def find_sources(folder: Path) -> list[SourceFile]:
    """The lists and pages below a folder, by path.

    Links are not followed; files and folders that begin with a dot are left out, and so is what
    browsers save beside a page (`NAME_files` beside `NAME.html`): its frames are no pages. Raises
    `LandInputError` where the folder, or one below it, is absent or cannot be read: what is not
    seen is not gone.
    """
    found = []
    pending = [folder]
    while pending:
        try:
            with os.scandir(pending[-1]) as entries:
                shown = [entry for entry in entries if not entry.name.startswith(".")]
            found += list(_sources(shown))
            below = [Path(entry.path) for entry in _folders(shown)]
        except OSError as error:
            reason = error.strerror or error
            raise LandInputError(f"{pending[-1]}: cannot be read: {reason}") from error
        pending[-1:] = below
    return sorted(found)


def _folders(entries: list[os.DirEntry[str]]) -> Iterator[os.DirEntry[str]]:
    pages = {Path(entry.name).stem for entry in entries if is_page(Path(entry.name))}
    for entry in entries:
        is_of_a_page = entry.name.endswith(_BESIDE) and entry.name.removesuffix(_BESIDE) in pages
        if not is_of_a_page and entry.is_dir(follow_symlinks=False):
            yield entry


def _sources(entries: list[os.DirEntry[str]]) -> Iterator[SourceFile]:
    for entry in entries:
        if entry.name.lower().endswith(SUFFIXES) and entry.is_file(follow_symlinks=False):
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # gone since the folder was listed
            yield SourceFile(Path(entry.path), status.st_size, status.st_mtime_ns)
