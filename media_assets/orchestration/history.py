"""What the run history says of the players: who is in a run, and when each had the last one."""

from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg

from media_assets.store.spec import Table

PARTITION = "dagster/partition"
"""The tag that says whose run it is."""

MAX_REQUESTS = 20
"""Runs that a tick asks for at most, and that may wait: more would only wait longer."""
CLOCK_MARGIN_SECONDS = 60.0
"""So far may the clock of a network disk be behind that of the runs."""

_WAITING = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED]
_UNFINISHED = [
    *_WAITING,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Runs that have not ended: whose they are, and how many of them have not begun."""

    players: frozenset[str]
    waiting: int

    @property
    def room(self) -> int:
        """How many more runs a tick may ask for."""
        return max(0, MAX_REQUESTS - self.waiting)


@dataclass(frozen=True, slots=True)
class Planned:
    """The latest run that was to make a player's table: when it was asked for, and when it began.

    In seconds since 1970. `started` is None when the run ended before it began.
    """

    planned: float
    started: float | None
    succeeded: bool


def unfinished_runs(instance: dg.DagsterInstance) -> Unfinished:
    """All runs that have not ended, whoever launched them."""
    runs = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))
    return Unfinished(
        frozenset(run.tags[PARTITION] for run in runs if PARTITION in run.tags),
        sum(run.status in _WAITING for run in runs),
    )


def planned_order(instance: dg.DagsterInstance, table: Table) -> Mapping[str, int]:
    """A number for each player whose table a run was ever to make, higher for later ones.

    What was planned counts, not what came of it: a player whose runs fail waits as long for the
    next one as everybody else.
    """
    return instance.get_latest_storage_id_by_partition(
        dg.AssetKey(table.name), dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED
    )


def latest_planned(instance: dg.DagsterInstance, table: Table, player: str) -> Planned | None:
    """The latest run that was to make a player's table; None when there is none any more."""
    planned = instance.get_latest_planned_materialization_info(dg.AssetKey(table.name), player)
    record = instance.get_run_record_by_id(planned.run_id) if planned else None
    if record is None:
        return None
    return Planned(
        planned=record.create_timestamp.timestamp(),
        started=record.start_time,
        succeeded=record.dagster_run.status == dg.DagsterRunStatus.SUCCESS,
    )
