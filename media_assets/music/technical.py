"""What the stream is: codec, duration, rates. Values that cannot be true are NULL."""

from dataclasses import dataclass
from math import isfinite

LONGEST_SECONDS = 366 * 86400.0
"""A longer file is a broken header; the longest audio books have about 200 hours."""
LOWEST_BIT_RATE = 500
"""Below it a header promises audio that the file does not have; Opus silence has about 600."""
HIGHEST_BIT_RATE = 2**31 - 1
HIGHEST_SAMPLE_RATE = 50_000_000
"""DSD1024 has 45,158,400 Hz."""
MOST_CHANNELS = 1024
MOST_BITS = 64


@dataclass(frozen=True, slots=True)
class Technical:
    """Columns of `audio_metadata`: seconds, bit/s, Hz; codecs are named as FFmpeg names them."""

    container: str
    codec: str | None
    duration_seconds: float | None
    bitrate: int | None
    sample_rate: int | None
    channels: int | None
    bit_depth: int | None


def technical(
    container: str,
    codec: str | None,
    *,
    seconds: float,
    bitrate: float = 0,
    sample_rate: float = 0,
    channels: int = 0,
    bit_depth: int = 0,
    audio_bytes: int = 0,
) -> Technical:
    """Keep what is plausible; 0 means unknown.

    Where the stream names no bit rate it is that of its bytes, `audio_bytes`, over its duration.
    """
    duration = seconds if isfinite(seconds) and 0 < seconds <= LONGEST_SECONDS else None
    if not bitrate and duration:
        bitrate = audio_bytes * 8 / duration
    return Technical(
        container=container,
        codec=codec,
        duration_seconds=duration,
        bitrate=_within(bitrate, LOWEST_BIT_RATE, HIGHEST_BIT_RATE),
        sample_rate=_within(sample_rate, 1, HIGHEST_SAMPLE_RATE),
        channels=_within(channels, 1, MOST_CHANNELS),
        bit_depth=_within(bit_depth, 1, MOST_BITS),
    )


def _within(value: float, low: int, high: int) -> int | None:
    return round(value) if isfinite(value) and low <= value <= high else None
