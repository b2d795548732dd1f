"""The command line, in this process: arguments, exit codes, texts."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from media_assets.cli import main
from media_assets.settings import load_settings


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name in ("MEDIA_ASSETS_CONFIG", "MEDIA_ASSETS_LIBRARY", "MEDIA_ASSETS_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def test_init_writes_a_configuration_that_is_accepted(runner: CliRunner) -> None:
    assert runner.invoke(main, ["init"]).exit_code == 0
    load_settings(Path("media_assets.toml"))
    again = runner.invoke(main, ["init"])
    assert again.exit_code == 2
    assert "--force" in again.output
    assert runner.invoke(main, ["init", "--force"]).exit_code == 0


def test_a_wrong_configuration_names_file_key_and_remedy(runner: CliRunner) -> None:
    Path("media_assets.toml").write_text("[library]\nrot = 'x'\n", encoding="utf-8")
    done = runner.invoke(main, ["status"])
    assert done.exit_code == 2
    for word in ("media_assets.toml", "library.rot", "root"):
        assert word in done.output


def test_run_without_players_says_what_to_do(runner: CliRunner) -> None:
    done = runner.invoke(main, ["run"])
    assert done.exit_code == 2
    assert "library" in done.output


def test_doctor_says_what_is_missing(runner: CliRunner) -> None:
    done = runner.invoke(main, ["doctor"])
    assert done.exit_code == 1
    assert "is not there" in done.output
    Path("library/ana").mkdir(parents=True)
    Path("matches").mkdir()
    fine = runner.invoke(main, ["doctor", "--json"])
    assert fine.exit_code == 0, fine.output
    assert '"remedy": null' in fine.output


def test_status_and_failures_of_an_empty_place(runner: CliRunner) -> None:
    Path("library/ana").mkdir(parents=True)
    status = runner.invoke(main, ["status"])
    assert status.exit_code == 0, status.output
    assert "ana" in status.output
    failures = runner.invoke(main, ["failures"])
    assert failures.exit_code == 0
    assert "every media file could be read" in failures.output
    assert runner.invoke(main, ["failures", "--player", "bo"]).exit_code == 2
