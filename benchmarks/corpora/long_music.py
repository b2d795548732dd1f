"""Tracks as long as real ones: three formats, of which the middle is to be listened to."""

import io
from functools import partial
from pathlib import Path
from typing import cast

import av
import mutagen
import numpy as np

from benchmarks.audio.instruments import RATE, Wave
from benchmarks.audio.pieces import long_piece
from benchmarks.corpora.parallel import each

SOUNDS = 8
COPIES = 2
SECONDS = 210.0
_FORMATS = {".mp3": ("mp3", "libmp3lame"), ".flac": ("flac", "flac"), ".m4a": ("ipod", "aac")}


def long_music(folder: Path) -> None:
    """48 tracks of three and a half minutes: 16 MP3, 16 FLAC, 16 M4A; no two files are equal."""
    each(partial(_tracks, folder), range(SOUNDS))


def _tracks(folder: Path, seed: int) -> None:
    sound = long_piece(seed, SECONDS)
    for suffix, (muxer, codec) in _FORMATS.items():
        content = _encoded(sound, muxer, codec)
        for copy in range(COPIES):
            file = folder / f"{seed:02} {copy}{suffix}"
            file.write_bytes(content)
            tags = mutagen.File(file, easy=True)
            if tags is None:
                raise ValueError(f"{file}: mutagen does not know it")
            tags.update({"title": f"Sound {seed}, {copy}", "artist": f"Artist {seed}"})
            tags.save()


def _encoded(sound: Wave, muxer: str, codec: str) -> bytes:
    stream = io.BytesIO()
    with av.open(stream, "w", format=muxer) as container:
        encoder = cast(av.AudioStream, container.add_stream(codec, rate=RATE, layout="stereo"))
        for begin in range(0, sound.shape[1], RATE):
            part = np.ascontiguousarray(sound[:, begin : begin + RATE], np.float32)
            frame = av.AudioFrame.from_ndarray(part, "fltp", "stereo")
            frame.sample_rate, frame.pts = RATE, begin
            container.mux(encoder.encode(frame))
        container.mux(encoder.encode(None))
    return stream.getvalue()
