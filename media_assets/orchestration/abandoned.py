"""Runs whose process was killed: Dagster takes them for running, for a day or for ever.

Such a run would keep every later run of its player in the queue. A process holds a file lock
while it executes a run, and the system frees that however the process ends: who gets the lock
knows that the process is gone. A run of the command line holds one for its player beside that, so
that the next such run need not wait to be sure.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import dagster as dg

from media_assets.errors import StoreError, StoreLockedError
from media_assets.stages.platform import Platform
from media_assets.store.locks import exclusive

LAUNCHED_BY = "launched_by"
COMMAND = "media-assets run"
QUIET_SECONDS = 60.0
"""A run begins before its process takes the lock, and ends after it frees it: for so long after
the last event of a run, a free lock says nothing."""

_BEGUN = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_ALIVE = [dg.DagsterRunStatus.NOT_STARTED, *_BEGUN]
_KILLED = "its process ended without a word: it was killed"


@contextmanager
def sign_of_life(platform: Platform, run_id: str) -> Iterator[None]:
    """Hold the lock of a run while the block executes it; without one where it cannot be had."""
    file = platform.places.run_lock(run_id)
    with ExitStack() as stack:
        with suppress(StoreError):  # a step that writes says what is wrong with the disk
            stack.enter_context(exclusive(file, wait=0))
            stack.callback(_remove, file)
        yield


def launch_lock(platform: Platform, player: str) -> Path:
    """The lock that a run of the command line holds for one player."""
    return platform.places.lock(f"run of {player}")


def end_abandoned_runs(instance: dg.DagsterInstance, player: str) -> int:
    """Mark the player's dead runs as failed; the caller holds `launch_lock`. Returns how many."""
    tags = {LAUNCHED_BY: COMMAND, "player": player}
    runs = instance.get_runs(dg.RunsFilter(tags=tags, statuses=_ALIVE))
    for run in runs:
        instance.report_run_failed(run, _KILLED)
    return len(runs)


def end_all_abandoned_runs(
    instance: dg.DagsterInstance, platform: Platform, now: float | None = None
) -> int:
    """Mark the dead runs of all players as failed; nobody is waited for. Returns how many.

    `now` is in seconds since 1970.
    """
    ended = _end_runs_of_the_command_line(instance, platform)
    now = time.time() if now is None else now
    for run in instance.get_runs(dg.RunsFilter(statuses=_BEGUN)):
        if _is_dead(instance, platform, run.run_id, now):
            instance.report_run_failed(run, _KILLED)
            _remove(platform.places.run_lock(run.run_id))
            ended += 1
    return ended


def _end_runs_of_the_command_line(instance: dg.DagsterInstance, platform: Platform) -> int:
    runs = instance.get_runs(dg.RunsFilter(tags={LAUNCHED_BY: COMMAND}, statuses=_ALIVE))
    ended = 0
    for player in sorted({run.tags["player"] for run in runs}):
        try:
            with exclusive(launch_lock(platform, player), wait=0):
                ended += end_abandoned_runs(instance, player)
        except StoreLockedError:
            continue  # it is alive
    return ended


def _is_dead(instance: dg.DagsterInstance, platform: Platform, run_id: str, now: float) -> bool:
    """Whether the run's process is gone. A run without a lock file is not one of ours to judge."""
    file = platform.places.run_lock(run_id)
    if not file.exists():
        return False
    try:
        with exclusive(file, wait=0):
            latest = instance.get_records_for_run(run_id, limit=1, ascending=False).records
    except StoreLockedError:
        return False
    return not latest or now - latest[0].event_log_entry.timestamp > QUIET_SECONDS


def _remove(file: Path) -> None:
    """What cannot be removed does no harm: the run has ended."""
    with suppress(OSError):
        file.unlink()
