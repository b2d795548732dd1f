"""Running the graph in this process, recorded in the instance that the UI shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import dagster as dg

from media_assets.definitions import defs
from media_assets.orchestration.abandoned import (
    COMMAND,
    LAUNCHED_BY,
    end_abandoned_runs,
    launch_lock,
)
from media_assets.orchestration.partitions import PLAYERS
from media_assets.orchestration.reporting import failure_reason
from media_assets.stages.platform import Platform
from media_assets.store.locks import exclusive

_INSTANCE_FILE = "dagster.yaml"


@dataclass(frozen=True, slots=True)
class RunResult:
    """How one run ended: the checks that failed, and each step that failed with its reason.

    `stopped`: somebody asked it to end, and it did after the batch in flight.
    """

    player: str
    run_id: str
    success: bool
    stopped: bool
    failed_steps: dict[str, str]
    failed_checks: dict[str, str]
    rows_written: int


@contextmanager
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    """The instance of one home folder, made with our settings when there is none."""
    home.mkdir(parents=True, exist_ok=True)
    file = home / _INSTANCE_FILE
    if not file.exists():
        text = files("media_assets").joinpath("instance.yaml").read_text("utf-8")
        file.write_text(text, encoding="utf-8")
    with dg.DagsterInstance.from_config(str(home)) as found:
        yield found


def register_players(found: dg.DagsterInstance, players: list[str]) -> None:
    """Make a partition for every player that has none."""
    missing = [name for name in players if name not in found.get_dynamic_partitions(PLAYERS)]
    if missing:
        found.add_dynamic_partitions(PLAYERS, missing)


def refresh(
    found: dg.DagsterInstance,
    platform: Platform,
    player: str,
    config_file: Path | None,
    *,
    allow_mass_missing: bool = False,
) -> RunResult:
    """Materialize the graph for one player. The console stays quiet; the UI has every event.

    Another run of this player from the command line is waited for; one that was killed, and
    still counts as running, is ended.
    """
    ops = {"media_files": {"config": {"allow_mass_missing": True}}} if allow_mass_missing else {}
    with exclusive(launch_lock(platform, player)):
        end_abandoned_runs(found, player)
        result = defs.resolve_job_def("refresh_player").execute_in_process(
            instance=found,
            partition_key=player,
            raise_on_error=False,
            tags={"player": player, LAUNCHED_BY: COMMAND},
            run_config={
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                "resources": {"platform": {"config": {"config_file": str(config_file or "")}}},
                "ops": ops,
            },
        )
    return _result(player, result)


def _result(player: str, result: dg.ExecuteInProcessResult) -> RunResult:
    steps = {}
    for event in result.all_node_events:
        if event.is_step_failure:
            steps[str(event.step_key)] = failure_reason(event)
    checks = {
        f"{check.asset_key.to_user_string()}: {check.check_name}": check.description or "failed"
        for check in result.get_asset_check_evaluations()
        if not check.passed
    }
    written = sum(
        int(value.value)
        for event in result.get_asset_materialization_events()
        for name in ("rows written", "done now", "failed now", "computed now", "files replaced")
        if (value := event.materialization.metadata.get(name)) is not None
        and isinstance(value.value, int)
    )
    stopped = any("InterruptedError" in reason for reason in steps.values())
    return RunResult(player, result.run_id, result.success, stopped, steps, checks, written)
