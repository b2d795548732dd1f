"""`make bench`: measures the platform and prints one table.

`python -m benchmarks [NAME...]` measures only what is named.
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import corpora
from media_assets.settings import LibrarySettings, Settings
from media_assets.stages.analyse import analyse
from media_assets.stages.discover import discover
from media_assets.stages.platform import Platform
from media_assets.terminal import print_table

PLAYER = "bench"
RUNS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `rate` is items a second, `ratio` is against `peer` in this run."""

    what: str
    items: int
    seconds: float
    peer: str = ""
    ratio: float | None = None

    def row(self) -> dict[str, object]:
        return {
            "what": self.what,
            "items": self.items,
            "seconds": round(self.seconds, 3),
            "per second": round(self.items / self.seconds),
            "against": self.peer,
            "ratio": None if self.ratio is None else round(self.ratio, 2),
        }


@contextmanager
def platform(library: Path) -> Iterator[Platform]:
    """A platform over a library, with an empty data folder of its own."""
    data = Path(tempfile.mkdtemp(prefix="media_assets_bench_data_"))
    try:
        yield Platform(Settings(data_dir=str(data), library=LibrarySettings(root=str(library))))
    finally:
        shutil.rmtree(data)


def scans() -> Iterator[Figure]:
    """First scan and unchanged rescan of 100,000 files, against `find` in the same run."""
    library = corpora.corpus("small_files", corpora.small_files)
    with platform(library) as bench:
        first = discover(bench, PLAYER)
        yield Figure("first scan, rows only", first.seen, first.seconds)
        rescan = min(discover(bench, PLAYER).seconds for _ in range(RUNS))
    command = ["find", str(library), "-type", "f", "-printf", "%s %T@ %i %p\n"]
    find = min(_seconds(command) for _ in range(RUNS))
    yield Figure("unchanged rescan", first.seen, rescan, "find", rescan / find)


def analysis(name: str, make: Callable[[Path], None]) -> Iterator[Figure]:
    """All products of one kind of file."""
    library = corpora.corpus(name, make)
    with platform(library) as bench:
        discover(bench, PLAYER)
        report = analyse(bench, PLAYER)
        if sum(report.failed.values()):
            raise SystemExit(f"{name}: {report.failed} failed")
    yield Figure(f"{name}, everything", report.media, report.seconds)


BENCHMARKS: dict[str, Callable[[], Iterator[Figure]]] = {
    "scans": scans,
    "screenshots_jpeg": lambda: analysis("screenshots_jpeg", corpora.screenshots_jpeg),
    "photographs": lambda: analysis("photographs", corpora.photographs),
    "screenshots_png": lambda: analysis("screenshots_png", corpora.screenshots_png),
    "clips": lambda: analysis("clips", corpora.clips),
    "music": lambda: analysis("music", corpora.music),
}


def main(names: list[str]) -> None:
    """Measure what is named, else everything."""
    if unknown := set(names) - BENCHMARKS.keys():
        raise SystemExit(f"no benchmark {sorted(unknown)}; there are: {', '.join(BENCHMARKS)}")
    figures = [figure for name in names or BENCHMARKS for figure in BENCHMARKS[name]()]
    print_table("benchmarks", [figure.row() for figure in figures], "nothing measured")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"memory peak: {peak:.0f} MiB in the main process, {workers:.0f} MiB in a worker")


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main(sys.argv[1:])
