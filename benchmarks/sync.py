"""A first sync with the match API, beside what its bounded concurrency allows.

`python -m benchmarks.sync` measures it and prints one table.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.corpora.cache import PLAYER
from benchmarks.figures import Figure, Peer, Sample, Target
from benchmarks.processes import run
from benchmarks.workplace import PROJECT, Choice, scratch
from media_assets.demo.api_population import Population
from media_assets.demo.api_server import ApiServer, Tokens
from media_assets.demo.people import Person
from media_assets.matches.live_route import Route
from media_assets.settings import MatchSettings, PlayerSettings, Settings
from media_assets.stages.platform import Platform
from media_assets.stages.sync import sync as sync_player
from media_assets.terminal import print_table

MATCHES: Final = 1_100
LATENCY: Final = 0.05
SHARE: Final = 0.6
"""What is promised: so much of the requests a second that the concurrency allows."""

_WHO = Person(PLAYER, 2_534_000_000_000_000)


def sync(choice: Choice) -> Iterator[Figure]:
    """1,100 matches of one player, every request answered after 50 ms, no limit on the rate.

    The sync has a process of its own, the server this one. Where neither computes anything, as
    many requests are under way at any moment as there may be: that is what it is compared with.
    """
    concurrency = MatchSettings().concurrency
    best, requests = min(
        (_measure(concurrency) for _ in range(choice.repeats)), key=lambda found: found[0].seconds
    )
    allowed = requests * LATENCY / concurrency
    peer = Peer(
        "bounded concurrency",
        f"nothing but {requests:,} waits of {LATENCY * 1000:.0f} ms, {concurrency} at once",
        allowed,
    )
    yield Figure(
        f"first sync of {MATCHES:,} matches",
        best,
        Target(round(1 / SHARE, 2), "times"),
        (peer,),
        f"{allowed / best.seconds:.0%} of the requests a second that are possible",
    )


def _measure(concurrency: int) -> tuple[Sample, int]:
    population = Population([[_WHO]] * MATCHES)
    tokens = Tokens()
    environment = {
        "SPNKR_SPARTAN_TOKEN": tokens.spartan,
        "SPNKR_CLEARANCE_TOKEN": tokens.clearance,
    }
    with scratch() as base, ApiServer(population, latency=LATENCY, tokens=tokens) as server:
        command = [sys.executable, "-m", "benchmarks.sync", str(base), str(server.port)]
        usage = run(
            [*command, str(concurrency)],
            folder=PROJECT, environment=environment, keep_output=True,
        )  # fmt: skip
        told = json.loads(usage.output)
        asked = len(server.record.calls)
    if told["fetched"] != MATCHES or asked != told["requests"]:
        raise SystemExit(f"sync: {told}, and {asked} requests came")
    return Sample(MATCHES, told["seconds"], usage.cpu_seconds, usage.main_mib), asked


def _sync_here(base: Path, port: int, concurrency: int) -> None:
    settings = Settings(
        base=base,
        players={PLAYER: PlayerSettings(xuid=str(_WHO.xuid))},
        matches=MatchSettings(source="api", requests_per_second=0, concurrency=concurrency),
    )
    started = time.perf_counter()
    report = sync_player(Platform(settings, route=Route(loopback_port=port)), PLAYER)
    seconds = time.perf_counter() - started
    told = {"fetched": report.fetched, "requests": report.traffic.requests, "seconds": seconds}
    print(json.dumps(told))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _sync_here(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    else:
        print_table("sync", [row for figure in sync(Choice(1)) for row in figure.rows()], "")
