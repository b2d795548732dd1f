"""Clips: a few seconds of a game that is looked around in, as H.264 and AAC in MP4."""

from functools import cache, partial
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.corpora.parallel import each
from benchmarks.corpora.scenes import view
from media_assets.demo.scenes import with_display

RATE = 30
_WIDTH, _HEIGHT = 1920, 1080
_PAN = 4  # pixels a frame
_ROOM = 64  # pixels that the grain may be shifted by
# As the encoders of graphics cards: a small buffer, so that a key frame has 0.2 MB, not 1 MB.
_ENCODER = {"preset": "veryfast", "g": str(RATE), "maxrate": "12M", "bufsize": "2M"}
_SOUND_RATE = 48_000


def clips(folder: Path, scenes: int = 2, copies: int = 30, seconds: int = 10) -> None:
    """60 clips of 10 s at 8 Mbit/s, a key frame each second.

    Two are encoded; the others are these, written again with another title and time.
    """
    each(partial(_clips, folder, copies, seconds), range(scenes))


def _clips(folder: Path, copies: int, seconds: int, scene: int) -> None:
    encoded = folder / f".{scene}.mp4"
    _encode(encoded, scene, seconds)
    for number in range(copies):
        _written_again(encoded, folder / f"{scene}_{number:02}.mp4", scene, number)
    encoded.unlink()


def _encode(file: Path, scene: int, seconds: int) -> None:
    count = seconds * RATE
    wide = np.asarray(view(scene, (_WIDTH + _PAN * count, _HEIGHT)))
    random = np.random.default_rng(scene)
    with av.open(str(file), "w") as container:
        video = container.add_stream("libx264", rate=RATE)
        video.width, video.height, video.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        video.bit_rate = 12_000_000
        video.options = {**_ENCODER}
        video.thread_count = 1
        sound = container.add_stream("aac", rate=_SOUND_RATE, layout="stereo")
        container.mux(sound.encode(_noise(scene, seconds)))
        container.mux(sound.encode(None))
        for number in range(count):
            container.mux(video.encode(_frame(wide, random, scene, number)))
        container.mux(video.encode(None))


def _frame(
    wide: NDArray[np.uint8], random: np.random.Generator, scene: int, number: int
) -> av.VideoFrame:
    """The view has moved on; grain lies over it, for no game repeats a picture to the bit."""
    left = _PAN * number
    y, x = random.integers(0, _ROOM, 2)
    grain = _grain()[y : y + _HEIGHT, x : x + _WIDTH, None]
    shown = np.clip(wide[:, left : left + _WIDTH] + grain, 0, 255).astype(np.uint8)
    picture = with_display(Image.fromarray(shown), f"{scene} {number // RATE}")
    frame: av.VideoFrame = av.VideoFrame.from_image(picture)
    return frame


@cache
def _grain() -> NDArray[np.int16]:
    random = np.random.default_rng(0)
    return random.integers(-6, 7, (_HEIGHT + _ROOM, _WIDTH + _ROOM), dtype=np.int16)


def _noise(seed: int, seconds: int) -> av.AudioFrame:
    samples = np.random.default_rng(seed).standard_normal((2, seconds * _SOUND_RATE)) / 20
    frame = av.AudioFrame.from_ndarray(samples.astype(np.float32), "fltp", "stereo")
    frame.sample_rate, frame.pts = _SOUND_RATE, 0
    return frame


def _written_again(encoded: Path, file: Path, scene: int, number: int) -> None:
    with av.open(str(encoded)) as source, av.open(str(file), "w") as target:
        target.metadata["title"] = f"clip {scene} {number}"
        target.metadata["creation_time"] = f"2024-05-{scene + 1:02}T12:{number:02}:00.000000Z"
        streams = {
            stream.index: target.add_stream_from_template(stream) for stream in source.streams
        }
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
