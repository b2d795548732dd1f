"""What checks of players' tables share."""

import warnings
from collections.abc import Callable, Iterable
from typing import TypeAlias

import dagster as dg

from media_assets.orchestration.partitions import players

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


def share(part: float, whole: float, empty: float) -> float:
    """Part of whole, rounded for metadata; `empty` when there is nothing to have a part of."""
    return round(part / whole, 4) if whole else empty
