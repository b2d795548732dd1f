"""Tracks as files: encoded by FFmpeg's libraries, tagged by mutagen."""

import wave
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av
import numpy as np

from media_assets.demo.songs import Samples, Track, synthesize
from media_assets.demo.tags import write_tags


@dataclass(frozen=True, slots=True)
class Encoder:
    """How one kind of file is encoded. `options` take a little sound for half of the time."""

    codec: str
    rate: int
    layout: str
    bit_rate: int | None
    options: dict[str, str]


_ENCODERS = {
    ".mp3": Encoder("libmp3lame", 44_100, "mono", 96_000, {"compression_level": "7"}),
    ".flac": Encoder("flac", 44_100, "mono", None, {}),
    ".m4a": Encoder("aac", 32_000, "mono", 64_000, {"aac_coder": "fast"}),
    ".opus": Encoder("libopus", 48_000, "mono", 64_000, {}),
    # FFmpeg's own encoder: stereo only, and behind a switch.
    ".ogg": Encoder("vorbis", 44_100, "stereo", 96_000, {"strict": "experimental"}),
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
    encoder = _ENCODERS[track.suffix]
    samples = synthesize(track, encoder.rate)
    channels = np.stack([samples] * (2 if encoder.layout == "stereo" else 1))
    frame = av.AudioFrame.from_ndarray(channels, format="fltp", layout=encoder.layout)
    frame.sample_rate, frame.pts = encoder.rate, 0
    # Without this flag, Ogg files have a random number in them.
    with av.open(str(file), "w", options={"fflags": "+bitexact"}) as container:
        stream = cast(
            av.AudioStream,
            container.add_stream(encoder.codec, rate=encoder.rate, layout=encoder.layout),
        )
        stream.options = {**encoder.options}
        if encoder.bit_rate is not None:
            stream.bit_rate = encoder.bit_rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _write_wave(file: Path, samples: Samples) -> None:
    with wave.open(str(file), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(_WAVE_RATE)
        stream.writeframes((samples * 32767).astype("<i2").tobytes())
