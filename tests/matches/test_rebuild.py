"""The shared tables are built again from what was kept, also when that is interrupted."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
import match_shapes as shapes
import pytest

from media_assets.matches.raw_store import LEFTOVER_SECONDS, RawStore, ResponseStore
from media_assets.settings import EngineSettings, PlayerSettings, Settings
from media_assets.stages.load_matches import load_matches
from media_assets.stages.platform import Platform
from media_assets.stages.players import derive_history
from media_assets.stages.take_in import BATCH_FILES, take_in

RECORDED = datetime(2026, 5, 3, tzinfo=UTC)
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
NAMES = BATCH_FILES + 20
MATCHES = 3


class Stopped(KeyboardInterrupt):
    """Ctrl-C, or as good as a kill: what was not committed is gone."""


def stopping_at(call: int) -> Iterator[datetime]:
    """A clock that is stopped with its process. `take_in` asks it at its start and once a batch."""
    for _ in range(call - 1):
        yield NOW
    raise Stopped


class Kept:
    """Recorded files, and a platform that has taken them in."""

    def __init__(self, base: Path) -> None:
        self.settings = Settings(
            base=base,
            players={"ana": PlayerSettings(xuid=str(shapes.xuid(1)))},
            engine=EngineSettings(workers=1),
        )
        self.platform = Platform(self.settings, clock=lambda: NOW)
        self.recorded = base / "matches"
        self.recorded.mkdir()
        for number in range(NAMES):
            self.write(
                f"{number}.json", [{"xuid": str(shapes.xuid(number)), "gamertag": f"P{number}"}]
            )
        for number in range(1, MATCHES + 1):
            self.write(f"m{number}.json", shapes.stats([shapes.player(1)], match=number))

    def write(self, name: str, value: object, recorded: datetime = RECORDED) -> None:
        file = self.recorded / name
        file.write_text(json.dumps(value), "utf-8")
        os.utime(file, (recorded.timestamp(), recorded.timestamp()))

    def counts(self) -> list[object]:
        """Names, matches, recorded files."""
        tables = ("xuid_aliases", "match_registry", "source_files")
        with duckdb.connect(str(self.platform.places.shared_database), read_only=True) as con:
            return [
                con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in tables
            ]

    def name_of(self, number: int) -> object:
        with duckdb.connect(str(self.platform.places.shared_database), read_only=True) as con:
            query = "SELECT gamertag FROM xuid_aliases WHERE xuid = ?"
            return con.execute(query, [str(shapes.xuid(number))]).fetchall()[0][0]

    def lose_the_tables(self) -> None:
        self.platform.places.shared_database.unlink()
        shutil.rmtree(self.recorded)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    found = Kept(tmp_path)
    take_in(found.platform)
    load_matches(found.platform, "ana")
    assert found.counts() == [NAMES, MATCHES, NAMES + MATCHES]
    return found


def test_a_rebuild_that_was_interrupted_goes_on(kept: Kept) -> None:
    kept.lose_the_tables()
    clock = stopping_at(3)
    with pytest.raises(Stopped):
        take_in(Platform(kept.settings, clock=lambda: next(clock)))
    assert kept.counts()[2] == BATCH_FILES
    assert take_in(kept.platform).new == NAMES + MATCHES - BATCH_FILES
    load_matches(kept.platform, "ana")
    assert kept.counts() == [NAMES, MATCHES, NAMES + MATCHES]
    assert derive_history(kept.platform, "ana").rows == MATCHES
    assert take_in(kept.platform).new == 0


def test_a_rebuild_takes_in_what_is_recorded_since(kept: Kept) -> None:
    kept.platform.places.shared_database.unlink()
    kept.write("later.json", [{"xuid": str(shapes.xuid(5)), "gamertag": "Later"}])
    take_in(kept.platform)
    before = kept.counts()
    assert take_in(kept.platform).new == 0
    assert kept.counts() == before
    kept.write("m9.json", shapes.stats([shapes.player(1)], match=9))
    assert take_in(kept.platform).new == 1


def test_what_killed_processes_left_is_cleared_away_everywhere(kept: Kept) -> None:
    places = kept.platform.places
    drafts = [folder / ".incoming" / "draft" for folder in (places.raw, places.raw_matches)]
    for draft in drafts:
        draft.write_bytes(b"half a respon")
    stores = (ResponseStore(places.raw), RawStore(places.raw_matches))
    now = time.time()
    assert [store.remove_leftovers(now + LEFTOVER_SECONDS - 600) for store in stores] == [0, 0]
    assert [store.remove_leftovers(now + LEFTOVER_SECONDS + 600) for store in stores] == [1, 1]


def test_what_a_clock_that_was_ahead_left_is_cleared_away(kept: Kept) -> None:
    draft = kept.platform.places.raw_matches / ".incoming" / "draft"
    draft.write_bytes(b"half a respon")
    later = time.time() - LEFTOVER_SECONDS - 600
    assert RawStore(kept.platform.places.raw_matches).remove_leftovers(later) == 1


def test_a_recording_of_a_clock_that_was_ahead_is_not_the_latest_for_ever(kept: Kept) -> None:
    """Its name holds until a later one is recorded, not until its year has come."""
    ahead = datetime(2100, 1, 1, tzinfo=UTC)
    after = NOW + timedelta(days=1)
    for gamertag, recorded, now in (("Ahead", ahead, NOW), ("New", after, after)):
        names = [{"xuid": str(shapes.xuid(5)), "gamertag": gamertag}]
        kept.write(f"{gamertag}.json", names, recorded)
        take_in(Platform(kept.settings, clock=partial(min, now, now)))
        assert kept.name_of(5) == gamertag
    kept.lose_the_tables()
    take_in(Platform(kept.settings, clock=lambda: after))
    assert kept.name_of(5) == "New"
