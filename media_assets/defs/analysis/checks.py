"""The promises about what is read out of the files."""

import shlex

import dagster as dg
from PIL import Image

from media_assets.orchestration.checks import Asked, player_checks, promise, share
from media_assets.orchestration.tables import figures
from media_assets.stages.views import incomplete_pictures, numbers, thumbnail_sample

MAX_FAILED_SHARE = 0.01
MIN_CLIP_COVERAGE = 0.95


@promise(
    asset="image_metadata",
    additional_deps=["video_metadata", "audio_metadata", "thumbnails", "media_vectors"],
    description=f"At most {MAX_FAILED_SHARE:.0%} of the present files have a stage that failed.",
)
def few_failures(asked: Asked) -> dg.AssetCheckResult:
    loaded = asked.platform
    found = numbers(loaded, asked.player, "failures")
    failed = share(found["failed"], found["files"], 0.0)
    return dg.AssetCheckResult(
        passed=found["failed"] <= MAX_FAILED_SHARE * found["files"],
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{found['failed']} of {found['files']} files failed; "
        "`media-assets failures` says why"
        if found["failed"]
        else None,
        metadata={**figures(found), "failed share": failed},
    )


@promise(
    asset="thumbnails",
    description="Every decodable image and at least 95 % of the clips have a thumbnail. What has "
    "nothing to show (sound alone, music without a cover) is counted as not eligible.",
)
def thumbnail_coverage(asked: Asked) -> dg.AssetCheckResult:
    loaded = asked.platform
    found = numbers(loaded, asked.player, "thumbnails")
    clips = share(found["clip_thumbnails"], found["clips"], 1.0)
    return dg.AssetCheckResult(
        passed=found["image_thumbnails"] == found["images"]
        and found["clip_thumbnails"] >= MIN_CLIP_COVERAGE * found["clips"],
        metadata={**figures(found), "clip coverage": clips},
    )


@promise(
    asset="thumbnails",
    description="Every poster and preview is there with all its bytes, and posters open and have "
    "the size that their row gives (a sample of 200, another one every day).",
)
def thumbnails_open(asked: Asked) -> dg.AssetCheckResult:
    loaded = asked.platform
    files, incomplete = incomplete_pictures(loaded, asked.player)
    sample = thumbnail_sample(loaded, asked.player)
    broken = [str(row["file"]) for row in sample if not _opens(row)]
    wrong = [*incomplete, *broken]
    return dg.AssetCheckResult(
        passed=not wrong,
        description=f"{len(wrong)} are not as they were made; make them again: media-assets "
        f"reprocess --player {shlex.quote(asked.player)} --stage thumbnails --force"
        if wrong
        else None,
        metadata={
            "files": files,
            "absent or incomplete": len(incomplete),
            "opened": len(sample),
            "broken or of another size": len(broken),
            "first wrong one": wrong[0] if wrong else "none",
        },
    )


@promise(
    asset="thumbnails",
    description="Pictures made from the library take no more than `thumbnails.max_share` of its "
    "size.",
)
def derived_size(asked: Asked) -> dg.AssetCheckResult:
    loaded = asked.platform
    found = numbers(loaded, asked.player, "disk")
    limit = loaded.settings.thumbnails.max_share
    return dg.AssetCheckResult(
        passed=found["derived_bytes"] <= limit * found["library_bytes"],
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            **figures(found),
            "share": share(found["derived_bytes"], found["library_bytes"], 0.0),
            "at most": limit,
        },
    )


def _opens(row: dict[str, object]) -> bool:
    try:
        with Image.open(str(row["file"])) as image:
            image.load()
            return image.size == (row["width"], row["height"])
    except (OSError, ValueError):
        return False


analysis_checks = player_checks(
    "analysis_checks", few_failures, thumbnail_coverage, thumbnails_open, derived_size
)
