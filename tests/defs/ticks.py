"""One tick of the sensor, and folders that change when a test says so."""

import os
from functools import cache
from pathlib import Path

import dagster as dg

from media_assets.definitions import defs
from media_assets.defs.automation.sensors import changed_libraries
from media_assets.orchestration.resources import PlatformResource

LONG_AGO = 1_000_000_000


def make_library(place: Path, *players: str) -> Path:
    """A library without files, with a configuration beside it."""
    for player in players:
        (place / "library" / player / "Captures").mkdir(parents=True)
    (place / "library").mkdir(exist_ok=True)
    (place / "media_assets.toml").touch()
    settle(place / "library")
    return place


def settle(library: Path) -> None:
    """Let every folder have changed long ago: one that has just changed is looked at twice."""
    for folder, _, _ in os.walk(library):
        os.utime(folder, (LONG_AGO, LONG_AGO))


def touch(folder: Path) -> None:
    """Give a folder another mtime, as a file that comes or goes does."""
    before = folder.stat().st_mtime_ns
    os.utime(folder, ns=(before, before + 1_000_000_000))


def tick(
    place: Path,
    instance: dg.DagsterInstance,
    cursor: str | None = None,
    sensor: dg.SensorDefinition = changed_libraries,
) -> dg.SensorResult:
    """One evaluation; new partitions are made as the daemon makes them."""
    with dg.build_sensor_context(
        instance=instance,
        cursor=cursor,
        definitions=defs,
        resources={"platform": PlatformResource(config_file=str(place / "media_assets.toml"))},
    ) as context:
        found = sensor(context)
    assert isinstance(found, dg.SensorResult)
    for request in found.dynamic_partitions_requests or []:
        instance.add_dynamic_partitions("players", list(request.partition_keys))
    return found


def requested(found: dg.SensorResult) -> list[str]:
    """The players whom a tick asks a run for."""
    return [str(request.partition_key) for request in found.run_requests or []]


def keys(found: dg.SensorResult) -> list[str]:
    """The run keys of a tick."""
    return [str(request.run_key) for request in found.run_requests or []]


def reason(found: dg.SensorResult) -> str:
    """Why a tick asks for nothing."""
    assert found.skip_reason
    return str(found.skip_reason.skip_message)


@cache
def _scan() -> dg.JobDefinition:
    """The one step of the job that looks at folders; a run of all plans fifty events."""
    return defs.resolve_job_def("refresh_player").get_subset(
        asset_selection={dg.AssetKey("media_files")}, asset_check_selection=set()
    )


def ran(
    instance: dg.DagsterInstance,
    player: str,
    *,
    started: float | None,
    succeeded: bool = True,
    ended: bool = True,
) -> None:
    """Write a run of the player into the history, `started` in seconds since 1970.

    One without a start was cancelled before it began.
    """
    run = instance.create_run_for_job(_scan(), tags={"dagster/partition": player})
    if started is None:
        instance.report_run_canceled(run)
        return
    ending = dg.DagsterEventType.RUN_SUCCESS if succeeded else dg.DagsterEventType.RUN_FAILURE
    events = [(dg.DagsterEventType.RUN_START, started), (ending, started + 5)]
    for event, moment in events if ended else events[:1]:
        instance.report_dagster_event(
            dg.DagsterEvent(event.value, run.job_name), run.run_id, timestamp=moment
        )
