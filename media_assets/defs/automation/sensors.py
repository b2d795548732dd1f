"""Sensors: new players and changed libraries; and what to say when a run failed."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import dagster as dg

from media_assets.defs.automation.cursor import Memory
from media_assets.defs.automation.jobs import refresh_player
from media_assets.defs.automation.rotation import Round, look_around
from media_assets.library.look import Deadline, Look, look
from media_assets.orchestration.abandoned import end_all_abandoned_runs
from media_assets.orchestration.history import (
    CLOCK_MARGIN_SECONDS,
    MAX_REQUESTS,
    PARTITION,
    Unfinished,
    latest_planned,
    unfinished_runs,
)
from media_assets.orchestration.partitions import PLAYERS, players
from media_assets.orchestration.reporting import failure_reason, few
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.platform import Platform
from media_assets.stages.players import find_players, unusable_folders
from media_assets.store.tables.library import MEDIA_FILES


def library_sensor(clock: Callable[[], float] = time.monotonic) -> dg.SensorDefinition:
    """The sensor `changed_libraries`, with the clock that bounds its looks."""

    @dg.sensor(
        name="changed_libraries",
        job=refresh_player,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Looks at the folders of every player, time-boxed, and asks for a run of those "
        "whose folders changed. A folder that appears below library.root becomes a new partition. "
        "A player who is in a run is looked at when it has ended.",
    )
    def changed_libraries(
        context: dg.SensorEvaluationContext, platform: PlatformResource
    ) -> dg.SensorResult:
        return _tick(context, platform.load(), clock)

    return changed_libraries


def _tick(
    context: dg.SensorEvaluationContext, platform: Platform, clock: Callable[[], float]
) -> dg.SensorResult:
    end_all_abandoned_runs(context.instance, platform)
    names = find_players(platform)
    added = _added(context, platform, names)
    memory = _memory(context, names)
    unfinished = unfinished_runs(context.instance)
    found = look_around(
        names,
        memory.seen,
        _eyes(platform, clock),
        lambda name, sight: _is_scanned(context.instance, name, sight),
        busy=unfinished.players,
        limit=unfinished.room,
    )
    said = _said(found, len(names), unfinished)
    context.log.info("%s", said)
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(run_key=f"{name} {digest} {memory.turn}", partition_key=name)
            for name, digest in found.changed.items()
        ],
        dynamic_partitions_requests=[players.build_add_request(added)] if added else None,
        skip_reason=None if found.changed else f"no run is needed: {said}",
        cursor=Memory(memory.turn + bool(found.changed), found.seen).written(),
    )


def _added(context: dg.SensorEvaluationContext, platform: Platform, names: list[str]) -> list[str]:
    """Players without a partition. Folders that cannot be players are named in the log."""
    for folder, reason in unusable_folders(platform).items():
        context.log.warning("%s is no player: %s", folder, reason)
    known = set(context.instance.get_dynamic_partitions(PLAYERS))
    return [name for name in names if name not in known]


def _memory(context: dg.SensorEvaluationContext, names: list[str]) -> Memory:
    """What the last tick remembered; a cursor that cannot be used is made anew."""
    if not context.cursor:
        return Memory()
    try:
        return Memory.read(context.cursor, names)
    except ValueError as error:
        context.log.warning(
            "the cursor is made anew, for %s; a player whose folders changed after the latest "
            "run is rescanned, at most %d in a tick", error, MAX_REQUESTS,
        )  # fmt: skip
        return Memory()


def _eyes(platform: Platform, clock: Callable[[], float]) -> Callable[[str], Look]:
    """A look at one player, all within the time of one tick."""
    settings = platform.settings
    ignore = frozenset(settings.library.ignore)
    deadline = Deadline.after(settings.automation.look_seconds, clock)
    now = platform.clock().timestamp()
    return lambda player: look(settings.watched(player), ignore, deadline, now)


def _is_scanned(instance: dg.DagsterInstance, player: str, sight: Look) -> bool:
    """Whether the latest run has seen what a look saw."""
    scan = latest_planned(instance, MEDIA_FILES, player)
    if scan is None or scan.started is None or not scan.succeeded:
        return False
    return sight.digest is not None and sight.changed_at < scan.started - CLOCK_MARGIN_SECONDS


def _said(found: Round, players: int, unfinished: Unfinished) -> str:
    """What a tick saw, for the list of ticks."""
    said = [f"looked at {found.looked} of {players} players"]
    if unfinished.players:
        said.append(f"{len(unfinished.players)} are in a run and wait for its end")
    if not unfinished.room:
        said.append(f"{unfinished.waiting} runs wait already, so nobody was looked at")
    if found.absent:
        said.append(f"without a folder, is their disk mounted? {few(found.absent)}")
    if found.unreadable:
        folders = [folder for some in found.unreadable.values() for folder in some]
        said.append(f"could not be read: {few(folders)}")
    return "; ".join(said)


@dg.run_failure_sensor(
    name="failed_runs",
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Writes every failed run to logs/failed_runs.jsonl below data_dir, with the "
    "player, the steps, the checks and their reasons, for people who do not look at the UI.",
)
def failed_runs(context: dg.RunFailureSensorContext, platform: PlatformResource) -> None:
    run = context.dagster_run
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "run_id": run.run_id,
        "job": run.job_name,
        "player": run.tags.get(PARTITION),
        "steps": {
            str(event.step_key): failure_reason(event)
            for event in context.get_step_failure_events()
        },
        "checks": _failed_checks(context.instance, run.run_id),
        "reason": context.failure_event.message,
    }
    file = platform.load().settings.data / "logs" / "failed_runs.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")
    context.log.error("run of %s failed: %s", line["player"], line["steps"])


def _failed_checks(instance: dg.DagsterInstance, run_id: str) -> dict[str, str]:
    """What each failed check said, which tells people what to do."""
    found = instance.get_records_for_run(
        run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    events = [record.event_log_entry.dagster_event for record in found]
    checks = [event.asset_check_evaluation_data for event in events if event]
    return {
        f"{check.asset_key.to_user_string()}: {check.check_name}": check.description or "failed"
        for check in checks
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
    }


changed_libraries = library_sensor()

SENSORS = [changed_libraries, failed_runs]
