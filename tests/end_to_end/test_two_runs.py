"""Two runs at once: of one player the second waits, says so, and then has nothing to do."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

import dagster as dg
import pytest
from small_library import HEX, KETAN
from tables import all_rows
from workplace import Workplace

from media_assets.orchestration.abandoned import launch_lock
from media_assets.stages.platform import Platform
from media_assets.store.locks import exclusive

pytestmark = pytest.mark.timeout(1200)  # a run takes a minute on a machine that is busy

WAITING = "another run is at work, waiting for it"
PATIENCE_SECONDS = 600.0

AS_THE_UI_DOES = """
import sys
import dagster as dg
from media_assets.definitions import defs
player, config = sys.argv[1:]
with dg.DagsterInstance.get() as instance:
    instance.add_dynamic_partitions("players", [player])
    result = defs.resolve_job_def("refresh_player").execute_in_process(
        instance=instance, partition_key=player, raise_on_error=False,
        run_config={"resources": {"platform": {"config": {"config_file": config}}}},
    )
sys.exit(not result.success)
"""


class Started:
    """A process whose standard error is read as it comes."""

    def __init__(self, command: list[str], workplace: Workplace) -> None:
        self._process = subprocess.Popen(
            command, cwd=workplace.folder, env=workplace.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._lines: list[str] = []
        self._said = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            with self._said:
                self._lines.append(line)
                self._said.notify_all()

    @property
    def said(self) -> str:
        return "".join(self._lines)

    def wait_for(self, words: str) -> None:
        with self._said:
            assert self._said.wait_for(lambda: words in self.said, PATIENCE_SECONDS), self.said

    def end(self) -> str:
        """What it printed; it must have ended well."""
        with self._process as process:
            assert process.stdout is not None
            output = process.stdout.read()
            self._reader.join(PATIENCE_SECONDS)
        assert process.returncode == 0, output + self.said
        return output


@pytest.fixture
def place(small_library: Path, tmp_path: Path) -> Workplace:
    copytree(small_library, tmp_path / "place")
    return Workplace(tmp_path / "place")


@pytest.fixture(scope="module")
def undisturbed(small_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    folder = tmp_path_factory.mktemp("undisturbed") / "place"
    copytree(small_library, folder)
    workplace = Workplace(folder)
    workplace.run("run")
    return workplace


def comparable(workplace: Workplace, *players: str) -> dict[str, list[str]]:
    """The players' tables, without the folder's name."""
    base = str(workplace.folder)
    return {
        name: sorted(repr(row).replace(base, "") for row in rows)
        for name, rows in all_rows(workplace.data).items()
        if name.startswith(tuple(f"players/{player}/" for player in players))
    }


def platform_of(workplace: Workplace) -> Platform:
    return Platform.load(workplace.folder / "media_assets.toml")


def run(workplace: Workplace, player: str) -> Started:
    return Started(workplace.command("run", "--player", player), workplace)


def test_two_commands_for_one_player(place: Workplace, undisturbed: Workplace) -> None:
    """Both find the lock taken (by the test), so that both say it; then one after the other."""
    with exclusive(launch_lock(platform_of(place), KETAN)):
        both = [run(place, KETAN), run(place, KETAN)]
        for one in both:
            one.wait_for(f"run of {KETAN}: {WAITING}")
    nothing = [one.end().count("\n0 rows and files written") for one in both]
    assert sorted(nothing) == [0, 1]
    assert comparable(place, KETAN) == comparable(undisturbed, KETAN)


def test_a_command_and_a_run_of_the_ui_for_one_player(
    place: Workplace, undisturbed: Workplace
) -> None:
    """Step by step they wait for each other, and the run's log in the UI says so."""
    platform = platform_of(place)
    (place.folder / "home").mkdir()
    with dg.DagsterInstance.from_config(str(place.folder / "home")) as instance:
        with exclusive(platform.places.lock(KETAN)):
            command = run(place, KETAN)
            command.wait_for(f"{KETAN}: {WAITING}")
            config = str(place.folder / "media_assets.toml")
            launched = Started([sys.executable, "-c", AS_THE_UI_DOES, KETAN, config], place)
            wait_until_logged(instance, launched)
        command.end()
        launched.end()
    assert comparable(place, KETAN) == comparable(undisturbed, KETAN)


def wait_until_logged(instance: dg.DagsterInstance, launched: Started) -> None:
    """Until a run that no command launched has said in its log that it waits."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for found in instance.get_runs():
            if "launched_by" not in found.tags and any(
                f"{KETAN}: {WAITING}" in entry.user_message
                for entry in instance.all_logs(found.run_id)
            ):
                return
        time.sleep(0.2)  # a poll of another process, which cannot be waited for
    pytest.fail(f"the run does not say that it waits: {launched.said}")


@contextmanager
def at_work(workplace: Workplace, player: str) -> Iterator[None]:
    """As if a run of the player were at work, all the time."""
    platform = platform_of(workplace)
    with (
        exclusive(launch_lock(platform, player)),
        exclusive(platform.places.lock(player)),
    ):
        yield


def test_runs_of_two_players_do_not_wait_for_each_other(
    place: Workplace, undisturbed: Workplace
) -> None:
    with at_work(place, HEX):
        done = run(place, KETAN)
        done.end()
    assert WAITING not in done.said
    assert comparable(place, KETAN) == comparable(undisturbed, KETAN)


def test_two_players_at_once_end_as_one_after_the_other(
    place: Workplace, undisturbed: Workplace
) -> None:
    both = [run(place, KETAN), run(place, HEX)]
    for one in both:
        one.end()
    assert comparable(place, KETAN, HEX) == comparable(undisturbed, KETAN, HEX)
    place.run("run")
    assert all_rows(place.data).keys() == all_rows(undisturbed.data).keys()
