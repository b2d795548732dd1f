"""Runs are recorded in Dagster's own files, which are opened once."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef
from dagster._serdes import ConfigurableClassData

from media_assets.launch import instance
from media_assets.orchestration.run_storage import OpenFilesStorage, with_open_files

PROJECT = Path(__file__).parents[2]
OPENED: list[str] = []
"""Files that SQLite opened while `opened` is in use."""


@dg.multi_asset(
    specs=[dg.AssetSpec("first"), dg.AssetSpec("second", deps=["first"])],
    check_specs=[dg.AssetCheckSpec("fine", asset="second")],
)
def both() -> Iterator[dg.MaterializeResult]:
    yield dg.MaterializeResult(asset_key="first", metadata={"rows": 3})
    fine = dg.AssetCheckResult(passed=True, check_name="fine")
    yield dg.MaterializeResult(asset_key="second", check_results=[fine])


def record(found: dg.DagsterInstance) -> str:
    return dg.materialize([both], instance=found).run_id


def told(found: dg.DagsterInstance, run_id: str) -> dict[str, object]:
    """What the UI asks about a run and its assets."""
    event = found.get_latest_materialization_event(dg.AssetKey("first"))
    check = dg.AssetCheckKey(dg.AssetKey("second"), "fine")
    assert event is not None
    assert event.asset_materialization is not None
    return {
        "events": [entry.dagster_event_type for entry in found.all_logs(run_id)],
        "rows": event.asset_materialization.metadata["rows"].value,
        "run": event.run_id,
        "players": sorted(found.get_dynamic_partitions("players")),
        "checks": [
            one.status.value
            for one in found.event_log_storage.get_asset_check_execution_history(check, limit=5)
        ],
    }


def watch_sqlite(event: str, values: tuple[object, ...]) -> None:
    if event == "sqlite3.connect" and WATCHING:
        OPENED.append(str(values[0]))


WATCHING: list[bool] = []
sys.addaudithook(watch_sqlite)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    OPENED.clear()
    WATCHING.append(True)
    yield OPENED
    WATCHING.clear()


def test_plain_storage_reads_what_was_recorded_and_the_other_way_round(tmp_path: Path) -> None:
    with instance(tmp_path) as ours:
        ours.add_dynamic_partitions("players", ["ana"])
        first = record(ours)
        before = told(ours, first)
    assert before["rows"] == 3
    assert before["checks"] == ["SUCCEEDED"]
    assert not list(tmp_path.rglob("*.db-wal")), "closed, all is in the files"
    with dg.DagsterInstance.from_config(str(tmp_path)) as plain:
        assert told(plain, first) == before
        second = record(plain)
        after = told(plain, second)
    with instance(tmp_path) as ours:
        assert told(ours, second) == after


def test_files_are_opened_once_however_much_is_recorded(tmp_path: Path, opened: list[str]) -> None:
    with instance(tmp_path) as ours:
        told(ours, record(ours))
        opened.clear()
        runs = [record(ours) for _ in range(3)]
        told(ours, runs[-1])
        times = Counter(Path(file).stem for file in opened if Path(file).parent.name == "runs")
        assert times.keys() == set(runs)
        assert max(times.values()) <= 2, "once to make it, once to write into it"


def test_who_follows_a_run_is_told_of_events_while_its_file_is_open(tmp_path: Path) -> None:
    heard: Queue[str | None] = Queue()
    with instance(tmp_path) as ours, dg.DagsterInstance.from_config(str(tmp_path)) as theirs:
        run = ours.get_run_by_id(record(ours))
        assert run is not None

        def hear(entry: dg.EventLogEntry, _: str) -> None:
            heard.put(entry.dagster_event.message if entry.dagster_event else None)

        last = ours.get_records_for_run(run.run_id).cursor
        theirs.watch_event_logs(run.run_id, last, hear)
        for words in ("first", "second"):
            ours.report_engine_event(words, run)
            assert heard.get(timeout=30) == words


def test_a_history_that_is_removed_begins_anew(tmp_path: Path) -> None:
    with instance(tmp_path) as ours:
        first = record(ours)
        ours.event_log_storage.wipe()
        assert ours.get_latest_materialization_event(dg.AssetKey("first")) is None
        assert ours.all_logs(first) == []
        assert told(ours, record(ours))["rows"] == 3


def test_runs_that_are_recorded_elsewhere_are_left_there(tmp_path: Path) -> None:
    there = ConfigurableClassData("dagster_postgres", "DagsterPostgresStorage", "{}")
    found = InstanceRef.from_dir(str(tmp_path))._replace(storage_data=there)
    assert with_open_files(found) is found


def test_the_project_records_its_runs_this_way() -> None:
    found = InstanceRef.from_dir(str(PROJECT)).storage_data
    assert found is not None
    assert (found.module_name, found.class_name) == (
        OpenFilesStorage.__module__, OpenFilesStorage.__name__,
    )  # fmt: skip
