"""Duplicates: precision and recall on labelled pictures, and the time of 100,000.

python -m benchmarks.duplicates [--seeds FIRST-LAST] [--large COUNT] [--repeats N]
                                [--only quality|large] [--json FILE] [--markdown FILE]

Limits were chosen on seeds 0 to 9; the default seeds are others, and nothing was chosen on them.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.duplicates import labelled, quality
from benchmarks.duplicates.rules import installed
from benchmarks.figures import Figure, Peer, Sample, Target, markdown
from benchmarks.processes import run
from benchmarks.workplace import PROJECT, scratch
from media_assets.terminal import print_table

HELD_OUT = (100, 104)


def main(arguments: list[str]) -> int:
    """Measure and print both tables; returns the exit code."""
    chosen = _parse(arguments)
    record: dict[str, Any] = {}
    tables = []
    if chosen.only != "large":
        record["quality"] = measure_quality(*chosen.seeds)
        tables.append(("labelled pictures", record["quality"]))
    if chosen.only != "quality":
        figures = list(measure_large(chosen.large, chosen.repeats))
        record["large"] = [row for figure in figures for row in figure.rows()]
        tables.append((f"{chosen.large:,} pictures", record["large"]))
    for title, rows in tables:
        print_table(title, rows, "nothing measured")
    if chosen.json:
        chosen.json.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    if chosen.markdown:
        chosen.markdown.write_text("\n".join(markdown(rows) for _, rows in tables), "utf-8")
    return 0


def measure_quality(first: int, last: int) -> list[dict[str, object]]:
    """Precision and recall of all rules over some seeds."""
    rules = installed()
    tallies = {name: quality.Tally() for name in rules}
    for seed in range(first, last + 1):
        with scratch() as folder:
            labelled.make(folder, seed)
            files = labelled.read(folder)
            for name, rule in rules.items():
                started = time.perf_counter()
                tallies[name].add(files, rule(files, folder))
                seconds = time.perf_counter() - started
                print(f"seed {seed}, {len(files)} files: {name} {seconds:.1f} s", file=sys.stderr)
    return quality.rows(tallies)


def measure_large(count: int, repeats: int) -> Iterator[Figure]:
    """The search over many, after some new ones, and with nothing new, beside brute force."""
    measured = []
    for _ in range(repeats):
        with scratch() as folder:
            pairs, seconds = _child("make", folder, count)
            measured.append({**_child("measure", folder, count), "brute_force": (pairs, seconds)})
            print(json.dumps(measured[-1]), file=sys.stderr)
    best = min(measured, key=lambda told: told["all"][0])
    pairs, seconds = best["brute_force"]
    peer = Peer("numpy", f"brute force, pHash alone, no pixels: {pairs:,} pairs", seconds)
    yield Figure("search over all, first time", _sample(best, "all"), Target(10, "s"), (peer,))
    yield Figure("search after 100 new ones", _sample(best, "some"))
    yield Figure("search with nothing new", _sample(best, "nothing"))


def _child(step: str, folder: Path, count: int) -> Any:  # noqa: ANN401 what it printed
    command = [sys.executable, "-m", "benchmarks.duplicates.large", step, str(folder), str(count)]
    return json.loads(run(command, folder=PROJECT, keep_output=True).output)


def _sample(told: dict[str, Any], name: str) -> Sample:
    seconds, cpu = told[name]
    return Sample(told["items"], seconds, cpu, told["peak_mib"])


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.duplicates",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seeds", type=_span, default=HELD_OUT, metavar="FIRST-LAST")
    parser.add_argument("--large", type=int, default=100_000, metavar="COUNT")
    parser.add_argument("--repeats", type=int, default=2, help="of the timing; the best is shown")
    parser.add_argument("--only", choices=["quality", "large"])
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    return parser.parse_args(arguments)


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
