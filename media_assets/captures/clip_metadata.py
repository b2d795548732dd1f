"""What the container of a clip says about it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from media_assets.captures.clip_container import (
    has_decoder,
    shown_size,
    video_stream,
)
from media_assets.captures.clip_layout import Turn
from media_assets.captures.clip_signature import Signature
from media_assets.demuxer import translated_errors
from media_assets.errors import LimitExceededError, MediaError
from media_assets.settings import LimitSettings

MEASURED_PACKETS = 500_000
"""Packets that are read to measure a clip whose header has no duration: 2 hours at 60 a second."""

MOST_TAGS, LONGEST_NAME, LONGEST_TAG = 200, 100, 5000
"""What is kept of tags: a million characters of one clip, whatever a file holds."""
CUT = "…"

_UNSET_DAYS = frozenset(("1904-01-01", "1970-01-01"))  # the zeros of QuickTime and of Unix
_BIT_RATE_LIMIT = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ClipMetadata:
    """The columns of `video_metadata` but for the key, in their order.

    `width` and `height` are those shown: rotation and sample aspect ratio applied. `creation_time`
    is aware and in UTC; NULL where it is unset (zero, 1904-01-01, 1970-01-01) or has no zone.
    `bit_rate` is the file's size by its duration. `tags` and `frame_hashes` are JSON;
    `frame_hashes`, `[[seconds, "hex"], ...]`, is None unless frames were decoded for the preview.
    """

    container: str
    video_codec: str | None
    audio_codec: str | None
    pixel_format: str | None
    width: int | None
    height: int | None
    rotation: int | None
    frame_rate: float | None
    duration_seconds: float | None
    bit_rate: int | None
    has_audio: bool
    creation_time: datetime | None
    creation_time_raw: str | None
    tags: str | None
    frame_hashes: str | None


def read_metadata(
    container: InputContainer,
    signature: Signature,
    turn: Turn,
    size: int,
    limits: LimitSettings,
) -> ClipMetadata:
    """Describe an open clip of `size` bytes. Nothing is decoded.

    Raises:
        LimitExceededError: the tags are larger than what may be embedded.
    """
    stream = video_stream(container)
    shown = shown_size(stream, turn) if stream else None
    seconds = _duration(container, stream)
    audio = next(iter(container.streams.audio), None)
    stored = _creation_time(container, stream)
    return ClipMetadata(
        container=signature.container,
        video_codec=_codec(stream.codec_context) if stream else None,
        audio_codec=_codec(audio.codec_context) if audio else None,
        pixel_format=known_pixel_format(stream) if stream else None,
        width=shown[0] if shown else None,
        height=shown[1] if shown else None,
        rotation=turn.rotation if stream else None,
        frame_rate=_frame_rate(stream) if stream else None,
        duration_seconds=seconds,
        bit_rate=min(_BIT_RATE_LIMIT, round(size * 8 / seconds)) if seconds else None,
        has_audio=audio is not None,
        creation_time=parsed_creation_time(stored),
        creation_time_raw=stored,
        tags=_json(container.metadata, limits.max_embedded_bytes),
        frame_hashes=None,
    )


def parsed_creation_time(stored: str | None) -> datetime | None:
    """The time in UTC, or None where it is unset, not a time, or without a zone.

    MP4, QuickTime and Matroska store UTC, and the demuxer says so; AVI stores the time of a clock
    that nobody knows the zone of.
    """
    try:
        time = datetime.fromisoformat(stored) if stored else None
    except ValueError:
        return None
    if time is None or time.tzinfo is None:
        return None
    try:
        time = time.astimezone(UTC)
    except OverflowError:
        return None
    return None if time.date().isoformat() in _UNSET_DAYS else time


def known_pixel_format(stream: VideoStream) -> str | None:
    """The pixel format, where the stream's description alone determines it.

    The names of full range, such as `yuvj420p`, are those of its format without the `j`.
    """
    if not has_decoder(stream):
        return None
    context = stream.codec_context
    if context.pix_fmt:
        return plain_pixel_format(context.pix_fmt)
    record = context.extradata or b""
    return _described_format(context.codec.canonical_name, record)


def plain_pixel_format(name: str) -> str:
    """The name without FFmpeg's old mark for full range."""
    return name.replace("yuvj", "yuv", 1)


def _described_format(codec: str, record: bytes) -> str | None:
    """By the decoder configuration of MP4 and Matroska: ISO/IEC 14496-15, AV1 in ISOBMFF 2.3."""
    ten_bits: bool | None = None
    if codec in {"vp8", "mpeg4"}:
        ten_bits = False
    elif codec == "h264" and len(record) > 1 and record[0] == 1:
        # Baseline, main, extended and high profile know 8 bits and 4:2:0 alone (high: grey, too).
        ten_bits = False if record[1] in {66, 77, 88, 100} else None
    elif codec == "hevc" and len(record) > 17 and record[0] == 1 and record[16] & 3 == 1:
        ten_bits = {0: False, 2: True}.get(record[17] & 7)
    elif codec == "av1" and len(record) > 2 and record[0] == 0x81 and record[1] >> 5 == 0:
        grey, high = bool(record[2] & 0x10), bool(record[2] & 0x40)
        ten_bits = None if grey else high
    return None if ten_bits is None else ("yuv420p10le" if ten_bits else "yuv420p")


def _codec(context: av.CodecContext | None) -> str | None:
    """The codec's name, not that of the decoder that reads it (`av1`, not `libdav1d`)."""
    return context.codec.canonical_name if context is not None else None


def _frame_rate(stream: VideoStream) -> float | None:
    rate = stream.average_rate or stream.guessed_rate
    return round(float(rate), 6) if rate else None


def _duration(container: InputContainer, stream: VideoStream | None) -> float | None:
    if container.duration and container.duration > 0:
        return container.duration / av.time_base
    if stream is None or not stream.time_base:
        return None
    if stream.duration and stream.duration > 0:
        return float(stream.duration * stream.time_base)
    return _measured_duration(container, stream)


def _measured_duration(container: InputContainer, stream: VideoStream) -> float | None:
    """From the packets: a recording that was cut off has no duration in its header."""
    first = last = None
    try:
        with translated_errors():
            for packet in islice(container.demux(stream), MEASURED_PACKETS):
                if packet.pts is not None:
                    first = packet.pts if first is None else min(first, packet.pts)
                    last = max(packet.pts + (packet.duration or 0), last or packet.pts)
    except MediaError:
        pass  # what could be read until the damage counts
    if first is None or last is None or last <= first:
        return None
    return float((last - first) * (stream.time_base or 0))


def _creation_time(container: InputContainer, stream: VideoStream | None) -> str | None:
    """Of the container, or else of its first video track."""
    for tags in (container.metadata, stream.metadata if stream else {}):
        stored = tags.get("creation_time")
        if isinstance(stored, str) and stored:
            return stored
    return None


def _json(tags: Mapping[str, str], limit: int) -> str | None:
    length = sum(len(name) + len(value) for name, value in tags.items())
    if length > limit:
        raise LimitExceededError(
            f"its tags have {length:,} characters, the limit is {limit:,} "
            "(limits.max_embedded_bytes)"
        )
    kept = {
        name[:LONGEST_NAME]: value if len(value) <= LONGEST_TAG else value[:LONGEST_TAG] + CUT
        for name, value in islice(tags.items(), MOST_TAGS)
    }
    return json.dumps(kept, ensure_ascii=False) if kept else None
