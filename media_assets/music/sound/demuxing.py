"""Opening the sound of a music file: one fixed demuxer, no other file or address."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, NoReturn

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from media_assets.errors import (
    CorruptMediaError,
    DisguisedMediaError,
    LimitExceededError,
    UnreadableMediaError,
    UnsupportedMediaError,
)
from media_assets.music.containers import Container, find_container

READ_BYTES = 64 * 1024

DEMUXERS: dict[Container, str] = {
    "MP3": "mp3", "ADTS": "aac", "FLAC": "flac", "Ogg Vorbis": "ogg", "Ogg Opus": "ogg",
    "Ogg FLAC": "ogg", "Ogg Speex": "ogg", "MP4": "mov", "WAV": "wav", "AIFF": "aiff",
    "ASF": "asf", "APE": "ape", "WavPack": "wv", "TTA": "tta", "TAK": "tak", "DSF": "dsf",
    "DSDIFF": "iff", "AC-3": "ac3",
}  # fmt: skip
"""FFmpeg has no demuxer for ADIF and OptimFROG."""

_UNSUPPORTED = (
    av.error.DecoderNotFoundError,
    av.error.DemuxerNotFoundError,
    av.error.PatchWelcomeError,
)


class _Source:
    """The caller's stream without its name: FFmpeg is given bytes, never a path."""

    __slots__ = ("read", "seek", "tell")

    def __init__(self, stream: BinaryIO) -> None:
        self.read: Callable[[int], bytes] = stream.read
        self.seek: Callable[[int, int], int] = stream.seek
        self.tell: Callable[[], int] = stream.tell


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn what FFmpeg and the operating system raise into the errors of one media file."""
    try:
        yield
    except _UNSUPPORTED as error:
        raise UnsupportedMediaError(f"No decoder here knows it: {_reason(error)}") from error
    except MemoryError as error:
        raise LimitExceededError(
            "Its sound needs more memory than a worker may use (engine.worker_memory_mib)"
        ) from error
    except (av.error.FFmpegError, EOFError, IndexError) as error:
        raise CorruptMediaError(f"Its sound cannot be decoded: {_reason(error)}") from error
    except OSError as error:
        raise UnreadableMediaError(f"The file cannot be read: {_reason(error)}") from error


def find_demuxer(stream: BinaryIO, extension: str) -> str:
    """The name that FFmpeg has for the container of a file.

    Raises:
        DisguisedMediaError, UnsupportedMediaError, CorruptMediaError: as `find_container`.
    """
    container = find_container(stream, extension)
    if container == "Musepack":
        stream.seek(0)
        return "mpc8" if stream.read(4) == b"MPCK" else "mpc"
    if container not in DEMUXERS:
        raise UnsupportedMediaError(f"Nothing here decodes {container}")
    return DEMUXERS[container]


@contextmanager
def open_sound(stream: BinaryIO, demuxer: str) -> Iterator[tuple[InputContainer, AudioStream]]:
    """The container with its first audio stream that has a decoder, which is set up.

    FFmpeg may not open a file, follow an address or probe for another format, whatever the content
    asks for.

    Raises:
        CorruptMediaError, UnsupportedMediaError, UnreadableMediaError, LimitExceededError
        DisguisedMediaError: it asks for another file or address.
    """
    with translated_errors():
        stream.seek(0)
        container = av.open(
            _Source(stream),
            "r",
            format=demuxer,
            options={
                "protocol_whitelist": "none",
                "format_whitelist": demuxer,
                "ignore_chapters": "1",
                "threads": "1",
            },
            metadata_errors="replace",
            buffer_size=READ_BYTES,
            io_open=_refuse_other_files,
        )
    try:
        yield container, _prepared(container)
    finally:
        container.close()


def _prepared(container: InputContainer) -> AudioStream:
    streams = container.streams.audio
    if not streams:
        raise UnsupportedMediaError("There is no audio in it")
    # Bindings give no codec context to a stream without a decoder.
    chosen = next((one for one in streams if one.codec_context is not None), None)
    if chosen is None:
        raise UnsupportedMediaError("No decoder here knows the codec of its audio")
    if not chosen.codec_context.is_open:
        chosen.codec_context.thread_count = 1  # the pool around has a process per core
    return chosen


def _refuse_other_files(address: str, flags: int, options: dict[str, str]) -> NoReturn:
    raise DisguisedMediaError(f"It asks for another file or address: {address!r}")


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
