"""Counts per player and of the shared tables, and the list of what could not be done."""

from typing import NotRequired, TypedDict

import polars as pl

from media_assets.stages.land_results import JobResult, latest_result
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.players import find_players
from media_assets.store import status as store
from media_assets.store import web as web_store


class ThumbnailCounts(TypedDict):
    """Media that should have a thumbnail, and media that have one."""

    eligible: int
    made: int


class CaptureCounts(TypedDict):
    """Captures by what is known of them; `auto / inside_history` is the association rate."""

    total: int
    timed: int
    inside_history: int
    auto: int
    review: int


class LandStatus(TypedDict):
    """Of a land: its URLs by what became of them, and the result of the latest job."""

    urls: dict[str, int]
    job: JobResult | None


class PlayerStatus(TypedDict):
    """The counts of one player; `land` of lands alone."""

    files: dict[str, int]
    missing: int
    failed: int
    thumbnails: ThumbnailCounts
    captures: CaptureCounts
    land: NotRequired[LandStatus]


class Status(TypedDict):
    """What `media-assets status --json` prints."""

    players: dict[str, PlayerStatus]
    shared: dict[str, int]


def status(platform: Platform) -> Status:
    """The counts of every player, and of the shared tables."""
    with platform.reading(SHARED) as con:
        shared = store.shared_counts(con)
    return {
        "players": {name: player_status(platform, name) for name in find_players(platform)},
        "shared": shared,
    }


def player_status(platform: Platform, player: str) -> PlayerStatus:
    """The counts of one player."""
    counts = _counts(platform, player)
    if player in platform.settings.lands:
        counts["land"] = land_status(platform, player)
    return counts


def land_status(platform: Platform, land: str) -> LandStatus:
    """The URLs of a land, and the result of its latest job, None before the first."""
    with platform.reading(land) as con:
        return {"urls": web_store.url_counts(con), "job": latest_result(con)}


def _counts(platform: Platform, player: str) -> PlayerStatus:
    with platform.reading(player) as con:
        files, missing, failed = store.file_counts(con)
        eligible, made = store.thumbnail_counts(con)
        total, timed, inside, auto, review = store.capture_counts(con)
    return {
        "files": files,
        "missing": missing,
        "failed": failed,
        "thumbnails": {"eligible": eligible, "made": made},
        "captures": {
            "total": total,
            "timed": timed,
            "inside_history": inside,
            "auto": auto,
            "review": review,
        },
    }


def failures(platform: Platform, player: str) -> pl.DataFrame:
    """What could not be done for one player's media: why, how often tried, when next."""
    with platform.reading(player) as con:
        return store.player_failures(con)


def url_failures(platform: Platform, land: str) -> pl.DataFrame:
    """URLs of a land that could not be had: why, how often they were asked for, when next."""
    with platform.reading(land) as con:
        return web_store.failed_urls(con)


def source_failures(platform: Platform) -> pl.DataFrame:
    """Recorded files and matches that could not be used."""
    with platform.reading(SHARED) as con:
        return store.source_failures(con)
