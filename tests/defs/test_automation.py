"""What is said of failed runs, and the upkeep of the history, with a real instance."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from media_assets.defs.automation.jobs import delete_ended_runs, prune_run_history
from media_assets.defs.automation.sensors import failed_runs
from media_assets.orchestration.resources import PlatformResource


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a configuration."""
    (tmp_path / "media_assets.toml").write_text("", "utf-8")
    return tmp_path


class TestFailedRuns:
    @dg.op
    def breaks() -> None:  # type: ignore[misc]  # an op takes what it needs
        try:
            raise OSError("disk full")
        except OSError as error:
            raise ValueError("the poster could not be written") from error

    def test_a_failed_run_is_a_line_with_player_step_and_reason(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        @dg.job
        def broken() -> None:
            TestFailedRuns.breaks()

        result = broken.execute_in_process(
            instance=instance, tags={"dagster/partition": "Ada"}, raise_on_error=False
        )
        event = next(
            record.event_log_entry.dagster_event
            for record in instance.get_records_for_run(result.run_id).records
            if record.event_log_entry.dagster_event
            and record.event_log_entry.dagster_event.event_type_value == "PIPELINE_FAILURE"
        )
        context = dg.build_run_status_sensor_context(
            sensor_name="failed_runs",
            dagster_event=event,
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            resources={"platform": PlatformResource(config_file=str(place / "media_assets.toml"))},
        )
        with context, context.for_run_failure() as failure:
            failed_runs(failure)
        (text,) = (place / "data" / "logs" / "failed_runs.jsonl").read_text("utf-8").splitlines()
        line = json.loads(text)
        assert line["player"] == "Ada"
        assert line["job"] == "broken"
        assert line["run_id"] == result.run_id
        assert line["checks"] == {}
        assert line["steps"] == {"breaks": "ValueError: the poster could not be written"}
        assert abs(datetime.now(UTC) - datetime.fromisoformat(line["at"])) < timedelta(minutes=5)

    def test_every_job_is_watched(self) -> None:
        assert not failed_runs.targets  # no list of jobs, so also what is launched asset by asset


class TestPruning:
    @pytest.fixture
    def runs(self, instance: dg.DagsterInstance) -> dict[str, str]:
        """Ended runs, oldest first: two successes and a failure of Ada, a success of Ben."""

        @dg.op
        def work(context: dg.OpExecutionContext) -> None:
            if context.run.tags.get("fails"):
                raise ValueError("as asked")

        @dg.job
        def small() -> None:
            work()

        def run(player: str, **tags: str) -> str:
            return small.execute_in_process(
                instance=instance, raise_on_error=False, tags={"dagster/partition": player, **tags}
            ).run_id

        return {
            "first": run("Ada"),
            "second": run("Ada"),
            "failed": run("Ada", fails="yes"),
            "ben": run("Ben"),
        }

    def left(self, instance: dg.DagsterInstance) -> set[str]:
        return {run.run_id for run in instance.get_runs()}

    def test_old_runs_go_but_for_the_latest_success_of_each_player(
        self, runs: dict[str, str], instance: dg.DagsterInstance
    ) -> None:
        waiting = instance.create_run_for_job(prune_run_history).run_id
        assert delete_ended_runs(instance, datetime.now(UTC) + timedelta(days=1), 1000) == 2
        assert self.left(instance) == {runs["second"], runs["ben"], waiting}
        assert not instance.all_logs(runs["first"])
        assert instance.all_logs(runs["second"])

    def test_what_is_kept_does_not_stand_in_the_way_of_what_is_not(
        self, runs: dict[str, str], instance: dg.DagsterInstance
    ) -> None:
        """However many players there were whose only run is old."""
        later = datetime.now(UTC) + timedelta(days=1)
        assert delete_ended_runs(instance, later, 1) == 1
        assert delete_ended_runs(instance, later, 1) == 1
        assert delete_ended_runs(instance, later, 1) == 0
        assert self.left(instance) == {runs["second"], runs["ben"]}

    def test_rescans_without_news_go_sooner(
        self, runs: dict[str, str], instance: dg.DagsterInstance
    ) -> None:
        instance.add_run_tags(runs["first"], {"dagster/schedule_name": "hourly_rescan"})
        instance.add_run_tags(runs["second"], {"dagster/schedule_name": "hourly_rescan"})
        instance.add_run_tags(runs["failed"], {"dagster/schedule_name": "hourly_rescan"})
        deleted = delete_ended_runs(
            instance, datetime.now(UTC) + timedelta(days=1), 1000,
            statuses=[dg.DagsterRunStatus.SUCCESS],
            tags={"dagster/schedule_name": "hourly_rescan"},
        )  # fmt: skip
        assert deleted == 1
        assert self.left(instance) == set(runs.values()) - {runs["first"]}

    def test_the_limit_takes_the_oldest(
        self, runs: dict[str, str], instance: dg.DagsterInstance
    ) -> None:
        assert delete_ended_runs(instance, datetime.now(UTC) + timedelta(days=1), 1) == 1
        assert self.left(instance) == set(runs.values()) - {runs["first"]}

    def test_the_job_keeps_what_is_young(
        self, runs: dict[str, str], instance: dg.DagsterInstance
    ) -> None:
        result = prune_run_history.execute_in_process(instance=instance)
        assert result.success
        assert self.left(instance) == {*runs.values(), result.run_id}

    def test_days_below_one_are_refused(self, instance: dg.DagsterInstance) -> None:
        result = prune_run_history.execute_in_process(
            instance=instance,
            run_config={"ops": {"prune_runs": {"config": {"keep_days": 0}}}},
            raise_on_error=False,
        )
        assert not result.success
