"""How many calls a sync makes: each match once, whoever plays in it, whatever happens."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from sync_place import TOKENS, Place

from media_assets.demo.api_population import Population, crowd, shared_history
from media_assets.demo.api_server import ApiServer
from media_assets.demo.people import Person

CHILD = Path(__file__).with_name("sync_child.py")
PARTS = ("stats", "skill", "film")


def start(
    base: Path, server: ApiServer, people: Sequence[Person], **options: Any
) -> subprocess.Popen[str]:
    """A process of its own that syncs these players, one after the other."""
    players = {one.gamertag: str(one.xuid) for one in people}
    arguments = [str(base), str(server.port), json.dumps(players), json.dumps(options)]
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(CHILD), *arguments],
        env={**os.environ, **TOKENS}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def reports(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0
    return [json.loads(line) for line in output.splitlines()]


def calls_of_matches(server: ApiServer) -> int:
    """Calls for matches; the manifest of a film and its chunk count as one."""
    counts = server.record.counts()
    return sum(counts[part] for part in PARTS)


def fetched_twice(server: ApiServer) -> list[tuple[str, str]]:
    calls = Counter((call.kind, call.subject) for call in server.record.calls)
    return [key for key, count in calls.items() if key[0] in PARTS and count > 1]


def watch(server: ApiServer, base: Path) -> list[tuple[str, str]]:
    """Calls for what was there already, as they come."""
    needless: list[tuple[str, str]] = []

    def look(kind: str, subject: str) -> None:
        names = {"stats": "stats.json", "skill": "skill.json", "film": "film_41.gzip"}
        folder = base / "data" / "raw" / "matches" / subject
        if kind in names and (folder / names[kind]).exists():
            needless.append((kind, subject))

    server.before = look
    return needless


def test_each_match_is_fetched_once_for_all_players(tmp_path: Path) -> None:
    """4 players x 1,000 matches, 1,100 unique: 3,300 calls. Then one more, 90 of 100 known: 30."""
    *four, fifth = crowd(5)
    takes_part = shared_history(four, each=1000, unique=1100)
    for number in range(90):
        takes_part[number * 12].append(fifth)
    takes_part.extend([fifth] for _ in range(10))
    names = [one.gamertag for one in four]
    with ApiServer(Population(takes_part)) as server:
        needless = watch(server, tmp_path)
        order = [*names, fifth.gamertag, *names, fifth.gamertag]
        found = reports(start(tmp_path, server, [*four, fifth], players=order))
        assert calls_of_matches(server) == 3300 + 30
        assert server.record.counts() == {
            "stats": 1110, "skill": 1110, "film": 1110, "film chunk": 1110,
            "history": 4 * 41 + 5 + 5,
        }  # fmt: skip
        assert (fetched_twice(server), needless) == ([], [])
    first, more, again = found[:4], found[4], found[5:]
    assert [report["listed"] for report in first] == [1000] * 4
    assert [report["shared"] for report in first] == [0, 900, 1000, 1000]
    assert sum(report["fetched"] for report in first) * 3 == 3300
    assert (more["listed"], more["shared"], more["fetched"]) == (100, 90, 10)
    assert [(report["pages"], report["rows_written"]) for report in again] == [(1, 0)] * 5
    assert len(list((tmp_path / "data" / "raw" / "matches").glob("*/stats.json"))) == 1110


def test_two_players_at_the_same_time_fetch_each_match_once(tmp_path: Path) -> None:
    two = crowd(2)
    with ApiServer(Population(shared_history(two, each=36, unique=40)), latency=0.01) as server:
        places = [Place.of(tmp_path, server.port, two, concurrency=3) for _ in two]
        with ThreadPoolExecutor(2) as pool:
            syncs = zip(places, two, strict=True)
            found = list(pool.map(lambda sync: sync[0].sync(sync[1].gamertag), syncs))
        assert calls_of_matches(server) == 120
        assert fetched_twice(server) == []
    assert sum(report.fetched for report in found) == 40
    assert sum(report.shared for report in found) == 32
    assert all(report.fetched > 5 for report in found), "they did not run at the same time"
    assert [report.unfetched for report in found] == [0, 0]


@pytest.fixture
def interrupted() -> Iterator[threading.Event]:
    """Set when Ctrl-C was heard: sent again then, it would interrupt the clearing up."""
    heard = threading.Event()

    def hear(number: int, frame: FrameType | None) -> None:
        heard.set()
        raise KeyboardInterrupt

    usual = signal.signal(signal.SIGINT, hear)
    yield heard
    signal.signal(signal.SIGINT, usual)


def test_who_interrupts_it_does_not_wait_and_the_next_sync_goes_on(
    tmp_path: Path, interrupted: threading.Event
) -> None:
    (one,) = crowd(1)
    with ApiServer(Population([[one]] * 80), latency=0.01) as server:
        place = Place.of(tmp_path, server.port, [one], concurrency=2)
        asked: list[str] = []

        def interrupt(kind: str, _: str) -> None:
            asked.append(kind)
            # polars may be at work just then, and forget it: it is sent again until it is heard.
            if len(asked) >= 60 and len(asked) % 10 == 0 and not interrupted.is_set():
                os.kill(os.getpid(), signal.SIGINT)

        server.before = interrupt
        with pytest.raises(KeyboardInterrupt):
            place.sync(one.gamertag)
        assert 60 <= len(asked) < 60 + 100, "the interruption was not heard at once"
        claims = place.platform.places.claims
        assert [path.name for path in claims.iterdir() if not path.name.startswith(".")] == []
        assert place.shared("SELECT part, subject, next_retry_at IS NULL FROM fetch_gaps") == [
            ("history", one.gamertag, False)
        ]
        assert place.own(one.gamertag, "SELECT count(*) FROM api_history")[0][0] >= 25
        needless = watch(server, tmp_path)
        assert place.sync(one.gamertag).unfetched == 0
        assert needless == []
        assert place.shared("FROM fetch_gaps") == []
