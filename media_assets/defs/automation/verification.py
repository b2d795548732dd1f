"""Verification at night: originals are read again, a part of them each night, and reported on."""

from collections.abc import Iterator
from datetime import date

import dagster as dg
from pydantic import Field

from media_assets.defs.library.checks import ORIGINALS_INTACT, intact
from media_assets.orchestration.checks import as_evaluation
from media_assets.orchestration.history import MAX_REQUESTS
from media_assets.orchestration.partitions import PLAYERS, players
from media_assets.orchestration.reporting import listener, rate
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.players import find_players
from media_assets.stages.verify import VerifyReport, verify


class VerifyConfig(dg.Config):
    """How much of a player's library is read."""

    seconds: float = Field(
        default=600, ge=0, description="After so long no further file is begun; the next "
        "verification goes on from there. Other runs of the player wait meanwhile.",
    )  # fmt: skip
    sample: float = Field(
        default=1.0, gt=0, le=1, description="Share of the player's files: never verified ones "
        "first, then those that wait the longest.",
    )  # fmt: skip


@dg.op(
    description="Read originals again, from end to end, and compare them with what was recorded. "
    "What is found is written down and reported as the check `originals_intact`; no file is "
    "written or repaired.",
    out=dg.Out(dg.Nothing),
)
def read_originals_again(
    context: dg.OpExecutionContext, config: VerifyConfig, platform: PlatformResource
) -> Iterator[dg.AssetCheckEvaluation]:
    player = context.partition_key
    loaded = platform.load()
    report = verify(
        loaded, player, sample=config.sample, seconds=config.seconds, listener=listener(context)
    )
    context.add_output_metadata(_numbers(report))
    yield as_evaluation(ORIGINALS_INTACT, player, intact(loaded, player))


def _numbers(report: VerifyReport) -> dict[str, int | float | str]:
    return {
        "files read": report.files,
        "first full hashes": report.first_hashes,
        "megabytes per second": rate(report.bytes_read // 1_000_000, report.seconds),
        "time was over": "yes" if report.time_over else "no",
        **report.results,
    }


@dg.job(
    description="Reads a player's originals again and compares them with what was recorded: files "
    "that a disk damaged, or that a program changed in secret. Ten minutes at most by default, "
    "those files first that wait the longest.",
    partitions_def=players,
    executor_def=dg.in_process_executor,
)
def verify_originals() -> None:
    read_originals_again()


@dg.schedule(
    job=verify_originals,
    cron_schedule="0 2 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description=f"Every night: verifies originals of up to {MAX_REQUESTS} players, ten minutes "
    "each; where there are more players, they take turns.",
)
def nightly_verification(
    context: dg.ScheduleEvaluationContext, platform: PlatformResource
) -> Iterator[dg.RunRequest]:
    known = set(context.instance.get_dynamic_partitions(PLAYERS))
    names = [name for name in find_players(platform.load()) if name in known]
    night = context.scheduled_execution_time.date()
    for player in whose_turn(names, night, MAX_REQUESTS):
        yield dg.RunRequest(run_key=f"{player} {night}", partition_key=player)


def whose_turn(players: list[str], night: date, limit: int) -> list[str]:
    """Up to `limit` players: the next ones in their order each night, and from the first again."""
    if len(players) <= limit:
        return players
    first = night.toordinal() * limit % len(players)
    return (players[first:] + players)[:limit]
