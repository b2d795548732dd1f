"""What checks of players' tables share."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import dagster as dg

from media_assets.orchestration.partitions import players
from media_assets.orchestration.resources import PlatformResource, SharedMatchesResource
from media_assets.stages.platform import SHARED, Platform
from media_assets.store.spec import Table
from media_assets.store.views import count

LOOKED_AT = 10
"""So many of the latest materializations of a table tell whether it was filled."""
ROW_COUNT = "dagster/row_count"


class Asked(NamedTuple):
    """What a check looks at: one player's tables, or those of `SHARED`, and earlier runs."""

    platform: Platform
    player: str
    instance: dg.DagsterInstance


class Check(NamedTuple):
    """One promise, and who says whether it is kept."""

    spec: dg.AssetCheckSpec
    judge: Callable[[Asked], dg.AssetCheckResult]


def promise(
    *,
    asset: str,
    description: str,
    additional_deps: Iterable[str] = (),
    blocking: bool = False,
    shared: bool = False,
) -> Callable[[Callable[[Asked], dg.AssetCheckResult]], Check]:
    """A check, by the name of the function that judges; of a player unless it is `shared`.

    That of a player has a result for each. Without a partition the UI would show the result of
    whoever ran last, so a player whose disk is gone would look healthy after the next player's
    run. Dagster calls partitions of checks a preview and warns of it; this is the one place that
    uses them. Dagster cannot yet run a check of a partitioned asset without the asset, so a check
    always has its player.
    """

    def decorate(judge: Callable[[Asked], dg.AssetCheckResult]) -> Check:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dg.PreviewWarning)
            spec = dg.AssetCheckSpec(
                judge.__name__,
                asset=asset,
                description=description,
                additional_deps=list(additional_deps),
                blocking=blocking,
                partitions_def=None if shared else players,
            )
        return Check(spec, judge)

    return decorate


def player_checks(name: str, *checks: Check) -> dg.AssetChecksDefinition:
    """One step that judges several promises about a player's tables."""

    @dg.multi_asset_check(name=name, specs=[check.spec for check in checks], can_subset=True)
    def judged(
        context: dg.AssetCheckExecutionContext, platform: PlatformResource
    ) -> Iterator[dg.AssetCheckResult]:
        loaded, player = platform.load(), context.partition_key
        asked = Asked(loaded, player, context.instance)
        with loaded.reading(player):  # while it is open, looking again costs nothing
            told = _judge(asked, _chosen(context, checks))
        yield from told

    return judged


def shared_checks(name: str, *checks: Check) -> dg.AssetChecksDefinition:
    """One step that judges several promises about the shared tables."""

    @dg.multi_asset_check(name=name, specs=[check.spec for check in checks], can_subset=True)
    def judged(
        context: dg.AssetCheckExecutionContext,
        platform: PlatformResource,
        shared: SharedMatchesResource,
    ) -> Iterator[dg.AssetCheckResult]:
        asked = Asked(platform.load(), SHARED, context.instance)
        with shared.get_connection():
            told = _judge(asked, _chosen(context, checks))
        yield from told

    return judged


def _chosen(context: dg.AssetCheckExecutionContext, checks: Iterable[Check]) -> list[Check]:
    return [check for check in checks if check.spec.key in context.selected_asset_check_keys]


def _judge(asked: Asked, checks: Iterable[Check]) -> list[dg.AssetCheckResult]:
    """All are judged before any is told, for which Dagster takes longer."""
    return [_of(check.spec, check.judge(asked)) for check in checks]


def _of(spec: dg.AssetCheckSpec, result: dg.AssetCheckResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=result.passed,
        severity=result.severity,
        description=result.description,
        metadata=result.metadata,
    )


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


def filled(asked: Asked, tables: Iterable[Table]) -> dg.AssetCheckResult:
    """Whether no table is empty that an earlier run had filled.

    What earlier runs had is what they reported: the metadata of their materializations.
    """
    with asked.platform.reading(asked.player) as con:
        rows = {table.name: count(con, table.name) for table in tables}
    emptied = [name for name, had in rows.items() if not had and _was_filled(asked, name)]
    return dg.AssetCheckResult(
        passed=not emptied,
        description=f"empty now, but not before: {', '.join(emptied)}" if emptied else None,
        metadata={"emptied": len(emptied), **{f"rows of {name}": rows[name] for name in rows}},
    )


def _was_filled(asked: Asked, name: str) -> bool:
    player = None if asked.player == SHARED else [asked.player]
    earlier = asked.instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=dg.AssetKey(name), asset_partitions=player),
        limit=LOOKED_AT,
    ).records
    reports = [record.asset_materialization for record in earlier]
    counts = [report.metadata.get(ROW_COUNT) for report in reports if report]
    return any(isinstance(count, dg.IntMetadataValue) and count.value for count in counts)


def share(part: float, whole: float, empty: float) -> float:
    """Part of whole, rounded for metadata; `empty` when there is nothing to have a part of."""
    return round(part / whole, 4) if whole else empty
