"""Thumbnails of covers in the usual sizes, at once or when somebody asks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from media_assets.captures.clip import prepare_worker
from media_assets.captures.cover import read_cover
from media_assets.engine.pool import PoolLimits, map_unordered
from media_assets.errors import ConfigurationError, MediaError, UnreadableMediaError
from media_assets.library.content import open_original, read_whole
from media_assets.library.paths import openable
from media_assets.settings import CoverSize, LimitSettings
from media_assets.stages.derived import store_picture
from media_assets.stages.platform import Platform
from media_assets.stages.players import find_players
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import music as store
from media_assets.store.connect import make_folder

_PRELOAD = (__name__,)


@dataclass(frozen=True, slots=True)
class CoverFile:
    """A cover with the file that holds it, and the sizes to be made of it."""

    cover_id: str
    path: str
    stem: str
    sizes: tuple[CoverSize, ...]


@dataclass(frozen=True, slots=True)
class SizesReport:
    """Covers whose wanted sizes were made now, and the reasons of those that could not be."""

    made: int = 0
    failed: tuple[str, ...] = ()


def make_at_once(platform: Platform, player: str, *, listener: Listener = silent) -> SizesReport:
    """Make the sizes that the configuration wants of every cover, where they are not there."""
    wanted = platform.settings.covers.sizes_at_once
    if not wanted:
        return SizesReport()
    with platform.reading(player) as con:
        found = store.load_cover_files(con)
    there = pl.col("cover_file").is_not_null() | (pl.col("status") == "present")
    rows = found.filter(there).to_dicts()
    return _make(platform, player, _missing(platform, rows, wanted), listener)


def cover_thumbnail(platform: Platform, key: str, size: CoverSize) -> Path:
    """The thumbnail of a cover in one size, made now if it is not there.

    Args:
        platform: with the players whose music is looked through.
        key: of a cover, a track (its media id), an album or an artist.
        size: longest side in pixels; a smaller picture stays as large as it is.

    Raises:
        ConfigurationError: nobody has that key, or it has no cover.
        MediaError: the picture cannot be read any more.
    """
    for player in find_players(platform):
        with platform.reading(player) as con:
            cover_id = store.cover_of(con, key)
            rows = store.load_cover_files(con, cover_id).to_dicts() if cover_id else []
        if rows:
            return _one(platform, player, rows, size)
    raise ConfigurationError(
        f"nothing with a cover has the key {key}; 'media-assets music albums --json' shows the keys"
    )


def _one(platform: Platform, player: str, rows: list[dict[str, Any]], size: CoverSize) -> Path:
    file = _file(platform.settings.data / rows[0]["thumbnail_stem"], size)
    report = _make(platform, player, _missing(platform, rows, (size,)), silent)
    if report.failed:
        raise UnreadableMediaError(report.failed[0])
    return file


def _missing(
    platform: Platform, rows: Iterable[dict[str, Any]], wanted: tuple[CoverSize, ...]
) -> Iterator[CoverFile]:
    data = platform.settings.data
    for row in rows:
        stem = data / row["thumbnail_stem"]
        sizes = tuple(size for size in wanted if not _file(stem, size).exists())
        if sizes:
            kept = row["cover_file"]
            path = str(data / kept) if kept else openable(row["file_path"], row["path_bytes"])
            yield CoverFile(row["cover_id"], path, stem.name, sizes)


def _file(stem: Path, size: CoverSize) -> Path:
    return stem.with_name(f"{stem.name}_{size}.jpg")


def _make(
    platform: Platform, player: str, covers: Iterable[CoverFile], listener: Listener
) -> SizesReport:
    """Make sizes in the pool: a picture is a stranger's file, whatever it was when it was found."""
    settings, folder = platform.settings, platform.places.covers(player)
    wanted = list(covers)
    if not wanted:
        return SizesReport()
    make_folder(folder)
    meter = Meter(f"{player}: sizes of covers", len(wanted), listener)
    failed = []
    for outcome in map_unordered(
        partial(make_sizes, settings.limits, folder),
        wanted,
        PoolLimits(settings.workers, settings.engine.item_timeout_seconds,
                   settings.engine.worker_memory_mib),
        weight=lambda _: 1 << 19,
        prepare=prepare_worker,
        preload=_PRELOAD,
    ):  # fmt: skip
        reason = outcome.error.message if outcome.error else outcome.result
        if reason:
            failed.append(f"{outcome.item.path}: {reason}")
        meter.count(done=not reason, failed=bool(reason))
    meter.tell()
    return SizesReport(len(wanted) - len(failed), tuple(sorted(failed)))


def make_sizes(limits: LimitSettings, folder: Path, cover: CoverFile) -> str | None:
    """Make the wanted sizes of one cover, each from the file as it is; the reason if it cannot.

    Runs in a worker process.
    """
    try:
        with open_original(cover.path) as stream:
            size = stream.seek(0, 2)
            stream.seek(0)
            content = read_whole(stream, size)
        for side in cover.sizes:
            made = read_cover(content, limits, side)
            store_picture(folder, f"{cover.stem}_{side}", made.poster)
    except MediaError as error:
        return str(error)
    return None
