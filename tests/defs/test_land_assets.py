"""The assets of a land: what they tell of a job, what they draw, and what those of others say."""

import base64
import logging
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import dagster as dg
import pytest
from analysed_home import clip, png
from picture_server import PictureServer, picture_server
from PIL import Image

from media_assets.defs.web.assets import NO_LAND, land_job, land_lists, land_media
from media_assets.defs.web.checks import web_checks
from media_assets.orchestration import land_pictures
from media_assets.orchestration.plots import MAX_BYTES
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.land_views import Cluster

LAND, GAMER = "press", "ana"
ALL = [land_lists, land_job, land_media, web_checks]
PAGES = ("https://example.org/1", "https://example.org/2")


class Bureau:
    """Runs the assets of a land whose URLs are those of a server on loopback."""

    def __init__(self, base: Path, server: PictureServer, instance: dg.DagsterInstance) -> None:
        self.base, self.server, self.instance = base, server, instance
        self.instance.add_dynamic_partitions("players", [LAND, GAMER])
        self.list = base / "library" / LAND / "list.csv"
        self.list.parent.mkdir(parents=True)
        self.file = base / "media_assets.toml"
        self.file.write_text(
            f"[lands.{LAND}]\n[engine]\nworkers = 1\n[web]\nhost_requests_per_second = 0\n"
            f'robots = false\nbackoff_seconds = 0\nallowed_endpoints = ["{server.endpoint}"]\n'
        )

    def run(self, player: str, **job: object) -> dg.ExecuteInProcessResult:
        return dg.materialize(
            ALL, instance=self.instance, partition_key=player, raise_on_error=True,
            resources={"platform": PlatformResource(config_file=str(self.file))},
            run_config={"ops": {"land_job": {"config": job}}},
        )  # fmt: skip


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """A land that has run once; tests read it."""
    with picture_server() as server, dg.DagsterInstance.ephemeral() as instance:
        bureau = Bureau(tmp_path_factory.mktemp("land"), server, instance)
        urls = [server.put("/a.png", png(1)), server.put("/b.mp4", clip(1)),
                server.put("/broken.png", png(2)[:300]), server.site + "/absent.png"]  # fmt: skip
        rows = [f"{url},{page}" for url in urls for page in PAGES]
        bureau.list.write_text("\n".join(["url,page_url", *rows, "mailto:nobody,"]))
        yield bureau


@pytest.fixture(scope="module")
def first(bureau: Bureau) -> dg.ExecuteInProcessResult:
    return bureau.run(LAND, limit=10)


def told(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, object]]:
    return {
        str(event.asset_key and event.asset_key.to_user_string()): {
            name: value.value for name, value in event.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
    }


def verdicts(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {check.check_name: check for check in result.get_asset_check_evaluations()}


def test_a_job_tells_its_result(first: dg.ExecuteInProcessResult) -> None:
    found = told(first)["web_media"]
    assert (found["total"], found["analyzed"], found["failed now"]) == (4, 2, 2)
    assert found["success_rate"] == 0.5
    assert found["filters"]["limit"] == 10  # type: ignore[index]
    assert (found["dagster/row_count"], found["downloads"]) == (5, 3)
    assert (found["fetched"], found["failed"], found["refused"]) == (3, 1, 1)
    assert told(first)["web_sources"]["rows written"] == 1 + 9 + 5  # lists, places, URLs
    assert told(first)["web_places"]["dagster/row_count"] == 9


def test_the_success_rate_is_a_check_with_its_figure(first: dg.ExecuteInProcessResult) -> None:
    check = verdicts(first)["media_can_be_had"]
    assert not check.passed
    assert check.metadata["success rate"].value == 0.5
    assert "2 of 4 URLs" in str(check.description)
    assert verdicts(first)["lists_can_be_read"].passed


def test_a_land_is_drawn(first: dg.ExecuteInProcessResult) -> None:
    found = told(first)["land_media"]
    assert found["dagster/row_count"] == 5
    for name in ("colours", "sizes", "formats", "on several pages", "failures by host"):
        text = str(found[name])
        assert "base64," in text, name
        content = base64.b64decode(text.partition("base64,")[2].rstrip(")"))
        assert len(content) <= MAX_BYTES
        with Image.open(BytesIO(content)) as image:
            assert image.width > 100


def test_without_news_the_pictures_stay(bureau: Bureau, first: dg.ExecuteInProcessResult) -> None:
    again = told(bureau.run(LAND))
    assert again["land_media"]["files replaced"] == 0
    assert again["land_media"]["colours"] == told(first)["land_media"]["colours"]
    assert again["web_media"]["total"] == 0
    assert again["web_media"]["success_rate"] == "nothing was due"


def test_whoever_is_no_land_has_nothing_and_no_database(bureau: Bureau) -> None:
    result = bureau.run(GAMER)
    assert {values["state"] for values in told(result).values()} == {NO_LAND}
    assert all(check.passed for check in verdicts(result).values())
    assert not (bureau.base / "data" / "players" / GAMER).exists()


def test_lists_that_cannot_be_read_are_one_warning(bureau: Bureau) -> None:
    """Each would be a row in the history of runs, and there may be 100,000."""
    broken = [bureau.list.with_name(f"{number}.json") for number in range(3)]
    for file in broken:
        file.write_text("{")
    result = bureau.run(LAND, limit=1)
    events = bureau.instance.all_logs(result.run_id)
    said = [event.user_message for event in events if event.level == logging.WARNING]
    warnings = [message for message in said if "cannot be read" in message]
    assert len(warnings) == 1
    assert all(str(file) in warnings[0] for file in broken)
    for file in broken:
        file.unlink()


def test_lists_that_are_gone_fail_the_check_and_take_nothing_away(bureau: Bureau) -> None:
    text = bureau.list.read_text()
    bureau.list.unlink()
    try:
        result = bureau.run(LAND)
    finally:
        bureau.list.write_text(text)
    check = verdicts(result)["lists_can_be_read"]
    assert not check.passed
    assert str(bureau.list.parent) in str(check.description)
    assert told(result)["web_media"]["dagster/row_count"] == 5
    assert "disk mounted" in str(told(result)["web_sources"]["state"])


def test_a_land_without_anything_draws_nothing() -> None:
    drawn = (land_pictures.colours([]), land_pictures.sizes([]), land_pictures.formats([]),
             land_pictures.failing_hosts([]), land_pictures.cluster_sheet([]))  # fmt: skip
    assert all(str(one.value).startswith("*") for one in drawn)


def test_names_of_hosts_cannot_be_taken_for_formulas() -> None:
    rows = [{"host": "$\\frac{a}$", "failed": 1, "urls": 2, "mostly": None}]
    assert "base64," in str(land_pictures.failing_hosts(rows).value)


def test_a_poster_that_is_gone_is_left_out(tmp_path: Path) -> None:
    cluster = Cluster(2, 1, (tmp_path / "gone.jpg",))
    assert "base64," in str(land_pictures.cluster_sheet([cluster]).value)
