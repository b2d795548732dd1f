"""Running a step of the platform in a fresh process, again and again, beside its peers."""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpora.cache import PLAYER
from benchmarks.figures import Peer, Sample
from benchmarks.processes import Usage, run
from benchmarks.tools import Tool, Work

PROJECT = Path(__file__).resolve().parent.parent
SLOW_SECONDS = 20.0
"""A peer that takes longer than this is measured once."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How to measure: repeats of each measurement, and whether the largest sizes are wanted."""

    repeats: int = 3
    large: bool = False


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="media_assets_bench_"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def step(name: str, library: Path, data: Path) -> Sample:
    """One step of the platform over one player, in a process of its own.

    Its seconds do not hold the start of that process; they do hold that of its workers.
    """
    command = [sys.executable, "-m", "benchmarks.steps", name, str(library), str(data)]
    usage = run(command, folder=PROJECT, keep_output=True)
    told = json.loads(usage.output)
    return Sample(
        items=told["items"],
        seconds=told["seconds"],
        cpu_seconds=told["cpu_seconds"] + usage.orphan_cpu_seconds,
        main_mib=told["peak_mib"],
        worker_mib=usage.below_mib,
    )


def fresh(name: str, library: Path) -> Callable[[], Sample]:
    """A step that begins with an empty data folder each time."""

    def measure() -> Sample:
        with scratch() as data:
            return step(name, library, data)

    return measure


def compare(
    ours: Callable[[], Sample],
    tools: tuple[Tool, ...],
    library: Path,
    repeats: int,
    passes: int = 1,
) -> tuple[Sample, tuple[Peer, ...]]:
    """The best of some measurements of ours and of its peers, taken in turns.

    `passes`: how often ours reads each file, for the peers to do so, too.
    """
    samples, taken = [], {tool: list[Usage]() for tool in tools}
    for _ in range(repeats):
        samples.append(ours())
        for tool, usages in taken.items():
            if tool.is_installed and (not usages or usages[0].seconds < SLOW_SECONDS):
                usages.append(_run_tool(tool, library, passes))
    return quickest(samples), tuple(_peer(tool, usages) for tool, usages in taken.items())


def quickest(samples: Iterable[Sample]) -> Sample:
    """The one that took the fewest seconds: what else the machine did disturbed it least."""
    return min(samples, key=lambda sample: sample.seconds)


def warm(library: Path) -> None:
    """Read every file once, so that the first measurement finds it in the cache like the rest."""
    for file in library.rglob("*"):
        if file.is_file():
            with file.open("rb") as stream:
                while stream.read(1 << 20):
                    pass


def _run_tool(tool: Tool, library: Path, passes: int) -> Usage:
    with scratch() as folder:
        work = Work(library / PLAYER, folder, passes)
        return run(tool.command(work), folder=work.files, environment={"BEETSDIR": str(folder)})


def _peer(tool: Tool, usages: list[Usage]) -> Peer:
    if not usages:
        return Peer(tool.name, f"not installed: {tool.install}", None)
    best = min(usages, key=lambda usage: usage.seconds)
    return Peer(tool.name, tool.does, best.seconds, best.cpu_seconds)
