"""One decode of a music file: its samples, block by block, as they are in the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

import av
import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from media_assets.errors import CorruptMediaError, LimitExceededError
from media_assets.music.sound.demuxing import open_sound

LONGEST_SECONDS = 3600.0
"""No more of one file is analysed: an hour at 22,050 Hz takes 320 MB."""
LEAD_SECONDS = 0.5
"""Decoded before the part that is analysed, and thrown away: MPEG frames need those before them."""
BLOCK_SECONDS = 3.0
"""The measure of dynamic range looks at so much at a time."""
MAX_CHANNELS = 64
MAX_RATE = 3_000_000  # Hz; DSD of the highest rate comes out at an eighth of 22.6 MHz
MAX_LEVEL = 1000.0  # 60 dB over full scale: no sound, but broken numbers
MOST_BROKEN = 1000
"""Packets in a row that the decoder refuses; behind so many nothing more is expected."""

LOW_EFFECTS = frozenset({"LFE", "LFE2"})
"""Channels that loudness leaves out (BS.1770-4), and what is heard as music does, too."""

Part = Literal["whole", "middle", "start"]
Samples = NDArray[np.float32]

_SCALES = {"u8": 128.0, "s16": 32768.0, "s32": 2147483648.0, "s64": 9223372036854775808.0}


@dataclass(frozen=True, slots=True)
class Format:
    """What the samples are: Hz, and the names of the channels (`FL`, `FR`, `LFE`, ...)."""

    rate: int
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Samples that follow those of the block before: float32, shape (channels, n), full scale 1."""

    format: Format
    samples: Samples

    @property
    def seconds(self) -> float:
        """How long it is."""
        return int(self.samples.shape[1]) / self.format.rate


@dataclass(slots=True)
class Decoding:
    """What became of a decode: which part was read, filled in while its blocks are taken."""

    part: Part = "whole"
    length: float | None = None
    """Seconds of the file as its header says; None where that is not known, or not true."""
    broken_packets: int = 0
    changed: bool = False
    """The format changed on the way; what follows was left out."""


def decode(stream: BinaryIO, demuxer: str, seconds: float, decoding: Decoding) -> Iterator[Block]:
    """The samples of the middle `seconds` of a file, all of a shorter one; 0 means all.

    Where the length is not known, or a file does not go to its middle, it is the start.

    Raises:
        MediaError: nothing of it can be decoded, or it has more channels or samples a second than
            there are.
    """
    wanted = min(seconds or LONGEST_SECONDS, LONGEST_SECONDS)
    with open_sound(stream, demuxer) as (container, audio):
        length = _length(container, audio)
        if length is not None and length <= wanted * 1.02:
            yield from _blocks(container, audio, None, wanted, decoding)
            return
        begin = _go_to_middle(container, audio, length, wanted)
        blocks = iter(()) if begin is None else _blocks(container, audio, begin, wanted, decoding)
        first = _first(blocks)
        if first is not None and first.seconds >= min(wanted, BLOCK_SECONDS) * 0.99:
            decoding.part, decoding.length = "middle", length
            yield first
            yield from blocks
            return
    decoding.part = "start"  # its length is not known or not true, or nothing can be sought in it
    with open_sound(stream, demuxer) as (container, audio):
        yield from _blocks(container, audio, None, wanted, decoding)


def _first(blocks: Iterator[Block]) -> Block | None:
    try:
        return next(blocks, None)
    except CorruptMediaError:
        return None


def _length(container: InputContainer, audio: AudioStream) -> float | None:
    """Seconds, as the header says."""
    if audio.duration is not None and audio.time_base is not None:
        return float(audio.duration * audio.time_base)
    return container.duration / av.time_base if container.duration is not None else None


def _go_to_middle(
    container: InputContainer, audio: AudioStream, length: float | None, wanted: float
) -> float | None:
    """Seek to where the middle part begins, in seconds of the stream; None where that fails."""
    if length is None or audio.time_base is None:
        return None
    offset = float((audio.start_time or 0) * audio.time_base)
    begin = offset + (length - wanted) / 2
    place = int(max(0.0, begin - LEAD_SECONDS) / audio.time_base)
    try:
        container.seek(place, stream=audio, backward=True)
    except (av.error.FFmpegError, OSError):
        return None
    return begin


def _blocks(
    container: InputContainer,
    audio: AudioStream,
    begin: float | None,
    wanted: float,
    decoding: Decoding,
) -> Iterator[Block]:
    """Blocks of `BLOCK_SECONDS`, the last one shorter, `wanted` seconds in all."""
    fifo = AudioFifo()
    shape: Format | None = None
    left = size = skip = 0
    for frame in _frames(container, audio, decoding):
        if shape is None:
            shape = _format_of(frame)
            size, left = round(shape.rate * BLOCK_SECONDS), round(shape.rate * wanted)
            skip = _samples_before(frame, begin)
        frame.pts = None  # a gap between time stamps is none between samples
        try:
            fifo.write(frame)
        except ValueError:
            decoding.changed = True
            break
        if skip and fifo.samples > skip:
            fifo.read(skip)
            skip = 0
        while not skip and left and fifo.samples >= min(size, left):
            yield _block(shape, fifo.read(min(size, left)))
            left -= min(size, left)
        if not left:
            return
    if shape is not None and not skip and fifo.samples:
        yield _block(shape, fifo.read())
    elif shape is None:
        raise CorruptMediaError("Nothing of its sound can be decoded")


def _frames(
    container: InputContainer, audio: AudioStream, decoding: Decoding
) -> Iterator[AudioFrame]:
    """The frames of a stream; packets that the decoder refuses are counted and left out."""
    in_a_row = 0
    packets = container.demux(audio)
    while True:
        try:
            packet = next(packets, None)
        except (av.error.FFmpegError, EOFError, IndexError, OSError):
            return  # what came before it is there
        if packet is None:
            return
        try:
            frames = audio.decode(packet)
        except (av.error.InvalidDataError, av.error.BufferTooSmallError, av.error.ArgumentError):
            decoding.broken_packets += 1
            in_a_row += 1
            if in_a_row > MOST_BROKEN:
                return
            continue
        except (av.error.FFmpegError, EOFError):
            return
        in_a_row = 0
        yield from frames


def _format_of(frame: AudioFrame) -> Format:
    found = Format(frame.sample_rate, _names(frame))
    if not 1 <= len(found.channels) <= MAX_CHANNELS:
        raise LimitExceededError(
            f"Its sound has {len(found.channels)} channels; the limit is {MAX_CHANNELS}"
        )
    if not 1 <= found.rate <= MAX_RATE:
        raise LimitExceededError(
            f"Its sound has {found.rate:,} samples a second; the limit is {MAX_RATE:,}"
        )
    return found


def _names(frame: AudioFrame) -> tuple[str, ...]:
    return tuple(channel.name for channel in frame.layout.channels)


def _samples_before(frame: AudioFrame, begin: float | None) -> int:
    """Samples of the lead, by the time stamp of the first frame; all where that is not to be."""
    if begin is None or frame.time is None:
        return 0
    lead = begin - frame.time
    return round(lead * frame.sample_rate) if 0 < lead <= 20 * LEAD_SECONDS else 0


def _block(shape: Format, frame: AudioFrame | None) -> Block:
    if frame is None:
        raise CorruptMediaError("Its sound ends where it begins")
    kind = frame.format.name.removesuffix("p")
    raw = frame.to_ndarray()
    planes = raw if frame.format.is_planar else raw.reshape(-1, len(shape.channels)).T
    samples: Samples = np.ascontiguousarray(planes, np.float32)
    if kind == "u8":
        samples -= np.float32(128)
    if kind in _SCALES:
        samples *= np.float32(1 / _SCALES[kind])
    elif (
        not max(samples.max(), -samples.min()) <= MAX_LEVEL
    ):  # numbers that are none fail this, too
        raise CorruptMediaError("Its samples are no sound: they are not finite, or far too large")
    return Block(shape, samples)
