"""The promises about matches."""

import dagster as dg

from media_assets.orchestration.checks import share
from media_assets.orchestration.resources import SharedMatchesResource
from media_assets.orchestration.tables import figures
from media_assets.store.views import numbers

MIN_NAMED_SHARE = 0.99


@dg.asset_check(
    asset="match_registry",
    additional_deps=["match_participants", "highlight_events", "medals_earned",
                     "killer_victim_pairs"],
    description="Every participant, event, medal and pair belongs to a match of the registry.",
)  # fmt: skip
def no_orphans(shared: SharedMatchesResource) -> dg.AssetCheckResult:
    with shared.get_connection() as con:
        found = numbers(con, "orphans")
    return dg.AssetCheckResult(passed=found["orphans"] == 0, metadata=figures(found))


@dg.asset_check(
    asset="match_participants",
    description="Every match has as many participants as its response.",
)
def participants_complete(shared: SharedMatchesResource) -> dg.AssetCheckResult:
    with shared.get_connection() as con:
        found = numbers(con, "participants")
    return dg.AssetCheckResult(passed=found["wrong"] == 0, metadata=figures(found))


@dg.asset_check(
    asset="highlight_events",
    description="Every match whose events are marked as loaded has events.",
)
def events_complete(shared: SharedMatchesResource) -> dg.AssetCheckResult:
    with shared.get_connection() as con:
        found = numbers(con, "events")
    return dg.AssetCheckResult(passed=found["without_rows"] == 0, metadata=figures(found))


@dg.asset_check(
    asset="xuid_aliases",
    additional_deps=["match_participants"],
    description=f"The gamertag is known for {MIN_NAMED_SHARE:.0%} of the human participations.",
)
def gamertags_known(shared: SharedMatchesResource) -> dg.AssetCheckResult:
    with shared.get_connection() as con:
        found = numbers(con, "gamertags")
    named = share(found["named"], found["humans"], 1.0)
    return dg.AssetCheckResult(
        passed=named >= MIN_NAMED_SHARE,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={**figures(found), "share": named},
    )
