"""Runs are recorded in Dagster's own files, whose index of events is opened once."""

import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef
from dagster._serdes import ConfigurableClassData

from media_assets.launch import instance
from media_assets.orchestration.run_storage import OpenIndexStorage, with_open_index

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
    assert not list(tmp_path.rglob("index.db-wal")), "closed, all of it is in the file"
    with dg.DagsterInstance.from_config(str(tmp_path)) as plain:
        assert told(plain, first) == before
        second = record(plain)
        after = told(plain, second)
    with instance(tmp_path) as ours:
        assert told(ours, second) == after


def test_the_index_is_opened_once_however_much_is_recorded(
    tmp_path: Path, opened: list[str]
) -> None:
    with instance(tmp_path) as ours:
        told(ours, record(ours))
        opened.clear()
        for _ in range(3):
            told(ours, record(ours))
        assert [file for file in opened if file.endswith("index.db")] == []
        assert opened, "the files of runs are opened and closed, and so seen to change"


def test_runs_that_are_recorded_elsewhere_are_left_there(tmp_path: Path) -> None:
    there = ConfigurableClassData("dagster_postgres", "DagsterPostgresStorage", "{}")
    found = InstanceRef.from_dir(str(tmp_path))._replace(storage_data=there)
    assert with_open_index(found) is found


def test_the_project_records_its_runs_this_way() -> None:
    found = InstanceRef.from_dir(str(PROJECT)).storage_data
    assert found is not None
    assert (found.module_name, found.class_name) == (
        OpenIndexStorage.__module__, OpenIndexStorage.__name__,
    )  # fmt: skip
