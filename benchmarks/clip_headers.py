"""Container and stream metadata of clips, without hashes and pictures, by the engine's workers.

The stage `video_metadata` also has hashes of frames, for which it decodes; this is the part of it
that reads headers.
"""

import io
import os
from functools import partial
from pathlib import Path

from benchmarks.corpora.cache import PLAYER
from media_assets.captures.clip import ClipOptions, analyse_clip, prepare_worker
from media_assets.engine.pool import PoolLimits, map_unordered
from media_assets.library.content import open_original
from media_assets.settings import LimitSettings
from media_assets.stages.platform import Platform

PASSES = 60
"""How often every clip is opened: the start of the workers shall not count."""


def read_headers(platform: Platform) -> int:
    """Read the metadata of all clips again and again; returns how often a clip was opened."""
    settings = platform.settings
    clips = [entry.path for entry in os.scandir(settings.library_root / PLAYER)]
    limits = PoolLimits(
        settings.workers, settings.engine.item_timeout_seconds, settings.engine.worker_memory_mib
    )
    outcomes = map_unordered(
        partial(_read, settings.limits),
        clips * PASSES,
        limits,
        weight=lambda _: 0,
        prepare=prepare_worker,
        preload=(analyse_clip.__module__,),
    )
    opened = 0
    for outcome in outcomes:
        if outcome.result != (1920, 1080):
            raise ValueError(f"{outcome.item}: {outcome.error or outcome.result}")
        opened += 1
    return opened


def _read(limits: LimitSettings, path: str) -> tuple[int | None, int | None]:
    with open_original(path) as stream:
        options = ClipOptions(320, "gif", limits, frozenset({"metadata"}))
        size = os.fstat(stream.fileno()).st_size
        made = analyse_clip(io.BufferedReader(stream), size, Path(path).suffix, options)
    if made.metadata is None or not made.metadata.duration_seconds:
        raise ValueError(f"{path}: no metadata: {made.problem}")
    return made.metadata.width, made.metadata.height
