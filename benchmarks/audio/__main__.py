"""Tempo, key, loudness and timbre on generated pieces of which all is known.

python -m benchmarks.audio [--seeds FIRST-LAST] [--json FILE] [--fit]

Methods and limits were chosen on seeds 0 to 99, `timbre_scale` on the families 0 to 39; the default
seeds are others, and nothing was chosen on them.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks.audio.quality import (
    Verdict,
    described,
    discriminants,
    judge,
    timbre_precision,
)
from media_assets.terminal import print_table

HELD_OUT = (2000, 2099)
FITTED = range(40)
FAMILIES = 40


def main(arguments: list[str]) -> int:
    """Measure and print, or fit; returns the exit code."""
    chosen = _parse(arguments)
    threadpool_limits(1, user_api="blas")  # as in a worker
    if chosen.fit:
        print_scale()
        return 0
    rows = measure(*chosen.seeds)
    print_table(f"seeds {chosen.seeds[0]} to {chosen.seeds[1]}", rows, "nothing measured")
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0


def measure(first: int, last: int) -> list[dict[str, object]]:
    """What is promised, what was measured, and whether it is kept."""
    tally = judge(range(first, last + 1))
    precision, pieces = timbre_precision(range(first, min(last + 1, first + FAMILIES)))
    tempos, keys = _sums(tally.tempos), _sums(tally.keys)
    timed = sum(tempos.values()) - tempos["none, rightly"] - tempos["invented"]
    tuned = sum(keys.values()) - keys["none, rightly"] - keys["invented"]
    octaves = tempos["half or double"]
    near = keys["exact"] + keys["relative or fifth"]
    worst = max(tally.loudness, default=0.0)
    rows = [
        _row("tempo within 2 %", tempos["exact"], timed, None, ""),
        _row("tempo exactly half or double", octaves, timed, None, ""),
        _row("tempo within 2 %, half or double", tempos["exact"] + octaves, timed, 0.9, tempos),
        _row("key", keys["exact"], tuned, 0.85, keys),
        _row("key, relative or a fifth apart", near, tuned, 0.95, ""),
        {"what": "loudness, furthest from ebur128 (LU)", "of": len(tally.loudness),
         "value": round(worst, 3), "target": "<= 0.5", "kept": worst <= 0.5, "more": ""},
        {"what": "timbre, five nearest of the family", "of": pieces, "value": round(precision, 3),
         "target": ">= 0.8", "kept": precision >= 0.8, "more": ""},
    ]  # fmt: skip
    for (kind, verdict), count in sorted((tally.tempos + Counter()).items()):
        rows.append({"what": f"tempo of {kind}: {verdict}", "of": "", "value": count})
    for (kind, verdict), count in sorted((tally.keys + Counter()).items()):
        rows.append({"what": f"key of {kind}: {verdict}", "of": "", "value": count})
    return [{**dict.fromkeys(("what", "of", "value", "target", "kept", "more"), ""), **row}
            for row in rows]  # fmt: skip


def print_scale() -> None:
    """Print `media_assets/music/sound/timbre_scale.py` anew."""
    centre, axes = discriminants(*described(FITTED))
    print('"""Centre and directions of `audio.timbre`: shapes (64,) and (64, 16).\n')
    print("Fitted by `python -m benchmarks.audio --fit` on the generated families 0 to 39.")
    print('"""\n\nimport numpy as np\n')
    for name, values in (("CENTRE", centre), ("AXES", axes.ravel())):
        print(f"{name} = np.array(\n    [")
        for begin in range(0, len(values), 8):
            line = ", ".join(f"{value:.4g}" for value in values[begin : begin + 8])
            print(f"        {line},")
        print(
            "    ]" + ("\n).reshape(64, 16)  # fmt: skip" if name == "AXES" else "\n)  # fmt: skip")
        )


def _sums(counts: Counter[tuple[str, Verdict]]) -> Counter[Verdict]:
    found: Counter[Verdict] = Counter()
    for (_, verdict), count in counts.items():
        found[verdict] += count
    return found


def _row(
    what: str, count: int, whole: int, target: float | None, more: object
) -> dict[str, object]:
    share = count / whole if whole else 0.0
    return {
        "what": what, "of": whole, "value": round(share, 3),
        "target": f">= {target}" if target else "", "kept": share >= target if target else "",
        "more": ", ".join(f"{name} {number}" for name, number in more.items())
        if isinstance(more, Counter) else "",
    }  # fmt: skip


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audio", description=__doc__)
    parser.add_argument("--seeds", type=_seeds, default=HELD_OUT, metavar="FIRST-LAST")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--fit", action="store_true", help="print the scale of audio.timbre")
    return parser.parse_args(arguments)


def _seeds(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
