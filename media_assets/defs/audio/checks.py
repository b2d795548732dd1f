"""The promises about what is heard in music."""

import dagster as dg

from media_assets.orchestration.checks import Asked, player_checks, promise, share
from media_assets.orchestration.tables import figures
from media_assets.stages.views import numbers

MAX_FAILED_SHARE = 0.05


@promise(
    asset="audio_features",
    description=f"The sound of fewer than {MAX_FAILED_SHARE:.0%} of the music files whose tags can "
    "be read cannot be decoded.",
)
def most_music_is_heard(asked: Asked) -> dg.AssetCheckResult:
    found = numbers(asked.platform, asked.player, "audio_features")
    return dg.AssetCheckResult(
        passed=found["failed"] < MAX_FAILED_SHARE * found["readable"] or not found["failed"],
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{found['failed']} of {found['readable']} files failed; "
        "`media-assets failures` says why"
        if found["failed"]
        else None,
        metadata={**figures(found), "failed share": share(found["failed"], found["readable"], 0.0)},
    )


@promise(
    asset="audio_features",
    description="Every value of every music file is there, or the reason why it is not. Says how "
    "many files have each.",
)
def features_are_there_or_explained(asked: Asked) -> dg.AssetCheckResult:
    found = numbers(asked.platform, asked.player, "audio_values")
    return dg.AssetCheckResult(
        passed=not found["without_a_reason"],
        metadata=figures(found),
    )


audio_checks = player_checks("audio_checks", most_music_is_heard, features_are_there_or_explained)
