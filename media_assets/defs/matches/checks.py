"""The promises about matches."""

import dagster as dg

from media_assets.defs.matches.assets import SHARED_TABLES
from media_assets.orchestration.checks import (
    LOOKED_AT,
    Asked,
    filled,
    player_checks,
    promise,
    share,
    shared_checks,
)
from media_assets.orchestration.tables import figures
from media_assets.stages import promises
from media_assets.stages.gaps import gaps_of
from media_assets.stages.platform import SHARED
from media_assets.store.views import numbers

MIN_NAMED_SHARE = 0.99
_OTHER_TABLES = [table.name for table in SHARED_TABLES if table.name != "match_registry"]


@promise(
    asset="match_history",
    description="Nothing that the match API lists for the player is left to be asked for. What it "
    "refused for good is counted and does not fail this check.",
)
def matches_are_fetched(asked: Asked) -> dg.AssetCheckResult:
    loaded = asked.platform
    if loaded.settings.matches.source != "api":
        return dg.AssetCheckResult(passed=True, metadata={"source": "recorded files"})
    found = gaps_of(loaded, asked.player)
    return dg.AssetCheckResult(
        passed=not (found.open or found.unread),
        severity=dg.AssetCheckSeverity.ERROR if found.trouble else dg.AssetCheckSeverity.WARN,
        description=found.trouble,
        metadata={
            "matches listed": found.listed,
            "left to be asked for": found.open,
            "refused for good": found.refused,
            "gaps in the history": found.unread,
        },
    )


@promise(
    shared=True,
    asset="match_registry",
    additional_deps=["match_participants", "highlight_events", "medals_earned", "personal_scores",
                     "killer_victim_pairs"],
    description="Every participant, event, medal, score and pair belongs to a match of the "
    "registry.",
)  # fmt: skip
def no_orphans(asked: Asked) -> dg.AssetCheckResult:
    with asked.platform.reading(SHARED) as con:
        found = numbers(con, "orphans")
    return dg.AssetCheckResult(passed=found["orphans"] == 0, metadata=figures(found))


@promise(
    shared=True,
    asset="match_registry",
    additional_deps=_OTHER_TABLES,
    description="No key stands twice in a shared table.",
)
def no_duplicates(asked: Asked) -> dg.AssetCheckResult:
    found = promises.duplicates(asked.platform)
    return dg.AssetCheckResult(passed=not any(found.values()), metadata=figures(found))


@promise(
    shared=True,
    asset="match_registry",
    additional_deps=_OTHER_TABLES,
    description=f"No shared table is empty that had rows in one of the last {LOOKED_AT} runs.",
)
def tables_filled(asked: Asked) -> dg.AssetCheckResult:
    return filled(asked, SHARED_TABLES)


@promise(
    shared=True,
    asset="match_participants",
    description="Every match has as many participants as its raw response.",
)
def participants_complete(asked: Asked) -> dg.AssetCheckResult:
    found = promises.participants_complete(asked.platform)
    return dg.AssetCheckResult(
        passed=not found.matches,
        metadata={
            "matches": found.looked_at,
            "wrong": len(found.matches),
            "first wrong one": next(iter(found.matches), "none"),
        },
    )


@promise(
    shared=True,
    asset="highlight_events",
    additional_deps=["match_registry"],
    description="Every match whose film is there has events, and the registry says so. A film that "
    "cannot be read is named among the failures and does not fail this check.",
)
def events_complete(asked: Asked) -> dg.AssetCheckResult:
    found = promises.events_complete(asked.platform)
    return dg.AssetCheckResult(
        passed=not found.matches,
        metadata={
            "films looked for": found.looked_at,
            "without rows": len(found.matches),
            "first of them": next(iter(found.matches), "none"),
        },
    )


@promise(
    shared=True,
    asset="xuid_aliases",
    additional_deps=["match_participants"],
    description=f"The gamertag is known for {MIN_NAMED_SHARE:.0%} of the human participations.",
)
def gamertags_known(asked: Asked) -> dg.AssetCheckResult:
    with asked.platform.reading(SHARED) as con:
        found = numbers(con, "gamertags")
    named = share(found["named"], found["humans"], 1.0)
    return dg.AssetCheckResult(
        passed=named >= MIN_NAMED_SHARE,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={**figures(found), "share": named},
    )


match_checks = player_checks("match_checks", matches_are_fetched)
shared_match_checks = shared_checks(
    "shared_match_checks",
    no_orphans,
    no_duplicates,
    tables_filled,
    participants_complete,
    events_complete,
    gamertags_known,
)
