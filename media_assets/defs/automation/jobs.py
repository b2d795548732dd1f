"""Jobs: the whole graph of a player, its parts, and the upkeep of the run history."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from itertools import islice

import dagster as dg
from pydantic import Field

from media_assets.orchestration.history import PARTITION

SCHEDULE = "dagster/schedule_name"
"""The tag that says which schedule asked for a run."""
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_PAGE = 1000

LIBRARY = dg.AssetSelection.groups("web", "library", "analysis", "vectors")
CAPTURES = dg.AssetSelection.groups("captures")
MUSIC = dg.AssetSelection.groups("music")
PUBLISHED = dg.AssetSelection.groups("published")
MATCHES = dg.AssetSelection.groups("matches", "players")

refresh_player = dg.define_asset_job(
    "refresh_player",
    selection=LIBRARY | MATCHES | CAPTURES | MUSIC | PUBLISHED,
    description="Everything of one player: files, analysis, matches, associations, publishing; of "
    "a land first what is due of the web. Nothing is done twice, so a run without news takes "
    "seconds.",
)
rescan_library = dg.define_asset_job(
    "rescan_library",
    selection=LIBRARY | CAPTURES | MUSIC | (PUBLISHED - dg.AssetSelection.assets("match_library")),
    description="The files of one player: what is on disk, what is in it, which match it shows, "
    "which music it is.",
)
sync_matches = dg.define_asset_job(
    "sync_matches",
    selection=MATCHES
    | dg.AssetSelection.assets("media_matches", "shared_captures", "match_captures")
    | (PUBLISHED - dg.AssetSelection.assets("vector_library")),  # no match changes what is heard
    description="The matches of one player, and what follows from them.",
)

take_over_levelup = dg.define_asset_job(
    "take_over_levelup",
    selection=dg.AssetSelection.groups("migration"),
    description="The LevelUp database of one player: without a configuration it shows what was "
    "found when it was taken over; with `source`, a dry run or the takeover itself.",
)


class PruneConfig(dg.Config):
    """How much of the run history stays."""

    keep_days: int = Field(default=30, ge=1, description="Runs that ended longer ago are deleted.")
    keep_rescan_days: int = Field(
        default=3,
        ge=1,
        description="The same for runs of the schedule hourly_rescan that succeeded: most of them "
        "found nothing new, and each takes 0.6 MB.",
    )
    limit: int = Field(default=5000, ge=1, description="At most so many runs are deleted at once.")


@dg.op(description="Delete runs that ended long ago, with their events. Assets keep their tables.")
def prune_runs(context: dg.OpExecutionContext, config: PruneConfig) -> None:
    now = datetime.now(UTC)
    before = now - timedelta(days=config.keep_days)
    rescans_before = now - timedelta(days=config.keep_rescan_days)
    rescans = delete_ended_runs(
        context.instance, rescans_before, config.limit, statuses=[dg.DagsterRunStatus.SUCCESS],
        tags={SCHEDULE: "hourly_rescan"},
    )  # fmt: skip
    deleted = delete_ended_runs(context.instance, before, config.limit - rescans)
    context.log.info("deleted %d runs that ended before %s, and %d rescans that ended before %s",
                     deleted, before, rescans, rescans_before)  # fmt: skip


def delete_ended_runs(
    instance: dg.DagsterInstance,
    before: datetime,
    limit: int,
    *,
    statuses: Sequence[dg.DagsterRunStatus] = _ENDED,
    tags: Mapping[str, str] | None = None,
) -> int:
    """Delete runs that ended before a moment, the oldest first, with their events and logs.

    The latest success of every job and player stays: from its events the UI knows that the
    player's assets are there. Returns how many were deleted, `limit` at most.
    """
    filters = dg.RunsFilter(statuses=statuses, updated_before=before, tags=tags)
    latest = cache(partial(_latest_success, instance))
    old = islice(
        (
            run.run_id
            for run in _oldest_first(instance, filters)
            if run.run_id != latest(*_lane(run))
        ),
        limit,
    )
    chosen = list(old)  # a page begins where the last one ended, so nothing may go before
    for run_id in chosen:
        instance.delete_run(run_id)
        instance.compute_log_manager.delete_logs(prefix=[run_id])
    return len(chosen)


def _oldest_first(instance: dg.DagsterInstance, filters: dg.RunsFilter) -> Iterator[dg.DagsterRun]:
    cursor = None
    while records := instance.get_run_records(filters, _PAGE, cursor=cursor, ascending=True):
        yield from (record.dagster_run for record in records)
        cursor = records[-1].dagster_run.run_id


def _lane(run: dg.DagsterRun) -> tuple[str, str | None]:
    """The job and the player of a run."""
    return run.job_name, run.tags.get(PARTITION)


def _latest_success(instance: dg.DagsterInstance, job: str, player: str | None) -> str | None:
    tags = {PARTITION: player} if player else None
    found = instance.get_run_records(
        dg.RunsFilter(job_name=job, tags=tags, statuses=[dg.DagsterRunStatus.SUCCESS]), limit=1
    )
    return found[0].dagster_run.run_id if found else None


@dg.job(
    description="Dagster keeps every event of every run: this job deletes runs older than 30 days, "
    "and hourly rescans older than 3.",
    executor_def=dg.in_process_executor,
)
def prune_run_history() -> None:
    prune_runs()


JOBS = [refresh_player, rescan_library, sync_matches, take_over_levelup]
