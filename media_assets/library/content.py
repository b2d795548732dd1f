"""Reading originals: read-only, access time left alone, and told when they change meanwhile."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO

from blake3 import blake3
from xxhash import xxh3_128

from media_assets.errors import EmptyMediaError, UnreadableMediaError

EDGE = 64 * 1024
WHOLE_READ_LIMIT = 64 * 1024 * 1024
"""Files up to this size are read whole and hashed; of larger ones the edges are read."""

WHOLLY_FINGERPRINTED = 2 * EDGE
"""Files up to this size have no byte that their fingerprint leaves out."""

_READ_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
)
_PIECE = 1024 * 1024
_NO_ACCESS_TIME = getattr(os, "O_NOATIME", 0)


@contextmanager
def open_original(path: str) -> Iterator[FileIO]:
    """An original, open for reading only, without buffering.

    The access time is left alone where the system allows that (Linux, own files). A FIFO that
    took the file's place does not block, and a link that took it is not followed.

    Raises:
        UnreadableMediaError: the system refuses it, or it is not a regular file any more.
    """
    try:
        descriptor = _open(path)
    except OSError as error:
        raise UnreadableMediaError(f"cannot be opened: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableMediaError("cannot be opened: not a regular file")
    with os.fdopen(descriptor, "rb", buffering=0) as stream:
        yield stream


def _open(path: str) -> int:
    try:
        return os.open(path, _READ_FLAGS | _NO_ACCESS_TIME)
    except PermissionError:
        return os.open(path, _READ_FLAGS)  # O_NOATIME is for the owner alone


def read_whole(stream: FileIO, size: int) -> bytes:
    """All of a file that is `size` bytes long; less when it has become shorter.

    Raises:
        EmptyMediaError: there is nothing in it.
        UnreadableMediaError: the system fails to read it.
    """
    if size == 0:
        raise EmptyMediaError("the file is empty: 0 bytes")
    try:
        return _read_exactly(stream, size)
    except OSError as error:
        raise UnreadableMediaError(f"cannot be read: {error.strerror}") from error


def fingerprint(content: bytes) -> str:
    """xxh3-128 of the size and the first and last 64 KiB, hex, of a content that is at hand."""
    return _fingerprint(len(content), content[:EDGE], content[-EDGE:])


def fingerprint_of(stream: FileIO, size: int) -> str:
    """The same of an open file: at most 128 KiB are read.

    Raises:
        UnreadableMediaError: the system fails to read it.
    """
    try:
        stream.seek(0)
        head = _read_exactly(stream, min(EDGE, size))
        stream.seek(max(0, size - EDGE))
        tail = _read_exactly(stream, min(EDGE, size))
    except OSError as error:
        raise UnreadableMediaError(f"cannot be read: {error.strerror}") from error
    return _fingerprint(size, head, tail)


def edges_of(path: str, size: int) -> str | None:
    """The fingerprint of the file at a path; None when it cannot be read."""
    try:
        with open_original(path) as stream:
            return fingerprint_of(stream, size)
    except UnreadableMediaError:
        return None  # who reads the whole file meets the same error and records it


def content_hash(content: bytes) -> str:
    """blake3 of a content, hex."""
    return blake3(content).hexdigest()


def content_hash_of(stream: FileIO) -> str:
    """The same of an open file of any size, from its begin, in bounded memory.

    Raises:
        UnreadableMediaError: the system fails to read it.
    """
    digest, buffer = blake3(), bytearray(_PIECE)
    view = memoryview(buffer)
    try:
        stream.seek(0)
        while count := stream.readinto(buffer):
            digest.update(view[:count])
    except OSError as error:
        raise UnreadableMediaError(f"cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def hash_of(path: str) -> str | None:
    """The blake3 of the file at a path; None when it cannot be read."""
    try:
        with open_original(path) as stream:
            return content_hash_of(stream)
    except UnreadableMediaError:
        return None


def _fingerprint(size: int, head: bytes, tail: bytes) -> str:
    digest = xxh3_128(size.to_bytes(8, "little"))
    digest.update(head)
    digest.update(tail)
    return digest.hexdigest()


def _read_exactly(stream: FileIO, count: int) -> bytes:
    """As a rule in one read, and then the join copies nothing."""
    parts = []
    while count > 0 and (part := stream.read(count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
