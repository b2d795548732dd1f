"""Running a command and all of its processes to the end: time, CPU, and peaks of memory."""

import ctypes
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from media_assets.engine.memory import below, peak_of

_PR_SET_CHILD_SUBREAPER = 36
_LOOK_SECONDS = 0.2
_ORPHAN_SECONDS = 10.0
_TOLD = 2000  # characters of what a failed command said


class CommandError(Exception):
    """A command that is measured failed."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one command took.

    `seconds` is wall time; `cpu_seconds` user and system time of its processes, of which
    `orphan_cpu_seconds` by those that outlived the one that started them: the fork server and its
    workers. `main_mib` is the peak of the first process, `below_mib` the largest of any below it,
    seen a moment before they ended; None where the system does not tell.
    """

    seconds: float
    cpu_seconds: float
    orphan_cpu_seconds: float
    main_mib: float | None
    below_mib: float | None
    output: str


def run(
    command: Sequence[str],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    keep_output: bool = False,
) -> Usage:
    """Run a command without input.

    Raises:
        CommandError: it ended with another exit code than 0; with the end of what it said.
    """
    _adopt_orphans()
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as printed:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=printed if keep_output else subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )
        with _Watch(process.pid) as watch:
            own = _end_of(process)
        seconds = time.perf_counter() - started
        if process.returncode:
            raise CommandError(f"{command[0]}: exit code {process.returncode}: {_text(said)}")
        orphans = sum(_cpu(usage) for usage in _reaped())
        return Usage(
            seconds, own + orphans, orphans, watch.main_mib, watch.below_mib, _text(printed)
        )


def peak_mib() -> float | None:
    """The largest resident memory that this process has had, MiB."""
    return _peak_of(os.getpid())


def _peak_of(process: int) -> float | None:
    peak = peak_of(process)
    return None if peak is None else peak / 1024**2


def _end_of(process: subprocess.Popen[bytes]) -> float:
    """Wait for the command; returns the CPU seconds of it and of what it waited for."""
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    process.returncode = os.waitstatus_to_exitcode(status)
    return _cpu(usage)


def _adopt_orphans() -> None:
    """On Linux, processes that outlive their parent become ours, so that we learn their CPU."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _reaped() -> Iterator[resource.struct_rusage]:
    """Usage of the orphans, which end when they learn that their parent has."""
    deadline = time.monotonic() + _ORPHAN_SECONDS
    while time.monotonic() < deadline:
        try:
            process, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if process:
            yield usage
        else:
            time.sleep(0.005)


def _cpu(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")[-_TOLD:]


class _Watch(threading.Thread):
    """While the block runs, looks now and then at the peaks of a process and of all below it."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self._root = root
        self._over = threading.Event()
        self.main_mib: float | None = None
        self.below_mib: float | None = None

    def __enter__(self) -> "_Watch":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            self.main_mib = _larger(_peak_of(self._root), self.main_mib)
            for process in below(self._root):
                self.below_mib = _larger(_peak_of(process), self.below_mib)


def _larger(one: float | None, other: float | None) -> float | None:
    return max((value for value in (one, other) if value is not None), default=None)
