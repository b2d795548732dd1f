"""A WAV file read as if it ended where its header says."""

import io
import struct
from typing import BinaryIO

from media_assets.music.iff_chunks import RIFF, read_chunks

_HEADER = struct.Struct("<4sI4s")
_UNKNOWN = (0, 0xFFFF_FFFF)
"""Sizes of who wrote without knowing the end. RF64 has it elsewhere, and another mark."""


def riff_end(stream: BinaryIO) -> int | None:
    """Where the form ends by the header; None where it tells no end, or nothing lies behind it.

    An end amid a chunk is none: a size that was never written anew would cut the sound off.
    """
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    mark, length, kind = _HEADER.unpack(header)
    if (mark, kind) != (b"RIFF", b"WAVE") or length in _UNKNOWN:
        return None
    end = 8 + int(length)
    if not _HEADER.size < end < size:
        return None
    ends = {chunk.start + chunk.size for chunk in read_chunks(stream, RIFF)}
    return end if end in ends or end - 1 in ends else None  # an odd chunk is padded


def until(stream: BinaryIO, end: int) -> BinaryIO:
    """The first `end` bytes of a stream, as a stream. Closing it leaves the other one open."""
    return io.BufferedReader(_Beginning(stream, end))


class _Beginning(io.RawIOBase):
    def __init__(self, stream: BinaryIO, end: int) -> None:
        self._stream, self._end, self._position = stream, end, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = (0, self._position, self._end)[whence]
        self._position = max(0, start + offset)
        return self._position

    def read(self, size: int = -1, /) -> bytes:
        left = max(0, self._end - self._position)
        self._stream.seek(self._position)
        content = self._stream.read(left if size < 0 else min(size, left))
        self._position += len(content)
        return content

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)
