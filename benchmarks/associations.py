"""How right the associations are: the platform beside the rule that people use today.

python -m benchmarks.associations [--players N] [--tuning | --first SEED] [--fit]
                                  [--json FILE] [--markdown FILE]

Simulated players, whose captures' matches are known, go through the platform's own code: capture
times from the evidence, then the rules and their confidence. `--fit` prints the weights that fit
the tuning seeds best; what is shown otherwise comes from the held-out seeds.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.figures import markdown
from benchmarks.simulation.figures import Results
from benchmarks.simulation.fitting import fit
from benchmarks.simulation.judging import Judged, joined, judge
from benchmarks.simulation.mix import HARSH, HELD_OUT_SEEDS, TUNING_SEEDS, Mix
from benchmarks.simulation.player import simulate
from benchmarks.simulation.tables import (
    Rows,
    calibration,
    headline,
    situations,
    sources,
    troubles,
)
from benchmarks.simulation.zones import try_zones
from media_assets.terminal import print_table

SPECIAL_PLAYERS = 100
"""So many players do for what concerns all captures alike."""
TABLES: dict[str, Callable[[Results], Rows]] = {
    "calibration": calibration,
    "by source of the time": sources,
    "by what is shown": situations,
    "by what happened to the file": troubles,
}


def main(arguments: list[str]) -> int:
    """Print the tables; the exit code is 1 when a target is missed."""
    chosen = _parse(arguments)
    seeds = _seeds(chosen)[: chosen.players]
    if chosen.fit:
        print_table(f"weights, seeds {_span(seeds)}", fit(_judged(seeds, Mix())), "")
        return 0
    tables = measure(seeds)
    for title, rows in tables.items():
        print_table(f"{title}, seeds {_span(seeds)}", rows, "nothing")
    if chosen.json:
        chosen.json.write_text(json.dumps(tables, indent=2) + "\n", encoding="utf-8")
    if chosen.markdown:
        text = "\n".join(f"{title}\n\n{markdown(rows)}" for title, rows in tables.items())
        chosen.markdown.write_text(text, encoding="utf-8")
    return 1 if any(row["met"] == "NO" for row in tables["targets"]) else 0


def measure(seeds: Sequence[int]) -> dict[str, Rows]:
    """Every table, by its title."""
    usual = Results(_judged(seeds, Mix()))
    fewer = seeds[:SPECIAL_PLAYERS]
    copied = Results(_judged(fewer, Mix(all_copied=True)))
    harsh = Results(_judged(fewer, HARSH))
    zones = try_zones(simulate(seed, Mix(wrong_zone=True)) for seed in fewer)
    return {
        "targets": headline(usual, copied, harsh, zones),
        **{title: table(usual) for title, table in TABLES.items()},
    }


def _seeds(chosen: argparse.Namespace) -> Sequence[int]:
    if chosen.tuning or chosen.fit:
        return TUNING_SEEDS
    first = HELD_OUT_SEEDS.start if chosen.first is None else chosen.first
    return range(first, first + len(HELD_OUT_SEEDS))


def _judged(seeds: Sequence[int], mix: Mix) -> Judged:
    """On all cores, for a player takes 0.3 s."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        return joined(pool.map(partial(_judged_player, mix), seeds, chunksize=5))


def _judged_player(mix: Mix, seed: int) -> Judged:
    return judge([simulate(seed, mix)])


def _span(seeds: Sequence[int]) -> str:
    """The seeds as runs of numbers: `1000 to 1599, 20000 to 20599`."""
    starts = [seed for seed in seeds if seed - 1 not in seeds]
    ends = [seed for seed in seeds if seed + 1 not in seeds]
    return ", ".join(f"{start} to {end}" for start, end in zip(starts, ends, strict=True))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.associations", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--players", type=int, metavar="N", help="the first N seeds only")
    parser.add_argument("--tuning", action="store_true", help="the tuning seeds")
    parser.add_argument(
        "--first", type=int, metavar="SEED", help="as many others, from this one on"
    )
    parser.add_argument("--fit", action="store_true", help="fit the weights to the tuning seeds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the tables as a record")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write them for people")
    chosen = parser.parse_args(arguments)
    if chosen.players is not None and chosen.players < 1:
        parser.error("--players: at least 1")
    return chosen


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
