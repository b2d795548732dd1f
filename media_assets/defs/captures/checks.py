"""The promises about captures and their matches."""

import dagster as dg

from media_assets.orchestration.checks import Asked, player_checks, promise, share
from media_assets.orchestration.pictures import rate_by_offset
from media_assets.orchestration.tables import figures
from media_assets.stages.status import player_status
from media_assets.stages.views import numbers
from media_assets.stages.zone_check import check_zone

MIN_ASSOCIATION_RATE = 0.9


@promise(
    asset="capture_times",
    additional_deps=["player_match_stats"],
    description="No capture lies in the future, or claims to where its best source is not "
    "believed for that, and none lies ten years before the player's first match.",
)
def capture_times_plausible(asked: Asked) -> dg.AssetCheckResult:
    loaded = asked.platform
    found = numbers(loaded, asked.player, "capture_times")
    return dg.AssetCheckResult(
        passed=not found["future"] and not found["ancient"],
        severity=dg.AssetCheckSeverity.WARN,
        metadata=figures(found),
    )


@promise(
    asset="capture_times",
    additional_deps=["player_match_stats"],
    description="No other time zone, and no offset of -14 to +14 h, puts clearly more of the "
    "captures with a local time into a match.",
)
def zone_fits(asked: Asked) -> dg.AssetCheckResult:
    loaded = asked.platform
    player = asked.player
    found = check_zone(loaded, player)
    configured = loaded.settings.player(player).timezone
    return dg.AssetCheckResult(
        passed=not found.clear,
        severity=dg.AssetCheckSeverity.WARN,
        description=found.words(player, configured) if found.clear else None,
        metadata={
            "captures with a local time": found.captures,
            "rate as configured": round(found.configured_rate, 4),
            "best rate": round(found.best_rate, 4),
            "best offset, hours": found.best.shift_hours,
            "best zone": found.best.zone or configured,
            **({"rate by offset": rate_by_offset(found)} if found.clear else {}),
        },
    )


@promise(
    asset="media_matches",
    description=f"More than {MIN_ASSOCIATION_RATE:.0%} of the captures that lie inside the "
    "player's match history have a match without anybody's help.",
)
def association_rate(asked: Asked) -> dg.AssetCheckResult:
    loaded = asked.platform
    counts = player_status(loaded, asked.player)["captures"]
    inside = counts["inside_history"]
    return dg.AssetCheckResult(
        passed=not inside or counts["auto"] > MIN_ASSOCIATION_RATE * inside,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "captures inside the history": inside,
            "auto": counts["auto"],
            "review": counts["review"],
            "rate": share(counts["auto"], inside, 1.0),
        },
    )


capture_checks = player_checks(
    "capture_checks", capture_times_plausible, zone_fits, association_rate
)
