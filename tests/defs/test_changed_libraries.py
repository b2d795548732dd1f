"""The sensor over real folders with a real instance."""

import json
import os
import time
from itertools import count
from pathlib import Path

import dagster as dg
import pytest
from ticks import keys, make_library, ran, reason, requested, settle, tick, touch

from media_assets.defs.automation.sensors import library_sensor
from media_assets.orchestration.history import MAX_REQUESTS
from media_assets.settings import Settings

PLAYERS = int(os.environ.get("MEDIA_ASSETS_TEST_PLAYERS", "60"))
FILES = int(os.environ.get("MEDIA_ASSETS_TEST_FILES", "20"))
"""How large the library of `TestManyPlayers` is, in players and files of each. With 1000 and 1000,
its million files take ten seconds to make."""


@dg.op
def work() -> None:
    """Does nothing."""


@dg.job
def small() -> None:
    work()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A library of two players without files."""
    return make_library(tmp_path, "Ada", "Ben")


@pytest.fixture
def ben(place: Path) -> Path:
    return place / "library" / "Ben"


def slow_disk(looks: int) -> dg.SensorDefinition:
    """The sensor on a disk so slow that a tick has time for so many folders."""
    seconds = count(step=Settings().automation.look_seconds / looks)
    return library_sensor(clock=lambda: float(next(seconds)))


class TestChanges:
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
        assert reason(second) == "no run is needed: looked at 2 of 2 players"
        assert second.cursor == first.cursor

    def test_the_same_tick_asks_for_the_same_runs(
        self, place: Path, instance: dg.DagsterInstance, ben: Path
    ) -> None:
        first = tick(place, instance)
        touch(ben / "Captures")
        changed, again = (tick(place, instance, first.cursor) for _ in range(2))
        assert requested(changed) == ["Ben"]
        assert keys(changed) == keys(again)
        assert changed.cursor == again.cursor
        assert not tick(place, instance, changed.cursor).run_requests

    def test_a_new_file_is_a_change_and_a_hidden_folder_is_none(
        self, place: Path, instance: dg.DagsterInstance, ben: Path
    ) -> None:
        cursor = tick(place, instance).cursor
        (ben / "Captures" / "new.png").touch()
        settle(ben)
        found = tick(place, instance, cursor)
        assert requested(found) == ["Ben"]
        hidden = ben / "thumbs"
        hidden.mkdir()
        settle(ben)
        cursor = tick(place, instance, found.cursor).cursor
        touch(hidden)
        assert not tick(place, instance, cursor).run_requests

    def test_an_edit_in_place_is_left_to_the_full_rescan(
        self, place: Path, instance: dg.DagsterInstance, ben: Path
    ) -> None:
        (ben / "Captures" / "one.png").write_bytes(b"1")
        settle(ben)
        cursor = tick(place, instance).cursor
        (ben / "Captures" / "one.png").write_bytes(b"22")
        assert not tick(place, instance, cursor).run_requests

    def test_a_library_that_is_back_in_an_earlier_state_has_runs_of_its_own(
        self, place: Path, instance: dg.DagsterInstance, ben: Path
    ) -> None:
        """Such as a mount point: full, empty, full, empty."""
        found = tick(place, instance)
        all_keys = [key for key in keys(found) if key.startswith("Ben")]
        for _ in range(2):
            (ben / "Captures").rename(place / "away")
            settle(ben)
            found = tick(place, instance, found.cursor)
            all_keys += keys(found)
            (place / "away").rename(ben / "Captures")
            settle(ben)
            found = tick(place, instance, found.cursor)
            all_keys += keys(found)
        assert len(all_keys) == len(set(all_keys)) == 5


class TestPlayersWhoComeAndGo:
    def test_a_folder_that_appears_later_becomes_a_partition(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        cursor = tick(place, instance).cursor
        (place / "library" / "Cleo").mkdir()
        assert requested(tick(place, instance, cursor)) == ["Cleo"]
        assert "Cleo" in instance.get_dynamic_partitions("players")

    def test_a_folder_that_is_renamed_is_a_new_player_and_the_old_one_has_no_run(
        self, place: Path, instance: dg.DagsterInstance, ben: Path
    ) -> None:
        cursor = tick(place, instance).cursor
        ben.rename(place / "library" / "Benno")
        found = tick(place, instance, cursor)
        assert requested(found) == ["Benno"]
        assert instance.get_dynamic_partitions("players") == ["Ada", "Ben", "Benno"]
        assert not tick(place, instance, found.cursor).run_requests

    def test_players_who_are_gone_are_forgotten_and_keep_their_partition(
        self, place: Path, instance: dg.DagsterInstance, ben: Path
    ) -> None:
        first = tick(place, instance)
        ben.rename(place / "away")
        gone = tick(place, instance, first.cursor)
        assert not gone.run_requests
        assert len(str(gone.cursor)) < len(str(first.cursor))
        assert "Ben" in instance.get_dynamic_partitions("players")

    def test_a_disk_that_is_away_costs_no_run_and_none_when_it_is_back(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        # These players are known by name, not by their folders alone.
        (place / "media_assets.toml").write_text("[players.Ada]\n[players.Ben]\n", "utf-8")
        cursor = tick(place, instance).cursor
        (place / "library").rename(place / "away")
        for _ in range(2):
            gone = tick(place, instance, cursor)
            assert not gone.run_requests
            assert "without a folder, is their disk mounted? Ada, Ben" in reason(gone)
            assert gone.cursor == cursor
        (place / "away").rename(place / "library")
        assert not tick(place, instance, cursor).run_requests
        touch(place / "library" / "Ben")
        assert requested(tick(place, instance, cursor)) == ["Ben"]

    def test_a_player_of_matches_alone_has_one_run(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        (place / "media_assets.toml").write_text("[players.Cleo]\n", "utf-8")
        first = tick(place, instance)
        assert requested(first) == ["Ada", "Ben", "Cleo"]
        assert not tick(place, instance, first.cursor).run_requests

    def test_a_folder_that_cannot_be_read_is_named_and_the_others_are_looked_at(
        self, place: Path, instance: dg.DagsterInstance, ben: Path
    ) -> None:
        loop = place / "loop"
        loop.symlink_to(loop)  # it cannot be read, even by the superuser
        (place / "media_assets.toml").write_text(
            f'[players.Ada]\nfolders = ["{loop}", "library/Ada"]\n', "utf-8"
        )
        first = tick(place, instance)
        assert requested(first) == ["Ada", "Ben"]
        again = tick(place, instance, first.cursor)
        assert f"could not be read: {loop}" in reason(again)
        touch(place / "library" / "Ada")
        touch(ben)
        assert requested(tick(place, instance, first.cursor)) == ["Ada", "Ben"]

    def test_a_folder_that_can_be_no_player_is_named_in_the_log(
        self, place: Path, instance: dg.DagsterInstance, capfd: pytest.CaptureFixture[str]
    ) -> None:
        (place / "library" / "shared").mkdir()
        assert requested(tick(place, instance)) == ["Ada", "Ben"]
        assert "shared is no player: 'shared' is the folder of what all" in capfd.readouterr().err


class TestRunsUnderWay:
    """A player who is in a run is not asked for; what changes meanwhile is seen afterwards."""

    @staticmethod
    def run_of(instance: dg.DagsterInstance, player: str, status: dg.DagsterRunStatus) -> str:
        run = instance.create_run_for_job(small, tags={"dagster/partition": player}, status=status)
        return run.run_id

    @pytest.mark.parametrize(
        "status",
        [
            dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING,
            dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING,
        ],
    )  # fmt: skip
    def test_a_change_during_a_run_waits_for_its_end(
        self,
        place: Path,
        instance: dg.DagsterInstance,
        ben: Path,
        status: dg.DagsterRunStatus,
    ) -> None:
        cursor = tick(place, instance).cursor
        run_id = self.run_of(instance, "Ben", status)
        touch(ben)
        during = tick(place, instance, cursor)
        assert not during.run_requests
        assert "1 are in a run and wait for its end" in reason(during)
        instance.delete_run(run_id)
        assert requested(tick(place, instance, during.cursor)) == ["Ben"]

    def test_the_run_of_another_player_is_not_waited_for(
        self, place: Path, instance: dg.DagsterInstance, ben: Path
    ) -> None:
        cursor = tick(place, instance).cursor
        self.run_of(instance, "Ada", dg.DagsterRunStatus.STARTED)
        touch(ben)
        assert requested(tick(place, instance, cursor)) == ["Ben"]

    def test_no_more_runs_are_asked_for_than_may_wait(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        def waits(player: str) -> None:
            tags = {"dagster/partition": player}
            instance.add_run(dg.DagsterRun("small", tags=tags))

        for number in range(MAX_REQUESTS - 1):
            waits(f"Other {number}")
        first = tick(place, instance)
        assert requested(first) == ["Ada"]
        waits("Ada")
        second = tick(place, instance, first.cursor)
        assert not second.run_requests
        assert f"{MAX_REQUESTS} runs wait already, so nobody was looked at" in reason(second)
        for run in instance.get_runs():
            instance.delete_run(run.run_id)
        assert requested(tick(place, instance, second.cursor)) == ["Ben"]


class TestTime:
    def test_a_slow_disk_stops_at_its_time_and_goes_on_in_the_next_tick(
        self, tmp_path: Path, instance: dg.DagsterInstance
    ) -> None:
        place = make_library(tmp_path, *"ABCDEF")  # two folders each
        sensor, cursor, asked = slow_disk(5), None, []
        for _ in range(3):
            found = tick(place, instance, cursor, sensor)
            cursor = found.cursor
            asked.append(requested(found))
        assert asked == [["A", "B"], ["C", "D"], ["E", "F"]]
        touch(place / "library" / "D" / "Captures")
        turns = [tick(place, instance, cursor, sensor)]
        turns.append(tick(place, instance, turns[0].cursor, sensor))
        assert reason(turns[0]) == "no run is needed: looked at 2 of 6 players"
        assert requested(turns[1]) == ["D"]

    def test_without_time_a_library_is_given_up_and_the_others_have_their_turn(
        self, place: Path, instance: dg.DagsterInstance
    ) -> None:
        (place / "media_assets.toml").write_text("[automation]\nlook_seconds = 0.1\n", "utf-8")
        sensor, cursor, asked = slow_disk(1), None, []
        for _ in range(3):
            found = tick(place, instance, cursor, sensor)
            cursor = found.cursor
            asked.append(requested(found))
        assert asked == [["Ada"], ["Ben"], []]


class TestLostCursor:
    """A cursor that cannot be used is made anew, at no more cost than the runs that are needed."""

    OLD = '{"Ada":"0123456789abcdef","Ben":"too large to look at"}'

    @pytest.mark.parametrize("cursor", ["", "nonsense", OLD, '{"version": 99}'])
    def test_it_is_made_anew_and_the_log_says_so(
        self,
        place: Path,
        instance: dg.DagsterInstance,
        cursor: str,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        found = tick(place, instance, cursor)
        assert requested(found) == ["Ada", "Ben"]
        assert ("the cursor is made anew, for it" in capfd.readouterr().err) == bool(cursor)
        assert not tick(place, instance, found.cursor).run_requests

    def test_who_was_rescanned_since_the_last_change_has_no_run(
        self, tmp_path: Path, instance: dg.DagsterInstance
    ) -> None:
        """Whoever launched that run, so also when the sensor is switched on for the first time."""
        place = make_library(tmp_path, "Changed", "Failed", "New", "Rescanned", "Waited")
        instance.add_dynamic_partitions("players", ["Changed", "Failed", "Rescanned", "Waited"])
        later = time.time() + 120  # the folders have changed just now, whatever mtime they have
        ran(instance, "Changed", started=later - 240)
        ran(instance, "Failed", started=later, succeeded=False)
        ran(instance, "Rescanned", started=later)
        ran(instance, "Waited", started=None)
        found = tick(place, instance, "nonsense")
        assert requested(found) == ["Changed", "Failed", "New", "Waited"]
        touch(place / "library" / "Rescanned")
        assert requested(tick(place, instance, found.cursor)) == ["Rescanned"]


class TestManyPlayers:
    """Everybody is found, at most twenty runs a tick, with a cursor that stays small."""

    def test_all_have_one_run_and_then_there_is_silence(
        self, tmp_path: Path, instance: dg.DagsterInstance
    ) -> None:
        names = [f"A gamertag {number:04}" for number in range(PLAYERS)]
        place = make_library(tmp_path, *names)
        for name in names:
            for number in range(FILES):
                (place / "library" / name / "Captures" / f"{number:04}.png").touch()
        settle(place / "library")
        cursor: str | None = None
        asked: list[str] = []
        while True:
            found = tick(place, instance, cursor)
            cursor = found.cursor
            if not found.run_requests:
                break
            assert len(found.run_requests) == min(MAX_REQUESTS, PLAYERS - len(asked))
            asked += requested(found)
        assert sorted(asked) == names
        assert reason(found) == f"no run is needed: looked at {PLAYERS} of {PLAYERS} players"
        assert len(str(cursor).encode()) < 100 + 22 * PLAYERS
        assert json.loads(str(cursor))["turn"] == -(-PLAYERS // MAX_REQUESTS)
        changed = names[:: PLAYERS // 7]
        for name in changed:
            touch(place / "library" / name / "Captures")
        assert sorted(requested(tick(place, instance, cursor))) == sorted(changed)
