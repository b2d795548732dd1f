"""The promises about what is read out of the files."""

import dagster as dg
from PIL import Image

from media_assets.orchestration.partitions import players
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.views import numbers, thumbnail_sample

MAX_FAILED_SHARE = 0.01
MIN_CLIP_COVERAGE = 0.95
MAX_DERIVED_SHARE = 0.25


@dg.asset_check(
    asset="image_metadata",
    additional_deps=["video_metadata", "audio_metadata", "thumbnails", "media_vectors"],
    partitions_def=players,
    description=f"No more than {MAX_FAILED_SHARE:.0%} of the present files have a stage that failed.",
)
def few_failures(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    found = numbers(platform.load(), context.partition_key, "failures")
    share = found["failed"] / found["files"] if found["files"] else 0.0
    return dg.AssetCheckResult(
        passed=share <= MAX_FAILED_SHARE,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{found['failed']} of {found['files']} files failed; "
        "`media-assets failures` says why",
        metadata={**found, "failed share": round(share, 4)},
    )


@dg.asset_check(
    asset="thumbnails",
    partitions_def=players,
    description="Every decodable image and at least 95 % of the clips have a thumbnail.",
)
def thumbnail_coverage(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    found = numbers(platform.load(), context.partition_key, "thumbnails")
    clips = found["clip_thumbnails"] / found["clips"] if found["clips"] else 1.0
    return dg.AssetCheckResult(
        passed=found["image_thumbnails"] == found["images"] and clips >= MIN_CLIP_COVERAGE,
        metadata={**found, "clip coverage": round(clips, 4)},
    )


@dg.asset_check(
    asset="thumbnails",
    partitions_def=players,
    description="Thumbnails open and have the size that their row gives (a sample of 200).",
)
def thumbnails_open(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    sample = thumbnail_sample(platform.load(), context.partition_key)
    wrong = [str(row["file"]) for row in sample if not _opens(row)]
    return dg.AssetCheckResult(
        passed=not wrong,
        metadata={"looked at": len(sample), "wrong": len(wrong), "first": wrong[0] if wrong else "none"},
    )


@dg.asset_check(
    asset="thumbnails",
    partitions_def=players,
    description=f"Derived files stay under {MAX_DERIVED_SHARE:.0%} of the library's size.",
)
def derived_size(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    found = numbers(platform.load(), context.partition_key, "disk")
    share = found["derived_bytes"] / found["library_bytes"] if found["library_bytes"] else 0.0
    return dg.AssetCheckResult(
        passed=share <= MAX_DERIVED_SHARE,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={**found, "share": round(share, 4)},
    )


def _opens(row: dict[str, object]) -> bool:
    try:
        with Image.open(str(row["file"])) as image:
            image.load()
            return image.size == (row["width"], row["height"])
    except (OSError, ValueError):
        return False
