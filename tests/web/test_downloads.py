"""The folder of downloads, when the disk does not do what it should."""

import asyncio
import os

import pytest
from hostile_server import http
from web_place import picture

from media_assets.errors import StoreError
from media_assets.store.disk import writing_below
from media_assets.web.body import Downloads, Intake
from media_assets.web.fetched import Fetched, Wanted

PNG = picture()
LARGE = picture(600, 400, compress_level=0)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
@pytest.mark.parametrize("content", [PNG, LARGE])
def test_a_full_disk_ends_the_run_and_says_what_to_do(place, server, content: bytes) -> None:
    """A disk that is full is played by the device that always is."""
    server.answers["/it"] = http(content)
    place.folder.mkdir()
    (place.folder / ".incoming").mkdir()

    class Full(Downloads):
        def temporary(self) -> str:
            path = super().temporary()
            os.symlink("/dev/full", path)
            return path

    async def put(_: Fetched) -> None:
        raise AssertionError("nothing was fetched")

    async def run() -> None:
        async with place.fetcher() as fetcher:
            fetcher._visitor._downloads = Full(place.folder)
            await fetcher.fetch_all([Wanted("http://a.example/it")], put)

    with (
        pytest.raises(StoreError, match="the disk is full: make room"),
        writing_below(place.folder),
    ):
        asyncio.run(run())
    assert (place.left_over(), place.files()) == ([], [])


def test_a_folder_that_goes_away_ends_the_run(place, server) -> None:
    server.answers["/it"] = http(PNG)

    async def put(_: Fetched) -> None:
        raise AssertionError("nothing was fetched")

    async def run() -> None:
        async with place.fetcher() as fetcher:
            (place.folder / ".incoming").rmdir()
            await fetcher.fetch_all([Wanted("http://a.example/it")], put)

    with pytest.raises(StoreError, match="No such file"), writing_below(place.folder):
        asyncio.run(run())


def test_an_intake_that_is_not_kept_leaves_nothing(tmp_path) -> None:
    with Intake(Downloads(tmp_path), 10**9) as intake:
        for _ in range(10):
            intake.add(LARGE[:70_000])
        assert len(list((tmp_path / ".incoming").iterdir())) == 1
    assert list((tmp_path / ".incoming").iterdir()) == []


@pytest.mark.parametrize("pieces", [1, 7, 1000])
def test_an_intake_keeps_what_came_however_it_came(tmp_path, pieces: int) -> None:
    step = len(LARGE) // pieces + 1
    with Intake(Downloads(tmp_path), len(LARGE)) as intake:
        for place in range(0, len(LARGE), step):
            intake.add(LARGE[place : place + step])
        assert intake.head() == LARGE[:65_536]
        assert intake.content() == LARGE
        with intake.opened() as stream:
            assert stream.read() == LARGE
        kept = intake.keep(".png")
    assert (tmp_path / kept.name).read_bytes() == LARGE
    assert kept.size == len(LARGE)
    assert list((tmp_path / ".incoming").iterdir()) == []
