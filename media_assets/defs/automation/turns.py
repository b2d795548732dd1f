"""Whose turn it is by the run history: who has a partition, and whose run is longest ago."""

import dagster as dg

from media_assets.defs.automation.due import TICK_MINUTES, oldest
from media_assets.orchestration.history import latest_planned, planned_order
from media_assets.orchestration.partitions import PLAYERS
from media_assets.orchestration.reporting import few
from media_assets.store.spec import Table

_HOUR = 3600.0 - TICK_MINUTES * 30
"""Half a tick less, so that a run that began a moment late does not wait for the tick after."""


def with_partition(context: dg.ScheduleEvaluationContext, names: list[str]) -> list[str]:
    """The players found, with a partition each; partitions without a player are left out."""
    known = set(context.instance.get_dynamic_partitions(PLAYERS))
    if added := [name for name in names if name not in known]:
        context.instance.add_dynamic_partitions(PLAYERS, added)
        context.log.info("new players: %s", few(added))
    if left := sorted(known.difference(names)):
        context.log.info("left out, for they are no players of this library: %s", few(left))
    return names


def longest_ago(
    instance: dg.DagsterInstance, table: Table, players: list[str], now: float, limit: int
) -> list[str]:
    """The players whose table was made longest ago, and not within the last hour.

    Who never had a run comes first. `now` is in seconds since 1970.
    """

    def is_recent(player: str) -> bool:
        latest = latest_planned(instance, table, player)
        return latest is not None and now - (latest.started or latest.planned) < _HOUR

    return oldest(players, planned_order(instance, table), is_recent, limit)
