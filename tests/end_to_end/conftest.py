"""A finished run over the sample library, made once for all tests of this folder."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from workplace import Workplace

Once = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def finished(demo_library: Path, once: Once) -> Workplace:
    """A copy of the sample after one run; tests read it and leave it as it is."""

    def fill(folder: Path) -> None:
        shutil.copytree(demo_library, folder / "demo")
        Workplace(folder / "demo").run("run", "--json")

    return Workplace(once("finished", fill) / "demo")


@pytest.fixture
def workplace(demo_library: Path, tmp_path: Path) -> Workplace:
    """A fresh copy of the sample."""
    shutil.copytree(demo_library, tmp_path / "demo")
    return Workplace(tmp_path / "demo")


@pytest.fixture
def continued(finished: Workplace, tmp_path: Path) -> Workplace:
    """A copy of the finished run, to go on with. Paths differ, so its library has moved."""
    shutil.copytree(finished.folder, tmp_path / "demo")
    return Workplace(tmp_path / "demo")
