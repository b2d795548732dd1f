"""`make bench`: measures the platform beside what a user would take instead, and prints one table.

python -m benchmarks [NAME...] [--large] [--repeats N] [--json FILE] [--markdown FILE]
"""

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.figures import Figure, markdown
from benchmarks.processes import CommandError
from benchmarks.subjects import associations, growth, media, scans, whole
from benchmarks.workplace import Choice
from media_assets.terminal import print_table

SUBJECTS: dict[str, Callable[[Choice], Iterator[Figure]]] = {
    "scans": scans.scans,
    "screenshots_jpeg": media.screenshots_jpeg,
    "photographs": media.photographs,
    "screenshots_png": media.screenshots_png,
    "clip_headers": media.clip_headers,
    "clips": media.clips,
    "music": media.music,
    "music_library": media.music_library,
    "audio": media.audio,
    "copies": media.copies,
    "whole": whole.whole,
    "growth": growth.growth,
    "associations": associations.associations,
}


def main(arguments: list[str]) -> int:
    """Measure what is named, else everything; returns the exit code."""
    chosen = parse(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # folders are removed on the way out
    before = os.getloadavg()[0]
    figures: list[Figure] = []
    failed = False
    for name in chosen.names or SUBJECTS:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        try:
            figures += SUBJECTS[name](Choice(chosen.repeats, chosen.large))
        except CommandError as error:
            print(f"error: {name} was not measured: {error}", file=sys.stderr)
            failed = True
    rows = [row for figure in figures for row in figure.rows()]
    print_table("benchmarks", rows, "nothing measured")
    load = f"load before {before:.1f}, after {os.getloadavg()[0]:.1f}"
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {load}")
    if chosen.json:
        chosen.json.write_text(json.dumps(record(rows), indent=2) + "\n", encoding="utf-8")
    if chosen.markdown and rows:
        chosen.markdown.write_text(markdown(rows), encoding="utf-8")
    return 1 if failed else 0


def parse(arguments: list[str]) -> argparse.Namespace:
    """The arguments; a wrong one ends the process with code 2 and says what there is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SUBJECTS))
    parser.add_argument("--large", action="store_true", help="growth to 1,000,000 rows as well")
    parser.add_argument("--repeats", type=int, default=2, help="the best of how many is shown")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table as a record")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write it for people to read")
    chosen = parser.parse_args(arguments)
    if unknown := [name for name in chosen.names if name not in SUBJECTS]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are: {', '.join(SUBJECTS)}")
    if chosen.repeats < 1:
        parser.error("--repeats: at least 1")
    return chosen


def record(rows: list[dict[str, object]]) -> dict[str, object]:
    """The table with what it was measured on."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": version("media_assets"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "rows": rows,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
