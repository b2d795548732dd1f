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
    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    records = context.instance.get_run_records(
        dg.RunsFilter(statuses=ended, updated_before=before), limit=config.limit, ascending=True
    )
    for record in records:
        context.instance.delete_run(record.dagster_run.run_id)
    context.log.info("deleted %d runs that ended before %s", len(records), before)


@dg.job(
    description="Dagster keeps every event of every run: this job deletes runs older than 30 days.",
    executor_def=dg.in_process_executor,
)
def prune_run_history() -> None:
    prune_runs()


JOBS = [refresh_player, rescan_library, sync_matches]
