"""A small library with an instance, run or not yet run."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from small_library import HEX, KETAN, Finished, Workshop

from media_assets.launch import instance as open_instance


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an instance without history: making its databases takes a second. Copy it."""
    home = tmp_path_factory.mktemp("empty") / "home"
    with open_instance(home) as found:
        assert not found.get_runs()
        assert not found.get_dynamic_partitions("players")
        assert not found.all_instigator_state()
    return home


@pytest.fixture
def instance(empty_home: Path, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """A real instance without history."""
    shutil.copytree(empty_home, tmp_path / "home")
    with open_instance(tmp_path / "home") as found:
        yield found


@pytest.fixture
def workshop(small_library: Path, tmp_path: Path) -> Iterator[Workshop]:
    """A fresh copy of the small library."""
    shutil.copytree(small_library, tmp_path / "place")
    with open_instance(tmp_path / "home") as found:
        yield Workshop(tmp_path / "place", found)


@pytest.fixture
def continued(finished: "Finished", tmp_path: Path) -> Iterator[Workshop]:
    """A copy of the finished workshop to go on with; its runs are not known any more."""
    shutil.copytree(finished.workshop.folder, tmp_path / "place")
    with open_instance(tmp_path / "home") as found:
        yield Workshop(tmp_path / "place", found)


@pytest.fixture(scope="session")
def finished(small_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    """Both players run once; tests read it and leave it as it is."""
    folder = tmp_path_factory.mktemp("finished")
    shutil.copytree(small_library, folder / "place")
    with open_instance(folder / "home") as found:
        workshop = Workshop(folder / "place", found)
        yield Finished(workshop, workshop.run(HEX), workshop.run(KETAN))
