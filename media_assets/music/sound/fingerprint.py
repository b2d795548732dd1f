"""AcoustID fingerprints by Chromaprint's `fpcalc`, where it is installed.

It is another program, and the worker processes may start none: the main process runs it, for files
whose sound was decoded. It is told which demuxer to use, so that it opens no other file or address,
and it gets a copy, for it would give the original a new access time.
"""

import re
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from tempfile import NamedTemporaryFile

from media_assets.errors import MediaError
from media_assets.library.content import open_original
from media_assets.music.sound.features import Fingerprint

METHOD = "Chromaprint, of the first 120 s"
NOT_INSTALLED = "fpcalc (Chromaprint) is not installed"
NOT_WANTED = "audio.fingerprint is off"
_FINGERPRINT = re.compile(r"AQ[A-Za-z0-9_-]{2,100000}")  # that of 120 s has 3,000
_MADE = (0, 3)
"""3 is what versions before 1.6 end with when newer FFmpeg says that the file has ended."""

Fingerprinter = Callable[[str, str], Fingerprint]
"""Makes the fingerprint of a path with the name of its demuxer."""


def fingerprinter(seconds: float, memory_mib: int) -> Fingerprinter | None:
    """What makes fingerprints here; None where `fpcalc` is not installed."""
    program = shutil.which("fpcalc")
    if program is None:
        return None
    return lambda path, demuxer: _of_copy(program, path, demuxer, seconds, memory_mib)


def _of_copy(program: str, path: str, demuxer: str, seconds: float, memory_mib: int) -> Fingerprint:
    try:
        with open_original(path) as original, NamedTemporaryFile(prefix="media_assets_") as copy:
            shutil.copyfileobj(original, copy)
            copy.flush()
            return _run(program, copy.name, demuxer, seconds, memory_mib)
    except (MediaError, OSError) as error:
        return Fingerprint(None, reason=f"it cannot be copied for fpcalc: {error}")


def _run(program: str, path: str, demuxer: str, seconds: float, memory_mib: int) -> Fingerprint:
    command = [program, "-plain", "-format", demuxer, path]
    try:
        with subprocess.Popen(  # noqa: S603  a program that was found, and a path
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            _bound_memory(process.pid, memory_mib)
            try:
                printed, _ = process.communicate(timeout=seconds)
            except BaseException:
                process.kill()
                raise
    except subprocess.TimeoutExpired:
        return Fingerprint(None, reason=f"fpcalc took longer than {seconds:g} s")
    except OSError as error:
        return Fingerprint(None, reason=f"fpcalc cannot be started: {error.strerror}")
    text = printed.decode("ascii", "replace").strip()
    if process.returncode not in _MADE or not _FINGERPRINT.fullmatch(text):
        return Fingerprint(None, reason=f"fpcalc gave none (exit code {process.returncode})")
    return Fingerprint(text, METHOD)


def _bound_memory(pid: int, memory_mib: int) -> None:
    """As that of a worker, where the system can."""
    with suppress(ImportError, AttributeError, OSError):
        import resource

        limit = memory_mib * 1024 * 1024
        resource.prlimit(pid, resource.RLIMIT_DATA, (limit, limit))
