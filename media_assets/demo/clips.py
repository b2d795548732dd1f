"""Clips as files: H.264 and AAC in MP4 or Matroska, a moving view over a painted scene."""

from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from random import Random

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from media_assets.demo.captures import Capture
from media_assets.demo.scenes import landscape

Plane = NDArray[np.uint8]

RATE = 30
_SOUND_RATE = 16_000  # low and mono: else the sound takes as long to encode as the picture
_PAN = 4  # pixels a frame: even, so that the half-size color planes move with the picture


def write_clip(capture: Capture, file: Path) -> None:
    """Write the file of a clip. The same capture gives the same bytes with the same encoders."""
    stored = {"start": capture.start, "end": capture.end}.get(capture.tool.stores or "")
    # Without this flag, Matroska files have a random number in them.
    with av.open(str(file), "w", options={"fflags": "+bitexact"}) as container:
        if stored is not None:
            container.metadata["creation_time"] = _creation_time(stored)
        width, height = capture.tool.size
        video = container.add_stream("libx264", rate=RATE)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.options = {"preset": "ultrafast", "crf": "30", "g": str(2 * RATE)}
        video.thread_count = 1  # clips are made side by side
        sound = container.add_stream("aac", rate=_SOUND_RATE, layout="mono")
        sound.bit_rate = 32_000
        sound.options = {"aac_coder": "fast"}
        container.mux(sound.encode(_sound(capture)))
        container.mux(sound.encode(None))
        for frame in _frames(capture, width, height):
            container.mux(video.encode(frame))
        container.mux(video.encode(None))


def _creation_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def _frames(capture: Capture, width: int, height: int) -> Iterator[av.VideoFrame]:
    """The view moves over a wide scene; an enemy runs through it, and shots light it up."""
    count = capture.seconds * RATE
    scene = landscape(capture.scene, width + _PAN * count, height, grain=False)
    luma, blue, red = _planes(scene)
    random = Random(capture.scene)
    flashes = {random.randrange(count) for _ in range(2 * capture.seconds)}
    ground, pace = height * random.uniform(0.55, 0.7), random.uniform(0.4, 1.4)
    for number in range(count):
        frame = av.VideoFrame(width, height, "yuv420p")
        left = number * _PAN
        luma_view = _plane(frame, 0)
        luma_view[:] = luma[:, left : left + width]
        half = slice(left // 2, (left + width) // 2)
        _plane(frame, 1)[:], _plane(frame, 2)[:] = blue[:, half], red[:, half]
        _enemy(luma_view, int(ground), int(width * 0.1 + number * pace * width / 400))
        _display(luma_view, number / count, number in flashes)
        frame.pts, frame.time_base = number, Fraction(1, RATE)
        yield frame


def _plane(frame: av.VideoFrame, number: int) -> Plane:
    """A plane of a frame to write into, without the padding of its lines."""
    plane = frame.planes[number]
    pixels: Plane = np.frombuffer(memoryview(plane), np.uint8).reshape(
        plane.height, plane.line_size
    )
    return pixels[:, : plane.width]


def _planes(scene: Image.Image) -> tuple[Plane, Plane, Plane]:
    """Brightness at full size and both colors at half, in the range that video uses."""
    bands = scene.convert("YCbCr").split()
    luma = bands[0].point([16 + value * 219 // 255 for value in range(256)])
    chroma = [128 + (value - 128) * 224 // 255 for value in range(256)]
    blue, red = (band.reduce(2).point(chroma) for band in bands[1:])
    return np.asarray(luma), np.asarray(blue), np.asarray(red)


def _enemy(luma: Plane, ground: int, x: int) -> None:
    height, width = luma.shape
    tall, wide = height // 5, height // 16
    x %= width - wide
    luma[ground - tall : ground, x : x + wide] = 40
    luma[ground - tall : ground - tall * 3 // 4, x + wide // 4 : x + wide * 3 // 4] = 200


def _display(luma: Plane, done: float, flash: bool) -> None:
    height, width = luma.shape
    unit = height // 36
    luma[unit : 2 * unit, width // 3 : width * 2 // 3] = 30
    end = width // 3 + int((1 - done) * width / 3)
    luma[unit : 2 * unit, width // 3 : end] = 210
    luma[-9 * unit : -unit, unit : 9 * unit] //= 2
    if flash:
        spot = luma[height * 3 // 5 : height * 9 // 10, width * 2 // 5 : width * 3 // 5]
        np.minimum(spot, 160, out=spot)
        spot += 70


def _sound(capture: Capture) -> av.AudioFrame:
    """A low hum and bursts of noise, mono, whole; the encoder cuts it as it needs."""
    generator = np.random.default_rng(int(capture.scene))
    count, burst = capture.seconds * _SOUND_RATE, _SOUND_RATE // 10
    time = np.arange(count) / _SOUND_RATE
    wave = 0.08 * np.sin(2 * np.pi * (55 + int(capture.scene) % 30) * time)
    fade = 0.3 * np.exp(-np.arange(burst) / (burst / 5))
    for _ in range(3 * capture.seconds):
        start = int(generator.integers(0, count - burst))
        wave[start : start + burst] += fade * generator.standard_normal(burst)
    samples = wave.clip(-1, 1).astype(np.float32)[np.newaxis]
    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
    frame.sample_rate, frame.pts = _SOUND_RATE, 0
    return frame
