"""Every match once: brought from its source, and loaded into the shared tables."""

from collections.abc import Iterator

import dagster as dg
from pydantic import Field

from media_assets.orchestration.partitions import players
from media_assets.orchestration.policy import shared_spec, table_options
from media_assets.orchestration.reporting import derived_metadata, listener, rate, tables_metadata
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.load_matches import load_matches
from media_assets.stages.players import derive_history
from media_assets.stages.source import source_of
from media_assets.store.spec import Table
from media_assets.store.tables.matches import (
    HIGHLIGHT_EVENTS,
    KILLER_VICTIM_PAIRS,
    MATCH_PARTICIPANTS,
    MATCH_REGISTRY,
    MEDALS_EARNED,
    PERSONAL_SCORES,
    XUID_ALIASES,
)
from media_assets.store.tables.players import MATCH_HISTORY

SHARED_TABLES: tuple[Table, ...] = (
    MATCH_REGISTRY,
    MATCH_PARTICIPANTS,
    HIGHLIGHT_EVENTS,
    MEDALS_EARNED,
    PERSONAL_SCORES,
    KILLER_VICTIM_PAIRS,
    XUID_ALIASES,
)


class SyncConfig(dg.Config):
    """How one sync looks for matches."""

    full: bool = Field(
        default=False,
        description="With the match API: read the whole history, not only down to the first page "
        "without news, and ask again for what was refused for good.",
    )


@dg.asset(
    **table_options(
        MATCH_HISTORY,
        "matches",
        {"duckdb", "table", "json"},
        "1",
        "What is new is brought from recorded files or from the match API, once, and kept as it "
        "came; a match that is there is not asked for again, whoever plays in it.",
    ),
    partitions_def=players,
)
def match_history(
    context: dg.AssetExecutionContext, config: SyncConfig, platform: PlatformResource
) -> dg.MaterializeResult:
    player = context.partition_key
    loaded = platform.load()
    brought = source_of(loaded).bring(player, full=config.full, listener=listener(context))
    if brought.trouble:
        context.log.error("the matches of %s are not complete: %s", player, brought.trouble)
    report = derive_history(loaded, player)
    return dg.MaterializeResult(
        metadata={
            **brought.figures,
            "rows written about the source": brought.rows_written,
            **({"trouble": brought.trouble} if brought.trouble else {}),
            **derived_metadata(loaded, player, MATCH_HISTORY, report),
        }
    )


@dg.multi_asset(
    name="shared_matches",
    specs=[
        shared_spec(table, "matches", {"duckdb", "table", "python"}, "1", ["match_history"])
        for table in SHARED_TABLES
    ],
)
def shared_matches(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> Iterator[dg.MaterializeResult]:
    loaded = platform.load()
    player = context.partition_key if context.has_partition_key else None
    report = load_matches(loaded, player, listener=listener(context))
    names = source_of(loaded).name(listener(context))
    if names.trouble:
        context.log.error("names are lacking: %s", names.trouble)
    looks = tables_metadata(loaded, None, SHARED_TABLES)
    for table in SHARED_TABLES:
        yield dg.MaterializeResult(
            asset_key=table.name,
            metadata={
                "rows written": report.rows.get(table.name, 0),
                "matches loaded now": report.matches,
                "matches failed now": report.failed,
                "names and counts changed": report.renamed + names.rows_written,
                **names.figures,
                "matches per second": rate(report.matches, report.seconds),
                **looks[table.name],
            },
        )
