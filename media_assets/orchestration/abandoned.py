"""Runs of the command line whose process was killed: Dagster takes them for running for ever.

Such a run would keep every later run of its player in the queue. While it lives, a run of the
command line holds a file lock, which the system frees however the process ends: who gets the
lock knows that no such run of the player is alive.
"""

from pathlib import Path

import dagster as dg

from media_assets.errors import StoreLockedError
from media_assets.stages.platform import Platform
from media_assets.store.locks import exclusive

LAUNCHED_BY = "launched_by"
COMMAND = "media-assets run"

_ALIVE = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def launch_lock(platform: Platform, player: str) -> Path:
    """The lock that a run of the command line holds for one player."""
    return platform.places.lock(f"run of {player}")


def end_abandoned_runs(instance: dg.DagsterInstance, player: str) -> int:
    """Mark the player's dead runs as failed; the caller holds `launch_lock`. Returns how many."""
    tags = {LAUNCHED_BY: COMMAND, "player": player}
    runs = instance.get_runs(dg.RunsFilter(tags=tags, statuses=_ALIVE))
    for run in runs:
        instance.report_run_failed(run, "its process ended without a word: it was killed")
    return len(runs)


def end_all_abandoned_runs(instance: dg.DagsterInstance, platform: Platform) -> int:
    """The same for every player whose lock is free; nobody is waited for."""
    runs = instance.get_runs(dg.RunsFilter(tags={LAUNCHED_BY: COMMAND}, statuses=_ALIVE))
    ended = 0
    for player in sorted({run.tags["player"] for run in runs}):
        try:
            with exclusive(launch_lock(platform, player), wait=0):
                ended += end_abandoned_runs(instance, player)
        except StoreLockedError:
            continue  # it is alive
    return ended
