"""Frames between key frames, for clips that have few of those.

A clip of a few seconds that a video editor wrote has one or two key frames: a preview of them
hardly moves, and a poster from the very start shows a fade. Such a clip is decoded on from a key
frame, in order, up to a budget.
"""

from collections.abc import Iterator
from itertools import dropwhile, islice
from typing import Literal

from av.container import InputContainer
from av.video.stream import VideoStream

from media_assets.captures.clip_keyframes import ENOUGH, KeyTimes, TimedFrame, decode_key_frames
from media_assets.captures.clip_timeline import Timeline
from media_assets.demuxer import translated_errors
from media_assets.errors import MediaError
from media_assets.settings import LimitSettings

BETWEEN_PIXELS = 600_000_000
"""Pixels that are decoded of one clip: five seconds of 1080p at 60 a second, 0.7 s of H.264."""

SKIPPED: Literal["NONREF"] = "NONREF"
"""What the decoder leaves out: frames that no other one needs. That saves a third of the time."""


def decode_frames(
    container: InputContainer,
    stream: VideoStream,
    line: Timeline,
    where: KeyTimes,
    limits: LimitSettings,
    pixels: int = BETWEEN_PIXELS,
) -> Iterator[TimedFrame]:
    """The key frames at the given times, in that order, and then frames between if those are few.

    A target that a key frame is near to is served; for each other one a frame is decoded, as far as
    `pixels` go.

    Raises:
        CorruptMediaError: not one key frame could be decoded.
    """
    seen: set[int] = set()
    for key in decode_key_frames(container, stream, where, limits):
        seen.add(key.timestamp)
        yield key
    if where.suffice or len(seen) >= ENOUGH:
        return
    near = line.step / 2
    targets = [one for one in line.targets() if all(abs(one - key) > near for key in seen)]
    if targets:
        start = max((key for key in seen if key <= targets[0]), default=where.first)
        frames = max(1, pixels // (stream.codec_context.width * stream.codec_context.height))
        yield from _decode_on(container, stream, start, targets, frames)


def _decode_on(
    container: InputContainer, stream: VideoStream, start: int, targets: list[int], budget: int
) -> Iterator[TimedFrame]:
    """The frames at the targets, which ascend, or next after them, decoded from a key frame on.

    It ends where the budget of frames is used up or the rest cannot be decoded: what was found
    counts. The decoder is that of the key frames before.
    """
    stream.codec_context.skip_frame = SKIPPED
    try:
        with translated_errors():
            container.seek(start, stream=stream)
            packets = dropwhile(lambda packet: not packet.is_keyframe, container.demux(stream))
            for packet in islice(packets, budget):
                for frame in stream.decode(packet):
                    if frame.pts is None or frame.pts < targets[0] or frame.is_corrupt:
                        continue
                    yield TimedFrame(frame.pts, frame)
                    targets = [target for target in targets if target > frame.pts]
                    if not targets:
                        return
    except MediaError:
        return
