"""The full rescan: what a cheap look cannot see, and everybody in turn."""

import os
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import dagster as dg
import pytest
from small_library import HEX, Workshop, metadata
from ticks import make_library, ran, requested, tick

from media_assets.defs.automation.due import TICK_MINUTES, TICKS_AN_HOUR, Tick
from media_assets.defs.automation.jobs import prune_run_history
from media_assets.defs.automation.schedules import daily_pruning, hourly_rescan, rescan_schedule
from media_assets.orchestration.history import MAX_REQUESTS
from media_assets.orchestration.resources import PlatformResource
from media_assets.settings import Settings

NOBODY_IS_OLD = "[automation]\nrescans_per_hour = 0\n"
"""So that only touched files are a reason."""
MARGIN = 120.0
"""Seconds by which a run is later than the files that it has seen, beyond any doubt."""


def evaluate(
    config_file: Path,
    instance: dg.DagsterInstance,
    moment: datetime,
    schedule: dg.ScheduleDefinition = hourly_rescan,
) -> list[dg.RunRequest] | dg.SkipReason:
    """One tick of the schedule."""
    with dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=moment,
        resources={"platform": PlatformResource(config_file=str(config_file))},
    ) as context:
        found = schedule(context)
    assert isinstance(found, list | dg.SkipReason)
    return found


def asked(
    place: Path,
    instance: dg.DagsterInstance,
    moments: Iterable[datetime],
    schedule: dg.ScheduleDefinition = hourly_rescan,
) -> list[str]:
    """The players whom these ticks ask a run for."""
    players: list[str] = []
    for moment in moments:
        found = evaluate(place / "media_assets.toml", instance, moment, schedule)
        players += [str(one.partition_key) for one in found] if isinstance(found, list) else []
    return players


def an_hour(after: float) -> list[datetime]:
    """The ticks of the first whole hour after a moment in seconds since 1970."""
    first = datetime.fromtimestamp(after, UTC).replace(minute=0, second=0, microsecond=0)
    step = timedelta(minutes=TICK_MINUTES)
    return [first + timedelta(hours=1) + step * number for number in range(TICKS_AN_HOUR)]


def tick_of(player: str, moments: list[datetime]) -> datetime:
    """The one of an hour's ticks that looks at the player's files."""
    (found,) = (one for one in moments if Tick.at(one.timestamp()).in_turn([player]))
    return found


def turns(after: float) -> list[datetime]:
    """The ticks of an hour that look at the files of Ada and of Ben."""
    hour = an_hour(after)
    return sorted({tick_of(player, hour) for player in ("Ada", "Ben")})


class TestTouchedFiles:
    """Ada and Ben have one picture each, and a run that has seen it."""

    @pytest.fixture
    def started(self, tmp_path: Path, instance: dg.DagsterInstance) -> float:
        make_library(tmp_path, "Ada", "Ben")
        (tmp_path / "media_assets.toml").write_text(NOBODY_IS_OLD, "utf-8")
        for player in ("Ada", "Ben"):
            self.picture(tmp_path, player).write_bytes(b"1")
        instance.add_dynamic_partitions("players", ["Ada", "Ben"])
        started = time.time() + MARGIN
        ran(instance, "Ada", started=started)
        ran(instance, "Ben", started=started)
        return started

    @staticmethod
    def picture(place: Path, player: str) -> Path:
        return place / "library" / player / "Captures" / "one.png"

    def test_without_news_nobody_is_rescanned(
        self, tmp_path: Path, instance: dg.DagsterInstance, started: float
    ) -> None:
        assert asked(tmp_path, instance, turns(started)) == []

    def test_an_edit_in_place_is_seen_once_in_the_hour(
        self, tmp_path: Path, instance: dg.DagsterInstance, started: float
    ) -> None:
        file = self.picture(tmp_path, "Ben")
        folder = file.parent.stat().st_mtime_ns
        os.utime(file, (started + 60, started + 60))
        assert file.parent.stat().st_mtime_ns == folder
        hour = turns(started)
        assert asked(tmp_path, instance, hour) == ["Ben"]
        assert asked(tmp_path, instance, [tick_of("Ben", an_hour(started))]) == ["Ben"]
        ran(instance, "Ben", started=started + 300)
        assert asked(tmp_path, instance, hour) == []

    def test_a_list_of_a_land_that_is_edited_in_place_is_seen(
        self, tmp_path: Path, instance: dg.DagsterInstance, started: float
    ) -> None:
        (tmp_path / "media_assets.toml").write_text(NOBODY_IS_OLD + "[lands.Ben]\n", "utf-8")
        list_ = tmp_path / "library" / "Ben" / "Captures" / "list.csv"
        list_.write_text("url\n", "utf-8")
        hour = turns(started)
        assert asked(tmp_path, instance, hour) == []
        os.utime(list_, (started + 60, started + 60))
        assert asked(tmp_path, instance, hour) == ["Ben"]

    @pytest.mark.parametrize(
        ("when", "expected"), [(dict[str, bool](started=True), ["Ada", "Ben"]), ({}, [])]
    )
    def test_a_run_that_was_cancelled_before_it_began_has_seen_nothing(
        self,
        tmp_path: Path,
        instance: dg.DagsterInstance,
        started: float,
        when: dict[str, bool],
        expected: list[str],
    ) -> None:
        if when:
            for player in ("Ada", "Ben"):
                ran(instance, player, started=None)
        assert sorted(asked(tmp_path, instance, turns(started))) == expected

    def test_a_run_that_failed_is_not_repeated_for_that(
        self, tmp_path: Path, instance: dg.DagsterInstance, started: float
    ) -> None:
        ran(instance, "Ben", started=started + 10, succeeded=False)
        assert asked(tmp_path, instance, turns(started)) == []

    def test_new_recorded_matches_are_news_for_everybody(
        self, tmp_path: Path, instance: dg.DagsterInstance, started: float
    ) -> None:
        (tmp_path / "matches" / "2026").mkdir(parents=True)
        hour = turns(started)
        assert asked(tmp_path, instance, hour) == []
        os.utime(tmp_path / "matches" / "2026", (started + 60, started + 60))
        assert sorted(asked(tmp_path, instance, hour)) == ["Ada", "Ben"]

    def test_who_is_in_a_run_is_passed_over(
        self, tmp_path: Path, instance: dg.DagsterInstance, started: float
    ) -> None:
        os.utime(self.picture(tmp_path, "Ben"), (started + 60, started + 60))
        ran(instance, "Ben", started=started, ended=False)
        assert asked(tmp_path, instance, turns(started)) == []

    def test_a_slow_disk_ends_the_tick_and_not_always_with_the_same_player(
        self, tmp_path: Path, instance: dg.DagsterInstance
    ) -> None:
        """Six players of one tick, all touched; there is time for some of them."""
        seconds = count(step=Settings().automation.look_seconds / 8)
        slow = rescan_schedule(clock=lambda: float(next(seconds)))
        hour = an_hour(time.time())
        names = [name for name in map(str, range(400))
                 if Tick.at(hour[0].timestamp()).in_turn([name])][:6]  # fmt: skip
        make_library(tmp_path, *names)
        (tmp_path / "media_assets.toml").write_text(NOBODY_IS_OLD, "utf-8")
        instance.add_dynamic_partitions("players", names)
        for name in names:
            ran(instance, name, started=time.time() + MARGIN)
            os.utime(tmp_path / "library" / name / "Captures", (2e9, 2e9))
        turns = [
            asked(tmp_path, instance, [hour[0] + timedelta(hours=number)], slow)
            for number in range(6)
        ]
        assert all(0 < len(turn) < 6 for turn in turns), turns
        assert len({name for turn in turns for name in turn}) == 6


class TestEverybodyInTurn:
    def test_a_few_players_are_rescanned_every_hour_and_no_more(
        self, tmp_path: Path, instance: dg.DagsterInstance
    ) -> None:
        names = ["Ada", "Ben", "Cleo"]
        make_library(tmp_path, *names)
        instance.add_dynamic_partitions("players", names)
        started = time.time() + MARGIN
        for name in names:
            ran(instance, name, started=started)
        recent = datetime.fromtimestamp(started, UTC) + timedelta(minutes=30)
        assert asked(tmp_path, instance, [recent]) == []
        hour = an_hour(started + 3600)
        # The first tick has room for four.
        assert asked(tmp_path, instance, hour[:1]) == names
        for name in names:
            ran(instance, name, started=hour[0].timestamp() + 20)
        assert asked(tmp_path, instance, hour[1:12:5]) == []
        assert asked(tmp_path, instance, [hour[0] + timedelta(hours=1)]) == names

    def test_many_players_are_spread_and_the_longest_ago_comes_first(
        self, tmp_path: Path, instance: dg.DagsterInstance
    ) -> None:
        names = [f"Player {number:02}" for number in range(10)]
        make_library(tmp_path, *names)
        (tmp_path / "media_assets.toml").write_text(
            "[automation]\nrescans_per_hour = 12\n", "utf-8"
        )
        instance.add_dynamic_partitions("players", names)
        order = names[::-1]
        for name in order:
            ran(instance, name, started=time.time() + MARGIN)
        found: list[str] = []
        for moment in an_hour(time.time() + 7200):
            turn = asked(tmp_path, instance, [moment])
            for name in turn:
                ran(instance, name, started=moment.timestamp() + 20)
            assert len(turn) <= 1
            found += turn
        assert found == order

    def test_a_player_whose_runs_fail_waits_as_long_as_everybody(
        self, tmp_path: Path, instance: dg.DagsterInstance
    ) -> None:
        names = [f"Player {number}" for number in range(8)]
        make_library(tmp_path, *names)
        instance.add_dynamic_partitions("players", names)
        hour = an_hour(time.time() + 7200)
        for name in names:
            ran(instance, name, started=time.time() + MARGIN, succeeded=name != "Player 0")
        first = asked(tmp_path, instance, hour[:1])
        assert first == names[:4]
        for name in first:
            ran(instance, name, started=hour[0].timestamp(), succeeded=name != "Player 0")
        assert asked(tmp_path, instance, hour[1:2]) == names[4:]

    def test_new_players_are_found_and_strangers_left_out(
        self,
        tmp_path: Path,
        instance: dg.DagsterInstance,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        """Another library may keep its history in the same folder."""
        make_library(tmp_path, "Ada")
        instance.add_dynamic_partitions("players", ["Stranger", "Removed"])
        found = evaluate(tmp_path / "media_assets.toml", instance, an_hour(time.time())[0])
        assert isinstance(found, list)
        assert [one.partition_key for one in found] == ["Ada"]
        assert set(instance.get_dynamic_partitions("players")) == {"Ada", "Removed", "Stranger"}
        said = capfd.readouterr().err
        assert "left out, for they are no players of this library: Removed, Stranger" in said
        assert "new players: Ada" in said

    def test_without_players_there_is_a_reason(
        self, tmp_path: Path, instance: dg.DagsterInstance
    ) -> None:
        make_library(tmp_path)
        found = evaluate(tmp_path / "media_assets.toml", instance, an_hour(time.time())[0])
        assert isinstance(found, dg.SkipReason)
        assert str(found.skip_message).startswith("no run is needed: ")

    def test_a_tick_asks_for_no_more_runs_than_may_wait(
        self, tmp_path: Path, instance: dg.DagsterInstance
    ) -> None:
        names = [f"Player {number:02}" for number in range(30)]
        make_library(tmp_path, *names)
        (tmp_path / "media_assets.toml").write_text(
            "[automation]\nrescans_per_hour = 240\n", "utf-8"
        )
        assert len(asked(tmp_path, instance, an_hour(time.time())[:1])) == MAX_REQUESTS

    def test_the_same_tick_asks_for_the_same_runs(
        self, tmp_path: Path, instance: dg.DagsterInstance
    ) -> None:
        make_library(tmp_path, "Ada", "Ben")
        moment = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
        keys = []
        for _ in range(2):
            found = evaluate(tmp_path / "media_assets.toml", instance, moment)
            assert isinstance(found, list)
            keys.append([one.run_key for one in found])
        assert keys[0] == keys[1] == ["Ada 2026-10-25T01:00", "Ben 2026-10-25T01:00"]


def test_an_edit_in_place_is_no_news_for_the_sensor_and_read_by_the_rescan(
    workshop: Workshop,
) -> None:
    """The whole way, with real runs over real files."""
    assert workshop.run(HEX).success
    cursor = tick(workshop.folder, workshop.instance).cursor
    picture = next((workshop.library / HEX).rglob("*.png"))
    folder = picture.parent.stat()
    with picture.open("ab") as stream:
        stream.write(b"more")
    os.utime(picture.parent, ns=(folder.st_atime_ns, folder.st_mtime_ns))
    silent = tick(workshop.folder, workshop.instance, cursor)
    assert HEX not in requested(silent)
    moment = tick_of(HEX, an_hour(time.time()))
    found = evaluate(workshop.config_file, workshop.instance, moment)
    assert isinstance(found, list)
    assert HEX in [one.partition_key for one in found]
    again = metadata(workshop.run(HEX))
    assert again["media_files"]["changed"] == 1
    assert again["image_metadata"]["done now"] + again["image_metadata"]["failed now"] == 1


def test_the_night_asks_for_pruning() -> None:
    assert daily_pruning.job_name == prune_run_history.name
    assert daily_pruning.execution_timezone == hourly_rescan.execution_timezone == "UTC"
