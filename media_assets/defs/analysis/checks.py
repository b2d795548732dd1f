"""The promises about what is read out of the files."""

import dagster as dg
from PIL import Image

from media_assets.orchestration.checks import player_check, players_of, share, summed
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.tables import figures
from media_assets.stages.views import thumbnail_sample

MAX_FAILED_SHARE = 0.01
MIN_CLIP_COVERAGE = 0.95
MAX_DERIVED_SHARE = 0.25


@player_check(
    asset="image_metadata",
    additional_deps=["video_metadata", "audio_metadata", "thumbnails", "media_vectors"],
    description=f"At most {MAX_FAILED_SHARE:.0%} of the present files have a stage that failed.",
)
def few_failures(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    loaded = platform.load()
    found = summed(loaded, players_of(context, loaded), "failures")
    failed = share(found["failed"], found["files"], 0.0)
    return dg.AssetCheckResult(
        passed=failed <= MAX_FAILED_SHARE,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{found['failed']} of {found['files']} files failed; "
        "`media-assets failures` says why",
        metadata={**figures(found), "failed share": failed},
    )


@player_check(
    asset="thumbnails",
    description="Every decodable image and at least 95 % of the clips have a thumbnail.",
)
def thumbnail_coverage(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    loaded = platform.load()
    found = summed(loaded, players_of(context, loaded), "thumbnails")
    clips = share(found["clip_thumbnails"], found["clips"], 1.0)
    return dg.AssetCheckResult(
        passed=found["image_thumbnails"] == found["images"] and clips >= MIN_CLIP_COVERAGE,
        metadata={**figures(found), "clip coverage": clips},
    )


@player_check(
    asset="thumbnails",
    description="Thumbnails open and have the size that their row gives (200 of each player).",
)
def thumbnails_open(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    loaded = platform.load()
    sample = [
        row for player in players_of(context, loaded) for row in thumbnail_sample(loaded, player)
    ]
    wrong = [str(row["file"]) for row in sample if not _opens(row)]
    return dg.AssetCheckResult(
        passed=not wrong,
        metadata={
            "looked at": len(sample),
            "wrong": len(wrong),
            "first wrong one": wrong[0] if wrong else "none",
        },
    )


@player_check(
    asset="thumbnails",
    description=f"Derived files stay under {MAX_DERIVED_SHARE:.0%} of the library's size.",
)
def derived_size(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    loaded = platform.load()
    found = summed(loaded, players_of(context, loaded), "disk")
    derived = share(found["derived_bytes"], found["library_bytes"], 0.0)
    return dg.AssetCheckResult(
        passed=derived <= MAX_DERIVED_SHARE,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={**figures(found), "share": derived},
    )


def _opens(row: dict[str, object]) -> bool:
    try:
        with Image.open(str(row["file"])) as image:
            image.load()
            return image.size == (row["width"], row["height"])
    except (OSError, ValueError):
        return False
