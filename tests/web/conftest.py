"""Fixtures of the tests about the web."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile_server import HostileServer
from network_recorder import NetworkRecorder
from web_place import WebPlace


@pytest.fixture(scope="session")
def recorder() -> NetworkRecorder:
    """One for the process, since its hook stays."""
    return NetworkRecorder()


@pytest.fixture
def loopback_only(recorder: NetworkRecorder) -> Iterator[list[tuple[str, object]]]:
    """The test fails when anything but a loopback address is asked of the system."""
    with recorder.watching() as seen:
        yield seen
    assert seen == []


@pytest.fixture
def server() -> Iterator[HostileServer]:
    """It answers nothing but 404 until it is told what."""
    with HostileServer() as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, server: HostileServer) -> WebPlace:
    """A fetcher whose web is the server."""
    return WebPlace(tmp_path / "downloads", server)
