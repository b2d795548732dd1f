"""Is everything in place? Each line is fine, or says what to do."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from filelock import FileLock, Timeout

from media_assets.errors import ConfigurationError, MediaAssetsError
from media_assets.settings import Settings, load_credentials
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.players import find_players, unusable_folders

_PACKAGES = ("dagster", "dagster-webserver", "duckdb", "polars", "pillow", "av", "mutagen", "spnkr")
_MIN_FREE_BYTES = 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `remedy` is None when it is fine."""

    subject: str
    state: str
    remedy: str | None = None


def examine(platform: Platform) -> Iterator[Finding]:
    """Look at versions, folders, free disk and locks."""
    yield Finding("python", sys.version.split()[0])
    for package in _PACKAGES:
        yield _package(package)
    settings = platform.settings
    yield _folder("library.root", settings.library_root, "create it, or set library.root")
    yield _matches(settings)
    yield _writable(settings.data)
    yield _free(settings.data)
    try:
        players = find_players(platform)
    except MediaAssetsError as error:
        yield Finding("players", "cannot be listed", str(error))
        players = []
    for name, reason in unusable_folders(platform).items():
        yield Finding(f"folder {name}", f"is no player: {reason}", "rename it, or set `folders`")
    if players:
        yield Finding("players", ", ".join(players))
    else:
        yield Finding("players", "none", f"make a folder for each below {settings.library_root}")
    for player in players:
        for folder in settings.watched(player):
            yield _folder(f"folder of {player}", folder, "mount its disk, or correct `folders`")
    for name in (*players, SHARED):
        yield _lock(name, platform.places.lock(name))


def _package(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(name, "not installed", "pip install 'media_assets[ui]'")


def _folder(subject: str, folder: Path, remedy: str) -> Finding:
    if not folder.is_dir():
        return Finding(subject, f"{folder} is not there", remedy)
    if not os.access(folder, os.R_OK | os.X_OK):
        return Finding(subject, f"{folder} cannot be read", "change its permissions")
    return Finding(subject, str(folder))


def _matches(settings: Settings) -> Finding:
    if settings.matches.source == "files":
        return _folder(
            "matches", settings.match_directory, "set matches.directory, or play without"
        )
    try:
        load_credentials()
    except ConfigurationError as error:
        return Finding("matches", "the match API, without tokens", str(error))
    return Finding("matches", "the match API; tokens are set")


def _writable(folder: Path) -> Finding:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(existing, os.W_OK):
        return Finding(
            "data_dir", f"{folder} cannot be written", "set data_dir, or its permissions"
        )
    return Finding("data_dir", str(folder))


def _free(folder: Path) -> Finding:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    state = f"{free / 1024**3:.1f} GiB"
    return Finding("free disk", state, "make room" if free < _MIN_FREE_BYTES else None)


def _lock(name: str, file: Path) -> Finding:
    subject = f"lock of {name}"
    if not file.exists():
        return Finding(subject, "free")
    try:
        with FileLock(file, timeout=0):
            return Finding(subject, "free")
    except Timeout:
        return Finding(subject, "held by a run", "wait for it, or end it")
    except OSError as error:
        remedy = f"remove {file}" if os.access(file.parent, os.W_OK) else "see data_dir"
        return Finding(subject, f"cannot be tried: {error.strerror}", remedy)
