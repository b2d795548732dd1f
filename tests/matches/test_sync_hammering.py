"""Processes that sync and read the same matches at once, some of them killed.

A few seconds by default; MEDIA_ASSETS_HAMMER_SECONDS=60 makes it a minute.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sync_place import TOKENS, Place

from media_assets.demo.api_population import Population, crowd
from media_assets.demo.api_server import ApiServer, Fault
from media_assets.demo.people import Person
from media_assets.stages.load_matches import load_matches
from media_assets.store.connect import connect

SECONDS = float(os.environ.get("MEDIA_ASSETS_HAMMER_SECONDS", "4"))
CHILD = Path(__file__).with_name("sync_child.py")
PARTS = ("stats", "skill", "film")
FILES = {"stats": "stats.json", "skill": "skill.json", "film": "film_41.gzip"}
STOP = "stop"


class Hammer:
    """Four processes, a player each; the server plays on while they sync."""

    def __init__(self, base: Path, server: ApiServer, people: tuple[Person, ...]) -> None:
        self.base, self.server, self.people = base, server, people
        self.needless: list[tuple[str, str]] = []
        self.killed = 0
        self.read = 0
        self.reader_errors: list[str] = []
        self.place = Place.of(base, server.port, people)
        self._errors = [(base / f"errors of {number}").open("w+") for number in range(len(people))]
        server.before = self._look
        self.processes = [self._start(number) for number in range(len(people))]

    def _look(self, kind: str, subject: str) -> None:
        """Note a call for what is there already."""
        if kind in FILES and (self.place.raw / subject / FILES[kind]).exists():
            self.needless.append((kind, subject))

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        players = {one.gamertag: str(one.xuid) for one in self.people}
        options: dict[str, Any] = {
            "players": [self.people[number].gamertag], "until": STOP,
            # Loading starts a pool of processes: a few seconds are enough for two that do.
            "whole": number < 2 or SECONDS >= 30,
            "matches": {"concurrency": 3},
        }  # fmt: skip
        arguments = [str(self.base), str(self.server.port), json.dumps(players)]
        return subprocess.Popen(
            [sys.executable, str(CHILD), *arguments, json.dumps(options)],
            env={**os.environ, **TOKENS}, stdout=subprocess.DEVNULL, stderr=self._errors[number],
        )  # fmt: skip

    def kill(self, number: int) -> None:
        self.processes[number].send_signal(signal.SIGKILL)
        self.processes[number].wait()
        self.killed += 1
        self.processes[number] = self._start(number)

    def read_on(self, until: threading.Event) -> None:
        """Read published files and live tables as other programs do."""
        shared = self.place.platform.places
        while not until.is_set():
            try:
                for file in shared.published_shared.glob("*.parquet"):
                    with file.open("rb") as opened:  # by name polars opens it twice
                        pl.read_parquet(opened)
                    self.read += 1
                if shared.shared_database.exists():
                    with connect(shared.shared_database, read_only=True) as con:
                        orphans = con.execute(
                            "SELECT count(*) FROM match_participants WHERE match_id NOT IN "
                            "(SELECT match_id FROM match_registry)"
                        ).fetchone()
                    assert orphans == (0,)
            except Exception as error:  # any is too many
                self.reader_errors.append(repr(error))
            until.wait(0.02)

    def errors(self) -> str:
        text = ""
        for file in self._errors:
            file.seek(0)
            text += file.read()
            file.close()
        return text


@pytest.mark.timeout(max(300, int(SECONDS * 4)))
def test_four_processes_syncing_and_reading_the_same_matches(tmp_path: Path) -> None:
    people = crowd(4)
    chance = random.Random(1)
    takes_part = [chance.sample(people, chance.randint(1, 4)) for _ in range(3000)]
    population = Population(takes_part)
    population.visible = 30
    with ApiServer(population, latency=0.002) as server:
        faults = random.Random(2)
        server.fails = lambda *_: (
            Fault(status=503, retry_after=0) if faults.random() < 0.01 else None
        )
        hammer = Hammer(tmp_path, server, people)
        over = threading.Event()
        reader = threading.Thread(target=hammer.read_on, args=(over,))
        reader.start()
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline or population.visible < 60:
            population.visible = min(population.visible + 3, len(population.matches))
            if chance.random() < 0.04 or (hammer.killed == 0 and population.visible > 40):
                hammer.kill(chance.randrange(4))
            time.sleep(0.2)  # the matches that are played meanwhile
        (tmp_path / STOP).touch()
        for process in hammer.processes:
            process.wait()
        over.set()
        reader.join()
        assert [process.returncode for process in hammer.processes] == [0] * 4, hammer.errors()
        assert "lock" not in hammer.errors().lower() or "waiting for it" in hammer.errors()
        assert hammer.reader_errors == []
        assert hammer.needless == []
        assert hammer.read > 10
        print(f"{len(server.record.calls):,} calls, {population.visible:,} matches, "
              f"{hammer.killed} kills, {hammer.read:,} files read")  # fmt: skip
        check_calls(server, hammer.killed)
        check_tables(hammer, population)


def check_calls(server: ApiServer, killed: int) -> None:
    """A match is asked for twice only where a fault or a kill came between."""
    answered = Counter(
        {key: count for key, count in server.record.answered.items() if key[0] in PARTS}
    )
    twice = [key for key, count in answered.items() if count > 1]
    assert len(twice) <= killed * 6 * 3, "more than was under way when processes were killed"


def check_tables(hammer: Hammer, population: Population) -> None:
    """One last sync of everybody, and then nothing is missing, twice, or miscounted."""
    place = hammer.place
    for person in hammer.people:
        report = place.sync(person.gamertag)
        assert (report.trouble, report.unfetched, report.unread) == (None, 0, 0)
    load_matches(place.platform, None)
    played = population.matches[: population.visible]
    assert place.shared("SELECT match_id FROM match_registry ORDER BY 1") == sorted(
        (match.match_id,) for match in played
    )
    assert dict(place.shared("SELECT match_id, player_count FROM match_registry")) == {
        match.match_id: len(match.players) for match in played
    }
    assert place.shared(
        "SELECT count(*), count(DISTINCT (match_id, xuid)) FROM match_participants"
    ) == [(8 * len(played), 8 * len(played))]
    assert place.shared("SELECT count(*) FROM match_registry WHERE NOT events_loaded") == [(0,)]
    assert place.shared("SELECT part, subject FROM fetch_gaps WHERE part = 'history'") == []
    for person in hammer.people:
        mine = sum(person in match.players for match in played)
        assert place.own(
            person.gamertag, "SELECT count(*), count(next_older) FROM api_history"
        ) == [(mine, mine)]
    claims = place.platform.places.claims
    assert len([path for path in claims.iterdir() if not path.name.startswith(".")]) <= (
        hammer.killed * 6
    )
