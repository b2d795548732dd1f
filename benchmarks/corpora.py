"""Files to measure with, made by code and kept in a cache outside of the repository."""

import io
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from mutagen.flac import FLAC
from PIL import Image, ImageFilter

CACHE = "MEDIA_ASSETS_BENCH_CACHE"


def cache() -> Path:
    """Where corpora lie: the folder that `MEDIA_ASSETS_BENCH_CACHE` names, else a temporary one."""
    named = os.environ.get(CACHE)
    return Path(named) if named else Path(tempfile.gettempdir()) / "media_assets_bench"


def corpus(name: str, make: Callable[[Path], None]) -> Path:
    """A library with one player called `bench`, made when it is not in the cache."""
    root = cache() / name
    if not root.is_dir():
        unfinished = root.with_name(f".{name}")
        shutil.rmtree(unfinished, ignore_errors=True)
        (unfinished / "bench").mkdir(parents=True)
        make(unfinished / "bench")
        unfinished.rename(root)
    return root


def small_files(folder: Path, folders: int = 1000, files: int = 100) -> None:
    """100,000 files of a few bytes in 1,000 folders."""
    for number in range(folders):
        below = folder / f"{number:04}"
        below.mkdir()
        for index in range(files):
            (below / f"{number:04}_{index:03}.png").write_bytes(b"%d" % (number * files + index))


def screenshots_jpeg(folder: Path, count: int = 120) -> None:
    """JPEG of 1080p."""
    _pictures(folder, count, (1920, 1080), "JPEG", ".jpg")


def photographs(folder: Path, count: int = 24) -> None:
    """JPEG of 12 megapixels."""
    _pictures(folder, count, (4032, 3024), "JPEG", ".jpg")


def screenshots_png(folder: Path, count: int = 40) -> None:
    """PNG of 1080p."""
    _pictures(folder, count, (1920, 1080), "PNG", ".png")


def clips(folder: Path, count: int = 8, seconds: int = 10) -> None:
    """MP4 of 1080p H.264, 30 frames a second, a key frame each second; other names, own content."""
    for number in range(count):
        _clip(folder / f"{number:03}.mp4", number, seconds)


def music(folder: Path, count: int = 2000) -> None:
    """FLAC of a second with a dozen tags; every file has its own title."""
    silence = _silence()
    for number in range(count):
        file = folder / f"{number:05}.flac"
        file.write_bytes(silence)
        tags = FLAC(file)
        for name in ("artist", "album", "albumartist", "date", "genre", "composer", "comment"):
            tags[name] = f"{name} {number // 12}"
        tags["title"], tags["tracknumber"] = f"Track {number}", f"{number % 12 + 1}/12"
        tags.save()


def _scene(seed: int, size: tuple[int, int]) -> Image.Image:
    """A picture with edges, gradients and grain, which compresses like a game."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 255, (size[1] // 40, size[0] // 40, 3), dtype=np.uint8)
    smooth = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    grain = random.normal(0, 6, (size[1], size[0], 1))
    pixels = np.clip(np.asarray(smooth, dtype=np.float32) + grain, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels).filter(ImageFilter.SMOOTH)


def _pictures(folder: Path, count: int, size: tuple[int, int], kind: str, ending: str) -> None:
    scenes = [_scene(seed, size) for seed in range(8)]
    for number in range(count):
        picture = scenes[number % 8].copy()
        picture.putpixel((number, number), (255, 0, 0))
        buffer = io.BytesIO()
        picture.save(buffer, kind)
        (folder / f"{number:04}{ending}").write_bytes(buffer.getvalue())


def _clip(file: Path, seed: int, seconds: int) -> None:
    base = np.asarray(_scene(seed, (1920, 1080)))
    with av.open(str(file), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        stream.options = {"preset": "veryfast", "g": "30"}
        for index in range(seconds * 30):
            frame = av.VideoFrame.from_ndarray(np.roll(base, index * 4, axis=1), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _silence() -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=44100)
        samples = np.zeros((1, 44100), dtype=np.int16)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return buffer.getvalue()
