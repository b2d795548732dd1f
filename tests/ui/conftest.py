"""One server for all tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_library import KETAN
from web_server import Outcome, Server, outcome, serve


@pytest.fixture(scope="session")
def server(small_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The web UI over the small library; no run was made yet."""
    with serve(small_library, tmp_path_factory.mktemp("ui") / "place") as running:
        yield running


@pytest.fixture(scope="session")
def twice(server: Server) -> list[Outcome]:
    """Two rescans of one player, launched at the same time."""
    return [outcome(process) for process in [server.rescan(KETAN), server.rescan(KETAN)]]
