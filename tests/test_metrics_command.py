"""`media-assets metrics`: figures that Prometheus reads, of the store as it is."""

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import click
import duckdb
import pytest
from analysed_home import PLAYER, Home, png, tune
from click.testing import CliRunner, Result
from land_home import LAND, PICTURE, LandHome, made_land
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from media_assets.cli import main
from media_assets.exposition import registry_of
from media_assets.metrics_command import parse_endpoint
from media_assets.stages.analyse import analyse
from media_assets.stages.catalog import QUICK_STAGES
from media_assets.stages.discover import discover
from media_assets.stages.reprocess import Choice, forget, plan
from media_assets.store.connect import connect, transaction
from media_assets.store.web import write_job

Figures = dict[tuple[str, tuple[str, ...]], float]
"""By name and the values of the labels, in order of the labels' names."""


def figures(text: str) -> Figures:
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def printed(home: Home) -> Figures:
    return figures(generate_latest(registry_of(home.platform)).decode())


def of(found: Figures, name: str) -> Mapping[tuple[str, ...], float]:
    return {labels: value for (known, labels), value in found.items() if known == name}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Three pictures of which one is broken, two of them analysed."""
    home = Home(tmp_path)
    home.write("good.png", png(1))
    home.write("bad.png", b"no picture")
    home.work()
    home.write("late.png", png(2))
    home.now += timedelta(minutes=5)
    discover(home.platform, PLAYER)
    return home


def test_scans_and_analyses_are_told(home: Home) -> None:
    found = printed(home)
    assert found["media_analysis_processed_total", ("image", PLAYER)] == 2
    assert found["media_analysis_failures_total", ("image", PLAYER)] == 1
    assert found["media_scan_files_discovered", (PLAYER,)] == 3
    assert found["media_scan_files_processed", (PLAYER,)] == 2
    assert found["media_scan_error_rate", (PLAYER,)] == 0.5
    seconds = of(found, "media_scan_duration_seconds")
    assert set(seconds) == {(PLAYER, "analysis"), (PLAYER, "scan")}
    assert found["media_scan_extraction_rate", (PLAYER,)] == pytest.approx(
        2 / seconds[PLAYER, "analysis"]
    )
    written = home.rows("SELECT step, rows_written FROM scan_figures ORDER BY step")
    rates = of(found, "media_scan_insertion_rate")
    for step, rows in written:
        assert rates[PLAYER, step] == pytest.approx(rows / seconds[PLAYER, step])
    assert dict(written)["scan"] == 1
    assert all(bytes_ > 50e6 for bytes_ in of(found, "media_scan_memory_usage_bytes").values())
    assert of(found, "media_scan_finished_timestamp_seconds") == {
        (PLAYER, "analysis"): (home.now - timedelta(minutes=5)).timestamp(),
        (PLAYER, "scan"): home.now.timestamp(),
    }
    queue = {labels: size for labels, size in of(found, "media_scan_queue_size").items() if size}
    assert queue == {
        ("image", PLAYER, stage): 1 for stage in ("image_metadata", "media_vectors", "thumbnails")
    }
    assert found["media_scan_queue_size", ("audio", PLAYER, "audio_features")] == 0
    assert of(found, "media_assets_scrape_errors") == {(PLAYER,): 0, ("shared",): 0}
    assert not [name for name, _ in found if name.startswith("media_land")]


def test_memory_of_workers_counts(home: Home) -> None:
    """A worker with its decoders takes more than 50 MB by itself."""
    home.work()
    ((scan,), (analysis,)) = home.rows(
        "SELECT peak_memory_bytes FROM scan_figures ORDER BY step DESC"
    )
    assert int(str(analysis)) > int(str(scan)) + 50_000_000


def test_counters_only_grow(home: Home) -> None:
    forget(home.platform, PLAYER, plan(home.platform, PLAYER, Choice(failed=True, force=True)))
    home.work()
    found = printed(home)
    assert found["media_analysis_processed_total", ("image", PLAYER)] == 5
    assert found["media_analysis_failures_total", ("image", PLAYER)] == 2
    (home.library / "good.png").unlink()
    home.work()
    assert printed(home)["media_analysis_processed_total", ("image", PLAYER)] == 5


def test_without_news_no_figure_is_written(home: Home) -> None:
    home.work()
    before = home.rows("FROM scan_figures ORDER BY ALL"), home.rows("FROM analysis_totals")
    home.now += timedelta(minutes=1)
    home.work()
    assert (
        home.rows("FROM scan_figures ORDER BY ALL"),
        home.rows("FROM analysis_totals"),
    ) == before


def test_hearing_is_a_step_of_its_own(home: Home) -> None:
    home.write("tune.wav", tune(1))
    discover(home.platform, PLAYER)
    analyse(home.platform, PLAYER, [stage.name for stage in QUICK_STAGES])
    files = of(printed(home), "media_scan_files_processed")
    analyse(home.platform, PLAYER, ["audio_features"])
    found = printed(home)
    assert of(found, "media_scan_files_processed") == files == {(PLAYER,): 2}
    assert (PLAYER, "hearing") in of(found, "media_scan_duration_seconds")
    assert found["media_analysis_processed_total", ("audio", PLAYER)] == 2


@pytest.fixture
def land(tmp_path: Path) -> LandHome:
    home = made_land(tmp_path)
    job = {
        "started_at": home.platform.now(), "total": 9, "analyzed": 4, "failed": 2, "skipped": 1,
        "waiting": 2, "downloads": 4, "bytes": 100, "success_rate": 4 / 6, "duration": 1.5,
        "filters": "{}", "trouble": None,
    }  # fmt: skip
    with connect(home.database) as con, transaction(con):
        write_job(con, job | {"started_at": home.platform.now() - timedelta(days=1), "total": 1})
        write_job(con, job)
    return home


def test_lands_tell_of_their_urls_and_the_latest_job(land: LandHome) -> None:
    found = printed(land)
    assert of(found, "media_land_urls") == {
        (LAND, "fetched"): 5, (LAND, "failed"): 1, (LAND, "skipped"): 1, (LAND, "refused"): 1,
        (LAND, "pending"): 0,
    }  # fmt: skip
    job = {name.removeprefix("media_land_job_"): value for (name, labels), value in found.items()
           if name.startswith("media_land_job_") and labels == (LAND,)}  # fmt: skip
    assert job == {
        "urls": 9, "analyzed_urls": 4, "failed_urls": 2, "skipped_urls": 1, "waiting_urls": 2,
        "success_rate": pytest.approx(2 / 3), "duration_seconds": 1.5,
        "finished_timestamp_seconds": land.now.timestamp() + 1.5,
    }  # fmt: skip
    # One was skipped by other limits than are in force now: it is asked for again.
    assert found["media_scan_queue_size", ("", LAND, "fetch")] == 1
    land.tried(PICTURE, status="pending")
    assert printed(land)["media_scan_queue_size", ("", LAND, "fetch")] == 2
    # Two URLs of one content are one medium.
    assert found["media_analysis_processed_total", ("image", LAND)] == 2
    assert found["media_analysis_failures_total", ("image", LAND)] == 1


def test_shared_counts_are_told(home: Home) -> None:
    file = home.platform.shared_database()
    with connect(file) as con:
        con.execute("INSERT INTO xuid_aliases BY NAME SELECT '1' AS xuid, 'Ana' AS gamertag, "
                    "'config' AS source, now()::TIMESTAMP AS last_seen")  # fmt: skip
    found = printed(home)
    assert found["media_shared_aliases", ()] == 1
    assert found["media_shared_matches", ()] == 0


def test_a_database_that_is_held_keeps_its_last_figures(land: LandHome) -> None:
    land.write("good.png", png(1))
    land.work()
    registry = registry_of(land.platform)
    with duckdb.connect(str(land.platform.player_database(PLAYER))):
        early = figures(generate_latest(registry).decode())
    assert of(early, "media_assets_scrape_errors") == {(LAND,): 0, (PLAYER,): 1, ("shared",): 0}
    assert ("media_analysis_processed_total", ("image", PLAYER)) not in early
    before = figures(generate_latest(registry).decode())
    assert before["media_assets_scrape_errors", (PLAYER,)] == 0
    with duckdb.connect(str(land.platform.player_database(PLAYER))) as held:
        held.execute("UPDATE analysis_totals SET processed = 100")
        during = figures(generate_latest(registry).decode())
    assert during == before | {("media_assets_scrape_errors", (PLAYER,)): 1}
    after = figures(generate_latest(registry).decode())
    assert after["media_analysis_processed_total", ("image", PLAYER)] == 100
    assert after["media_assets_scrape_errors", (PLAYER,)] == 0


def test_an_older_schema_is_not_touched(home: Home) -> None:
    home.run("DELETE FROM schema_migrations WHERE version = "
             "(SELECT max(version) FROM schema_migrations)")  # fmt: skip
    file = home.platform.places.player_database(PLAYER)
    before = file.read_bytes()
    found = printed(home)
    assert found["media_assets_scrape_errors", (PLAYER,)] == 1
    assert file.read_bytes() == before


def test_a_file_that_is_no_database_is_told(home: Home) -> None:
    home.platform.places.player_database(PLAYER).write_bytes(b"no database")
    assert printed(home)["media_assets_scrape_errors", (PLAYER,)] == 1


def metrics(home: Home, *arguments: str) -> Result:
    config = home.base / "media_assets.toml"
    config.write_text("[engine]\nworkers = 1\n")
    return CliRunner().invoke(main, ["metrics", "--config", str(config), *arguments])


def test_the_command_prints_them_and_looks_into_no_library(home: Home) -> None:
    home.library.rename(home.base / "elsewhere")
    done = metrics(home)
    assert done.exit_code == 0, done.output
    assert figures(done.stdout)["media_scan_files_discovered", (PLAYER,)] == 3
    assert "# TYPE media_analysis_processed_total counter" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_them_over_http_until_it_is_ended(home: Home, number: signal.Signals) -> None:
    metrics(home)
    served = subprocess.Popen(
        [sys.executable, "-m", "media_assets", "metrics", "--serve", "0",
         "--config", str(home.base / "media_assets.toml")],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert served.stderr is not None
        (address,) = re.findall(r"http://127\.0\.0\.1:\d+/metrics", served.stderr.readline())
        for seen in (3, 4):
            with urllib.request.urlopen(address, timeout=60) as answer:
                text = answer.read().decode()
            assert figures(text)["media_scan_files_discovered", (PLAYER,)] == seen
            home.write("fourth.png", png(4))
            discover(home.platform, PLAYER)
        served.send_signal(number)
        assert served.wait(60) == 0
    finally:
        served.kill()
        served.communicate()


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [("9410", ("127.0.0.1", 9410)), ("0.0.0.0:1", ("0.0.0.0", 1)), ("[::1]:9", ("::1", 9)),
     ("host.lan:65535", ("host.lan", 65_535))],
)  # fmt: skip
def test_an_address_is_read(text: str, endpoint: tuple[str, int]) -> None:
    assert parse_endpoint(text) == endpoint


@pytest.mark.parametrize("text", ["", "host", ":9410", "host:", "1:65536", "::1:9", "x:-1", "x:٣"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(click.UsageError, match="--serve"):
        parse_endpoint(text)
    assert CliRunner().invoke(main, ["metrics", "--serve", text]).exit_code == 2


def test_an_address_that_is_taken_is_named(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = metrics(home, "--serve", str(port))
    assert done.exit_code == 2
    assert f"127.0.0.1:{port} cannot be used" in done.stderr
