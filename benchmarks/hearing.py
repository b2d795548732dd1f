"""How long the analysis of the sound of one track takes, in processes that are warm.

`python -m benchmarks.hearing` hears the tracks of the corpus `long_music` in one process alone, and
in one for each core at once, and prints one table. Where cores share what computes, a track takes
longer in the second line. Nothing is read from or written into a database.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks.corpora.cache import PLAYER, corpus
from benchmarks.workplace import PROJECT
from media_assets.engine.worker import keep_freed_memory
from media_assets.music.sound.hearing import listen
from media_assets.settings import AudioSettings
from media_assets.terminal import print_table

_WARM_UP = 3


def measure(processes: int) -> dict[str, object]:
    """All tracks in each of so many processes, which start at the same time."""
    command = [sys.executable, "-m", "benchmarks.hearing", "here"]
    corpus("long_music")
    started = [
        subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    told = [json.loads(process.communicate()[0]) for process in started]
    if any(process.returncode for process in started):
        raise SystemExit("hearing: a process failed")
    tracks = sum(one["tracks"] for one in told)
    return {
        "processes": processes,
        "tracks": tracks,
        "CPU ms a track": round(1000 * sum(one["cpu_seconds"] for one in told) / tracks),
        "tracks a second": round(sum(one["tracks"] / one["seconds"] for one in told), 2),
    }


def _hear(file: Path) -> None:
    with file.open("rb") as stream:
        listen(stream, file.suffix, AudioSettings().seconds)


def _here() -> None:
    """As a worker does it: in one thread, with memory that is kept."""
    keep_freed_memory()
    files = sorted((corpus("long_music") / PLAYER).iterdir())
    with threadpool_limits(1):
        for file in files[:_WARM_UP]:
            _hear(file)
        started, cpu = time.perf_counter(), time.process_time()
        for file in files:
            _hear(file)
    told = {
        "tracks": len(files),
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu,
    }
    print(json.dumps(told))


def _lines() -> Iterator[dict[str, object]]:
    for processes in dict.fromkeys((1, os.cpu_count() or 1)):
        yield measure(processes)


if __name__ == "__main__":
    if sys.argv[1:] == ["here"]:
        _here()
    else:
        print_table("hearing", list(_lines()), "")
