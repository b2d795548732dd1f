"""One sample library for all tests of this folder."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from media_assets.demo.library import DemoSummary, make_demo


@dataclass(frozen=True)
class TrueCapture:
    """A row of the truth. `start` is None for what was never taken in a game."""

    player: str
    match_id: str | None
    second_match_id: str | None
    start: datetime | None
    end: datetime | None

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoSummary]:
    folder = tmp_path_factory.mktemp("demo") / "new" / "library"
    (folder.parent / ".library.demo-partial-7" / "of a run that was killed").mkdir(parents=True)
    return folder, make_demo(folder)


@pytest.fixture(scope="session")
def demo(made: tuple[Path, DemoSummary]) -> Path:
    return made[0]


@pytest.fixture(scope="session")
def truth(demo: Path) -> dict[str, TrueCapture]:
    rows = json.loads((demo / "truth.json").read_bytes())["captures"]
    return {
        path: TrueCapture(
            row["player"],
            row["match_id"],
            row["second_match_id"],
            moment(row["start_utc"]),
            moment(row["end_utc"]),
        )
        for path, row in rows.items()
    }


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
