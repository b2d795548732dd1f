"""When matches are synced with the API, and how a sync that left something open shows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from media_assets.definitions import defs
from media_assets.defs.automation.syncs import hourly_sync, unfinished_syncs
from media_assets.demo.api_population import Population, crowd
from media_assets.demo.api_server import ApiServer, Fault
from media_assets.launch import instance as open_instance
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.platform import SHARED, Platform
from media_assets.store.connect import connect, transaction
from media_assets.store.live import record_gaps

(ONE, TWO) = (person.gamertag for person in crowd(2))
MOMENT = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
CONFIGURATION = "".join(f'[players."{one.gamertag}"]\nxuid = "{one.xuid}"\n' for one in crowd(2))


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with open_instance(tmp_path / "home") as found:
        found.add_dynamic_partitions("players", [ONE, TWO])
        yield found


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "media_assets.toml"
    file.write_text(
        f'[matches]\nsource = "api"\nrequests_per_second = 0\n{CONFIGURATION}', encoding="utf-8"
    )
    return file


def sync_tick(
    config: Path, instance: dg.DagsterInstance
) -> tuple[list[dg.RunRequest], dg.SkipReason | None]:
    """One evaluation of the sensor."""
    with dg.build_sensor_context(
        instance=instance,
        definitions=defs,
        resources={"platform": PlatformResource(config_file=str(config))},
    ) as context:
        found = list(unfinished_syncs(context))
    requests = [one for one in found if isinstance(one, dg.RunRequest)]
    return requests, next((one for one in found if isinstance(one, dg.SkipReason)), None)


def hourly_tick(
    config: Path, instance: dg.DagsterInstance, moment: datetime = MOMENT
) -> list[object]:
    with dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=moment,
        repository_def=defs.get_repository_def(),
        resources={"platform": PlatformResource(config_file=str(config))},
    ) as context:
        return list(hourly_sync(context))


def leave_open(config: Path, player: str, part: str, since: datetime) -> None:
    """A sync of a player that was not given something."""
    platform = Platform.load(config)
    failure: dict[str, object] = {"part": part, "subject": player, "asked_by": player,
                                  "message": "HTTP 500", "final": False}  # fmt: skip
    file = platform.shared_database()
    with platform.writing(SHARED), connect(file) as con, transaction(con):
        record_gaps(con, [failure], [], since.replace(tzinfo=None))


def test_every_player_is_synced_once_an_hour(config: Path, instance: dg.DagsterInstance) -> None:
    requests = [one for one in hourly_tick(config, instance) if isinstance(one, dg.RunRequest)]
    assert [(one.partition_key, one.run_key) for one in requests] == [
        (ONE, f"{ONE} 2026-12-01T10:30"), (TWO, f"{TWO} 2026-12-01T10:30"),
    ]  # fmt: skip


def test_many_players_take_turns(config: Path, instance: dg.DagsterInstance) -> None:
    names = [ONE, TWO, *(f"Guest {number}" for number in range(4))]
    sections = "".join(f'[players."{name}"]\n' for name in names)
    config.write_text(f'[matches]\nsource = "api"\n[automation]\nrescans_per_hour = 24\n{sections}')
    instance.add_dynamic_partitions("players", ["Stranger"])
    asked = []
    for number in range(3):
        moment = MOMENT + timedelta(minutes=5 * number)
        turn = [str(one.partition_key) for one in hourly_tick(config, instance, moment)]  # type: ignore[attr-defined]
        for name in turn:
            run = instance.create_run_for_job(
                defs.resolve_job_def("sync_matches"), tags={"dagster/partition": name}
            )
            instance.report_run_failed(run)  # who fails waits as long as everybody
        asked.append(len(turn))
        names = [name for name in names if name not in turn]
    assert (asked, names) == ([2, 2, 2], [])
    assert instance.get_dynamic_partitions("players")[:3] == [ONE, TWO, "Stranger"]


def test_a_player_who_is_in_a_run_is_not_asked_for_again(
    config: Path, instance: dg.DagsterInstance
) -> None:
    leave_open(config, ONE, "history", datetime(2020, 1, 1, tzinfo=UTC))
    job = defs.resolve_job_def("sync_matches")
    run = instance.create_run_for_job(job, tags={"dagster/partition": ONE})
    assert [one.partition_key for one in hourly_tick(config, instance)] == [TWO]  # type: ignore[attr-defined]
    assert sync_tick(config, instance)[0] == []
    instance.report_run_failed(run)
    assert [one.partition_key for one in sync_tick(config, instance)[0]] == [ONE]


def test_with_recorded_files_neither_asks_for_anything(
    config: Path, instance: dg.DagsterInstance
) -> None:
    config.write_text(CONFIGURATION, encoding="utf-8")
    (skipped,) = hourly_tick(config, instance)
    assert isinstance(skipped, dg.SkipReason)
    requests, reason = sync_tick(config, instance)
    assert requests == []
    assert reason is not None
    assert 'matches.source is "files"' in str(reason.skip_message)


def test_what_was_left_open_is_asked_for_again_when_it_is_due(
    config: Path, instance: dg.DagsterInstance
) -> None:
    requests, reason = sync_tick(config, instance)
    assert requests == []
    assert reason is not None
    leave_open(config, ONE, "history", datetime(2026, 1, 1, tzinfo=UTC))
    leave_open(config, TWO, "stats", datetime(9999, 1, 1, tzinfo=UTC))
    leave_open(config, "somebody who is gone", "stats", datetime(2026, 1, 1, tzinfo=UTC))
    first, again = (sync_tick(config, instance)[0] for _ in range(2))
    assert [one.partition_key for one in first] == [ONE]
    assert [one.run_key for one in first] == [one.run_key for one in again]
    leave_open(config, ONE, "history", datetime(2026, 1, 2, tzinfo=UTC))
    later = sync_tick(config, instance)[0]
    assert [one.run_key for one in later] != [one.run_key for one in first]


def history_check(
    config: Path, instance: dg.DagsterInstance, port: int
) -> tuple[dg.AssetCheckEvaluation, dict[str, object]]:
    """The check of one run of `match_history`, and what the run told."""
    result = defs.resolve_job_def("sync_matches").execute_in_process(
        instance=instance,
        partition_key=ONE,
        asset_selection=[dg.AssetKey("match_history")],
        raise_on_error=False,
        run_config={
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            "resources": {
                "platform": {"config": {"config_file": str(config), "loopback_port": port}}
            },
            "ops": {"match_history": {"config": {"full": True}}},
        },
    )
    assert result.success
    (event,) = result.get_asset_materialization_events()
    (check,) = result.get_asset_check_evaluations()
    told = {name: value.value for name, value in event.materialization.metadata.items()}
    return check, told


def test_a_sync_that_is_not_whole_fails_its_check_and_stops_nothing(
    config: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPNKR_SPARTAN_TOKEN", "spartan-token")
    monkeypatch.setenv("SPNKR_CLEARANCE_TOKEN", "clearance-token")
    with ApiServer(Population([crowd(1)] * 2)) as server:
        refused = server.data.matches[0].match_id
        server.fail("stats", Fault(status=410), subject=refused)
        check, told = history_check(config, instance, server.port)
        assert check.passed
        assert check.metadata["refused for good"].value == 1
        assert (told["matches fetched"], told["dagster/row_count"]) == (1, 2)
        monkeypatch.setenv("SPNKR_SPARTAN_TOKEN", "ended")
        check, told = history_check(config, instance, server.port)
    assert not check.passed
    assert check.severity == dg.AssetCheckSeverity.ERROR
    assert "SPNKR_SPARTAN_TOKEN" in str(check.description)
    assert "SPNKR_SPARTAN_TOKEN" in str(told["trouble"])
    assert told["dagster/row_count"] == 2
