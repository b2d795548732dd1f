"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of recorded responses and odd media files, where there is one."""
    named = os.environ.get("MEDIA_ASSETS_CORPUS")
    folder = Path(named) if named else PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no corpus: set MEDIA_ASSETS_CORPUS")
    return folder


@pytest.fixture(scope="session")
def demo_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample library in a folder of its own, made once. Copy what you run or change."""
    from media_assets.demo.library import make_demo

    folder = tmp_path_factory.mktemp("sample") / "demo"
    make_demo(folder)
    return folder


@pytest.fixture(scope="session")
def small_library(demo_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few files of the sample with their matches, in a folder of its own. Copy it too."""
    from small_library import make_small_library

    return make_small_library(demo_library, tmp_path_factory.mktemp("small"))
