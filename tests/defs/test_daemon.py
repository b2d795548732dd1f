"""Dagster's own daemon over the sensors and schedules: no run too many, and none too few.

Whoever evaluates a tick, writes the cursor and creates the runs here is what does it in use.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
from daemon import Daemon, daemon
from dagster._core.scheduler.instigation import TickStatus
from ticks import make_library, touch

from media_assets.defs.automation.cursor import Memory

# Dagster reads a property of its own schedules that it has deprecated.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Property `ScheduleDefinition.environment_vars`:DeprecationWarning"
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library that the environment names, as it does for `make ui`."""
    monkeypatch.setenv("MEDIA_ASSETS_CONFIG", str(tmp_path / "media_assets.toml"))
    return make_library(tmp_path, "Ada", "Ben")


@pytest.fixture
def running(place: Path, instance: dg.DagsterInstance) -> Iterator[Daemon]:
    with daemon(instance) as started:
        started.switch_on(started.sensor())
        yield started


def runs(instance: dg.DagsterInstance) -> Counter[str]:
    """How many runs each player ever had."""
    return Counter(run.tags["dagster/partition"] for run in instance.get_runs())


def test_a_change_while_a_run_waits_or_is_under_way_is_one_more_run_afterwards(
    running: Daemon, place: Path
) -> None:
    assert running.tick().status == TickStatus.SUCCESS
    assert running.queued() == ["Ada", "Ben"]
    touch(place / "library" / "Ben")
    assert running.tick().status == TickStatus.SKIPPED
    running.begin_runs()
    touch(place / "library" / "Ben")
    waits = running.tick()
    assert waits.status == TickStatus.SKIPPED
    assert "2 are in a run and wait for its end" in str(waits.skip_reason)
    running.end_runs()
    assert running.tick().status == TickStatus.SUCCESS
    assert running.queued() == ["Ben"]
    running.end_runs()
    assert running.tick().status == TickStatus.SKIPPED
    assert runs(running.instance) == {"Ada": 1, "Ben": 2}


def test_a_run_that_failed_is_asked_for_again_after_the_next_change_and_not_before(
    running: Daemon, place: Path
) -> None:
    running.tick()
    running.end_runs(succeeded=False)
    for _ in range(2):
        assert running.tick().status == TickStatus.SKIPPED
    touch(place / "library" / "Ada" / "Captures")
    running.tick()
    assert running.queued() == ["Ada"]


def test_a_lost_cursor_costs_no_run(running: Daemon, place: Path) -> None:
    for _ in range(3):  # the clock of the runs is minutes ahead of the folders after that
        running.tick()
    running.end_runs()
    assert running.tick().status == TickStatus.SKIPPED
    kept = Memory.read(running.cursor, ["Ada", "Ben"])
    running.cursor = "nonsense"
    anew = running.tick()
    assert anew.status == TickStatus.SKIPPED
    assert "WARNING" in running.said(anew)
    assert "the cursor is made anew, for it cannot be read" in running.said(anew)
    assert Memory.read(running.cursor, ["Ada", "Ben"]).seen == kept.seen
    touch(place / "library" / "Ada")
    running.tick()
    assert running.queued() == ["Ada"]
    assert runs(running.instance) == {"Ada": 2, "Ben": 1}


@pytest.mark.parametrize("point", ["RUN_IDS_RESERVED", "RUN_LAUNCHED"])
def test_a_daemon_that_fails_in_the_middle_of_a_tick_asks_for_the_rest_and_for_nothing_twice(
    place: Path, instance: dg.DagsterInstance, point: str
) -> None:
    with daemon(instance) as first:
        first.switch_on(first.sensor())
        first.tick(crash_at=point)
        now = first.now
    with daemon(instance) as second:
        second.now = now
        for _ in range(3):
            second.tick()
        assert runs(instance) == {"Ada": 1, "Ben": 1}
        assert sorted(second.queued()) == ["Ada", "Ben"]
        second.end_runs()
        assert second.tick().status == TickStatus.SKIPPED


def test_the_schedule_catches_up_without_a_storm(running: Daemon, place: Path) -> None:
    """The daemon was down for a day; the players were rescanned before that, and one was not."""
    running.tick()
    running.end_runs()
    schedule = running.schedule()
    running.switch_on(schedule)
    running.instance.add_dynamic_partitions("players", ["Stranger"])
    (place / "library" / "Cleo").mkdir()
    running.pass_time(1, jump=24 * 60)
    assert sorted(running.queued()) == ["Ada", "Ben", "Cleo"]
    asked = [tick for tick in running.ticks(schedule) if tick.run_ids]
    assert len(asked) == 1
    assert "they are no players of this library: Stranger" in running.said(asked[0])
    running.pass_time(10)
    assert runs(running.instance) == {"Ada": 2, "Ben": 2, "Cleo": 1}


def test_a_failed_run_is_written_down(running: Daemon, place: Path) -> None:
    running.switch_on(running.sensor("failed_runs"))
    running.tick()
    running.end_runs(succeeded=False)
    running.tick()
    written = (place / "data" / "logs" / "failed_runs.jsonl").read_text("utf-8").splitlines()
    assert len(written) == 2
    assert all('"job": "refresh_player"' in line for line in written)


def test_what_people_read_is_stale_after_a_day_without_a_run_of_anybody(running: Daemon) -> None:
    assets = {"media_files": "Ada", "media_library": "Ada", "match_library": None}

    def states() -> list[str]:
        return [running.judge_freshness(asset) for asset in assets]

    assert states() == ["UNKNOWN"] * 3
    for asset, player in assets.items():
        running.instance.report_runless_asset_event(
            dg.AssetMaterialization(asset, partition=player)
        )
    assert states() == ["PASS"] * 3
    running.now += timedelta(hours=25)
    assert states() == ["FAIL"] * 3
