"""The promises about one player's numbers."""

import dagster as dg

from media_assets.orchestration.checks import LOOKED_AT, Asked, filled, player_checks, promise
from media_assets.orchestration.tables import figures
from media_assets.stages.promises import agreement, example_seconds
from media_assets.store.tables.statistics import DERIVED_TABLES

MAX_QUERY_MS = 100
_BREAKDOWNS = ["stats_by_map", "stats_by_mode", "stats_by_playlist", "stats_by_hour"]


@promise(
    asset="player_match_stats",
    additional_deps=["match_participants", "match_registry", *_BREAKDOWNS],
    description="Every match of the player has a row, whose numbers are those of the participant, "
    "and the sums by map, mode, playlist and hour are those of these rows.",
)
def numbers_agree(asked: Asked) -> dg.AssetCheckResult:
    found = agreement(asked.platform, asked.player)
    wrong = found["missing"] + found["different"] + found["miscounted"]
    return dg.AssetCheckResult(passed=wrong == 0, metadata=figures(found))


@promise(
    asset="player_match_stats",
    additional_deps=[table.name for table in DERIVED_TABLES if table.name != "player_match_stats"],
    description=f"No table of the player is empty that had rows in one of the last {LOOKED_AT} "
    "runs.",
)
def player_tables_filled(asked: Asked) -> dg.AssetCheckResult:
    return filled(asked, DERIVED_TABLES)


@promise(
    asset="media_library",
    additional_deps=["match_library"],
    description=f"Each example query of the README answers in under {MAX_QUERY_MS} ms when it is "
    "asked again.",
)
def examples_answer(asked: Asked) -> dg.AssetCheckResult:
    seconds = example_seconds(asked.platform, asked.player)
    taken = {name: round(1000 * one, 1) for name, one in seconds.items()}
    slowest = max(taken.values(), default=0.0)
    return dg.AssetCheckResult(
        passed=slowest < MAX_QUERY_MS,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"queries": len(taken), "slowest, ms": slowest, **taken},
    )


player_table_checks = player_checks("player_table_checks", numbers_agree, player_tables_filled)
published_checks = player_checks("published_checks", examples_answer)
