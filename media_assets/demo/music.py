"""Tracks as files: encoded by FFmpeg's libraries, tagged by mutagen."""

import wave
from pathlib import Path

import av
import numpy as np

from media_assets.demo.songs import Samples, Track, synthesize
from media_assets.demo.tags import write_tags

# Suffix: encoder, samples a second, channel layout, bit rate (0: the encoder has none).
_ENCODERS = {
    ".mp3": ("libmp3lame", 44_100, "mono", 96_000),
    ".flac": ("flac", 44_100, "mono", 0),
    ".m4a": ("aac", 44_100, "mono", 96_000),
    ".opus": ("libopus", 48_000, "mono", 64_000),
    ".ogg": ("vorbis", 44_100, "stereo", 96_000),  # FFmpeg's own encoder knows stereo only
}
_WAVE_RATE = 22_050


def write_track(track: Track, file: Path) -> None:
    """Write the file of a track with all its tags and its cover."""
    if track.suffix == ".wav":
        _write_wave(file, synthesize(track, _WAVE_RATE))
    else:
        _encode(track, file)
    write_tags(track, file)


def _encode(track: Track, file: Path) -> None:
    codec, rate, layout, bit_rate = _ENCODERS[track.suffix]
    samples = synthesize(track, rate)
    channels = np.stack([samples] * (2 if layout == "stereo" else 1))
    frame = av.AudioFrame.from_ndarray(channels, format="fltp", layout=layout)
    frame.sample_rate, frame.pts = rate, 0
    # Without this flag, Ogg files have a random number in them.
    with av.open(str(file), "w", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        if bit_rate:
            stream.bit_rate = bit_rate
        stream.options = {"strict": "experimental"} if codec == "vorbis" else {}
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _write_wave(file: Path, samples: Samples) -> None:
    with wave.open(str(file), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(_WAVE_RATE)
        stream.writeframes((samples * 32767).astype("<i2").tobytes())
