"""Fixtures that every test may use."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

PROJECT = Path(__file__).resolve().parent.parent

Once = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(autouse=True)
def usual_priority() -> Iterator[None]:
    """A thread that is left at a real-time priority hands it on, and starves everybody else."""
    yield
    if hasattr(os, "sched_getscheduler"):
        assert os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of recorded responses and odd media files, where there is one."""
    named = os.environ.get("MEDIA_ASSETS_CORPUS")
    folder = Path(named) if named else PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no corpus: set MEDIA_ASSETS_CORPUS")
    return folder


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Make a folder once for all processes that run the tests; they read it and copy it."""

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        base = tmp_path_factory.getbasetemp()
        base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
        folder, done = base / f"once-{name}", base / f"once-{name}.done"
        with FileLock(base / f"once-{name}.lock"):
            if not done.exists():
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def demo_library(once: Once) -> Path:
    """The sample library in a folder of its own, made once. Copy what you run or change."""
    from media_assets.demo.library import make_demo

    return once("sample", lambda folder: make_demo(folder / "demo")) / "demo"


@pytest.fixture(scope="session")
def small_library(demo_library: Path, once: Once) -> Path:
    """A few files of the sample with their matches, in a folder of its own. Copy it too."""
    from small_library import make_small_library

    return once("small", lambda folder: make_small_library(demo_library, folder))


@pytest.fixture(scope="session")
def reviewed_home(once: Once) -> Path:
    """Captures of two players whose associations wait for a decision. Copy it too."""
    from reviewed_home import ANA, BO, ReviewedHome

    return once("reviewed", lambda folder: ReviewedHome(folder / "home").fill(ANA, BO)) / "home"
