"""Opening a file with FFmpeg: one fixed demuxer, no other file or address, a limit on seeks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, NoReturn

import av
from av.container import InputContainer

from media_assets.errors import (
    CorruptMediaError,
    DisguisedMediaError,
    LimitExceededError,
    UnreadableMediaError,
    UnsupportedMediaError,
)

MOST_SEEKS = 1_000_000
"""Of one opening, 3 s: a WAV file with a tail of zeros is a list of millions of empty parts.

Seeks within what was read already are not counted; the time limit of an item ends those."""

_UNSUPPORTED = (
    av.error.DecoderNotFoundError,
    av.error.DemuxerNotFoundError,
    av.error.PatchWelcomeError,
)


class _Source:
    """The caller's stream without its name: FFmpeg is given bytes, never a path.

    After too many seeks of an opening it is at its end wherever it is read: FFmpeg goes on when a
    seek fails.
    """

    __slots__ = ("_read", "_seek", "is_open", "seeks", "tell")

    def __init__(self, stream: BinaryIO) -> None:
        self.tell: Callable[[], int] = stream.tell
        self._read: Callable[[int], bytes] = stream.read
        self._seek: Callable[[int, int], int] = stream.seek
        self.seeks = 0
        self.is_open = False

    def read(self, size: int) -> bytes:
        return self._read(size) if self.is_open or self.seeks <= MOST_SEEKS else b""

    def seek(self, offset: int, whence: int) -> int:
        self.seeks += 1
        return self._seek(offset, whence)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn what FFmpeg and the operating system raise into the errors of one media file."""
    try:
        yield
    except _UNSUPPORTED as error:
        raise UnsupportedMediaError(f"no decoder here knows it: {_reason(error)}") from error
    except IndexError as error:
        # What the bindings raise at the end of a file in which a stream appeared on the way.
        raise CorruptMediaError("it has streams that its start does not announce") from error
    except MemoryError as error:
        raise LimitExceededError(
            "it needs more memory than a worker may use (engine.worker_memory_mib)"
        ) from error
    except av.error.PermissionError as error:  # its -1, where a seek finds no place to go to
        raise CorruptMediaError("its index leads nowhere") from error
    except (av.error.FFmpegError, EOFError) as error:
        raise CorruptMediaError(f"the decoder refused it: {_reason(error)}") from error
    except OSError as error:
        raise UnreadableMediaError(f"it cannot be read: {_reason(error)}") from error


def open_container(
    stream: BinaryIO, demuxer: str, options: dict[str, str], *, read_bytes: int
) -> InputContainer:
    """The container of a file, opened by this demuxer with these options of FFmpeg.

    FFmpeg may not open a file, follow an address or probe for another format, whatever the content
    asks for. `read_bytes` is how much it reads at a time.

    Raises:
        CorruptMediaError, UnsupportedMediaError, UnreadableMediaError
        LimitExceededError: it needs too much memory, or leads to too many places.
        DisguisedMediaError: it asks for another file or address.
    """
    fixed = {
        "protocol_whitelist": "none",
        "format_whitelist": demuxer,
        "ignore_chapters": "1",
        "threads": "1",  # the pool around has a process per core
    }
    source = _Source(stream)
    with translated_errors():
        stream.seek(0)
        container = av.open(
            source,
            "r",
            format=demuxer,
            options=fixed | options,
            metadata_errors="replace",  # tags of old tools are not UTF-8
            buffer_size=read_bytes,
            io_open=_refuse_other_files,
        )
    if source.seeks > MOST_SEEKS:
        container.close()
        raise LimitExceededError(f"its parts lead to more than {MOST_SEEKS:,} places")
    source.is_open = True
    return container


def _refuse_other_files(address: str, flags: int, options: dict[str, str]) -> NoReturn:
    raise DisguisedMediaError(f"it asks for another file or address: {address!r}")


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
