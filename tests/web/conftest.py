"""Fixtures of the tests about the web."""

from collections.abc import Iterator

import pytest
from network_recorder import NetworkRecorder


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
