"""Connections: short, closed, rolled back on error, retried while another process holds the file.

DuckDB lets one process write and then nobody else may even read. So a connection is opened for
one unit of work, never kept, and an open that meets a lock is repeated with jitter to a deadline.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from media_assets.errors import StoreError, StoreLockedError

LOCK_DEADLINE_SECONDS = 60.0
_FIRST_WAIT, _LONGEST_WAIT = 0.01, 0.5
_HELD = ("Could not set lock", "Conflicting lock", "different configuration")


@contextmanager
def connect(
    file: Path, *, read_only: bool = False, deadline: float = LOCK_DEADLINE_SECONDS
) -> Iterator[duckdb.DuckDBPyConnection]:
    """One connection to one database file, with UTC as the session's zone.

    A writing connection makes the file and its folder when they are not there. The connection is
    closed whatever happens; what was not committed is rolled back by that.

    Raises:
        StoreLockedError: another process held the file for longer than `deadline` seconds.
        StoreError: the file is not there (read only), cannot be made, or is not a database.
    """
    if not read_only:
        make_folder(file.parent)
    con = _open(file, read_only, time.monotonic() + deadline)
    try:
        con.execute("SET TimeZone = 'UTC'")
        # Progress bars would be drawn into logs, and extensions would be looked for on a network.
        con.execute("SET enable_progress_bar = false")
        con.execute("SET autoinstall_known_extensions = false")
        yield con
    finally:
        con.close()


def make_folder(folder: Path) -> None:
    """Make a folder of the store, and those above it.

    Raises:
        StoreError: the system refuses it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: cannot be made: {error.strerror}; see data_dir") from error


@contextmanager
def in_memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to no file, for set-based work on frames."""
    con = duckdb.connect(":memory:")
    try:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET autoinstall_known_extensions = false")
        yield con
    finally:
        con.close()


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit when the block ends, roll back when it raises."""
    con.begin()
    try:
        yield
    except BaseException:
        con.rollback()
        raise
    try:
        con.commit()
    except duckdb.Error as error:
        raise StoreError(
            f"nothing was written, is the disk full? {str(error).splitlines()[0]}"
        ) from error


def attach_shared(con: duckdb.DuckDBPyConnection, shared: Path) -> None:
    """Make the shared database readable as `shared` in this connection."""
    quoted = str(shared).replace("'", "''")
    deadline = time.monotonic() + LOCK_DEADLINE_SECONDS
    for wait in _waits():
        try:
            con.execute(f"ATTACH IF NOT EXISTS '{quoted}' AS shared (READ_ONLY)")
        except duckdb.Error as error:
            _wait_or_raise(shared, error, wait, deadline)
        else:
            return


def _open(file: Path, read_only: bool, deadline: float) -> duckdb.DuckDBPyConnection:
    for wait in _waits():
        try:
            return duckdb.connect(str(file), read_only=read_only)
        except duckdb.Error as error:
            _wait_or_raise(file, error, wait, deadline)
    raise AssertionError("unreachable: the waits never end")


def _waits() -> Iterator[float]:
    """Seconds to wait: doubling, with jitter so that two processes do not stay in step."""
    longest = _FIRST_WAIT
    while True:
        yield random.uniform(longest / 2, longest)
        longest = min(longest * 2, _LONGEST_WAIT)


def _wait_or_raise(file: Path, error: duckdb.Error, wait: float, deadline: float) -> None:
    text = str(error)
    if not any(mark in text for mark in _HELD):
        raise StoreError(f"{file}: cannot be opened: {text.splitlines()[0]}") from error
    if time.monotonic() + wait > deadline:
        raise StoreLockedError(
            f"{file}: held by another process past the deadline; end what uses it "
            f"and try again: {text.splitlines()[0]}"
        ) from error
    time.sleep(wait)
