"""Runs whose process was killed do not keep their player's queue shut."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from media_assets.orchestration.abandoned import (
    COMMAND,
    LAUNCHED_BY,
    QUIET_SECONDS,
    end_abandoned_runs,
    end_all_abandoned_runs,
    launch_lock,
)
from media_assets.orchestration.history import unfinished_runs
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.platform import Platform
from media_assets.store.locks import exclusive

ALIVE = """
import sys, time
from pathlib import Path
from media_assets.orchestration.abandoned import sign_of_life
from media_assets.stages.platform import Platform
with sign_of_life(Platform.load(Path(sys.argv[1])), sys.argv[2]):
    print("alive", flush=True)
    sys.stdin.read()
"""


@dg.op
def work(context: dg.OpExecutionContext) -> None:
    """Does nothing."""


@dg.job
def small() -> None:
    work()


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    file = tmp_path / "media_assets.toml"
    file.write_text("", "utf-8")
    return file


@pytest.fixture
def platform(config_file: Path) -> Platform:
    return Platform.load(config_file)


def begun(instance: dg.DagsterInstance, owner: str = "Ada", **tags: str) -> str:
    """A run that began, as the history has it."""
    run = instance.create_run_for_job(small, tags={"dagster/partition": owner, **tags})
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, small.name)
    instance.report_dagster_event(event, run.run_id)
    return run.run_id


def status(instance: dg.DagsterInstance, run_id: str) -> str:
    run = instance.get_run_by_id(run_id)
    assert run
    return run.status.value


def later() -> float:
    """A time at which a run that says nothing is asked for a sign of life."""
    return time.time() + QUIET_SECONDS + 1


@pytest.fixture
def process(
    instance: dg.DagsterInstance, config_file: Path
) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A run and the living process that executes it."""
    run_id = begun(instance)
    with subprocess.Popen(
        [sys.executable, "-c", ALIVE, str(config_file), run_id],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as alive:  # fmt: skip
        assert alive.stdout
        assert alive.stdout.readline() == "alive\n"
        yield run_id, alive
        alive.kill()


def test_a_run_of_the_daemon_ends_with_its_process(
    process: tuple[str, "subprocess.Popen[str]"],
    instance: dg.DagsterInstance,
    platform: Platform,
) -> None:
    run_id, alive = process
    assert end_all_abandoned_runs(instance, platform, later()) == 0
    assert unfinished_runs(instance).players == {"Ada"}
    alive.kill()
    alive.wait()
    assert end_all_abandoned_runs(instance, platform) == 0  # it may be about to say so itself
    assert status(instance, run_id) == "STARTED"
    assert end_all_abandoned_runs(instance, platform, later()) == 1
    assert status(instance, run_id) == "FAILURE"
    assert not unfinished_runs(instance).players
    assert not platform.places.run_lock(run_id).exists()
    assert end_all_abandoned_runs(instance, platform, later()) == 0


def test_a_run_of_another_library_is_left_alone(
    instance: dg.DagsterInstance, platform: Platform
) -> None:
    run_id = begun(instance)
    assert end_all_abandoned_runs(instance, platform, later()) == 0
    assert status(instance, run_id) == "STARTED"


def test_a_run_gives_a_sign_of_life_from_its_first_step_to_its_last(
    instance: dg.DagsterInstance, platform: Platform, config_file: Path
) -> None:
    seen: list[bool] = []

    @dg.op
    def looks(context: dg.OpExecutionContext, platform: PlatformResource) -> None:
        loaded = platform.load()
        assert end_all_abandoned_runs(context.instance, loaded, later()) == 0
        seen.append(loaded.places.run_lock(context.run.run_id).exists())

    @dg.job(
        executor_def=dg.in_process_executor,
        resource_defs={"platform": PlatformResource(config_file=str(config_file))},
    )
    def two_steps() -> None:
        looks()
        looks.alias("again")()

    result = two_steps.execute_in_process(instance=instance)
    assert result.success
    assert seen == [True, True]
    assert not platform.places.run_lock(result.run_id).exists()


def test_a_disk_that_cannot_be_written_does_not_keep_a_run_from_its_steps(
    instance: dg.DagsterInstance, platform: Platform, config_file: Path
) -> None:
    platform.settings.data.write_text("no folder", "utf-8")
    ran: list[str] = []

    @dg.op
    def works(platform: PlatformResource) -> None:
        ran.append(platform.config_file)

    @dg.job(resource_defs={"platform": PlatformResource(config_file=str(config_file))})
    def one_step() -> None:
        works()

    assert one_step.execute_in_process(instance=instance).success
    assert ran == [str(config_file)]


def test_a_run_of_the_command_line_ends_with_the_lock_of_its_player(
    instance: dg.DagsterInstance, platform: Platform
) -> None:
    tags = {LAUNCHED_BY: COMMAND}
    ada, ben = (begun(instance, name, player=name, **tags) for name in ("Ada", "Ben"))
    with exclusive(launch_lock(platform, "Ada")):
        assert end_all_abandoned_runs(instance, platform) == 1
        assert (status(instance, ada), status(instance, ben)) == ("STARTED", "FAILURE")
        assert end_abandoned_runs(instance, "Ada") == 1
    assert status(instance, ada) == "FAILURE"
