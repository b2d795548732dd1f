"""Dagster's daemon over our definitions: its own evaluation of ticks, with a clock that we set.

The clock is that of Dagster's own tests. Runs that are asked for stay in the queue, for nothing
takes them out: tests say how they go on.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
from dagster._core.definitions.instigation_logger import get_instigation_log_records
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.scheduler.instigation import InstigatorState, InstigatorTick
from dagster._core.test_utils import InProcessTestWorkspaceLoadTarget, freeze_time
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._daemon.freshness import FreshnessDaemon
from dagster._daemon.sensor import execute_sensor_iteration
from dagster._scheduler.scheduler import launch_scheduled_runs

LOCATION = "media_assets"
_LOG = logging.getLogger("dagster.daemon")
_ALIVE = [
    dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED,
]  # fmt: skip


@dataclass
class Daemon:
    """One running daemon. `now` is its clock; each tick of a sensor is a minute after the last."""

    workspace: WorkspaceProcessContext
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def instance(self) -> dg.DagsterInstance:
        return self.workspace.instance

    def sensor(self, name: str = "changed_libraries") -> Any:
        """The sensor as the daemon sees it."""
        return self._repository().get_sensor(name)

    def schedule(self, name: str = "hourly_rescan") -> Any:
        """The schedule as the daemon sees it."""
        return self._repository().get_schedule(name)

    def switch_on(self, automation: Any) -> None:
        """What the switch in the web UI does."""
        with freeze_time(self.now):
            if automation in list(self._repository().get_sensors()):
                self.instance.start_sensor(automation)
            else:
                self.instance.start_schedule(automation)

    def tick(self, crash_at: str | None = None) -> InstigatorTick:
        """Evaluate `changed_libraries`; `crash_at` names a point where the daemon fails."""
        sensor = self.sensor()
        self.now += timedelta(seconds=61)
        flags = {sensor.name: {crash_at: Exception("as asked")}} if crash_at else None
        with freeze_time(self.now):
            errors = [
                error
                for error in execute_sensor_iteration(
                    self.workspace, _LOG, None, None, debug_crash_flags=flags
                )
                if error
            ]
        assert bool(errors) == bool(crash_at), errors
        return self.ticks(sensor)[0]

    def judge_freshness(self, asset: str) -> str:
        """What the daemon makes of the freshness of an asset."""
        with freeze_time(self.now):
            list(FreshnessDaemon().run_iteration(self.workspace))
        key = dg.AssetKey(asset)
        state = self.instance.get_freshness_state_records([key])[key]
        return state.freshness_state.value

    def pass_time(self, minutes: int, jump: int = 0) -> None:
        """Evaluate the schedules that are on, minute by minute, after a jump of some minutes."""
        self.now += timedelta(minutes=jump)
        for _ in range(minutes):
            self.now += timedelta(minutes=1)
            with freeze_time(self.now):
                errors = list(launch_scheduled_runs(self.workspace, _LOG, self.now, {}))
            assert not any(errors), errors

    def ticks(self, automation: Any) -> list[InstigatorTick]:
        """The ticks of a sensor or schedule, latest first."""
        return list(
            self.instance.get_ticks(automation.get_remote_origin_id(), automation.selector_id)
        )

    def said(self, tick: InstigatorTick) -> str:
        """The log of a tick, as its page in the web UI shows it."""
        assert tick.log_key
        records = get_instigation_log_records(self.instance, tick.log_key)
        return "\n".join(f"{record['levelname']}: {record['msg']}" for record in records)

    @property
    def cursor(self) -> str:
        """What the sensor remembers; it can be written in the web UI too."""
        return str(self._state().instigator_data.cursor)  # type: ignore[union-attr]

    @cursor.setter
    def cursor(self, text: str | None) -> None:
        state = self._state()
        data = state.instigator_data._replace(cursor=text)  # type: ignore[union-attr]
        self.instance.update_instigator_state(state.with_data(data))

    def queued(self) -> list[str]:
        """The players of the runs in the queue, oldest first."""
        runs = self.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]))
        return [run.tags["dagster/partition"] for run in reversed(runs)]

    def begin_runs(self) -> None:
        """Let every run in the queue begin."""
        for run in self.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])):
            self._report(run, dg.DagsterEventType.RUN_START)

    def end_runs(self, *, succeeded: bool = True) -> None:
        """Let every run begin and end."""
        self.begin_runs()
        ending = dg.DagsterEventType.RUN_SUCCESS if succeeded else dg.DagsterEventType.RUN_FAILURE
        for run in self.instance.get_runs(dg.RunsFilter(statuses=_ALIVE)):
            self._report(run, ending)

    def _report(self, run: dg.DagsterRun, event: dg.DagsterEventType) -> None:
        with freeze_time(self.now):
            self.instance.report_dagster_event(
                dg.DagsterEvent(event_type_value=event.value, job_name=run.job_name), run.run_id
            )

    def _state(self) -> InstigatorState:
        sensor = self.sensor()
        state = self.instance.get_instigator_state(
            sensor.get_remote_origin_id(), sensor.selector_id
        )
        assert state
        return state

    def _repository(self) -> Any:
        location = self.workspace.create_request_context().get_code_location(LOCATION)
        return location.get_repository("__repository__")


@contextmanager
def daemon(instance: dg.DagsterInstance) -> Iterator[Daemon]:
    """A daemon that has just started, over what `workspace.yaml` names."""
    origin = InProcessCodeLocationOrigin(
        LoadableTargetOrigin(module_name="media_assets.definitions"), location_name=LOCATION
    )
    with WorkspaceProcessContext(instance, InProcessTestWorkspaceLoadTarget(origin)) as workspace:
        yield Daemon(workspace)
