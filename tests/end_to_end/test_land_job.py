"""A land through the command line: run, killed in mid-job, run again, asked about."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from analysed_home import png
from picture_server import PictureServer, picture_server

LAND = "press"
URLS = 60
MOST_SECONDS = 300


class Desk:
    """A folder with a configuration, in which commands run."""

    def __init__(self, base: Path, server: PictureServer) -> None:
        self.base = base
        folder = base / "library" / LAND
        folder.mkdir(parents=True)
        urls = [server.put(f"/{n:02}.png", png(n)) for n in range(URLS)]
        urls.append(server.site + "/absent.png")
        (folder / "list.csv").write_text("url\n" + "\n".join(urls))
        (base / "media_assets.toml").write_text(
            f"[lands.{LAND}]\nbatch_size = 10\n[engine]\nworkers = 1\n[web]\n"
            "host_requests_per_second = 0\nrobots = false\nbackoff_seconds = 0\n"
            f'allowed_endpoints = ["{server.endpoint}"]\n'
        )

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "media_assets", *words]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "DAGSTER_HOME": str(self.base / "home"),
                "MEDIA_ASSETS_CONFIG": str(self.base / "media_assets.toml")}  # fmt: skip

    def ask(self, *words: str) -> Any:
        done = subprocess.run(
            self.command(*words, "--json"), cwd=self.base, env=self.environment, check=True,
            capture_output=True, text=True, timeout=MOST_SECONDS,
        )  # fmt: skip
        return json.loads(done.stdout)

    def run(self) -> None:
        subprocess.run(
            self.command("run"), cwd=self.base, env=self.environment, check=True,
            capture_output=True, text=True, timeout=MOST_SECONDS,
        )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Desk, PictureServer]]:
    (tmp_path / "home").mkdir()
    with picture_server() as server:
        yield Desk(tmp_path, server), server


def test_a_job_that_is_killed_is_gone_on_with(desk: tuple[Desk, PictureServer]) -> None:
    place, server = desk
    server.open_after = 25
    with subprocess.Popen(
        place.command("run"), cwd=place.base, env=place.environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    ) as process:  # fmt: skip
        _wait_until(lambda: len(server.asked) > 25, process)
        os.killpg(process.pid, signal.SIGKILL)
    half_way = list((place.base / "data" / "downloads" / LAND / ".incoming").iterdir())
    server.gate.set()
    server.open_after = None
    place.run()
    found = place.ask("status")["players"][LAND]
    assert found["files"]["image"] == URLS
    assert found["thumbnails"] == {"eligible": URLS, "made": URLS}
    assert found["land"]["urls"] == {"fetched": URLS, "failed": 1}
    assert found["land"]["job"]["total"] <= URLS + 1
    assert not list((place.base / "data" / "downloads" / LAND / ".incoming").iterdir()), half_way
    before = len(server.asked)
    place.run()
    assert len(server.asked) == before
    (failure,) = place.ask("failures")["urls"]
    assert (failure["error_class"], failure["is_final"]) == ("HTTP 404", True)
    published = pl.read_parquet(place.base / "data" / "published" / LAND / "land_media.parquet")
    assert published.height == URLS + 1
    assert published["phash"].count() == URLS


def _wait_until(happened: Any, process: "subprocess.Popen[bytes]") -> None:
    """Wait for something that a process does; not for one that has ended."""
    for _ in range(MOST_SECONDS * 10):
        if happened():
            return
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"the run ended with {process.returncode} before it got there")
    raise AssertionError("it did not get there in time")
