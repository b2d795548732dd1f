"""A small library with an instance, run or not yet run."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_library import HEX, KETAN, Finished, Workshop

from media_assets.launch import instance


@pytest.fixture
def workshop(small_library: Path, tmp_path: Path) -> Iterator[Workshop]:
    """A fresh copy of the small library."""
    shutil.copytree(small_library, tmp_path / "place")
    with instance(tmp_path / "home") as found:
        yield Workshop(tmp_path / "place", found)


@pytest.fixture
def continued(finished: "Finished", tmp_path: Path) -> Iterator[Workshop]:
    """A copy of the finished workshop to go on with; its runs are not known any more."""
    shutil.copytree(finished.workshop.folder, tmp_path / "place")
    with instance(tmp_path / "home") as found:
        yield Workshop(tmp_path / "place", found)


@pytest.fixture(scope="session")
def finished(small_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    """Both players run once; tests read it and leave it as it is."""
    folder = tmp_path_factory.mktemp("finished")
    shutil.copytree(small_library, folder / "place")
    with instance(folder / "home") as found:
        workshop = Workshop(folder / "place", found)
        yield Finished(workshop, workshop.run(HEX), workshop.run(KETAN))
