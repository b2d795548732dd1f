"""Who reads while a run writes sees whole files and whole tables, and never an error."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from analysed_home import PLAYER, Home, clip, png, tune

from media_assets.library.words import Words
from media_assets.stages.notes import annotate
from media_assets.store.locks import exclusive

ROUNDS = 4

READER = """
import json, sys, time
from pathlib import Path
import duckdb, polars as pl
from media_assets.settings import Settings
from media_assets.stages.platform import Platform
base, player = Path(sys.argv[1]), sys.argv[2]
platform = Platform(Settings(base=base))
folder = platform.places.published(player)
count = {"loops": 0, "tables": 0, "states": 0, "vanished": 0}
errors, states = [], set()

def read(file):
    "By name polars opens a file twice, and might find the old one first and then the new one."
    with file.open("rb") as opened:
        return pl.read_parquet(opened)

def files():
    for file in folder.glob("*.parquet"):  # finds names that begin with a dot, as DuckDB does
        read(file)
    every = f"read_parquet('{folder}/*.parquet', union_by_name=true)"
    duckdb.sql(f"SELECT count(*) FROM {every}").fetchall()

def pictures():
    "What media.parquet names is there, unless another media.parquet has taken its place since."
    while True:
        media = folder / "media.parquet"
        before = media.stat().st_ino
        named = read(media)["thumbnail_path"].drop_nulls()
        gone = [path for path in named if not Path(path).is_file()]
        if not gone:
            return
        count["vanished"] += 1
        assert media.stat().st_ino != before, gone

def tables():
    with platform.reading(player) as con:
        present, done, rows = con.execute(
            "SELECT (SELECT count(*) FROM media_files), (SELECT count(*) FROM media_stages "
            "WHERE stage = 'image_metadata'), (SELECT count(*) FROM image_metadata)"
        ).fetchone()
    assert done == rows, (done, rows)  # they are written together
    states.add((present, done))
    count["tables"] += 1

print("ready", flush=True)
stop = base / "stop"
while not stop.exists():
    for look in (files, pictures, tables):
        try:
            look()
        except Exception as error:
            if not (look is not tables and not (folder / "media.parquet").exists()):
                errors.append(f"{look.__name__}: {type(error).__name__}: {error}")
    count["loops"] += 1
    time.sleep(0.05)  # who reads without a pause lets nobody write, and the test takes minutes
print(json.dumps({**count, "states": len(states), "errors": errors[:5]}))
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@contextmanager
def reader(home: Home) -> Iterator[dict[str, Any]]:
    """A process that reads all the time; what it saw is there when the block has ended."""
    seen: dict[str, Any] = {}
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(home.base), PLAYER],
        stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield seen
        finally:
            (home.base / "stop").touch()
            output = process.stdout.read()
    seen.update(json.loads(output))


def test_readers_see_whole_files_and_tables_while_runs_write(home: Home) -> None:
    """New, replaced and broken files, so that every table and every poster changes."""
    with reader(home) as seen:
        for number in range(ROUNDS):
            for place in range(12):
                home.write(f"{place}.png", png(100 * number + place, (160, 120)))
            home.write(f"{number}.mp4", clip(number))
            home.write(f"{number}.wav", tune(number))
            home.write("bad.png", b"broken %d" % number)
            home.work()
            home.publish()
    assert seen["errors"] == []
    assert seen["loops"] > ROUNDS
    assert seen["states"] > 1


def test_peoples_words_do_not_wait_for_an_analysis(home: Home) -> None:
    """It holds the player's lock from its first file to its last, which may take hours."""
    home.write("one.png", png(1))
    home.work()
    (media_id,) = home.rows("SELECT media_id FROM media_files")[0]
    with exclusive(home.platform.places.lock(PLAYER)):
        annotate(home.platform, [str(media_id)], Words(add_tags=("mine",), rating=4))
    assert home.rows("SELECT tags, rating FROM media_notes") == [(["mine"], 4)]
