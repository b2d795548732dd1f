"""Clocks that are wrong: set back, ahead for one run, in a night of the clock change, in mtimes."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
import pytest
from scanned_library import PLAYER, START, ScannedLibrary

from media_assets.stages.capture_times import compute_times
from media_assets.stages.platform import Platform
from media_assets.stages.publish import publish_player
from media_assets.stages.views import file_months, table_look
from media_assets.store.tables.library import MEDIA_FILES

YEAR = timedelta(days=365)
SECOND = 1_000_000_000
ODD_MTIMES = {
    "before-1970": -1,
    "long-before-1970": -SECOND * 86400 * 365 * 5,
    "the-beginning": 0,
    "beyond-2262": 2**63 + 5,
    "next-century": SECOND * 86400 * 365 * 120,
}


@pytest.fixture
def library(tmp_path: Path) -> ScannedLibrary:
    return ScannedLibrary(tmp_path, max_missing_files=9)


def scan_at(library: ScannedLibrary, moment: datetime) -> None:
    library.now = moment - timedelta(hours=1)  # `scan` moves it on by as much
    library.scan()


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(days=40), 56 * YEAR])
def test_a_clock_that_was_set_back_turns_no_times_round(
    library: ScannedLibrary, back: timedelta
) -> None:
    for name in ("stays.png", "changes.png", "moves.png", "goes.png", "returns.png"):
        library.write(name, name)
    scan_at(library, START)
    library.read()
    before = library.ids()
    library.write("changes.png", "another content")
    library.move("moves.png", "elsewhere/moved.png")
    gone = library.path("goes.png").read_bytes(), library.path("returns.png").read_bytes()
    library.path("goes.png").unlink()
    mtime = library.path("returns.png").stat().st_mtime_ns
    library.path("returns.png").unlink()
    scan_at(library, START - back)
    library.write("returns.png", gone[1])
    os.utime(library.path("returns.png"), ns=(mtime, mtime))
    scan_at(library, START - 2 * back)
    for media in library.media():
        assert media.first_seen <= media.changed, media.path
        assert media.deleted is None or media.deleted >= media.first_seen, media.path
    assert library.ids() == {
        "stays.png": before["stays.png"], "changes.png": before["changes.png"],
        "elsewhere/moved.png": before["moves.png"], "returns.png": before["returns.png"],
    }  # fmt: skip
    assert library.ids("missing") == {"goes.png": before["goes.png"]}
    library.write("goes.png", gone[0])
    scan_at(library, START - 3 * back)
    assert library.ids()["goes.png"] == before["goes.png"]


def test_a_clock_that_was_ahead_for_one_scan_hides_no_later_change(library: ScannedLibrary) -> None:
    for name in ("one.png", "two.png"):
        library.write(name, name)
    scan_at(library, START + 30 * YEAR)
    library.write("one.png", "another content")
    scan_at(library, START)
    library.path("one.png").unlink()
    scan_at(library, START + timedelta(days=1))
    assert set(library.ids("missing")) == {"one.png"}
    assert all(media.first_seen <= media.changed for media in library.media())


def test_the_night_of_the_clock_change_is_in_order(library: ScannedLibrary) -> None:
    """A clock that gives local times: half past two comes twice, and is two times."""
    paris = ZoneInfo("Europe/Paris")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=paris)
    second = first.replace(fold=1)
    times = [Platform(library.settings, clock=lambda now=now: now).now() for now in (first, second)]
    assert times == [datetime(2026, 10, 25, 0, 30), datetime(2026, 10, 25, 1, 30)]  # noqa: DTZ001
    library.write("one.png", "one")
    scan_at(library, first.astimezone(UTC))
    library.write("one.png", "two")
    scan_at(library, second.astimezone(UTC))
    (media,) = library.media()
    assert media.changed - media.first_seen == timedelta(hours=1)


def test_odd_mtimes_are_kept_compared_and_shown(library: ScannedLibrary) -> None:
    """Whatever time a file says, it is one media, unchanged when it is, and shown without error."""
    for name, mtime_ns in ODD_MTIMES.items():
        library.write(f"{name}.png", name)
        os.utime(library.path(f"{name}.png"), ns=(mtime_ns, mtime_ns))
    library.scan()
    kept = {media.name: media.mtime_ns for media in library.media()}
    assert kept["before-1970.png"] == -1
    before = library.written()
    assert library.scan().unchanged == len(ODD_MTIMES)
    assert library.written() == before
    compute_times(library.platform, PLAYER)
    publish_player(library.platform, PLAYER)
    folder = library.platform.places.published(PLAYER)
    media = pl.read_parquet(folder / "media.parquet")
    assert media.height == len(ODD_MTIMES)
    assert media["mtime"].null_count() == 0
    assert sum(count for *_, count in file_months(library.platform, PLAYER)) == len(ODD_MTIMES)
    assert table_look(library.platform, PLAYER, MEDIA_FILES)[0] == len(ODD_MTIMES)
    taken = dict(zip(media["file_name"], media["capture_start_utc"], strict=True))
    assert taken["next-century.png"] is None
    assert taken["beyond-2262.png"] is None


def test_a_time_to_come_is_looked_at_again_when_it_has_come(library: ScannedLibrary) -> None:
    """A capture whose clock was ahead by two days gets its time when that is no longer ahead."""
    taken = START + timedelta(days=2)
    library.write("one.png", "one")
    os.utime(library.path("one.png"), (taken.timestamp(), taken.timestamp()))
    scan_at(library, START)
    compute_times(library.platform, PLAYER)
    assert times_of(library) == [None]
    library.now = START + timedelta(days=3)
    compute_times(library.platform, PLAYER)
    assert times_of(library) == [taken.replace(tzinfo=None)]


def times_of(library: ScannedLibrary) -> list[object]:
    with duckdb.connect(str(library.database), read_only=True) as con:
        rows = con.execute("SELECT capture_start_utc FROM capture_times").fetchall()
    return [row[0] for row in rows]
