"""Sensors: new players and changed libraries; and what to say when a run failed."""

import json
import time
from datetime import UTC, datetime

import dagster as dg

from media_assets.defs.automation.jobs import refresh_player
from media_assets.defs.automation.rotation import look_around
from media_assets.library.look import look
from media_assets.orchestration.abandoned import end_all_abandoned_runs
from media_assets.orchestration.partitions import players
from media_assets.orchestration.reporting import failure_reason
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.platform import Platform
from media_assets.stages.players import find_players

LOOK_SECONDS = 30.0
"""A tick may take 60 s; after this time the next tick goes on with the next player."""
MAX_REQUESTS = 20


def library_sensor(look_seconds: float = LOOK_SECONDS) -> dg.SensorDefinition:
    """The sensor `changed_libraries`, with so much time for the looks of one tick."""

    @dg.sensor(
        job=refresh_player,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Looks at the folders of every player, time-boxed, and asks for a run of those "
        "whose folders changed. A folder that appears below library.root becomes a new partition.",
    )
    def changed_libraries(
        context: dg.SensorEvaluationContext, platform: PlatformResource
    ) -> dg.SensorResult:
        return _tick(context, platform.load(), time.monotonic() + look_seconds)

    return changed_libraries


def _tick(
    context: dg.SensorEvaluationContext, platform: Platform, deadline: float
) -> dg.SensorResult:
    end_all_abandoned_runs(context.instance, platform)
    names = find_players(platform)
    known = set(players.get_partition_keys(dynamic_partitions_store=context.instance))
    added = [name for name in names if name not in known]
    seen: dict[str, str] = json.loads(context.cursor) if context.cursor else {}
    ignore = frozenset(platform.settings.library.ignore)
    found = look_around(
        names,
        seen,
        lambda name: look(platform.settings.folders(name), ignore, deadline).digest,
        MAX_REQUESTS,
    )
    idle = f"no folder changed; looked at {found.looked} of {len(names)} players"
    return dg.SensorResult(
        run_requests=[
            _request(name, seen.get(name, "new"), digest) for name, digest in found.changed.items()
        ],
        dynamic_partitions_requests=[players.build_add_request(added)] if added else None,
        skip_reason=None if found.changed else idle,
        cursor=json.dumps(found.seen, separators=(",", ":"), ensure_ascii=False),
    )


def _request(player: str, before: str, now: str) -> dg.RunRequest:
    """A run for one change. The key is that of the change, not of the state: a disk that comes
    back as it was before it went away is a change too."""
    return dg.RunRequest(run_key=f"{player} {before} {now}", partition_key=player)


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
        "player": run.tags.get("dagster/partition"),
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
