"""Connections: short, closed, rolled back on error, retried while another process holds the file.

DuckDB lets one process write and then nobody else may even read. So a connection is opened for
one unit of work, never kept, and an open that meets a lock is repeated with jitter to a deadline.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

import duckdb

from media_assets.errors import StoreError, StoreLockedError
from media_assets.store.disk import explain

Connection: TypeAlias = duckdb.DuckDBPyConnection
"""For code outside of the store, which hands connections on and does not know DuckDB."""

LOCK_DEADLINE_SECONDS = 60.0
BLOCK_BYTES = 65_536
_FIRST_WAIT, _LONGEST_WAIT = 0.01, 0.5
_HELD = ("Could not set lock", "Conflicting lock", "different configuration")
_NO_FAULT_OF_OURS = (
    duckdb.IOException,
    duckdb.OutOfMemoryException,  # also what is raised where nothing can be swapped out
    duckdb.TransactionException,  # a commit that could not be written
    duckdb.FatalException,
)
"""What the system or the disk brings about, whatever is asked of the database."""


@contextmanager
def connect(
    file: Path, *, read_only: bool = False, deadline: float = LOCK_DEADLINE_SECONDS
) -> Iterator[duckdb.DuckDBPyConnection]:
    """One connection to one database file, with UTC as the session's zone.

    A writing connection makes the file and its folder when they are not there. The connection is
    closed whatever happens; what was not committed is rolled back by that.

    Raises:
        StoreLockedError: another process held the file for longer than `deadline` seconds.
        StoreError: the file is not there (read only), cannot be made, is not a database, or cannot
            be read or written while the block runs, for example because the disk is full.
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
    except RuntimeError as error:
        if (interruption := _interruption_in(error)) is not None:
            raise interruption from None
        raise
    except _NO_FAULT_OF_OURS as error:
        what = "cannot be read" if read_only else "cannot be written"
        raise StoreError(explain(file, what, error)) from error
    finally:
        con.close()


def _interruption_in(error: RuntimeError) -> BaseException | None:
    """Ctrl-C, or what else a signal raised, which DuckDB hides in an error of its own."""
    return error.__cause__ if str(error) == "Query interrupted" else None


def make_folder(folder: Path) -> None:
    """Make a folder of the store, and those above it.

    Raises:
        StoreError: the system refuses it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(explain(folder, "cannot be made", error)) from error


def new_file(file: Path) -> None:
    """Make an empty database file, of small blocks.

    A table takes at least a block or two, however few rows it has: with DuckDB's 256 KiB a player
    with 1,000 matches takes 3.4 MB, with 64 KiB 1.5 MB. Large tables take as long and as much.
    """
    make_folder(file.parent)
    quoted = str(file).replace("'", "''")
    with in_memory() as con:
        con.execute(f"ATTACH '{quoted}' AS fresh (TYPE duckdb, BLOCK_SIZE {BLOCK_BYTES})")
        con.execute("DETACH fresh")


@contextmanager
def in_memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to no file, for set-based work on frames."""
    con = duckdb.connect(":memory:")
    try:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET autoinstall_known_extensions = false")
        yield con
    except RuntimeError as error:
        if (interruption := _interruption_in(error)) is not None:
            raise interruption from None
        raise
    finally:
        con.close()


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit when the block ends, roll back when it raises. A commit that fails wrote nothing."""
    con.begin()
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # what failed may have ended the transaction already
            con.rollback()
        raise
    con.commit()


def attach_shared(con: duckdb.DuckDBPyConnection, shared: Path) -> None:
    """Make the shared database readable as `shared` in this connection."""
    attach_read_only(con, shared, "shared")


def attach_read_only(
    con: duckdb.DuckDBPyConnection, file: Path, name: str, deadline: float = LOCK_DEADLINE_SECONDS
) -> None:
    """Make a database file readable under a name in this connection; no other may write it then.

    Raises:
        StoreLockedError: another process held the file for longer than `deadline` seconds.
        StoreError: the file is not there, or is not a database that this DuckDB can read.
    """
    quoted = str(file).replace("'", "''")
    until = time.monotonic() + deadline
    for wait in _waits():
        try:
            # With its type, for DuckDB would look for an extension to read another one with.
            con.execute(f"ATTACH IF NOT EXISTS '{quoted}' AS {name} (READ_ONLY, TYPE duckdb)")
        except duckdb.Error as error:
            _wait_or_raise(file, error, wait, until)
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
        raise StoreError(explain(file, "cannot be opened", error)) from error
    if time.monotonic() + wait > deadline:
        raise StoreLockedError(
            f"{file}: held by another process past the deadline; end what uses it "
            f"and try again: {text.splitlines()[0]}"
        ) from error
    time.sleep(wait)
