"""Every match once: taken in, loaded into the shared tables, derived for each player."""

from collections.abc import Callable, Iterator

import dagster as dg

from media_assets.orchestration.partitions import players
from media_assets.orchestration.pictures import form_over_time
from media_assets.orchestration.policy import (
    player_spec,
    shared_spec,
    table_options,
)
from media_assets.orchestration.reporting import listener, picture, rate, table_metadata
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.tables import Metadatum
from media_assets.stages.load_matches import load_matches
from media_assets.stages.platform import Platform
from media_assets.stages.players import (
    DerivedReport,
    derive_antagonists,
    derive_history,
    derive_match_stats,
    derive_sessions,
    derive_teammates,
)
from media_assets.stages.take_in import take_in
from media_assets.stages.views import rows_of
from media_assets.store.spec import Table
from media_assets.store.tables.matches import (
    HIGHLIGHT_EVENTS,
    KILLER_VICTIM_PAIRS,
    MATCH_PARTICIPANTS,
    MATCH_REGISTRY,
    MEDALS_EARNED,
    XUID_ALIASES,
)
from media_assets.store.tables.players import (
    ANTAGONISTS,
    MATCH_HISTORY,
    PLAYER_MATCH_STATS,
    PLAYER_SESSIONS,
    TEAMMATES_AGGREGATE,
)

SHARED_TABLES: tuple[Table, ...] = (
    MATCH_REGISTRY,
    MATCH_PARTICIPANTS,
    HIGHLIGHT_EVENTS,
    MEDALS_EARNED,
    KILLER_VICTIM_PAIRS,
    XUID_ALIASES,
)
_KINDS = {"duckdb", "table", "polars"}


@dg.asset(
    **table_options(
        MATCH_HISTORY,
        "matches",
        {"duckdb", "table", "json"},
        "1",
        "New recorded responses are read once and kept as they came; a match that is there is not "
        "read again, whoever asks for it.",
    ),
    partitions_def=players,
)
def match_history(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> dg.MaterializeResult:
    player = context.partition_key
    loaded = platform.load()
    taken = take_in(loaded, listener=listener(context))
    if taken.absent:
        context.log.warning("no matches are taken in: %s", taken.absent)
    report = derive_history(loaded, player)
    contents = ", ".join(f"{name} {count}" for name, count in sorted(taken.contents.items()))
    return dg.MaterializeResult(
        metadata={
            "recorded files seen": taken.seen,
            "recorded files read now": taken.new,
            "recorded files failed now": taken.failed,
            "read now, by content": contents or "none",
            "source": taken.absent or str(loaded.settings.match_directory),
            **_derived_metadata(loaded, player, MATCH_HISTORY, report),
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
    for table in SHARED_TABLES:
        yield dg.MaterializeResult(
            asset_key=table.name,
            metadata={
                "rows written": report.rows.get(table.name, 0),
                "matches loaded now": report.matches,
                "matches failed now": report.failed,
                "names and counts changed": report.renamed,
                "matches per second": rate(report.matches, report.seconds),
                **table_metadata(loaded, None, table),
            },
        )


@dg.asset(
    **table_options(
        PLAYER_MATCH_STATS, "players", _KINDS, "1", "Derived from the shared tables alone."
    ),
    deps=["match_registry", "match_participants", "medals_earned", "xuid_aliases"],
    partitions_def=players,
)
def player_match_stats(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> dg.MaterializeResult:
    player = context.partition_key
    loaded = platform.load()
    report = derive_match_stats(loaded, player)
    plot = picture(
        context,
        PLAYER_MATCH_STATS.name,
        "form over time",
        lambda: form_over_time(rows_of(loaded, player, "form")),  # type: ignore[arg-type]  # as the query has it
        news=report.written > 0,
    )
    return dg.MaterializeResult(
        metadata={**plot, **_derived_metadata(loaded, player, PLAYER_MATCH_STATS, report)}
    )


def _derived_asset(
    table: Table, derive: Callable[[Platform, str], DerivedReport], deps: list[str], more: str
) -> dg.AssetsDefinition:
    """An asset that is one derived table of one player."""

    @dg.multi_asset(name=table.name, specs=[player_spec(table, "players", _KINDS, "1", deps, more)])
    def derived(
        context: dg.AssetExecutionContext, platform: PlatformResource
    ) -> dg.MaterializeResult:
        loaded = platform.load()
        report = derive(loaded, context.partition_key)
        return dg.MaterializeResult(
            metadata=_derived_metadata(loaded, context.partition_key, table, report)
        )

    return derived


player_sessions = _derived_asset(
    PLAYER_SESSIONS,
    derive_sessions,
    ["player_match_stats", "match_participants"],
    "A session is named by its first match, so a backfill renumbers nothing.",
)
teammates_aggregate = _derived_asset(
    TEAMMATES_AGGREGATE,
    derive_teammates,
    ["player_match_stats", "match_participants", "xuid_aliases"],
    "From all participants of the player's team matches.",
)
antagonists = _derived_asset(
    ANTAGONISTS,
    derive_antagonists,
    ["killer_victim_pairs", "match_participants", "xuid_aliases"],
    "From the pairs of kills and deaths of the matches' films.",
)


def _derived_metadata(
    platform: Platform, player: str, table: Table, report: DerivedReport
) -> dict[str, Metadatum]:
    return {
        "rows written": report.written,
        "rows deleted": report.deleted,
        "state": report.reason or "complete",
        **table_metadata(platform, player, table),
    }
