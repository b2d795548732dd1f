"""Does a file still have the bytes that were recorded of it? It is read, never repaired."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from typing import Literal

from media_assets.errors import UnreadableMediaError
from media_assets.library.content import content_hash_of, fingerprint_of, open_original
from media_assets.library.mtime import storable

VerificationResult = Literal["ok", "changed", "corrupt", "missing", "unreadable"]
RESULTS: tuple[VerificationResult, ...] = ("ok", "changed", "corrupt", "missing", "unreadable")

_OTHER_STATE = "its size or mtime is not that of the latest scan; the next one sees to it"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is known of a file: size in bytes, mtime, fingerprint, and blake3 if it was read."""

    size: int
    mtime_ns: int
    fingerprint: str
    file_hash: str | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What reading a file has shown. `file_hash` is its blake3 where the file is `ok`."""

    result: VerificationResult
    message: str | None = None
    file_hash: str | None = None


def verify_file(path: str, recorded: Recorded) -> Verification:
    """Read a file from end to end and compare it with what was recorded.

    Where no full hash was recorded, the fingerprint is compared. A file whose bytes differ though
    its size and mtime do not is `corrupt`: the disk failed, or a program hid what it wrote.
    """
    try:
        with open_original(path) as stream:
            if _state(stream) != (recorded.size, recorded.mtime_ns):
                return Verification("changed", _OTHER_STATE)
            _forget_cached(stream)
            edges = fingerprint_of(stream, recorded.size)
            digest = content_hash_of(stream)
            if _state(stream) != (recorded.size, recorded.mtime_ns):
                return Verification("changed", "it changed while it was read")
    except UnreadableMediaError as error:
        return _explained(path, error)
    return _compared(recorded, edges, digest)


def _compared(recorded: Recorded, edges: str, digest: str) -> Verification:
    if recorded.file_hash is not None and recorded.file_hash != digest:
        return Verification("corrupt", f"blake3 is {digest}, was {recorded.file_hash}")
    if recorded.fingerprint != edges:
        return Verification("corrupt", f"fingerprint is {edges}, was {recorded.fingerprint}")
    return Verification("ok", None, digest)


def _explained(path: str, error: UnreadableMediaError) -> Verification:
    """Why a file cannot be read; one that is not there, or is none any more, is no failure."""
    try:
        mode = os.lstat(path).st_mode  # a Path cannot be made of every name that a system takes
    except (FileNotFoundError, NotADirectoryError):
        return Verification("missing", "there is no such file")
    except OSError as refused:
        return Verification("unreadable", f"cannot be looked at: {refused.strerror}")
    if not stat.S_ISREG(mode):
        return Verification("changed", "it is no regular file any more; the next scan sees to it")
    return Verification("unreadable", str(error))


def _state(stream: FileIO) -> tuple[int, int]:
    status = os.fstat(stream.fileno())
    return status.st_size, storable(status.st_mtime_ns)


def _forget_cached(stream: FileIO) -> None:
    """Ask the disk rather than memory, and read ahead; other systems than Linux may not do so."""
    if not hasattr(os, "posix_fadvise"):
        return
    with suppress(OSError):  # it is advice, which a file system may refuse
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
