"""Finding key frames that are spread over a clip, and decoding them one by one.

A key frame is decoded alone: seek, one packet, then the decoder is told that the stream ends, so
that it hands the frame out at once. A frame between two key frames would need all before it (4
clips a second instead of 8, with exact times 0.4). The price: a clip has only as many pictures as
it has key frames; where those are few, `clip_between` finds more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from av.container import InputContainer
from av.index import IndexEntries
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from media_assets.captures.clip_container import prepare_decoder
from media_assets.captures.clip_timeline import TARGETS, Timeline
from media_assets.demuxer import translated_errors
from media_assets.errors import CorruptMediaError
from media_assets.settings import LimitSettings

ENOUGH = 3
"""With fewer key frames inside that part, the nearest outside are taken too; with fewer in all,
frames between them."""

MAX_PACKETS = 2000
"""Packets that are read after a seek until the key frame comes: half a minute at 60 a second."""

FILE_START = None
"""Instead of a time to seek to: the first byte. FLV finds its only frame in no other way."""

EXTRA_PACKETS = 4
"""Packets that are added where a key packet alone gives no frame, such as a hidden one of VP9."""


@dataclass(frozen=True, slots=True)
class KeyTimes:
    """Timestamps to seek to, ascending. `indexed`: they are those of key frames, else guesses.

    `first` is where to look when none of them gives a frame: the beginning of the clip.
    """

    times: tuple[int, ...]
    indexed: bool
    first: int

    @property
    def suffice(self) -> bool:
        """Whether it is known beforehand that there are enough key frames."""
        return self.indexed and len(self.times) >= ENOUGH

    def nearest_to(self, timestamp: int) -> "KeyTimes":
        """The same, the nearest to a timestamp first."""
        ordered = sorted(self.times, key=lambda time: abs(time - timestamp))
        return KeyTimes(tuple(ordered), self.indexed, self.first)


@dataclass(frozen=True, slots=True)
class TimedFrame:
    """A decoded frame. `timestamp` is its time in units of the stream's time base."""

    timestamp: int
    frame: VideoFrame


def key_times(container: InputContainer, line: Timeline, *, described: bool) -> KeyTimes:
    """Where to seek to: the key frames nearest to the targets, at most 8.

    Where the container has no index, as those are that are not `described` by their header, the
    targets themselves: a seek finds the key frame before or the next one after.
    """
    with translated_errors():
        # Matroska reads its index at the first seek.
        container.seek(line.first, stream=line.stream)
    index = line.stream.index_entries
    if not described or not _covers(index, line):
        return KeyTimes(tuple(line.targets()), indexed=False, first=line.start)
    # The index of MP4 has decoding times, which are earlier than those of presentation.
    delay = max(0, line.start - index[0].timestamp)
    chosen = {time for target in line.targets() for time in _nearest(index, line, target, delay)}
    if len(chosen) < ENOUGH:
        chosen.update(_around(index, line))
    return KeyTimes(tuple(sorted(chosen)[:TARGETS]), indexed=True, first=index[0].timestamp)


def decode_key_frames(
    container: InputContainer, stream: VideoStream, where: KeyTimes, limits: LimitSettings
) -> Iterator[TimedFrame]:
    """Decode the key frames at the given times, each once and in that order.

    One that is damaged is left out. Where not one can be decoded, the first of the clip is tried: a
    recording with intra refresh has no other that is complete, whatever its index says. Without an
    index the last try is to read the file from its start.

    Raises:
        CorruptMediaError: not one could be decoded.
    """
    prepare_decoder(stream, limits)
    seen: set[int] = set()
    problems: list[CorruptMediaError] = []
    decoded = False
    for times in (where.times, (where.first,), () if where.indexed else (FILE_START,)):
        for time in times:
            try:
                frame = _decode_at(container, stream, time, where.indexed, seen)
            except CorruptMediaError as error:
                problems.append(error)
                continue
            if frame is not None:
                decoded = True
                yield frame
        if decoded:
            return
    raise problems[0] if problems else CorruptMediaError("no key frame can be found in it")


def _covers(index: IndexEntries, line: Timeline) -> bool:
    """Whether the index goes on: Matroska without cues has entries only for what was read."""
    return len(index) > 0 and index[len(index) - 1].timestamp >= line.start + line.length // 2


def _nearest(index: IndexEntries, line: Timeline, target: int, delay: int) -> list[int]:
    """The key frame nearest to a target, of those that are inside: its time in the index."""
    around = [_entry(index, target - delay, backward) for backward in (True, False)]
    inside = [time for time in around if time is not None and line.is_inside(time + delay)]
    return sorted(inside, key=lambda time: abs(time + delay - target))[:1]


def _around(index: IndexEntries, line: Timeline) -> list[int]:
    """The last key frame before the part that is looked at, and the first after it."""
    around = (_entry(index, line.first, True), _entry(index, line.last, False))
    return [time for time in around if time is not None]


def _entry(index: IndexEntries, timestamp: int, backward: bool) -> int | None:
    place = index.search_timestamp(timestamp, backward=backward)
    return None if place < 0 else index[place].timestamp


def _decode_at(
    container: InputContainer,
    stream: VideoStream,
    time: int | None,
    indexed: bool,
    seen: set[int],
) -> TimedFrame | None:
    """The key frame at a time; None where it is among `seen`, or where there is none."""
    with translated_errors():
        packets = _packets_from_key(container, stream, time, indexed)
        key = next(packets, None)
        if key is None:
            return None
        timestamp = _timestamp(key)
        if timestamp in seen:
            return None
        seen.add(timestamp)
        frames = _decode(stream, key, packets)
    if not frames or frames[0].is_corrupt:
        raise CorruptMediaError(f"the key frame at {timestamp} is damaged")
    return TimedFrame(timestamp, frames[0])


def _packets_from_key(
    container: InputContainer, stream: VideoStream, time: int | None, indexed: bool
) -> "Iterator[Packet[VideoStream]]":
    """The packets of the stream from the key frame at a time on.

    The index of MP4 has decoding times, but a seek takes a time of presentation, which is later
    where frames are reordered: it then finds the key frame before, and must aim that much later.
    """
    if time is FILE_START:
        container.seek(0, unsupported_byte_offset=True)
        yield from _after_seek(container, stream, None)
        return
    container.seek(time, stream=stream)
    packets = _after_seek(container, stream, time if indexed else None)
    key = next(packets, None)
    if indexed and key is not None and key.dts is not None and key.dts < time:
        container.seek(time + max(0, _timestamp(key) - key.dts), stream=stream)
        packets = _after_seek(container, stream, time)
        key = next(packets, None)
    if key is not None:
        yield key
        yield from packets


def _after_seek(
    container: InputContainer, stream: VideoStream, known: int | None
) -> "Iterator[Packet[VideoStream]]":
    """The packets from the next key packet on, which may be `known` by its decoding time.

    AVI flags key frames in its index alone.
    """
    found = False
    for packet in islice(container.demux(stream), MAX_PACKETS):
        found = found or packet.is_keyframe or (known is not None and packet.dts == known)
        if found and packet.size:
            yield packet


def _decode(
    stream: VideoStream, key: "Packet[VideoStream]", after: "Iterator[Packet[VideoStream]]"
) -> list[VideoFrame]:
    frames = stream.decode(key) + stream.decode(None)
    if frames:
        return frames
    stream.codec_context.flush_buffers()
    for packet in (key, *islice(after, EXTRA_PACKETS)):
        frames += stream.decode(packet)
    return frames + stream.decode(None)


def _timestamp(packet: "Packet[VideoStream]") -> int:
    if packet.pts is not None:
        return packet.pts
    return packet.dts if packet.dts is not None else 0
