"""The promises about captures and their matches."""

import dagster as dg

from media_assets.orchestration.checks import player_check, players_of, share, summed
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.tables import figures
from media_assets.stages.status import player_status

MIN_ASSOCIATION_RATE = 0.9


@player_check(
    asset="capture_times",
    additional_deps=["player_match_stats"],
    description="No capture lies in the future, or ten years before the player's first match.",
)
def capture_times_plausible(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    loaded = platform.load()
    found = summed(loaded, players_of(context, loaded), "capture_times")
    return dg.AssetCheckResult(
        passed=not found["future"] and not found["ancient"],
        severity=dg.AssetCheckSeverity.WARN,
        metadata=figures(found),
    )


@player_check(
    asset="media_matches",
    description=f"More than {MIN_ASSOCIATION_RATE:.0%} of the captures that lie inside the "
    "player's match history have a match without anybody's help.",
)
def association_rate(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    loaded = platform.load()
    counts = [player_status(loaded, player)["captures"] for player in players_of(context, loaded)]
    inside = sum(count["inside_history"] for count in counts)
    auto = sum(count["auto"] for count in counts)
    rate = share(auto, inside, 1.0)
    return dg.AssetCheckResult(
        passed=rate > MIN_ASSOCIATION_RATE,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "captures inside the history": inside,
            "auto": auto,
            "review": sum(count["review"] for count in counts),
            "rate": rate,
        },
    )
