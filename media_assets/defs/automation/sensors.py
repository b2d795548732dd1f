"""Sensors: new players and changed libraries; and what to say when a run failed."""

import json
import time
from datetime import UTC, datetime

import dagster as dg

from media_assets.defs.automation.jobs import JOBS, refresh_player
from media_assets.library.look import look
from media_assets.orchestration.partitions import players
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.platform import Platform
from media_assets.stages.players import find_players

LOOK_SECONDS = 30.0
"""A tick may take 60 s; after this time the next tick goes on with the next player."""
MAX_REQUESTS = 20


@dg.sensor(
    job=refresh_player,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Looks at the folders of every player, time-boxed, and asks for a run of those "
    "whose folders changed. A folder that appears below library.root becomes a new partition.",
)
def changed_libraries(
    context: dg.SensorEvaluationContext, platform: PlatformResource
) -> dg.SensorResult | dg.SkipReason:
    loaded = platform.load()
    names = find_players(loaded)
    known = set(players.get_partition_keys(dynamic_partitions_store=context.instance))
    seen: dict[str, str] = json.loads(context.cursor) if context.cursor else {}
    digests = _look_around(loaded, names, seen)
    changed = [name for name in digests if digests[name] != seen.get(name)][:MAX_REQUESTS]
    added = [name for name in names if name not in known]
    if not changed and not added:
        return dg.SkipReason(f"no folder changed; looked at {len(digests)} of {len(names)} players")
    # The order of the cursor is that of the looks: who was looked at longest ago comes first.
    waiting = {name: seen[name] for name in seen if name in names and name not in digests}
    looked = {name: digests[name] for name in digests if name in changed or name in seen}
    return dg.SensorResult(
        run_requests=[_request(name, digests[name]) for name in changed],
        dynamic_partitions_requests=[players.build_add_request(added)] if added else None,
        cursor=json.dumps({**waiting, **looked}, separators=(",", ":")),
    )


def _look_around(platform: Platform, names: list[str], seen: dict[str, str]) -> dict[str, str]:
    """The digest of every player's folders, those first that were looked at longest ago."""
    deadline = time.monotonic() + LOOK_SECONDS
    ignore = frozenset(platform.settings.library.ignore)
    order = {name: place for place, name in enumerate(seen)}
    digests: dict[str, str] = {}
    for name in sorted(names, key=lambda name: order.get(name, -1)):
        found = look(platform.settings.folders(name), ignore, deadline)
        if found.digest is None:
            break
        digests[name] = found.digest
    return digests


def _request(player: str, digest: str) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{player} {digest}", partition_key=player, tags={"player": player}
    )


@dg.run_failure_sensor(
    name="failed_runs",
    monitored_jobs=[*JOBS],
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Writes every failed run to logs/failed_runs.jsonl below data_dir, with the "
    "player, the step and the reason, for people who do not look at the UI.",
)
def failed_runs(context: dg.RunFailureSensorContext, platform: PlatformResource) -> None:
    run = context.dagster_run
    steps = {
        event.step_key: event.step_failure_data.error for event in context.get_step_failure_events()
    }
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "run_id": run.run_id,
        "job": run.job_name,
        "player": run.tags.get("dagster/partition"),
        "steps": {str(step): error.message if error else "" for step, error in steps.items()},
        "reason": context.failure_event.message,
    }
    file = platform.load().settings.data / "logs" / "failed_runs.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")
    context.log.error("run of %s failed: %s", line["player"], line["steps"])


SENSORS = [changed_libraries, failed_runs]
