"""`media-assets reprocess` of a land, through Dagster: what is asked for, and how much of it."""

from pathlib import Path

import polars as pl
import pytest
from analysed_home import png
from click.testing import CliRunner
from picture_server import picture_server

from media_assets.cli import main
from media_assets.settings import load_settings
from media_assets.stages.platform import Platform
from media_assets.stages.status import land_status

LAND = "press"
CONFIG = f"""
[engine]
workers = 1
[web]
robots = false
host_requests_per_second = 0
allowed_endpoints = ["{{endpoint}}"]
[lands.{LAND}]
"""


def test_failed_urls_are_asked_for_again_and_no_more_than_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    with picture_server() as server:
        config = tmp_path / "media_assets.toml"
        config.write_text(CONFIG.format(endpoint=server.endpoint))
        names = ("a", "b", "c")
        lists = tmp_path / "library" / LAND / "list.csv"
        lists.parent.mkdir(parents=True)
        lists.write_text("\n".join(["url", *(f"{server.site}/{name}.png" for name in names)]))
        platform = Platform(load_settings(config))

        def media_assets(*arguments: str) -> None:
            done = CliRunner().invoke(main, [*arguments, "--config", str(config)])
            assert done.exit_code == 0, done.output

        media_assets("run", "--player", LAND)
        assert land_status(platform, LAND)["urls"] == {"failed": 3}
        for number, name in enumerate(names):
            server.put(f"/{name}.png", png(number))
        server.asked.clear()
        media_assets("reprocess", "--player", LAND, "--failed", "--limit", "2")
        assert server.paths() == ["/a.png", "/b.png"]
        published = pl.read_parquet(platform.places.published(LAND) / "land_media.parquet")
        assert published["status"].to_list() == ["fetched", "fetched", "failed"]
        assert published["width"].to_list() == [64, 64, None]
        job = land_status(platform, LAND)["job"]
        assert job is not None
        assert (job["total"], job["analyzed"], job["filters"]["limit"]) == (2, 2, 2)
