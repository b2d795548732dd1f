"""Connections are short: closed, rolled back, in UTC, and patient with other processes."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from media_assets.errors import StoreError, StoreLockedError
from media_assets.store.connect import attach_shared, connect, in_memory, transaction
from media_assets.store.locks import exclusive

HOLDER = """
import sys
from pathlib import Path
from media_assets.store.connect import connect
with connect(Path(sys.argv[1])) as con:
    con.execute("CREATE OR REPLACE TABLE held (n INTEGER)")
    print("held", flush=True)
    sys.stdin.readline()
"""
LOCKER = HOLDER.replace("store.connect import connect", "store.locks import exclusive").replace(
    'with connect(Path(sys.argv[1])) as con:\n    con.execute("CREATE OR REPLACE TABLE held (n '
    'INTEGER)")',
    "with exclusive(Path(sys.argv[1])):",
)


class Failure(Exception):
    """What the block under test raises."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "new" / "stats.duckdb"
    with connect(path) as con:
        con.execute("CREATE TABLE t (n INTEGER)")
    return path


@contextmanager
def held_by_another_process(file: Path, program: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-c", program, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


def release(holder: "subprocess.Popen[str]") -> None:
    assert holder.stdin is not None
    holder.stdin.write("\n")
    holder.stdin.flush()


def fail_with(file: Path, opened: list[duckdb.DuckDBPyConnection]) -> None:
    with connect(file) as con:
        opened.append(con)
        con.execute("INSERT INTO t VALUES (1)")
        raise Failure


def fail_after(
    con: duckdb.DuckDBPyConnection, statements: list[str], error: type[BaseException]
) -> None:
    with transaction(con):
        for statement in statements:
            con.execute(statement)
        raise error


def rows(file: Path) -> list[tuple[object, ...]]:
    with connect(file, read_only=True) as con:
        return con.execute("FROM t ORDER BY n").fetchall()


def test_a_writing_connection_makes_the_file_and_its_folder(file: Path) -> None:
    assert rows(file) == []


def test_reading_makes_nothing(tmp_path: Path) -> None:
    absent = tmp_path / "none" / "stats.duckdb"
    with (
        pytest.raises(StoreError, match=r"stats\.duckdb: cannot be opened"),
        connect(absent, read_only=True),
    ):
        pass
    assert not absent.parent.exists()


def test_a_file_that_is_no_database_is_refused_at_once(tmp_path: Path) -> None:
    broken = tmp_path / "stats.duckdb"
    broken.write_bytes(b"nonsense" * 2000)
    started = time.monotonic()
    with pytest.raises(StoreError, match="not a valid DuckDB database") as caught, connect(broken):
        pass
    assert not isinstance(caught.value, StoreLockedError)
    assert time.monotonic() - started < 10
    assert broken.read_bytes() == b"nonsense" * 2000


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    target = tmp_path / "data" / "players" / "stats.duckdb"
    with pytest.raises(StoreError, match="players: cannot be made"), connect(target):
        pass
    with pytest.raises(StoreError, match="players: cannot be made"), exclusive(target):
        pass


def test_the_connection_is_closed_after_use_and_after_an_exception(file: Path) -> None:
    with connect(file) as kept:
        pass
    opened = [kept]
    with pytest.raises(Failure):
        fail_with(file, opened)
    for con in opened:
        with pytest.raises(duckdb.ConnectionException):
            con.execute("SELECT 1")
    file.unlink()  # nothing in this process has the old file open any more
    with connect(file) as con:
        assert con.execute("SHOW TABLES").fetchall() == []


def test_a_transaction_commits_at_its_end(file: Path) -> None:
    with connect(file) as con:
        with transaction(con):
            con.execute("INSERT INTO t VALUES (1)")
        with transaction(con):
            con.execute("INSERT INTO t VALUES (2)")
    assert rows(file) == [(1,), (2,)]


@pytest.mark.parametrize("error", [Failure, KeyboardInterrupt, GeneratorExit])
def test_a_transaction_is_rolled_back_on_any_exception(
    file: Path, error: type[BaseException]
) -> None:
    with connect(file) as con:
        with pytest.raises(error):
            fail_after(con, ["INSERT INTO t VALUES (1)", "CREATE TABLE other (n INTEGER)"], error)
        assert con.execute("FROM t").fetchall() == []
        assert con.execute("SHOW TABLES").fetchall() == [("t",)]
        with transaction(con):  # and the connection is of use still
            con.execute("INSERT INTO t VALUES (3)")
    assert rows(file) == [(3,)]


def test_a_statement_that_fails_rolls_back_what_went_before(file: Path) -> None:
    with connect(file) as con:
        with pytest.raises(duckdb.CatalogException):
            fail_after(con, ["INSERT INTO t VALUES (1)", "INSERT INTO nowhere VALUES (1)"], Failure)
        assert con.execute("FROM t").fetchall() == []


def test_what_was_not_committed_is_gone_with_the_connection(file: Path) -> None:
    with connect(file) as con:
        con.begin()
        con.execute("INSERT INTO t VALUES (1)")
    assert rows(file) == []


def test_a_reader_cannot_write(file: Path) -> None:
    with connect(file, read_only=True) as con, pytest.raises(duckdb.Error, match="read-only"):
        con.execute("INSERT INTO t VALUES (1)")


@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_held_past_the_deadline_is_an_error_that_says_so(
    file: Path, read_only: bool
) -> None:
    with held_by_another_process(file, HOLDER) as holder:
        started = time.monotonic()
        with (
            pytest.raises(StoreLockedError, match="held by another process") as caught,
            connect(file, read_only=read_only, deadline=0.5),
        ):
            pass
        assert 0.2 < time.monotonic() - started < 5
        assert str(holder.pid) in str(caught.value)
        assert str(file) in str(caught.value)


@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_held_by_another_process_is_waited_for(file: Path, read_only: bool) -> None:
    with held_by_another_process(file, HOLDER) as holder:
        timer = threading.Timer(0.5, release, [holder])
        timer.start()
        started = time.monotonic()
        with connect(file, read_only=read_only, deadline=30) as con:
            assert con.execute("SHOW TABLES").fetchall() == [("held",), ("t",)]
        assert time.monotonic() - started > 0.4
        timer.join()


def test_what_a_killed_process_had_committed_is_read(file: Path) -> None:
    program = HOLDER.replace("CREATE OR REPLACE TABLE held (n INTEGER)", "INSERT INTO t VALUES (7)")
    with held_by_another_process(file, program) as holder:
        holder.kill()
        holder.wait()
        assert rows(file) == [(7,)]


def test_readers_and_a_writer_of_one_process_wait_for_each_other(file: Path) -> None:
    held, may_end = threading.Event(), threading.Event()

    def write() -> None:
        with connect(file) as con:
            con.execute("INSERT INTO t VALUES (1)")
            held.set()
            may_end.wait(30)

    writer = threading.Thread(target=write)
    writer.start()
    assert held.wait(30)
    with pytest.raises(StoreLockedError), connect(file, read_only=True, deadline=0.05):
        pass
    may_end.set()
    assert rows(file) == [(1,)]
    writer.join()


def test_the_session_is_utc_whatever_the_zone_of_the_system(file: Path, tmp_path: Path) -> None:
    program = (
        "import sys, datetime as d; from pathlib import Path\n"
        "from media_assets.store.connect import attach_shared, connect, in_memory\n"
        "noon = d.datetime(2024, 7, 1, 12, tzinfo=d.UTC)\n"
        "query = \"SELECT current_setting('TimeZone'), ?::TIMESTAMPTZ::TIMESTAMP, "
        'abs(epoch(now()::TIMESTAMP) - epoch(now())) < 1"\n'
        "with connect(Path(sys.argv[1])) as con: print(con.execute(query, [noon]).fetchone())\n"
        "with in_memory() as con: print(con.execute(query, [noon]).fetchone())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)],
        env={**os.environ, "TZ": "Pacific/Auckland"},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = f"('UTC', {datetime(2024, 7, 1, 12)!r}, True)"  # noqa: DTZ001 - naive UTC
    assert done.stdout.splitlines() == [expected, expected]


def test_an_aware_time_is_stored_as_utc(file: Path) -> None:
    with connect(file) as con:
        con.execute("CREATE TABLE times (taken TIMESTAMP)")
        con.execute("INSERT INTO times VALUES (?)", [datetime(2024, 7, 1, 12, tzinfo=UTC)])
        assert con.execute("SELECT epoch(taken) FROM times").fetchone() == (1719835200.0,)


def test_no_connection_touches_the_network_for_extensions(file: Path) -> None:
    query = "SELECT current_setting('autoinstall_known_extensions')"
    with connect(file, read_only=True) as con:
        assert con.execute(query).fetchone() == (False,)
    with in_memory() as con:
        assert con.execute(query).fetchone() == (False,)


def test_the_shared_database_is_readable_as_shared(file: Path, tmp_path: Path) -> None:
    shared = tmp_path / "it's shared" / "shared.duckdb"
    with connect(shared) as con:
        con.execute("CREATE TABLE s AS SELECT 5 AS n")
    with connect(file) as con:
        attach_shared(con, shared)
        attach_shared(con, shared)
        assert con.execute("FROM shared.s").fetchall() == [(5,)]
        with pytest.raises(duckdb.Error, match="read-only"):
            con.execute("INSERT INTO shared.s VALUES (6)")
    absent = tmp_path / "absent.duckdb"
    with connect(file) as con, pytest.raises(StoreError, match=r"absent\.duckdb: cannot be opened"):
        attach_shared(con, absent)


def test_a_lock_is_held_by_one_process_and_waited_for_by_others(tmp_path: Path) -> None:
    lock = tmp_path / "locks" / "ana.lock"
    with held_by_another_process(lock, LOCKER) as holder:
        with (
            pytest.raises(StoreLockedError, match="another run holds this lock"),
            exclusive(lock, wait=0.2),
        ):
            pass
        timer = threading.Timer(0.3, release, [holder])
        timer.start()
        with exclusive(lock, wait=30):
            pass
        timer.join()


def test_who_waits_for_a_lock_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    lock = tmp_path / "ana.lock"
    with held_by_another_process(lock, LOCKER) as holder:
        timer = threading.Timer(1.5, release, [holder])
        timer.start()
        with exclusive(lock, wait=120):
            pass
        timer.join()
    assert caplog.messages == ["ana: another run is at work, waiting for it, up to 2 min"]
    caplog.clear()
    with exclusive(lock, wait=120):
        pass
    assert caplog.messages == []


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    lock = tmp_path / "ana.lock"
    with held_by_another_process(lock, LOCKER) as holder:
        holder.kill()
        holder.wait()
        with exclusive(lock, wait=5):
            pass
    with exclusive(lock, wait=0):  # and after use
        pass


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_who_interrupts_a_statement_is_heard_as_such(file: Path, kind: str) -> None:
    """DuckDB raises this where a signal handler raised during a statement, as Ctrl-C does."""
    with (
        pytest.raises(KeyboardInterrupt),
        connect(file) if kind == "file" else in_memory(),
    ):
        raise RuntimeError("Query interrupted") from KeyboardInterrupt()
    with pytest.raises(RuntimeError, match="anything else"), connect(file):
        raise RuntimeError("anything else")
    with connect(file) as con:
        con.execute("INSERT INTO t VALUES (1)")
