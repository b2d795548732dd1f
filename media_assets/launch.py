"""Running the graph in this process, recorded in the instance that the UI shows."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from sqlalchemy.exc import DBAPIError

from media_assets.definitions import defs
from media_assets.errors import StoreError
from media_assets.orchestration.abandoned import (
    COMMAND,
    LAUNCHED_BY,
    end_abandoned_runs,
    launch_lock,
)
from media_assets.orchestration.partitions import PLAYERS
from media_assets.orchestration.reporting import failure_reason
from media_assets.orchestration.run_storage import with_open_files
from media_assets.stages.platform import Platform
from media_assets.store.disk import explain, writing_below
from media_assets.store.locks import exclusive
from media_assets.store.tables.players import MATCH_HISTORY

Instance: TypeAlias = dg.DagsterInstance
Ops: TypeAlias = Mapping[str, Mapping[str, bool | int]]
"""Configuration of one step."""
"""Where runs are recorded, for those who do not know Dagster."""

_INSTANCE_FILE = "dagster.yaml"
_START_LOCK = Path(".dagster", "start.lock")


@dataclass(frozen=True, slots=True)
class RunResult:
    """How one run ended: the checks that failed, and each step that failed with its reason.

    `stopped`: somebody asked it to end, and it did after the batch in flight. `figures`: what the
    source of matches did, by name.
    """

    player: str
    run_id: str
    success: bool
    stopped: bool
    failed_steps: dict[str, str]
    failed_checks: dict[str, str]
    rows_written: int
    figures: dict[str, object]


@contextmanager
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    """The instance of one home folder, made with our settings when there is none.

    Raises:
        StoreError: the folder or the databases in it cannot be written, for example because the
            disk is full, now or while the block runs.
    """
    try:
        with writing_below(home), _opened(home) as found:
            yield found
    except DBAPIError as error:
        what = "the history of runs cannot be written"
        raise StoreError(explain(home, what, error.orig or error)) from error


def _opened(home: Path) -> dg.DagsterInstance:
    """One process at a time: two that make the databases at once leave them useless for ever."""
    with exclusive(home / _START_LOCK):
        file = home / _INSTANCE_FILE
        if not file.exists():
            text = files("media_assets").joinpath("instance.yaml").read_text("utf-8")
            unfinished = file.with_name(f".{file.name}.unfinished")
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(file)
        found = InstanceRef.from_dir(str(home))
        return dg.DagsterInstance.from_ref(with_open_files(found))


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
    url_limit: int = 0,
) -> RunResult:
    """Materialize the graph for one player. The console stays quiet; the UI has every event.

    `url_limit`: at most so many URLs of a land are fetched; 0 is as its section says.

    Another run of this player from the command line is waited for; one that was killed, and
    still counts as running, is ended.
    """
    ops: dict[str, Ops] = {}
    if allow_mass_missing:
        ops["media_files"] = {"config": {"allow_mass_missing": True}}
    if url_limit:
        ops["land_job"] = {"config": {"limit": url_limit}}
    return _run(found, platform, player, "refresh_player", config_file, ops)


def sync(
    found: dg.DagsterInstance,
    platform: Platform,
    player: str,
    config_file: Path | None,
    *,
    full: bool = False,
) -> RunResult:
    """The matches of one player, and what follows from them; otherwise as `refresh`."""
    ops = {"match_history": {"config": {"full": True}}} if full else {}
    return _run(found, platform, player, "sync_matches", config_file, ops)


def show_levelup(
    found: dg.DagsterInstance, platform: Platform, player: str, config_file: Path | None
) -> RunResult:
    """Show in the UI what was found when the player's LevelUp database was taken over."""
    register_players(found, [player])
    return _run(found, platform, player, "take_over_levelup", config_file, {})


def _run(
    found: dg.DagsterInstance,
    platform: Platform,
    player: str,
    job: str,
    config_file: Path | None,
    ops: Mapping[str, Ops],
) -> RunResult:
    resource = {
        "config_file": str(config_file or ""),
        "loopback_port": platform.route.loopback_port or 0,
    }
    with exclusive(launch_lock(platform, player)):
        end_abandoned_runs(found, player)
        result = defs.resolve_job_def(job).execute_in_process(
            instance=found,
            partition_key=player,
            raise_on_error=False,
            tags={"player": player, LAUNCHED_BY: COMMAND},
            run_config={
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                "resources": {"platform": {"config": resource}},
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
    figures = _figures(result, MATCH_HISTORY.name)
    return RunResult(
        player, result.run_id, result.success, stopped, steps, checks, written, figures
    )


def _figures(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, object]:
    """The numbers and texts that an asset told about this run."""
    return {
        name: value.value
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(asset)
        for name, value in event.materialization.metadata.items()
        if isinstance(value, dg.IntMetadataValue | dg.FloatMetadataValue | dg.TextMetadataValue)
    }
