"""The failure ledger: growing pauses to the microsecond, what resets them, and wrong clocks."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_assets.store.analysis import (
    FIRST_RETRY,
    LONGEST_RETRY,
    Batch,
    forget,
    load_pending,
    load_redo,
    write_batch,
)
from media_assets.store.connect import in_memory
from media_assets.store.frames import frame_of
from media_assets.store.library import add_files
from media_assets.store.tables.catalog import tables_of
from media_assets.store.tables.library import MEDIA_FAILURES, MEDIA_FILES, MEDIA_STAGES

START = datetime(2026, 5, 4, 12)  # noqa: DTZ001 - as the tables have it: naive UTC
MOMENT = timedelta(microseconds=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FAILED = (
    "media_id", "stage", "error_class", "message", "version", "settings", "file_size", "mtime_ns",
)  # fmt: skip


class Ledger:
    """One picture, its stages, and what became of each try. Tests move the time."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.now = START
        self.size = self.mtime_ns = 1000
        self.version, self.settings = 1, ""
        add_files(con, frame_of(MEDIA_FILES, [self._file("a")]))

    @staticmethod
    def _file(media_id: str) -> dict[str, object]:
        return {
            "media_id": media_id, "player": "ana", "folder": "/l", "file_size": 1000,
            "file_path": f"/l/{media_id}.png", "file_name": f"{media_id}.png",
            "file_ext": ".png", "kind": "image",
            "mtime_ns": 1000, "status": "present", "first_seen_at": START, "last_scan_at": START,
        }  # fmt: skip

    @property
    def stages(self) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "stage": ["image_metadata", "thumbnails"],
                "kind": ["image", "image"],
                "version": [self.version, 1],
                "settings": ["", ""],
                "failure_settings": [self.settings, ""],
            },
            schema_overrides={"version": pl.Int32},
        )

    def change(self, size: int, mtime_ns: int) -> None:
        self.size, self.mtime_ns = size, mtime_ns
        self.con.execute("UPDATE media_files SET file_size = ?, mtime_ns = ?", [size, mtime_ns])

    def fail(self, stage: str = "image_metadata") -> None:
        version = self.version if stage == "image_metadata" else 1
        self._write(failed=[{
            **self._key(stage), "error_class": "CorruptMediaError", "message": "broken",
            "version": version, "settings": self.settings,
        }])  # fmt: skip

    def succeed(self, stage: str = "image_metadata") -> None:
        done = {**self._key(stage), "version": self.version, "settings": "", "done_at": self.now}
        self._write(done=[done])

    def _key(self, stage: str) -> dict[str, object]:
        return {
            "media_id": "a", "stage": stage, "file_size": self.size, "mtime_ns": self.mtime_ns,
        }  # fmt: skip

    def _write(
        self, done: list[dict[str, object]] | None = None,
        failed: list[dict[str, object]] | None = None,
    ) -> None:  # fmt: skip
        batch = Batch(
            files=frame_of(MEDIA_FILES, [], ("media_id", "fingerprint", "file_hash")),
            rows={},
            done=frame_of(MEDIA_STAGES, done or []),
            failed=frame_of(MEDIA_FAILURES, failed or [], FAILED),
            copies=pl.DataFrame(schema=dict.fromkeys(("media_id", "donor_id", "stage"), pl.String)),
        )
        write_batch(self.con, batch, self.now)

    def pending(self, now: datetime | None = None) -> set[str]:
        rows = load_pending(self.con, self.stages, now or self.now)
        return {stage for stages in rows["stages"] for stage in stages}

    def is_due(self, now: datetime | None = None) -> bool:
        """Whether the picture's metadata are tried at that time."""
        return "image_metadata" in self.pending(now)

    def listed(self) -> set[str]:
        """The stages that a person is told of who asks what is pending."""
        redo = load_redo(self.con, self.stages, self.now, kind=None, failed=False, force=False)
        return set(redo["stage"])

    def row(self) -> tuple[int, datetime, datetime, datetime]:
        """Attempts, first and last failure, next retry."""
        found = self.con.execute(
            "SELECT attempts, first_failed_at, last_failed_at, next_retry_at FROM media_failures "
            "WHERE stage = 'image_metadata'"
        ).fetchall()
        assert len(found) == 1
        return found[0]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """Made once: the tables of a player take 0.1 s."""
    with in_memory() as con:
        for table in tables_of("player"):
            con.execute(table.create_statement())
        yield con


def fresh_ledger(con: duckdb.DuckDBPyConnection) -> Ledger:
    for table in (MEDIA_FILES, MEDIA_STAGES, MEDIA_FAILURES):
        con.execute(f"DELETE FROM {table.name}")
    return Ledger(con)


@pytest.fixture
def ledger(con: duckdb.DuckDBPyConnection) -> Ledger:
    return fresh_ledger(con)


def test_pauses_double_from_an_hour_to_thirty_days(ledger: Ledger) -> None:
    pauses = []
    for attempt in range(1, 15):
        assert ledger.is_due()
        ledger.fail()
        attempts, first, last, following = ledger.row()
        assert (attempts, first, last) == (attempt, START, ledger.now)
        assert not ledger.is_due(last)
        assert not ledger.is_due(following - MOMENT)
        assert ledger.is_due(following)
        pauses.append(following - last)
        ledger.now = following
    hours = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 720, 720, 720, 720]
    assert pauses == [number * HOUR for number in hours]
    assert (pauses[0], pauses[-1]) == (FIRST_RETRY, LONGEST_RETRY)


def test_many_attempts_do_not_overflow(ledger: Ledger) -> None:
    ledger.fail()
    ledger.con.execute("UPDATE media_failures SET attempts = 2000000000")
    ledger.fail()
    assert ledger.row()[0] == 2_000_000_001
    assert ledger.row()[3] - ledger.row()[2] == LONGEST_RETRY


@pytest.mark.parametrize(("size", "mtime_ns"), [(1001, 1000), (1000, 1001), (1000, -5)])
def test_a_changed_file_is_tried_at_once_and_counted_from_one(
    ledger: Ledger, size: int, mtime_ns: int
) -> None:
    for _ in range(3):
        ledger.fail()
        ledger.now += DAY
    ledger.fail()
    assert not ledger.is_due()
    ledger.change(size, mtime_ns)
    assert ledger.is_due()
    ledger.fail()
    assert ledger.row() == (1, ledger.now, ledger.now, ledger.now + FIRST_RETRY)
    assert not ledger.is_due()


def test_a_file_that_is_as_it_was_again_still_waits_for_its_retry(ledger: Ledger) -> None:
    """A disk that shows other times for an hour has not made a broken file whole."""
    ledger.fail()
    ledger.change(1000, 7)
    assert ledger.is_due()
    ledger.change(1000, 1000)
    assert not ledger.is_due()


def test_new_code_of_a_stage_is_tried_at_once_and_counted_from_one(ledger: Ledger) -> None:
    ledger.fail()
    ledger.fail()
    ledger.version = 2
    assert ledger.is_due()
    ledger.fail()
    assert ledger.row()[0] == 1


def test_another_limit_is_tried_at_once_and_the_count_goes_on(ledger: Ledger) -> None:
    ledger.fail()
    ledger.settings = "pixels=9"
    assert ledger.is_due()
    ledger.now += MOMENT
    ledger.fail()
    assert ledger.row()[:2] == (2, START)
    assert not ledger.is_due()


def test_stages_fail_and_wait_each_for_itself(ledger: Ledger) -> None:
    ledger.fail("thumbnails")
    assert ledger.pending() == {"image_metadata"}
    ledger.succeed("image_metadata")
    assert ledger.pending() == set()
    ledger.now += HOUR
    assert ledger.pending() == {"thumbnails"}


def test_a_success_ends_the_record_and_the_next_failure_begins_a_new_one(ledger: Ledger) -> None:
    ledger.fail()
    ledger.now += DAY
    ledger.succeed()
    assert ledger.con.execute("SELECT count(*) FROM media_failures").fetchone() == (0,)
    ledger.fail()
    assert ledger.row()[:2] == (1, ledger.now)


@pytest.mark.parametrize("status", ["missing", "unknown"])
def test_what_is_not_there_is_not_tried(ledger: Ledger, status: str) -> None:
    ledger.fail()
    ledger.con.execute("UPDATE media_files SET status = ?", [status])
    assert not ledger.is_due(START + 100 * DAY)
    ledger.con.execute("UPDATE media_files SET status = 'present'")
    assert ledger.is_due(START + 100 * DAY)


def test_asking_again_makes_it_due_and_forgets_nothing(ledger: Ledger) -> None:
    for _ in range(4):
        ledger.fail()
        ledger.now += DAY
    ledger.fail()
    asked = pl.DataFrame({"media_id": ["a"], "stage": ["image_metadata"]})
    assert not ledger.is_due()
    assert forget(ledger.con, asked, ledger.now) == 1
    assert ledger.is_due()
    ledger.fail()
    attempts, first, last, following = ledger.row()
    assert (attempts, first, last, following - last) == (6, START, ledger.now, 32 * HOUR)


@pytest.mark.parametrize("back", [MOMENT, timedelta(seconds=1), timedelta(minutes=30), HOUR])
def test_a_clock_set_back_a_little_does_not_bring_the_retry_forward(
    ledger: Ledger, back: timedelta
) -> None:
    ledger.fail()
    assert not ledger.is_due(START - back)
    assert not ledger.is_due(START + FIRST_RETRY - MOMENT)
    assert ledger.is_due(START + FIRST_RETRY)


@pytest.mark.parametrize("back", [HOUR + MOMENT, DAY, 20 * 365 * DAY])
def test_a_clock_that_was_ahead_for_one_run_does_not_put_retries_off(
    ledger: Ledger, back: timedelta
) -> None:
    ledger.fail()
    ledger.now = START - back
    assert ledger.is_due()
    ledger.fail()
    attempts, first, last, following = ledger.row()
    assert attempts == 2
    assert first <= last == ledger.now
    assert following == ledger.now + 2 * HOUR
    assert not ledger.is_due(following - MOMENT)
    assert ledger.is_due(following)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["fail", "succeed", "change", "ask", "raise"]),
        st.integers(-40 * 24, 40 * 24).map(lambda hours: timedelta(hours=hours)),
    ),
    max_size=8,
)


@settings(max_examples=20, deadline=None)
@given(MOVES)
def test_whatever_the_clock_does_nothing_waits_longer_than_twice_the_longest_pause(
    con: duckdb.DuckDBPyConnection, moves
) -> None:
    ledger = fresh_ledger(con)
    for move, pause in moves:
        ledger.now += pause
        if move == "fail":
            ledger.fail()
        elif move == "succeed":
            ledger.succeed()
        elif move == "change":
            ledger.change(ledger.size + 1, ledger.mtime_ns)
        elif move == "ask":
            chosen = pl.DataFrame({"media_id": ["a"], "stage": ["image_metadata"]})
            forget(con, chosen, ledger.now)
        else:
            ledger.version += 1
        for first, last, following in con.execute(
            "SELECT first_failed_at, last_failed_at, next_retry_at FROM media_failures"
        ).fetchall():
            assert first <= last
            assert following - last <= LONGEST_RETRY
    assert ledger.listed() == ledger.pending()
    done = con.execute("SELECT count(*) FROM media_stages").fetchone() == (1,)
    if not done:
        assert ledger.is_due(ledger.now + 2 * LONGEST_RETRY)
