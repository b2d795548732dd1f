"""The promises about captures and their matches."""

import dagster as dg

from media_assets.orchestration.partitions import players
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.status import player_status
from media_assets.stages.views import numbers

MIN_ASSOCIATION_RATE = 0.9


@dg.asset_check(
    asset="capture_times",
    additional_deps=["player_match_stats"],
    partitions_def=players,
    description="No capture lies in the future, or ten years before the player's first match.",
)
def capture_times_plausible(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    found = numbers(platform.load(), context.partition_key, "capture_times")
    return dg.AssetCheckResult(
        passed=not found["future"] and not found["ancient"],
        severity=dg.AssetCheckSeverity.WARN,
        metadata=found,
    )


@dg.asset_check(
    asset="media_matches",
    partitions_def=players,
    description=f"More than {MIN_ASSOCIATION_RATE:.0%} of the captures that lie inside the "
    "player's match history have a match without anybody's help.",
)
def association_rate(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    captures = player_status(platform.load(), context.partition_key)["captures"]
    inside, auto = captures["inside_history"], captures["auto"]
    rate = auto / inside if inside else 1.0
    return dg.AssetCheckResult(
        passed=rate > MIN_ASSOCIATION_RATE,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={**captures, "rate": round(rate, 4)},
    )
