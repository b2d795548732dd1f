"""The documented example and the limits of the queue, against the running server."""

import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import dagster as dg
from small_library import KETAN
from web_server import PROJECT, Outcome, Server, outcome


def test_the_example_follows_a_run_to_its_success(twice: list[Outcome]) -> None:
    assert [one.code for one in twice] == [0, 0], twice
    for one in twice:
        assert "materialized media_library" in one.out
        assert one.out.splitlines()[-1].endswith(": SUCCESS")


def test_two_runs_of_one_player_never_overlap(server: Server, twice: list[Outcome]) -> None:
    first, second = sorted(server.runs(), key=lambda record: record.start_time or 0.0)
    assert first.dagster_run.tags["dagster/partition"] == KETAN
    assert first.start_time
    assert first.end_time
    assert second.start_time
    assert second.start_time >= first.end_time


def test_nothing_is_pickled(server: Server, twice: list[Outcome]) -> None:
    storage = server.folder / ".dagster" / "storage"
    assert not [path for path in storage.rglob("*") if path.is_file()]
    assert (server.folder / "data" / "published" / KETAN / "media.parquet").is_file()


def test_a_run_that_fails_is_told_with_its_reason(server: Server, twice: list[Outcome]) -> None:
    library = server.folder / "library" / KETAN
    shutil.move(library, server.folder / "elsewhere")
    library.mkdir()
    failed = outcome(server.rescan(KETAN))
    library.rmdir()
    shutil.move(server.folder / "elsewhere", library)
    assert failed.code == 1, failed
    assert "check library_is_mounted: error: " in failed.out
    assert f"media-assets run --player {KETAN} --allow-mass-missing" in failed.out
    assert "materialized thumbnails" not in failed.out


def test_an_unknown_player_is_refused(server: Server) -> None:
    refused = outcome(server.rescan("Nobody"))
    assert refused.code == 2
    assert "no player is called 'Nobody'; known are: " in refused.error
    assert KETAN in refused.error


def test_an_unknown_job_is_refused(server: Server) -> None:
    refused = outcome(server.rescan(KETAN, "--job", "no_such_job"))
    assert refused.code == 2
    assert "no_such_job was not launched" in refused.error


def test_without_a_server_the_example_says_how_to_start_it() -> None:
    done = subprocess.run(
        [sys.executable, str(PROJECT / "docs" / "rescan.py"), KETAN, "--url", "http://127.0.0.1:9"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "start the UI with: make ui" in done.stderr


def test_the_sensor_runs_in_the_server(server: Server) -> None:
    (server.folder / "library" / "Newcomer").mkdir()
    query = """
    mutation Dry($selector: SensorSelector!) { sensorDryRun(selectorData: $selector, cursor: "") {
      ... on PythonError { message }
      ... on DryRunInstigationTick { evaluationResult {
        error { message } runRequests { runKey tags { key value } }
        dynamicPartitionsRequests { partitionKeys } } } } }"""
    selector = {
        "repositoryLocationName": "media_assets", "repositoryName": "__repository__",
        "sensorName": "changed_libraries",
    }  # fmt: skip
    result = server.ask(query, selector=selector)["sensorDryRun"]["evaluationResult"]
    (server.folder / "library" / "Newcomer").rmdir()
    assert result["error"] is None
    assert len(result["runRequests"]) == 3
    assert result["dynamicPartitionsRequests"] == [{"partitionKeys": ["Newcomer"]}]


def test_the_history_has_the_projects_limits(tmp_path: Path) -> None:
    shutil.copy2(PROJECT / "dagster.yaml", tmp_path)
    with chdir(tmp_path), dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        limits = instance.get_concurrency_config().run_queue_config
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled
        assert instance.run_monitoring_enabled
    assert limits is not None
    assert limits.tag_concurrency_limits == [
        {"key": "dagster/partition", "value": {"applyLimitPerUniqueValue": True}, "limit": 1}
    ]
