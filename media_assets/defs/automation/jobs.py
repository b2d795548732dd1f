"""Jobs: the whole graph of a player, its parts, and the upkeep of the run history."""

from datetime import UTC, datetime, timedelta

import dagster as dg
from pydantic import Field

LIBRARY = dg.AssetSelection.groups("library", "analysis")
CAPTURES = dg.AssetSelection.groups("captures")
PUBLISHED = dg.AssetSelection.groups("published")
MATCHES = dg.AssetSelection.groups("matches", "players")

refresh_player = dg.define_asset_job(
    "refresh_player",
    selection=LIBRARY | MATCHES | CAPTURES | PUBLISHED,
    description="Everything of one player: files, analysis, matches, associations, publishing. "
    "Nothing is done twice, so a run without news takes seconds.",
)
rescan_library = dg.define_asset_job(
    "rescan_library",
    selection=LIBRARY | CAPTURES | dg.AssetSelection.assets("media_library"),
    description="The files of one player: what is on disk, what is in it, which match it shows.",
)
sync_matches = dg.define_asset_job(
    "sync_matches",
    selection=MATCHES | dg.AssetSelection.assets("media_matches") | PUBLISHED,
    description="The matches of one player, and what follows from them.",
)


class PruneConfig(dg.Config):
    """How much of the run history stays."""

    keep_days: int = Field(default=30, ge=1, description="Runs that ended longer ago are deleted.")
    limit: int = Field(default=1000, ge=1, description="At most so many runs are deleted at once.")


@dg.op(description="Delete runs that ended long ago, with their events. Assets keep their tables.")
def prune_runs(context: dg.OpExecutionContext, config: PruneConfig) -> None:
    before = datetime.now(UTC) - timedelta(days=config.keep_days)
    deleted = delete_ended_runs(context.instance, before, config.limit)
    context.log.info("deleted %d runs that ended before %s", deleted, before)


def delete_ended_runs(instance: dg.DagsterInstance, before: datetime, limit: int) -> int:
    """Delete runs that ended before a moment, the oldest first, with their events and logs.

    The latest success of every job and player stays: from its events the UI knows that the
    player's assets are there.
    """
    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    records = instance.get_run_records(
        dg.RunsFilter(statuses=ended, updated_before=before), limit=limit, ascending=True
    )
    kept = {run_id for run in {_lane(record) for record in records}
            if (run_id := _latest_success(instance, *run))}  # fmt: skip
    old = [run_id for record in records if (run_id := record.dagster_run.run_id) not in kept]
    for run_id in old:
        instance.delete_run(run_id)
        instance.compute_log_manager.delete_logs(prefix=[run_id])
    return len(old)


def _lane(record: dg.RunRecord) -> tuple[str, str | None]:
    """The job and the player of a run."""
    run = record.dagster_run
    return run.job_name, run.tags.get("dagster/partition")


def _latest_success(instance: dg.DagsterInstance, job: str, player: str | None) -> str | None:
    tags = {"dagster/partition": player} if player else None
    found = instance.get_run_records(
        dg.RunsFilter(job_name=job, tags=tags, statuses=[dg.DagsterRunStatus.SUCCESS]), limit=1
    )
    return found[0].dagster_run.run_id if found else None


@dg.job(
    description="Dagster keeps every event of every run: this job deletes runs older than 30 days.",
    executor_def=dg.in_process_executor,
)
def prune_run_history() -> None:
    prune_runs()


JOBS = [refresh_player, rescan_library, sync_matches]
