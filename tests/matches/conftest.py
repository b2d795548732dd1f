"""A server in place of the match API, and the recorded matches that it answers from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from live_place import Live, write_recorded
from sync_place import TOKENS

from media_assets.demo.api_data import RecordedApi
from media_assets.demo.api_server import ApiServer


@pytest.fixture(scope="session")
def recorded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recorded matches of the sample; read only."""
    return write_recorded(tmp_path_factory.mktemp("recorded"))


@pytest.fixture(scope="session")
def recorded_api(recorded_folder: Path) -> RecordedApi:
    """What a server answers from those."""
    return RecordedApi(recorded_folder)


@pytest.fixture
def server(recorded_api: RecordedApi) -> Iterator[ApiServer]:
    """A server over the recorded matches."""
    with ApiServer(recorded_api) as found:
        yield found


@pytest.fixture
def live(server: ApiServer, tmp_path: Path) -> Live:
    """The API as that server gives it."""
    return Live(server.port, tmp_path)


@pytest.fixture(autouse=True)
def tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the server accepts, where the live source looks for it."""
    for name, value in TOKENS.items():
        monkeypatch.setenv(name, value)
