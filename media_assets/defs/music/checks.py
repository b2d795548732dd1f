"""The promises about artists, albums, tracks and covers."""

import shlex

import dagster as dg
from PIL import Image

from media_assets.orchestration.checks import Asked, player_checks, promise, share, shared_checks
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


@promise(
    asset="tracks",
    description=f"At least {MIN_NAMED:.0%} of the tracks have a title and an artist. Says which "
    "share has each field.",
)
def fields_tagged(asked: Asked) -> dg.AssetCheckResult:
    found = coverage(asked.platform, asked.player)
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


@promise(
    asset="tracks",
    additional_deps=[table.name for table in MUSIC_TABLES if table.name != "tracks"],
    description="Every music file that could be read is a track with its path and state of now, "
    "counts of albums and artists are those of their tracks, and every key and cover that is named "
    "is there.",
)
def music_holds_together(asked: Asked) -> dg.AssetCheckResult:
    found = promises(asked.platform, asked.player)
    return dg.AssetCheckResult(passed=not any(found.values()), metadata=figures(found))


@promise(
    asset="covers",
    description="Every cover that was embedded is stored with all its bytes, and covers open and "
    "have the size that their row gives (a sample of 100, another one every day).",
)
def covers_open(asked: Asked) -> dg.AssetCheckResult:
    loaded, player = asked.platform, asked.player
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


@promise(
    shared=True,
    asset="shared_albums",
    additional_deps=["shared_artists"],
    description="Counts of players are those of the rows. Says how many albums and artists several "
    "players have.",
)
def shared_music_counted(asked: Asked) -> dg.AssetCheckResult:
    found = shared_promises(asked.platform)
    return dg.AssetCheckResult(passed=not found["wrong_counts"], metadata=figures(found))


def _opens(file: str, width: int, height: int) -> bool:
    """Its sides may be exchanged: the row has them as the orientation wants."""
    try:
        with Image.open(file) as image:
            image.load()
            return image.size in {(width, height), (height, width)}
    except (OSError, ValueError):
        return False


music_checks = player_checks("music_checks", fields_tagged, music_holds_together, covers_open)
shared_music_checks = shared_checks("shared_music_checks", shared_music_counted)
