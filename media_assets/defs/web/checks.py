"""The promises about media of the web."""

import dagster as dg

from media_assets.orchestration.checks import Asked, player_checks, promise, share
from media_assets.orchestration.reporting import few
from media_assets.orchestration.tables import figures
from media_assets.stages.land_sources import list_troubles
from media_assets.stages.land_views import land_numbers
from media_assets.store.tables.web import WEB_MEDIA, WEB_SOURCES

LEAST_SUCCESS = 0.9


@promise(
    asset=WEB_SOURCES.name,
    description="The folder of the land has lists or pages, and each of them can be read.",
)
def lists_can_be_read(asked: Asked) -> dg.AssetCheckResult:
    loaded, land = asked.platform, asked.player
    if land not in loaded.settings.lands:
        return dg.AssetCheckResult(passed=True, metadata={"state": "no land"})
    troubles = list_troubles(loaded, land)
    return dg.AssetCheckResult(
        passed=not troubles,
        severity=dg.AssetCheckSeverity.WARN,
        description=few(troubles) if troubles else None,
        metadata={"troubles": len(troubles)},
    )


@promise(
    asset=WEB_MEDIA.name,
    description=f"Of the URLs of a land that were settled, at least {LEAST_SUCCESS:.0%} are there "
    "and analysed. What a filter left out, what waits, and addresses that are none do not count.",
)
def media_can_be_had(asked: Asked) -> dg.AssetCheckResult:
    loaded, land = asked.platform, asked.player
    if land not in loaded.settings.lands:
        return dg.AssetCheckResult(passed=True, metadata={"state": "no land"})
    found = land_numbers(loaded, land)
    had = found["fetched"] - found["failed_analysis"]
    settled = found["fetched"] + found["failed"] + found["refused"] - found["unusable_addresses"]
    return dg.AssetCheckResult(
        passed=had >= LEAST_SUCCESS * settled,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{settled - had} of {settled} URLs could not be had or not be analysed: "
        f"media-assets failures --player {land}"
        if had < settled
        else None,
        metadata={"success rate": share(had, settled, 1.0), **figures(found)},
    )


web_checks = player_checks("web_checks", lists_can_be_read, media_can_be_had)
