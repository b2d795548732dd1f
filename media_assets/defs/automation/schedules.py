"""Schedules: the full rescan that catches what a cheap look cannot see, and the upkeep."""

from collections.abc import Iterator

import dagster as dg

from media_assets.defs.automation.jobs import prune_run_history, refresh_player
from media_assets.orchestration.partitions import players


@dg.schedule(
    job=refresh_player,
    cron_schedule="0 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every hour, every player: catches edits in place, which change no folder.",
)
def hourly_rescan(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    moment = f"{context.scheduled_execution_time:%Y-%m-%dT%H:%M}"
    for player in players.get_partition_keys(dynamic_partitions_store=context.instance):
        yield dg.RunRequest(run_key=f"{player} {moment}", partition_key=player)


daily_pruning = dg.ScheduleDefinition(
    name="daily_pruning",
    job=prune_run_history,
    cron_schedule="30 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every night: deletes runs older than 30 days from the history.",
)

SCHEDULES = [hourly_rescan, daily_pruning]
