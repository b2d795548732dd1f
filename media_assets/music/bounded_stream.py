"""An open file that hands out no more than a tag reader may hold, nor for ever."""

import errno
import os
from io import BytesIO
from typing import BinaryIO

from media_assets.errors import (
    CorruptMediaError,
    LimitExceededError,
    MediaError,
    UnreadableMediaError,
)

SLACK_BYTES = 4 * 1024**2
"""What readers look through besides tags: a megabyte in search of an MPEG frame, headers, tails."""
SLACK_READS = 100_000
"""Reads that a file of any size may take, besides one for each of its bytes."""


class BoundedStream:
    """Counts bytes and reads. `refusal` keeps the error raised, should a parser swallow it.

    A broken header can send a parser round in circles (Musepack's does, by a packet of size 0):
    that ends here instead of at the time limit of the item.
    """

    name = "the file"
    """Parsers put it into their messages."""

    def __init__(self, content: bytes | BinaryIO, limit: int) -> None:
        self._stream = BytesIO(content) if isinstance(content, bytes) else content
        self._limit = limit
        self._bytes_left: float = limit + SLACK_BYTES
        self.refusal: MediaError | None = None
        self.size = self._stream.seek(0, 2)
        self._reads_left = self.size + SLACK_READS

    def allow_all(self) -> None:
        """Count no bytes from now on: for who reads a whole file page by page and keeps none."""
        self._bytes_left = float("inf")

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes from here; all that is left where it is negative."""
        if size > self._bytes_left:
            raise self._too_large()
        self._reads_left -= 1
        if self._reads_left < 0:
            self.refusal = CorruptMediaError(
                "The headers of the file refer to each other in a circle"
            )
            raise self.refusal
        try:
            data = self._stream.read(size)
        except OSError as error:
            raise self._unreadable(error) from error
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise self._too_large()
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a position; one before the start is the `OSError` that it is for a file on disk."""
        start = 0 if whence == 0 else self.tell() if whence == 1 else self.size
        position = start + offset
        if position < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        try:
            return self._stream.seek(position)
        except OSError as error:
            raise self._unreadable(error) from error

    def tell(self) -> int:
        """The position."""
        return self._stream.tell()

    def _too_large(self) -> MediaError:
        self.refusal = LimitExceededError(
            f"The tags and pictures of the file are larger than {self._limit:,} bytes "
            "(limits.max_embedded_bytes)"
        )
        return self.refusal

    def _unreadable(self, error: OSError) -> MediaError:
        self.refusal = UnreadableMediaError(f"The file cannot be read: {error.strerror or error}")
        return self.refusal
