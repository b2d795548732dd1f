"""Sensors, schedules and upkeep, with a real instance and real folders."""

import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from media_assets.definitions import defs
from media_assets.defs.automation.jobs import delete_ended_runs, prune_run_history
from media_assets.defs.automation.rotation import TOO_LARGE, look_around
from media_assets.defs.automation.schedules import daily_pruning, hourly_rescan
from media_assets.defs.automation.sensors import (
    MAX_REQUESTS,
    changed_libraries,
    failed_runs,
    library_sensor,
)
from media_assets.launch import instance as open_instance
from media_assets.orchestration.resources import PlatformResource


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with open_instance(tmp_path / "home") as found:
        yield found


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A library of two players without files."""
    for player in ("Ada", "Ben"):
        (tmp_path / "library" / player / "Captures").mkdir(parents=True)
    (tmp_path / "media_assets.toml").write_text("", "utf-8")
    return tmp_path


def tick(
    place: Path,
    instance: dg.DagsterInstance,
    cursor: str | None = None,
    sensor: dg.SensorDefinition = changed_libraries,
) -> dg.SensorResult:
    """One evaluation; new partitions are made as the daemon makes them."""
    with dg.build_sensor_context(
        instance=instance,
        cursor=cursor,
        definitions=defs,
        resources={"platform": PlatformResource(config_file=str(place / "media_assets.toml"))},
    ) as context:
        found = sensor(context)
    assert isinstance(found, dg.SensorResult)
    for request in found.dynamic_partitions_requests or []:
        instance.add_dynamic_partitions("players", list(request.partition_keys))
    return found


def requested(found: dg.SensorResult) -> list[str]:
    return [str(request.partition_key) for request in found.run_requests or []]


def touch(folder: Path) -> None:
    """Give a folder another mtime, as a file that comes or goes does."""
    before = folder.stat().st_mtime_ns
    os.utime(folder, ns=(before, before + 1_000_000_000))


class TestChangedLibraries:
    def test_new_players_become_partitions_and_runs(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        found = tick(place, instance)
        assert requested(found) == ["Ada", "Ben"]
        assert instance.get_dynamic_partitions("players") == ["Ada", "Ben"]

    def test_nothing_new_is_skipped_with_a_reason(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        first = tick(place, instance)
        second = tick(place, instance, first.cursor)
        assert not second.run_requests
        assert not second.dynamic_partitions_requests
        assert second.skip_reason
        assert second.skip_reason.skip_message == "no folder changed; looked at 2 of 2 players"

    def test_a_change_is_one_request_with_a_stable_key(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        first = tick(place, instance)
        touch(place / "library" / "Ben" / "Captures")
        changed, again = (tick(place, instance, first.cursor) for _ in range(2))
        assert requested(changed) == ["Ben"]
        (request,) = changed.run_requests or []
        assert [one.run_key for one in again.run_requests or []] == [request.run_key]
        assert not tick(place, instance, changed.cursor).run_requests

    def test_a_new_file_is_a_change_and_a_hidden_folder_is_none(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        cursor = tick(place, instance).cursor
        (place / "library" / "Ada" / "Captures" / "new.png").touch()
        touch(place / "library" / "Ada" / "Captures")
        found = tick(place, instance, cursor)
        assert requested(found) == ["Ada"]
        hidden = place / "library" / "Ada" / "thumbs"
        hidden.mkdir()
        cursor = tick(place, instance, found.cursor).cursor
        touch(hidden)
        assert not tick(place, instance, cursor).run_requests

    def test_a_disk_that_goes_and_comes_back_is_two_changes(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        first = tick(place, instance)
        (place / "library" / "Ben" / "Captures").rename(place / "elsewhere")
        library = place / "library" / "Ben"
        library.rename(place / "away")
        # The player is known by name, not by the folder alone.
        (place / "media_assets.toml").write_text("[players.Ben]\n", "utf-8")
        gone = tick(place, instance, first.cursor)
        (place / "away").rename(library)
        back = tick(place, instance, gone.cursor)
        assert requested(gone) == requested(back) == ["Ben"]
        keys = {
            request.run_key
            for found in (first, gone, back)
            for request in found.run_requests or []
            if request.partition_key == "Ben"
        }
        assert len(keys) == 3

    def test_a_folder_that_appears_later_becomes_a_partition(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        cursor = tick(place, instance).cursor
        (place / "library" / "Cleo").mkdir()
        assert requested(tick(place, instance, cursor)) == ["Cleo"]
        assert "Cleo" in instance.get_dynamic_partitions("players")

    def test_players_who_are_gone_leave_the_cursor_and_keep_their_partition(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        cursor = tick(place, instance).cursor
        (place / "library" / "Ben" / "Captures").rmdir()
        (place / "library" / "Ben").rmdir()
        found = tick(place, instance, cursor)
        assert list(json.loads(str(found.cursor))) == ["Ada"]
        assert "Ben" in instance.get_dynamic_partitions("players")

    def test_without_time_one_library_is_given_up_and_the_others_wait(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        hasty = library_sensor(look_seconds=-1)
        first = tick(place, instance, sensor=hasty)
        assert requested(first) == ["Ada"]
        second = tick(place, instance, first.cursor, hasty)
        assert requested(second) == ["Ben"]
        third = tick(place, instance, second.cursor, hasty)
        assert not third.run_requests
        assert third.skip_reason
        assert set(json.loads(str(third.cursor)).values()) == {TOO_LARGE}

    def test_the_cursor_of_a_thousand_players_is_small(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        for number in range(1000):
            (place / "library" / f"A gamertag{number:04d}").mkdir()
        cursor: str | None = None
        asked: list[str] = []
        for _ in range(1002 // MAX_REQUESTS + 1):
            found = tick(place, instance, cursor)
            cursor = found.cursor
            asked += requested(found)
        assert len(asked) == len(set(asked)) == 1002
        assert len(str(cursor).encode()) < 64 * 1024
        assert not tick(place, instance, cursor).run_requests


class TestRotation:
    """Who is looked at when the time does not reach for all."""

    PLAYERS = ("a", "b", "c", "d", "e")

    @staticmethod
    def looks(count: int, digests: dict[str, str] | None = None):  # type: ignore[no-untyped-def]
        """A look that gives up after `count` players."""
        left = iter(range(count))

        def look(player: str) -> str | None:
            return None if next(left, None) is None else (digests or {}).get(player, "same")

        return look

    def rounds(self, seen: dict[str, str], count: int, times: int) -> Iterator[Iterable[str]]:
        for _ in range(times):
            before = dict(seen)
            found = look_around(self.PLAYERS, seen, self.looks(count), 20)
            seen = found.seen
            yield list(seen)[len(before) - found.looked :]

    def test_everybody_has_a_turn_although_nothing_changes(self) -> None:
        seen = dict.fromkeys(self.PLAYERS, "same")
        assert [list(looked) for looked in self.rounds(seen, 2, 3)] == [
            ["a", "b"], ["c", "d"], ["e", "a"],
        ]  # fmt: skip

    def test_new_players_come_first(self) -> None:
        found = look_around(self.PLAYERS, {"a": "same", "b": "same"}, self.looks(3), 20)
        assert set(found.changed) == {"c", "d", "e"}
        assert list(found.seen) == ["a", "b", "c", "d", "e"]

    def test_a_change_above_the_limit_is_not_lost(self) -> None:
        seen = dict.fromkeys(self.PLAYERS, "old")
        now = dict.fromkeys(self.PLAYERS, "new")
        first = look_around(self.PLAYERS, seen, self.looks(5, now), 2)
        assert list(first.changed) == ["a", "b"]
        assert [first.seen[player] for player in "cde"] == ["old"] * 3
        second = look_around(self.PLAYERS, first.seen, self.looks(5, now), 2)
        assert list(second.changed) == ["c", "d"]
        third = look_around(self.PLAYERS, second.seen, self.looks(5, now), 2)
        assert list(third.changed) == ["e"]

    def test_a_library_that_takes_all_the_time_is_reported_once_and_stops_nobody(self) -> None:
        def look(player: str) -> str | None:
            return None if player == "a" else "same"

        first = look_around(self.PLAYERS, dict.fromkeys(self.PLAYERS, "same"), look, 20)
        assert first.changed == {"a": TOO_LARGE}
        second = look_around(self.PLAYERS, first.seen, look, 20)
        assert not second.changed
        assert second.looked == 4
        third = look_around(self.PLAYERS, second.seen, look, 20)
        assert not third.changed
        assert third.looked == 1

    def test_what_comes_after_a_long_look_is_looked_at_next_time(self) -> None:
        seen = dict.fromkeys(self.PLAYERS, "same")
        found = look_around(self.PLAYERS, seen, self.looks(1), 20)
        assert found.looked == 1
        assert list(found.seen) == ["b", "c", "d", "e", "a"]


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
        ).for_run_failure()
        failed_runs(context)
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


class TestSchedules:
    def test_the_hour_asks_for_a_run_of_every_player(self, instance: dg.DagsterInstance) -> None:
        instance.add_dynamic_partitions("players", ["Ada", "Ben"])
        moment = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=moment,
            repository_def=defs.get_repository_def(),
        )
        data = hourly_rescan.evaluate_tick(context)
        requests = data.run_requests or []
        assert [request.partition_key for request in requests] == ["Ada", "Ben"]
        assert len({request.run_key for request in requests}) == 2
        assert all("2026-10-25T01:00" in str(request.run_key) for request in requests)

    def test_without_players_nothing_is_asked_for(self, instance: dg.DagsterInstance) -> None:
        context = dg.build_schedule_context(
            instance=instance, scheduled_execution_time=datetime(2026, 1, 1, tzinfo=UTC)
        )
        assert not hourly_rescan.evaluate_tick(context).run_requests

    def test_the_night_asks_for_pruning(self, instance: dg.DagsterInstance) -> None:
        assert daily_pruning.job_name == prune_run_history.name
        assert daily_pruning.execution_timezone == hourly_rescan.execution_timezone == "UTC"


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
