"""Opening the sound of a music file, by the demuxer of its container."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from av.audio.stream import AudioStream
from av.container import InputContainer

from media_assets.demuxer import open_container
from media_assets.errors import LimitExceededError, UnsupportedMediaError
from media_assets.music.containers import Container, find_container
from media_assets.music.sound.riff_end import riff_end, until

READ_BYTES = 64 * 1024

DEMUXERS: dict[Container, str] = {
    "MP3": "mp3", "ADTS": "aac", "FLAC": "flac", "Ogg Vorbis": "ogg", "Ogg Opus": "ogg",
    "Ogg FLAC": "ogg", "Ogg Speex": "ogg", "MP4": "mov", "WAV": "wav", "AIFF": "aiff",
    "ASF": "asf", "APE": "ape", "WavPack": "wv", "TTA": "tta", "TAK": "tak", "DSF": "dsf",
    "DSDIFF": "iff", "AC-3": "ac3",
}  # fmt: skip
"""FFmpeg has no demuxer for ADIF and OptimFROG."""


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
        raise UnsupportedMediaError(f"nothing here decodes {container}")
    return DEMUXERS[container]


@contextmanager
def open_sound(stream: BinaryIO, demuxer: str) -> Iterator[tuple[InputContainer, AudioStream]]:
    """The container with its first audio stream that has a decoder, which is set up.

    Raises:
        CorruptMediaError, UnsupportedMediaError, UnreadableMediaError, LimitExceededError
        DisguisedMediaError: as `open_container`.
    """
    container = _opened(stream, demuxer)
    try:
        yield container, _prepared(container)
    finally:
        container.close()


def _opened(stream: BinaryIO, demuxer: str) -> InputContainer:
    """The container; of a WAV file that leads to too many places what its header counts.

    FFmpeg looks for parts behind that end too: a tail of zeros is one every eight bytes. Where it
    comes through, the header is not asked, for many are wrong.
    """
    try:
        return open_container(stream, demuxer, {}, read_bytes=READ_BYTES)
    except LimitExceededError:
        end = riff_end(stream) if demuxer == "wav" else None
        if end is None:
            raise
        return open_container(until(stream, end), demuxer, {}, read_bytes=READ_BYTES)


def _prepared(container: InputContainer) -> AudioStream:
    streams = container.streams.audio
    if not streams:
        raise UnsupportedMediaError("there is no audio in it")
    # Bindings give no codec context to a stream without a decoder.
    chosen = next((one for one in streams if one.codec_context is not None), None)
    if chosen is None:
        raise UnsupportedMediaError("no decoder here knows the codec of its audio")
    if not chosen.codec_context.is_open:
        chosen.codec_context.thread_count = 1  # the pool around has a process per core
    return chosen
