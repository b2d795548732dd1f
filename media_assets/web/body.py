"""One body on its way from a server into the folder of downloads.

Its name there is its content: `<first two of hash>/<hash><extension>`. It comes under that name by
one rename, when it is whole.
"""

import os
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO, Final, Self

from blake3 import blake3

from media_assets.errors import WebCallError, WebSkippedError
from media_assets.web.header_size import HEAD_BYTES

INCOMING: Final = ".incoming"

_IN_MEMORY = 256 * 1024
"""Bodies up to this size are written by one call; of larger ones such pieces."""
_PIECE = 64 * 1024
_GZIP: Final = b"\x1f\x8b"
_WINDOWS: Final = {"gzip": (zlib.MAX_WBITS | 16,), "x-gzip": (zlib.MAX_WBITS | 16,),
                   "deflate": (zlib.MAX_WBITS, -zlib.MAX_WBITS)}  # fmt: skip
"""How zlib reads each; `deflate` has a header by the standard, and of some servers none."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`name` is below the folder, `hash` is blake3 in hex, `size` in bytes.

    `is_new`: the content was not there before.
    """

    name: str
    hash: str
    size: int
    is_new: bool


class Downloads:
    """The folder of downloads of one land. Only one process may fetch into it."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder, and removes what earlier runs left half-way."""
        self.folder = str(folder)
        self._incoming = str(folder / INCOMING)
        self._numbers = count()
        self._made: set[str] = set()
        shutil.rmtree(self._incoming, ignore_errors=True)
        Path(self._incoming).mkdir(parents=True, exist_ok=True)

    def temporary(self) -> str:
        """A path that nobody has had."""
        return f"{self._incoming}/{os.getpid()}-{next(self._numbers)}"

    def place(self, name: str, part: str) -> str:
        """The path of a name in a part of the folder, which is there then."""
        if part not in self._made:
            Path(self.folder, part).mkdir(exist_ok=True)
            self._made.add(part)
        return f"{self.folder}/{name}"


class Intake:
    """One body as it comes. A context: what was not kept at its end is gone."""

    def __init__(self, downloads: Downloads, most: int) -> None:
        """At most so many bytes are taken."""
        self.size = 0
        self._downloads = downloads
        self._most = most
        self._parts: list[bytes] = []
        self._in_memory = 0
        self._head = b""
        self._digest = blake3()
        self._file: BinaryIO | None = None
        self._path: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
        if self._path is not None:
            Path(self._path).unlink(missing_ok=True)

    def add(self, piece: bytes) -> None:
        """Take the next bytes.

        Raises:
            WebSkippedError: they are more than may be taken.
            OSError: the disk is full, or the folder cannot be written.
        """
        self.size += len(piece)
        if self.size > self._most:
            raise too_large(f"more than {self._most:,} bytes", self._most)
        self._parts.append(piece)
        self._in_memory += len(piece)
        if self._in_memory >= _IN_MEMORY:
            self._spill()

    def head(self) -> bytes:
        """The first `HEAD_BYTES`, or as many as came."""
        return self._head or self._joined()[:HEAD_BYTES]

    def content(self) -> bytes:
        """All that came."""
        if self._file is None:
            return self._joined()
        self._spill()
        with self._reading() as stream:
            return stream.read()

    def opened(self) -> BinaryIO:
        """All that came, in a file that is open for reading; to be closed by the caller."""
        self._spill()
        return self._reading()

    def keep(self, extension: str) -> Kept:
        """Give the whole body its name. The same content is in the folder only once.

        Raises:
            OSError: the disk is full, or the folder cannot be written.
        """
        in_memory = self._file is None
        if in_memory:
            self._digest.update(self._joined())
        else:
            self._spill()
        digest = self._digest.hexdigest()
        name = f"{digest[:2]}/{digest}{extension}"
        target = self._downloads.place(name, digest[:2])
        is_new = not _has_size(target, self.size)
        if is_new:
            self._rename(target)
        return Kept(name, digest, self.size, is_new)

    def _rename(self, target: str) -> None:
        if self._file is None:
            self._write(self._joined())
        if self._file is not None:
            self._file.close()  # flushed: what is renamed is whole
        if self._path is not None:
            os.replace(self._path, target)  # noqa: PTH105  both paths are texts all along
            self._path = None

    def _joined(self) -> bytes:
        if len(self._parts) > 1:
            self._parts = [b"".join(self._parts)]
        return self._parts[0] if self._parts else b""

    def _spill(self) -> None:
        content = self._joined()
        if self._file is None:
            self._head = content[:HEAD_BYTES]
        self._digest.update(content)
        self._write(content)
        self._parts, self._in_memory = [], 0

    def _write(self, content: bytes) -> None:
        if self._file is None:
            self._path = self._downloads.temporary()
            self._file = open(self._path, "wb")  # noqa: PTH123, SIM115  closed by __exit__
        self._file.write(content)

    def _reading(self) -> BinaryIO:
        if self._file is None or self._path is None:
            raise RuntimeError("nothing was written")
        self._file.flush()
        return open(self._path, "rb")  # noqa: PTH123  the path is a text all along


def too_large(size: str, most: int) -> WebSkippedError:
    """The error for a body of this size, told in words."""
    return WebSkippedError("TooLarge", f"{size}: larger than web.max_file_size ({most:,})")


class Unpacker:
    """Undoes an encoding that was not asked for, a bounded piece at a time."""

    def __init__(self, encoding: str) -> None:
        """`encoding` as the server names it, empty for none.

        Raises:
            WebCallError: it is none that is undone here.
        """
        self._windows = _windows(encoding)
        self._encoding = encoding
        self._stream = zlib.decompressobj(self._windows[0]) if self._windows else None
        self._has_begun = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """What a piece unpacks to, in parts of at most 64 KiB.

        Raises:
            WebCallError: it is broken.
        """
        if self._stream is None:
            yield piece
            return
        part = b""
        while piece or len(part) == _PIECE:  # a part that is full may not be the last
            part, piece = self._part(piece)
            if part:
                yield part

    def finish(self) -> None:
        """Say that the body has ended.

        Raises:
            WebCallError: it ended before its content did.
        """
        if self._stream is not None and not self._stream.eof:
            raise WebCallError("CutOff", f"its {self._encoding} ends half-way", again=True)

    def _part(self, piece: bytes) -> tuple[bytes, bytes]:
        """The next part, and what is left of the piece."""
        stream = self._stream
        if stream is None:
            return piece, b""
        if stream.eof and not piece.startswith(_GZIP):
            return b"", b""  # whatever stands behind the end
        if stream.eof:  # a file of gzip may be several, one after the other
            self._stream = stream = zlib.decompressobj(self._windows[0])
        try:
            part = stream.decompress(piece, _PIECE)
        except zlib.error as error:
            if self._has_begun or len(self._windows) == 1:
                message = f"its {self._encoding} is broken: {error}"
                raise WebCallError("BrokenEncoding", message, again=True) from error
            self._windows = self._windows[1:]
            self._stream = zlib.decompressobj(self._windows[0])
            return b"", piece
        self._has_begun = True
        return part, stream.unconsumed_tail or stream.unused_data


def _windows(encoding: str) -> tuple[int, ...]:
    if encoding in {"", "identity"}:
        return ()
    if encoding not in _WINDOWS:
        named = f"it is encoded as {encoding[:50]!r}, which was not asked for and is not undone"
        raise WebCallError("Encoding", named, final=True)
    return _WINDOWS[encoding]


def _has_size(path: str, size: int) -> bool:
    try:
        return os.stat(path).st_size == size  # noqa: PTH116  a tenth of the time of Path
    except FileNotFoundError:
        return False
