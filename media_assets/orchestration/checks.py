"""What checks of players' tables share."""

from collections import Counter

import dagster as dg

from media_assets.stages.platform import Platform
from media_assets.stages.players import find_players
from media_assets.stages.views import numbers


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
