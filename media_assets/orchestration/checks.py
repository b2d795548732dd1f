"""What checks of players' tables share."""

import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeAlias

import dagster as dg

from media_assets.orchestration.partitions import players
from media_assets.stages.platform import Platform
from media_assets.stages.players import find_players
from media_assets.stages.views import numbers

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
    preview and warns of it; this is the one place that uses them.
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


def players_of(context: dg.AssetCheckExecutionContext, platform: Platform) -> list[str]:
    """The run's player; a check that is launched alone has no partition and looks at everybody."""
    return [context.partition_key] if context.has_partition_key else find_players(platform)


def summed(platform: Platform, players: list[str], name: str) -> dict[str, int]:
    """One row of numbers, summed over players."""
    total: Counter[str] = Counter()
    for player in players:
        total.update({key: int(value) for key, value in numbers(platform, player, name).items()})
    return dict(total)


def share(part: int, whole: int, empty: float) -> float:
    """Part of whole, rounded for metadata; `empty` when there is nothing to have a part of."""
    return round(part / whole, 4) if whole else empty
