"""When matches are synced with the API: every hour, and sooner where something was left open."""

from collections.abc import Iterator

import dagster as dg

from media_assets.defs.automation.due import TICK_MINUTES, Tick
from media_assets.defs.automation.jobs import sync_matches
from media_assets.defs.automation.turns import longest_ago, with_partition
from media_assets.orchestration.history import unfinished_runs
from media_assets.orchestration.partitions import players
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.gaps import due_syncs
from media_assets.stages.platform import Platform
from media_assets.stages.players import find_players
from media_assets.store.tables.players import MATCH_HISTORY

_RECORDED = 'matches.source is "files": recorded files are taken in by the other automation'


@dg.schedule(
    job=sync_matches,
    cron_schedule=f"*/{TICK_MINUTES} * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every hour, every player: one page of the history, and the matches that are new; "
    "of many players those whose sync is longest ago, automation.rescans_per_hour of them. "
    "Does nothing where matches come from recorded files.",
)
def hourly_sync(
    context: dg.ScheduleEvaluationContext, platform: PlatformResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    loaded = platform.load()
    if not _is_live(loaded):
        yield dg.SkipReason(_RECORDED)
        return
    moment = context.scheduled_execution_time
    unfinished = unfinished_runs(context.instance)
    names = with_partition(context, find_players(loaded))
    idle = [name for name in names if name not in unfinished.players]
    share = Tick.at(moment.timestamp()).share(loaded.settings.automation.rescans_per_hour)
    limit = min(share, unfinished.room)
    due = longest_ago(context.instance, MATCH_HISTORY, idle, moment.timestamp(), limit)
    for player in due:
        yield dg.RunRequest(run_key=f"{player} {moment:%Y-%m-%dT%H:%M}", partition_key=player)
    if not due:
        yield dg.SkipReason("everybody was synced within the hour, or is in a run")


@dg.sensor(
    job=sync_matches,
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Asks for another sync of a player whose latest one was interrupted or was not "
    "given everything, after a pause that grows from 15 minutes to a day.",
)
def unfinished_syncs(
    context: dg.SensorEvaluationContext, platform: PlatformResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    loaded = platform.load()
    if not _is_live(loaded):
        yield dg.SkipReason(_RECORDED)
        return
    unfinished = unfinished_runs(context.instance)
    known = set(players.get_partition_keys(dynamic_partitions_store=context.instance))
    due = [(player, since) for player, since in due_syncs(loaded)
           if player in known - unfinished.players][: unfinished.room]  # fmt: skip
    for player, since in due:
        yield dg.RunRequest(run_key=f"{player} {since.isoformat()}", partition_key=player)
    if not due:
        yield dg.SkipReason("nothing is to be asked for again by now")


def _is_live(platform: Platform) -> bool:
    return platform.settings.matches.source == "api"


SYNC_SCHEDULES = [hourly_sync]
SYNC_SENSORS = [unfinished_syncs]
