"""Schedules: the full rescan that catches what a cheap look cannot see, and the upkeep."""

import time
from collections.abc import Callable
from pathlib import Path

import dagster as dg

from media_assets.defs.automation.due import TICK_MINUTES, Due, Tick, choose
from media_assets.defs.automation.jobs import prune_run_history, refresh_player
from media_assets.defs.automation.turns import longest_ago, with_partition
from media_assets.library.kinds import KIND_OF
from media_assets.library.look import Deadline, look, touched_since
from media_assets.orchestration.abandoned import end_all_abandoned_runs
from media_assets.orchestration.history import (
    CLOCK_MARGIN_SECONDS,
    latest_planned,
    unfinished_runs,
)
from media_assets.orchestration.reporting import few
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.land import has_due
from media_assets.stages.platform import Platform
from media_assets.stages.players import find_players
from media_assets.store.tables.library import MEDIA_FILES
from media_assets.web.sources import SUFFIXES


def rescan_schedule(clock: Callable[[], float] = time.monotonic) -> dg.ScheduleDefinition:
    """The schedule `hourly_rescan`, with the clock that bounds its looks."""

    @dg.schedule(
        name="hourly_rescan",
        job=refresh_player,
        cron_schedule=f"*/{TICK_MINUTES} * * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Catches what changes no folder, such as edits in place. Once an hour every "
        "player's files are looked at one by one (a twelfth of the players every five minutes), "
        "and whose were touched since the latest run is rescanned. So is everybody else, those "
        "whose run is longest ago first: at most automation.rescans_per_hour of them.",
    )
    def hourly_rescan(
        context: dg.ScheduleEvaluationContext, platform: PlatformResource
    ) -> list[dg.RunRequest] | dg.SkipReason:
        return _tick(context, platform.load(), clock)

    return hourly_rescan


def _tick(
    context: dg.ScheduleEvaluationContext, platform: Platform, clock: Callable[[], float]
) -> list[dg.RunRequest] | dg.SkipReason:
    instance = context.instance
    end_all_abandoned_runs(instance, platform)
    names = with_partition(context, find_players(platform))
    unfinished = unfinished_runs(instance)
    idle = [name for name in names if name not in unfinished.players]
    moment = context.scheduled_execution_time
    due = _due(instance, platform, idle, moment.timestamp(), unfinished.room, clock)
    said = (
        f"looked at the files of {due.looked} of {due.of} players whose turn it is; "
        f"{len(names) - len(idle)} of {len(names)} are in a run"
    )
    if not unfinished.room:
        said += f"; {unfinished.waiting} runs wait already"
    if not due.players:
        return dg.SkipReason(f"no run is needed: {said}")
    context.log.info("%s; rescanned for touched files: %s; as the oldest: %s",
                     said, few(due.touched), few(due.oldest))  # fmt: skip
    return [
        dg.RunRequest(run_key=f"{name} {moment:%Y-%m-%dT%H:%M}", partition_key=name)
        for name in due.players
    ]


def _due(
    instance: dg.DagsterInstance,
    platform: Platform,
    players: list[str],
    now: float,
    limit: int,
    clock: Callable[[], float],
) -> Due:
    settings = platform.settings
    tick = Tick.at(now)
    ignore = frozenset(settings.library.ignore)
    seconds = settings.automation.look_seconds
    deadline = Deadline.after(seconds, clock)
    matches = look(_match_folders(platform), ignore, Deadline.after(seconds / 3, clock), now)

    def is_touched(player: str) -> bool | None:
        scan = latest_planned(instance, MEDIA_FILES, player)
        if scan is None or scan.started is None:
            return True
        since = scan.started - CLOCK_MARGIN_SECONDS
        if matches.changed_at > since:
            return True
        if player in settings.lands and has_due(platform, player):
            return True
        suffixes = SUFFIXES if player in settings.lands else KIND_OF
        return touched_since(settings.watched(player), ignore, since, deadline, suffixes)

    share = min(limit, tick.share(settings.automation.rescans_per_hour))
    first = longest_ago(instance, MEDIA_FILES, players, now, share)
    return choose(players, tick, first, is_touched, limit)


def _match_folders(platform: Platform) -> list[Path]:
    """Where recorded matches appear."""
    settings = platform.settings
    return [settings.match_directory] if settings.matches.source == "files" else []


hourly_rescan = rescan_schedule()

daily_pruning = dg.ScheduleDefinition(
    name="daily_pruning",
    job=prune_run_history,
    cron_schedule="30 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every night: deletes runs older than 30 days from the history, and hourly "
    "rescans older than 3 days.",
)

SCHEDULES = [hourly_rescan, daily_pruning]
