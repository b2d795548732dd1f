"""A few files of the sample library with the matches that they show, and a Dagster instance."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from media_assets.definitions import defs
from media_assets.stages.platform import Platform

HEX, KETAN = "NorthStarHex", "KetanOnMarsh"


class RefusingIOManager(dg.IOManager):
    """Tables are the assets' storage: a value that is handed to an IO manager is a mistake."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        raise AssertionError(f"{context.step_key}: {obj!r} would have been pickled")

    def load_input(self, context: dg.InputContext) -> object:
        raise AssertionError(f"{context.step_key}: would have loaded a pickle")


DEFINITIONS = dg.Definitions.merge(
    defs, dg.Definitions(resources={"io_manager": RefusingIOManager()})
)
BROKEN = "broken.png"

_CONFIGURATION = """
data_dir = "data"
[library]
root = "library"
max_missing_files = 0
[matches]
directory = "matches"
[players.NorthStarHex]
xuid = "2535433000218846"
timezone = "America/New_York"
[players.KetanOnMarsh]
xuid = "2533274000905113"
timezone = "Asia/Kolkata"
[engine]
workers = 1
"""


def make_small_library(demo: Path, folder: Path) -> Path:
    """Hex: two pictures, a clip, a track, a broken picture. Ketan: one picture. Their matches."""
    library = folder / "library"
    truth = json.loads((demo / "truth.json").read_text("utf-8"))
    shown = {
        path: capture["match_id"]
        for path, capture in truth["captures"].items()
        if capture["match_id"] and (demo / "library" / path).is_file()
    }
    chosen = [
        *_first(shown, HEX, ".png", 2), *_first(shown, HEX, ".mp4", 1),
        *_first(shown, KETAN, ".png", 1), *_first(truth["tracks"], HEX, ".mp3", 1),
    ]  # fmt: skip
    for path in chosen:
        target = library / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(demo / "library" / path, target)
    (library / HEX / BROKEN).write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    _copy_matches(demo / "matches", folder / "matches", {shown.get(path) for path in chosen})
    (folder / "media_assets.toml").write_text(_CONFIGURATION, "utf-8")
    return folder


def _first(paths: Iterable[str], player: str, suffix: str, count: int) -> list[str]:
    found = sorted(
        path for path in paths if path.startswith(f"{player}/") and path.endswith(suffix)
    )
    assert len(found) >= count, (player, suffix)
    return found[:count]


def _copy_matches(source: Path, target: Path, match_ids: set[str | None]) -> None:
    target.mkdir()
    for file in source.rglob("*"):
        if file.is_file() and any(match_id and match_id in file.name for match_id in match_ids):
            place = target / file.relative_to(source)
            place.parent.mkdir(exist_ok=True)
            shutil.copy2(file, place)
    for name in ("users.json", "medals.json"):
        shutil.copy2(source / name, target / name)


@dataclass(frozen=True)
class Workshop:
    """A small library and the instance that its runs are recorded in."""

    folder: Path
    instance: dg.DagsterInstance

    @property
    def config_file(self) -> Path:
        return self.folder / "media_assets.toml"

    @property
    def platform(self) -> Platform:
        return Platform.load(self.config_file)

    @property
    def library(self) -> Path:
        return self.folder / "library"

    def run(
        self,
        player: str | None,
        *,
        job: str = "refresh_player",
        select: list[str] | None = None,
        ops: dict[str, Any] | None = None,
        definitions: dg.Definitions = DEFINITIONS,
    ) -> dg.ExecuteInProcessResult:
        """One run of a job, or of some of its assets."""
        if player and player not in self.instance.get_dynamic_partitions("players"):
            self.instance.add_dynamic_partitions("players", [player])
        return definitions.resolve_job_def(job).execute_in_process(
            instance=self.instance,
            partition_key=player,
            asset_selection=[dg.AssetKey(name) for name in select] if select else None,
            raise_on_error=False,
            run_config={
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                "resources": {"platform": {"config": {"config_file": str(self.config_file)}}},
                **({"ops": ops} if ops else {}),
            },
        )


@dataclass(frozen=True)
class Finished:
    """A workshop after one run of each player, and those runs."""

    workshop: Workshop
    hex: dg.ExecuteInProcessResult
    ketan: dg.ExecuteInProcessResult


def metadata(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, Any]]:
    """The metadata of every materialization of a run, by asset."""
    return {
        str(event.asset_key.to_user_string() if event.asset_key else ""): {
            name: value.value for name, value in event.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
    }


def checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    """The check results of a run, by name."""
    return {check.check_name: check for check in result.get_asset_check_evaluations()}
