"""What checks of players' tables share."""

import warnings
from collections.abc import Callable, Iterable
from typing import TypeAlias

import dagster as dg

from media_assets.orchestration.partitions import players
from media_assets.stages.platform import Platform
from media_assets.stages.views import table_look
from media_assets.store.spec import Table

LOOKED_AT = 10
"""So many of the latest materializations of a table tell whether it was filled."""
ROW_COUNT = "dagster/row_count"

Check: TypeAlias = Callable[..., dg.AssetCheckResult]


def player_check(
    *,
    asset: str,
    description: str,
    additional_deps: Iterable[str] = (),
    blocking: bool = False,
) -> Callable[[Check], dg.AssetChecksDefinition]:
    """A check of a player's asset, with a result for each player.

    Without a partition the UI would show the result of whoever ran last, so a player whose disk is
    gone would look healthy after the next player's run. Dagster calls partitions of checks a
    preview and warns of it; this is the one place that uses them. Dagster cannot yet run a check
    of a partitioned asset without the asset, so a check always has its player.
    """

    def decorate(check: Check) -> dg.AssetChecksDefinition:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dg.PreviewWarning)
            return dg.asset_check(
                asset=asset,
                description=description,
                additional_deps=list(additional_deps),
                blocking=blocking,
                partitions_def=players,
            )(check)

    return decorate


def as_evaluation(
    check: dg.AssetCheckKey, player: str, result: dg.AssetCheckResult
) -> dg.AssetCheckEvaluation:
    """The result of a player's check, for an op to yield that is no step of the checked asset."""
    return dg.AssetCheckEvaluation(
        asset_key=check.asset_key,
        check_name=check.name,
        passed=result.passed,
        severity=result.severity,
        description=result.description,
        metadata=result.metadata,
        partition=player,
    )


def filled(
    context: dg.AssetCheckExecutionContext,
    platform: Platform,
    player: str | None,
    tables: Iterable[Table],
) -> dg.AssetCheckResult:
    """Whether no table is empty that an earlier run had filled; `player` is None for shared ones.

    What earlier runs had is what they reported: the metadata of their materializations.
    """
    rows = {table.name: table_look(platform, player, table, rows=0)[0] for table in tables}
    emptied = [
        name for name, count in rows.items() if not count and _was_filled(context, name, player)
    ]
    return dg.AssetCheckResult(
        passed=not emptied,
        description=f"empty now, but not before: {', '.join(emptied)}" if emptied else None,
        metadata={"emptied": len(emptied), **{f"rows of {name}": rows[name] for name in rows}},
    )


def _was_filled(context: dg.AssetCheckExecutionContext, name: str, player: str | None) -> bool:
    earlier = context.instance.fetch_materializations(
        dg.AssetRecordsFilter(
            asset_key=dg.AssetKey(name), asset_partitions=None if player is None else [player]
        ),
        limit=LOOKED_AT,
    ).records
    reports = [record.asset_materialization for record in earlier]
    counts = [report.metadata.get(ROW_COUNT) for report in reports if report]
    return any(isinstance(count, dg.IntMetadataValue) and count.value for count in counts)


def share(part: float, whole: float, empty: float) -> float:
    """Part of whole, rounded for metadata; `empty` when there is nothing to have a part of."""
    return round(part / whole, 4) if whole else empty
