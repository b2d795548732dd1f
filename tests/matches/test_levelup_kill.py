"""Killed with -9 at any moment and started again, a migration ends as an undisturbed one.

`LEVELUP_KILLS` sets how many moments are drawn besides the chosen ones; the default is 0.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import levelup_databases as lu
import pytest
from levelup_place import Place

DRAWN = int(os.environ.get("LEVELUP_KILLS", "0"))
PATIENCE_SECONDS = 600.0

PROGRAM = """
import sys
from pathlib import Path
from levelup_place import Place
print("ready", flush=True)
report = Place(Path(sys.argv[1])).migrate("Ana", "Ben")
sys.exit(0 if report.succeeded else 1)
"""

Moment = Callable[[Place], bool]
MOMENTS: tuple[Moment, ...] = (
    lambda place: place.shared_file.exists(),
    lambda place: any((place.folder / "data" / "backups").rglob("*.duckdb")),
    lambda place: (place.file("Ana").parent / ".levelup_taking_over" / "stats.duckdb").exists(),
    lambda place: place.file("Ana").stat().st_size < 3_000_000,  # it has been exchanged
    lambda place: (place.file("Ben").parent / ".levelup_taking_over").exists(),
)
"""When the process is killed; each kill finds what the one before left."""


def start(place: Place) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(place.folder)],
        stdout=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    with process.stdout as said:
        assert said.readline() == "ready\n"
    return process


def kill_when(place: Place, moment: Moment) -> None:
    """A migration that ends before the moment is as good."""
    process = start(place)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and not moment(place):
        assert time.monotonic() < deadline, "the moment did not come"
        time.sleep(0.002)  # a poll of another process, which cannot be waited for
    process.send_signal(signal.SIGKILL)
    process.wait()


def kill_after(place: Place, seconds: float) -> None:
    process = start(place)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()


def make(folder: Path) -> Place:
    place = Place(folder)
    place.make(lu.ANA, range(1, 9))
    place.make(lu.BEN, range(4, 12), lu.MISTYPED)
    return place


def readable(place: Place) -> None:
    """Whatever happened, every database opens, and nothing that was there is lost."""
    for owner, numbers in ((lu.ANA, range(1, 9)), (lu.BEN, range(4, 12))):
        shared = place.shared_file if place.shared_file.exists() else None
        rows = lu.rows_of(
            place.file(owner.gamertag), "SELECT match_id, kills::INTEGER FROM match_stats", shared
        )
        wanted = {(lu.match_id(n), lu.Match(n).numbers(owner)["kills"]) for n in numbers}
        assert wanted <= set(rows), owner


@pytest.mark.timeout(900)
def test_killed_at_any_moment_it_ends_the_same(tmp_path: Path) -> None:
    undisturbed = make(tmp_path / "undisturbed")
    started = time.monotonic()
    assert undisturbed.migrate("Ana", "Ben").succeeded
    took = time.monotonic() - started
    place = make(tmp_path / "killed")
    for moment in MOMENTS:
        kill_when(place, moment)
        readable(place)
    draw = random.Random(20260504)
    for number in range(DRAWN):
        if number % 3 == 0:  # most would find everything done
            shutil.rmtree(place.folder)
            make(place.folder)
        kill_after(place, draw.uniform(0, took))
        readable(place)
    report = place.migrate("Ana", "Ben")
    assert [player.problems for player in report.players] == [(), ()]
    assert place.tables() == undisturbed.tables()
    assert report.figures == undisturbed.migrate("Ana", "Ben").figures
    for name in ("Ana", "Ben"):
        for table in lu.MIGRATED:
            mine, theirs = (
                lu.rows_of(
                    one.file(name),
                    f"SELECT COLUMNS(c -> c NOT IN ('updated_at', 'created_at')) FROM {table} "
                    "ORDER BY ALL",
                    one.shared_file,
                )
                for one in (place, undisturbed)
            )
            assert mine == theirs, (name, table)
        assert sorted(path.name for path in place.file(name).parent.iterdir()) == ["stats.duckdb"]
        backups = list((place.folder / "data" / "backups" / "levelup" / name).iterdir())
        assert [path.suffix for path in backups] == [".duckdb"]
    assert place.shared("SELECT player, state FROM levelup_players ORDER BY 1") == [
        ("Ana", "cleaned"), ("Ben", "cleaned"),
    ]  # fmt: skip


def test_two_at_once_take_turns(tmp_path: Path) -> None:
    place = make(tmp_path)
    both = [start(place), start(place)]
    assert [process.wait(timeout=PATIENCE_SECONDS) for process in both] == [0, 0]
    assert place.shared("SELECT count(*) FROM match_registry") == [(11,)]
    readable(place)
