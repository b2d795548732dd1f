"""The promises about artists, albums, tracks and covers."""

import shlex

import dagster as dg
from PIL import Image

from media_assets.orchestration.checks import player_check, share
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.tables import figures
from media_assets.stages.music_views import (
    cover_sample,
    coverage,
    incomplete_covers,
    promises,
)
from media_assets.stages.shared_music import promises as shared_promises
from media_assets.store.tables.music import MUSIC_TABLES

MIN_NAMED = 0.9


@player_check(
    asset="tracks",
    description=f"At least {MIN_NAMED:.0%} of the tracks have a title and an artist. Says which "
    "share has each field.",
)
def fields_tagged(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    found = coverage(platform.load(), context.partition_key)
    tracks = found.pop("tracks")
    named = found.pop("title_and_artist")
    return dg.AssetCheckResult(
        passed=named >= MIN_NAMED * tracks,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{tracks - named} of {tracks} tracks lack a title or an artist"
        if named < tracks
        else None,
        metadata={
            "tracks": tracks,
            "title and artist": share(named, tracks, 1.0),
            **figures({name: share(count, tracks, 1.0) for name, count in found.items()}),
        },
    )


@player_check(
    asset="tracks",
    additional_deps=[table.name for table in MUSIC_TABLES if table.name != "tracks"],
    description="Every music file that could be read is a track with its path and state of now, "
    "counts of albums and artists are those of their tracks, and every key and cover that is named "
    "is there.",
)
def music_holds_together(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    found = promises(platform.load(), context.partition_key)
    return dg.AssetCheckResult(passed=not any(found.values()), metadata=figures(found))


@player_check(
    asset="covers",
    description="Every cover that was embedded is stored with all its bytes, and covers open and "
    "have the size that their row gives (a sample of 100, another one every day).",
)
def covers_open(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    loaded, player = platform.load(), context.partition_key
    stored, incomplete = incomplete_covers(loaded, player)
    sample = cover_sample(loaded, player)
    broken = [str(file) for file, width, height in sample if not _opens(str(file), width, height)]
    wrong = [*incomplete, *broken]
    return dg.AssetCheckResult(
        passed=not wrong,
        description=f"{len(wrong)} are not as they were stored; store them again: media-assets "
        f"reprocess --player {shlex.quote(player)} --stage embedded_covers --force"
        if wrong
        else None,
        metadata={
            "covers stored": stored,
            "absent or incomplete": len(incomplete),
            "opened": len(sample),
            "broken or of another size": len(broken),
            "first wrong one": wrong[0] if wrong else "none",
        },
    )


@dg.asset_check(
    asset="shared_albums",
    additional_deps=["shared_artists"],
    description="Counts of players are those of the rows. Says how many albums and artists several "
    "players have.",
)
def shared_music_counted(platform: PlatformResource) -> dg.AssetCheckResult:
    found = shared_promises(platform.load())
    return dg.AssetCheckResult(passed=not found["wrong_counts"], metadata=figures(found))


def _opens(file: str, width: int, height: int) -> bool:
    """Its sides may be exchanged: the row has them as the orientation wants."""
    try:
        with Image.open(file) as image:
            image.load()
            return image.size in {(width, height), (height, width)}
    except (OSError, ValueError):
        return False
