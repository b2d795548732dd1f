"""The UI and the command line: what they show of a migration, and the exit code."""

import json
from pathlib import Path

import dagster as dg
import levelup_databases as lu
import pytest
from click.testing import CliRunner, Result
from levelup_place import Place

from media_assets.cli import main
from media_assets.definitions import defs
from media_assets.launch import instance, register_players
from media_assets.orchestration.levelup import ASSET


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The command line and Dagster find their configuration here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    for name in ("MEDIA_ASSETS_CONFIG", "MEDIA_ASSETS_LIBRARY", "MEDIA_ASSETS_DATA"):
        monkeypatch.delenv(name, raising=False)
    return Place(tmp_path)


def command(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["migrate-levelup", *arguments])


def shown(place: Place, player: str) -> tuple[dict[str, object], dict[str, bool]]:
    """What the UI has of one player: metadata, and whether each check passed."""
    key = dg.AssetKey(ASSET)
    with instance(place.folder / "home") as found:
        event = found.fetch_materializations(
            dg.AssetRecordsFilter(key, asset_partitions=[player]), limit=1
        ).records[0]
        keys = defs.get_repository_def().asset_graph.asset_check_keys
        records = [
            record
            for check in keys if check.asset_key == key
            for record in found.event_log_storage.get_asset_check_execution_history(check, limit=10)
        ]  # fmt: skip
    told = [
        record.event.dagster_event.asset_check_evaluation_data
        for record in records if record.event and record.event.dagster_event
    ]  # fmt: skip
    assert event.asset_materialization
    metadata = {name: one.value for name, one in event.asset_materialization.metadata.items()}
    return metadata, {one.check_name: one.passed for one in told if one.partition == player}


def test_the_command_takes_over_and_the_ui_shows_the_validation(place: Place) -> None:
    place.make(lu.ANA, [1, 2])
    file = place.make(lu.BEN, [2, 3])
    lu.change(file, f"UPDATE match_stats SET kills = 99 WHERE match_id = '{lu.match_id(2)}'")
    done = command("levelup", "--json")
    assert done.exit_code == 1, done.output
    told = json.loads(done.stdout)
    assert told["players"]["Ana"]["state"] == "cleaned"
    assert told["players"]["Ana"]["validation"]["coverage"]["events"] == {
        "source": 54, "here": 54, "missing": {},
    }  # fmt: skip
    assert told["players"]["Ben"]["state"] == "partial"
    assert told["players"]["Ben"]["validation"]["sums"]["differing_matches"] == [lu.match_id(2)]
    assert told["shared"]["matches"] == 3
    metadata, checks = shown(place, "Ana")
    assert metadata["state"] == "cleaned"
    assert "| participants | 16 | 16 | 0 |" in str(metadata["validation"]).replace(
        "|", " | "
    ).replace("  ", " ") or "|participants|16|16|0|" in str(metadata["validation"])
    assert checks == dict.fromkeys(
        ("coverage_whole", "no_rows_lost", "no_duplicates", "no_orphans", "sums_equal"), True
    )
    metadata, checks = shown(place, "Ben")
    assert metadata["state"] == "partial"
    assert lu.match_id(2) in str(metadata["problems"])
    assert {name for name, passed in checks.items() if not passed} == {
        "coverage_whole", "sums_equal",
    }  # fmt: skip


def test_wrong_usage_ends_with_2(place: Place) -> None:
    place.make(lu.ANA, [])
    for arguments in (("nowhere",), ("levelup", "--player", "Zoe"),
                      ("levelup", "--timezone", "Mars/Olympus")):  # fmt: skip
        done = command(*arguments)
        assert done.exit_code == 2, done.output
    assert not (place.folder / "data").exists()


def test_an_asset_of_the_ui_does_a_dry_run_and_then_the_takeover(place: Place) -> None:
    file = place.make(lu.ANA, [1])
    content = file.read_bytes()

    def materialize(**config: object) -> dict[str, object]:
        with instance(place.folder / "home") as found:
            register_players(found, ["Ana"])
            result = defs.resolve_job_def("take_over_levelup").execute_in_process(
                instance=found, partition_key="Ana",
                run_config={"ops": {ASSET: {"config": config}}},
            )  # fmt: skip
            event = result.get_asset_materialization_events()[0]
        return {name: one.value for name, one in event.materialization.metadata.items()}

    nothing = materialize()
    assert "no LevelUp database" in str(nothing["state"])
    dry = materialize(source=str(place.levelup))
    assert (dry["this run"], dry["new matches"]) == ("dry run: nothing was written", 1)
    assert file.read_bytes() == content
    done = materialize(source=str(place.levelup), dry_run=False)
    assert (done["this run"], done["state"], done["lost rows"]) == ("cleaned", "cleaned", 0)
    assert int(str(done["bytes saved in the source"])) > len(content) / 2
