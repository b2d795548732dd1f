"""Loading 10,000 raw matches, and asking about them.

`python -m benchmarks.matches` measures both and prints one table.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.corpora.cache import PLAYER, corpus
from benchmarks.figures import Figure, Sample, Target
from benchmarks.processes import peak_mib, run
from benchmarks.workplace import PROJECT, Choice, quickest, scratch
from media_assets.demo.people import AMELIE
from media_assets.settings import PlayerSettings, Settings
from media_assets.stages.load_matches import load_matches
from media_assets.stages.platform import Platform
from media_assets.stages.player_tables import derive_tables
from media_assets.stages.promises import example_seconds
from media_assets.stages.publish import publish_player, publish_shared
from media_assets.terminal import print_table

MATCHES: Final = 10_000


def matches(choice: Choice) -> Iterator[Figure]:
    """Everything of 10,000 matches into empty shared tables, and the example queries of the README.

    The queries are asked twice over the published files, and the second time counts.
    """
    raw = corpus(f"matches_{MATCHES}") / PLAYER
    loads, queries = [], []
    for _ in range(choice.repeats):
        with scratch() as data:
            loads.append(_child("load", raw, data))
            queries.append(_child("queries", raw, data))
    yield Figure(f"{MATCHES:,} raw matches into the shared tables", quickest(loads),
                 Target(500, "a second"))  # fmt: skip
    slowest = quickest(queries)
    yield Figure(f"the slowest example query on {MATCHES:,} matches", slowest, Target(0.1, "s"))


def _child(step: str, raw: Path, data: Path) -> Sample:
    command = [sys.executable, "-m", "benchmarks.matches", step, str(raw), str(data)]
    usage = run(command, folder=PROJECT, keep_output=True)
    told = json.loads(usage.output)
    return Sample(told["items"], told["seconds"], usage.cpu_seconds, told["peak_mib"],
                  usage.below_mib)  # fmt: skip


def _load(platform: Platform) -> tuple[int, float]:
    started = time.perf_counter()
    report = load_matches(platform, AMELIE.name)
    if report.failed or report.matches != MATCHES:
        raise SystemExit(f"{report.matches} matches were loaded, {report.failed} failed")
    return report.matches, time.perf_counter() - started


def _query(platform: Platform) -> tuple[int, float]:
    """How many queries there are, and the seconds of the slowest."""
    derive_tables(platform, AMELIE.name)
    publish_player(platform, AMELIE.name)
    publish_shared(platform)
    seconds = example_seconds(platform, AMELIE.name)
    print(json.dumps({name: round(1000 * one, 1) for name, one in seconds.items()}),
          file=sys.stderr)  # fmt: skip
    return 1, max(seconds.values())


def _main(step: str, raw: str, data: str) -> None:
    folder = Path(data) / "raw"
    folder.mkdir(exist_ok=True)
    if not (folder / "matches").exists():
        (folder / "matches").symlink_to(raw)
    person = PlayerSettings(xuid=str(AMELIE.person.xuid), timezone=AMELIE.zone)
    platform = Platform(Settings(data_dir=data, players={AMELIE.name: person}))
    items, seconds = (_load if step == "load" else _query)(platform)
    print(json.dumps({"items": items, "seconds": seconds, "peak_mib": peak_mib()}))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        _main(*sys.argv[1:])
    else:
        rows = [row for figure in matches(Choice()) for row in figure.rows()]
        print_table("benchmarks", rows, "nothing measured")
