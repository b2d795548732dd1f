"""Opening a clip: one fixed demuxer, no other file or address, and as a rule no decoding."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import BinaryIO

from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from media_assets.captures.clip_layout import Turn
from media_assets.captures.clip_signature import Signature
from media_assets.demuxer import open_container, translated_errors
from media_assets.errors import LimitExceededError, MediaError
from media_assets.settings import LimitSettings

READ_BYTES = 32 * 1024
"""A read of FFmpeg; describing an MP4 takes four."""
PACKETS_FOR_SIZE = 100
"""Packets that are decoded until the first frame comes, where only a frame tells the size."""
LONGEST_PIXEL = 16
"""Pixels longer than this are a broken header: those of wide television had 16:11."""
SQUARE_TOLERANCE = 0.02
"""Pixels that are less than this from square count as square: encoders round the ratio."""

# No packet is read to find out more than the header says.
_HEADER_ONLY = {"fpsprobesize": "0", "analyzeduration": "1", "probesize": "32"}
_WITH_PACKETS: dict[str, str] = {}


@contextmanager
def open_clip(
    stream: BinaryIO, signature: Signature, limits: LimitSettings
) -> Iterator[InputContainer]:
    """Open the clip, with a look at its packets only where its header says too little.

    The demuxer is the signature's and no other. FFmpeg may not decode while it opens, which takes
    50 ms for a clip and heeds no limit in streams that appear on the way: sizes are parsed from the
    packets. Where there is no parser, one frame is decoded within the limits.

    Raises:
        CorruptMediaError, UnsupportedMediaError, UnreadableMediaError, LimitExceededError
        DisguisedMediaError: it asks for another file or address.
    """
    container = _open(stream, signature, _HEADER_ONLY if signature.described else _WITH_PACKETS)
    try:
        if signature.described and _lacks_description(container):
            container.close()
            container = _open(stream, signature, _WITH_PACKETS)
        _learn_size(container, limits)
        yield container
    finally:
        container.close()


def video_stream(container: InputContainer) -> VideoStream | None:
    """The first moving picture: embedded covers do not count."""
    moving = [
        stream
        for stream in container.streams.video
        if not stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails)
    ]
    # Bindings give no codec context to a stream without a decoder.
    return next((stream for stream in moving if has_decoder(stream)), next(iter(moving), None))


def read_cover(container: InputContainer, limits: LimitSettings) -> bytes | None:
    """The first embedded cover as it is stored, an image file; None where there is none.

    Raises:
        LimitExceededError: it is larger than what may be embedded.
    """
    covers = [one for one in container.streams.video if one.disposition & Disposition.attached_pic]
    if not covers:
        return None
    with translated_errors():
        packet = next((one for one in container.demux(covers[0]) if one.size), None)
    if packet is not None and packet.size > limits.max_embedded_bytes:
        raise LimitExceededError(
            f"its cover has {packet.size:,} bytes, the limit is {limits.max_embedded_bytes:,} "
            "(limits.max_embedded_bytes)"
        )
    return bytes(packet) if packet is not None else None


def has_decoder(stream: VideoStream) -> bool:
    """Whether frames of the stream can be decoded here."""
    return stream.codec_context is not None


def shown_size(stream: VideoStream, turn: Turn) -> tuple[int, int] | None:
    """Width and height as shown, in pixels: sample aspect ratio and rotation applied."""
    if not has_decoder(stream) or not stream.codec_context.width:
        return None
    width, height = stream.codec_context.width, stream.codec_context.height
    ratio = float(stream.sample_aspect_ratio or 1)
    if 1 / LONGEST_PIXEL <= ratio <= LONGEST_PIXEL and abs(ratio - 1) > SQUARE_TOLERANCE:
        width = max(1, round(width * ratio))
    return (height, width) if turn.rotation in {90, 270} else (width, height)


def oversized(container: InputContainer, limits: LimitSettings) -> LimitExceededError | None:
    """Why the size in the header is over the limits, told before anything is decoded."""
    stream = video_stream(container)
    if stream is None or not has_decoder(stream):
        return None
    width, height = stream.codec_context.width, stream.codec_context.height
    if max(width, height) <= limits.max_side and width * height <= limits.max_pixels:
        return None
    return LimitExceededError(
        f"has {width:,} x {height:,} pixels: the limit is {limits.max_side:,} a side "
        f"(limits.max_side) and {limits.max_pixels:,} in all (limits.max_pixels)"
    )


def _open(stream: BinaryIO, signature: Signature, analysis: dict[str, str]) -> InputContainer:
    # No codec for the analysis: the bindings open decoders of their own.
    options = {"codec_whitelist": "none"} | analysis
    return open_container(stream, signature.demuxer, options, read_bytes=READ_BYTES)


def prepare_decoder(stream: VideoStream, limits: LimitSettings) -> None:
    """What a decoder is told before its first packet."""
    context = stream.codec_context
    if context.is_open:
        return
    context.thread_count = 1  # the pool around has a process per core
    # The loop filter smooths the edges of blocks: not to be seen in a picture a sixth as large.
    context.options = {"skip_loop_filter": "all", "max_pixels": str(limits.max_pixels)}


def _learn_size(container: InputContainer, limits: LimitSettings) -> None:
    """Decode the first frame of a video that has no size yet: the decoder then knows it."""
    stream = video_stream(container)
    if stream is None or not has_decoder(stream) or stream.codec_context.width:
        return
    prepare_decoder(stream, limits)
    with suppress(MediaError), translated_errors():  # without a size it is told to be corrupt
        for packet in islice(container.demux(stream), PACKETS_FOR_SIZE):
            if stream.decode(packet):
                break
        container.seek(0)


def _lacks_description(container: InputContainer) -> bool:
    stream = video_stream(container)
    if stream is None:
        return not container.streams.audio
    if not has_decoder(stream):
        return False
    return not stream.codec_context.width or not (stream.average_rate or stream.guessed_rate)
