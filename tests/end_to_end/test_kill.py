"""Killed with -9 at any moment and started again, it ends with the tables of an undisturbed run."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from tables import all_rows
from workplace import Workplace

PATIENCE_SECONDS = 600.0


def count(folder: Path, pattern: str) -> int:
    return sum(1 for _ in folder.glob(pattern))


def size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.glob(pattern))


Moment = Callable[[Path], bool]

MOMENTS: dict[str, tuple[str, Moment]] = {
    "the first database appears": (
        "AmelieArdente", lambda data: count(data, "players/*/stats.duckdb") >= 1,
    ),
    "responses are taken in": (
        "AmelieArdente", lambda data: count(data, "raw/matches/*/stats.json") >= 5,
    ),
    "the shared tables are filled": (
        "AmelieArdente", lambda data: size(data, "warehouse/*.duckdb") > 2_000_000,
    ),
    "posters are made": (
        "AmelieArdente", lambda data: count(data, "derived/AmelieArdente/thumbs/*.*") >= 4,
    ),
    "a table is published": (
        "AmelieArdente", lambda data: count(data, "published/AmelieArdente/*.parquet") >= 1,
    ),
    "a second player is analysed": (
        "KetanOnMarsh", lambda data: count(data, "derived/KetanOnMarsh/thumbs/*.*") >= 6,
    ),
    "the second player is published": (
        "KetanOnMarsh", lambda data: count(data, "published/KetanOnMarsh/media.parquet") == 1,
    ),
}  # fmt: skip
"""Which player's run is killed, and when."""


def kill_at(workplace: Workplace, player: str, name: str, moment: Moment) -> None:
    """Start a run and kill it at a moment; a run that ends before is as good."""
    mark = uuid4().hex
    run = subprocess.Popen(
        workplace.command("run", "--player", player),
        cwd=workplace.folder,
        env={**workplace.environment(), "KILL_MARK": mark},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(run, name, lambda: moment(workplace.data))
    finally:
        run.kill()
        run.wait()
    assert orphans_end(mark), "workers of a killed run live on"


def wait_for(run: subprocess.Popen[bytes], name: str, moment: Callable[[], bool]) -> None:
    """Poll for a moment of another process, which cannot be waited for, or for its end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while run.poll() is None and not moment():
        assert time.monotonic() < deadline, f"it did not come to this: {name}"
        time.sleep(0.01)


def orphans_end(mark: str) -> bool:
    """Whether every process of a run has ended; on other systems than Linux nobody can tell."""
    deadline = time.monotonic() + 20
    while sys.platform == "linux" and time.monotonic() < deadline:
        if not any(_has_mark(process, mark) for process in Path("/proc").glob("[0-9]*")):
            return True
        time.sleep(0.05)
    return sys.platform != "linux"


def _has_mark(process: Path, mark: str) -> bool:
    try:
        return f"KILL_MARK={mark}".encode() in (process / "environ").read_bytes()
    except OSError:
        return False


def comparable(workplace: Workplace, data: Path | None = None) -> dict[str, list[str]]:
    """The tables, or those of a copy of them, with the folder's name taken out."""
    base = str(workplace.folder)
    return {
        name: sorted(repr(row).replace(base, "") for row in rows)
        for name, rows in all_rows(data or workplace.data).items()
    }


@pytest.fixture(scope="module")
def undisturbed(
    finished: Workplace, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """The tables of the finished run, read from a copy: others may be looking at it just now."""
    copy = tmp_path_factory.mktemp("undisturbed") / "data"
    shutil.copytree(finished.data, copy)
    return comparable(finished, copy)


@pytest.mark.timeout(3000)
def test_killed_at_any_moment_the_tables_end_the_same(
    workplace: Workplace, finished: Workplace, undisturbed: dict[str, list[str]]
) -> None:
    for name, (player, moment) in MOMENTS.items():
        kill_at(workplace, player, name, moment)
    workplace.run("run")
    mine = comparable(workplace)
    assert mine.keys() == undisturbed.keys()
    for name, rows in undisturbed.items():
        assert mine[name] == rows, name
    for folder in ("derived", "published", "raw"):
        assert _files(workplace.data / folder) == _files(finished.data / folder)


def test_a_stopped_run_goes_on_where_it_was(
    workplace: Workplace, undisturbed: dict[str, list[str]]
) -> None:
    """Ctrl-C ends a run after the batch in flight."""
    run = subprocess.Popen(
        workplace.command("run", "--player", "AmelieArdente"),
        cwd=workplace.folder, env=workplace.environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        moment = MOMENTS["posters are made"][1]
        wait_for(run, "posters are made", lambda: moment(workplace.data))
        run.send_signal(signal.SIGINT)
        assert run.wait(timeout=300) != 0
    finally:
        run.kill()
        run.wait()
    workplace.run("run", "--player", "AmelieArdente")
    name = "players/AmelieArdente/stats.duckdb:media_stages"
    assert comparable(workplace)[name] == undisturbed[name]


def _files(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and ".incoming" not in path.parts
    }
