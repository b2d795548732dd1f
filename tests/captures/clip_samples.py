"""Small clips made by code, for the tests of clips."""

import dataclasses
import io
import tempfile
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.stream import Disposition
from numpy.typing import NDArray
from PIL import Image

from media_assets.captures.clip import ClipOptions, ClipPart, ClipProducts, analyse_clip
from media_assets.settings import LimitSettings

Pixels = NDArray[np.uint8]

WIDTH, HEIGHT = 160, 90

PARTS: frozenset[ClipPart] = frozenset({"metadata", "thumbnail", "vector"})
OPTIONS = ClipOptions(320, "gif", LimitSettings(), PARTS)


def analyse(clip: bytes, options: ClipOptions = OPTIONS) -> ClipProducts:
    return analyse_clip(io.BytesIO(clip), len(clip), ".mp4", options)


def with_parts(*parts: ClipPart) -> ClipOptions:
    return dataclasses.replace(OPTIONS, parts=frozenset(parts))


def poster(found: ClipProducts) -> Image.Image:
    assert found.poster is not None
    return Image.open(io.BytesIO(found.poster.content)).convert("RGB")


def pattern(index: int, width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """A coloured mosaic that is another one every ten frames and moves in between."""
    rng = np.random.default_rng(index // 10)
    tiles = rng.integers(30, 226, (9, 16, 3)).astype(np.uint8)
    picture = tiles.repeat(-(-height // 9), axis=0).repeat(-(-width // 16), axis=1)
    return np.ascontiguousarray(np.roll(picture[:height, :width], index % 10, axis=1))


def black(_: int) -> Pixels:
    return np.zeros((HEIGHT, WIDTH, 3), np.uint8)


def make_clip(
    container: str = "mp4",
    codec: str = "libx264",
    *,
    picture: Callable[[int], Pixels] = pattern,
    frames: int = 40,
    rate: Fraction | int = 30,
    gop: int = 10,
    pixel_format: str = "yuv420p",
    rotation: int | None = None,
    mirrored: bool = False,
    audio: bool = False,
    tags: Mapping[str, str] | None = None,
    muxer: Mapping[str, str] | None = None,
    aspect: Fraction | None = None,
    crf: int = 23,
    encoder: Mapping[str, str] | None = None,
    when: Callable[[int], int] = lambda index: index,
) -> bytes:
    """A clip of `frames` pictures with a key frame every `gop`.

    Its container says that it is to be mirrored left to right and then rotated clockwise. `when`
    gives the time of a picture, in units of one picture at `rate`.
    """
    stream = io.BytesIO()
    with av.open(stream, "w", format=container, options=dict(muxer or {})) as output:
        output.metadata.update(tags or {})
        height, width = picture(0).shape[:2]
        video = output.add_stream(codec, rate=rate)
        video.width, video.height, video.pix_fmt = width, height, pixel_format
        video.options = dict(encoder or _encoder(codec, gop, crf))
        if aspect is not None:
            video.codec_context.sample_aspect_ratio = aspect
        if rotation is not None:
            # The bindings count counter-clockwise, the tables here clockwise; they mirror last.
            video.set_display_rotation(rotation if mirrored else -rotation, hflip=mirrored)
        sound = output.add_stream("aac", rate=48_000) if audio else None
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(index), "rgb24")
            frame.pts, frame.time_base = when(index), 1 / Fraction(rate)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        if sound is not None:
            output.mux(sound.encode(_silence()))
            output.mux(sound.encode(None))
    return stream.getvalue()


def make_sound(container: str = "mp4", seconds: int = 1, cover: bytes | None = None) -> bytes:
    """A file of a video container with sound alone, perhaps with a cover."""
    stream = io.BytesIO()
    with av.open(stream, "w", format=container) as output:
        sound = output.add_stream("aac", rate=48_000)
        packets = [packet for _ in range(seconds) for packet in sound.encode(_silence())]
        if cover is not None:
            output.mux(_cover_packet(output, cover))
        output.mux(packets)
        output.mux(sound.encode(None))
    return stream.getvalue()


def make_cover(kind: str = "mjpeg") -> bytes:
    """An image file of the codec `mjpeg` or `png`."""
    stream = io.BytesIO()
    Image.fromarray(pattern(7)).save(stream, "JPEG" if kind == "mjpeg" else "PNG")
    return stream.getvalue()


def _cover_packet(output: OutputContainer, cover: bytes) -> av.Packet:
    kind = "png" if cover.startswith(b"\x89PNG") else "mjpeg"
    picture = output.add_stream(kind)
    picture.width, picture.height = WIDTH, HEIGHT
    picture.pix_fmt = "rgb24" if kind == "png" else "yuvj420p"
    picture.disposition = Disposition.attached_pic
    packet = av.Packet(cover)
    packet.stream, packet.pts, packet.dts = picture, 0, 0
    packet.time_base = Fraction(1, 1000)
    return packet


def make_high_range(levels: Iterable[float], transfer: int = 16) -> bytes:
    """A clip of 10 bits with BT.2020 colours: grey bars of the given signal levels, 0 to 1."""
    luma = (64 + np.asarray(list(levels)) * 876).astype(np.uint16)
    row = luma.repeat(WIDTH // len(luma))
    row = np.pad(row, (0, WIDTH - len(row)), mode="edge")
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as output:
        video = output.add_stream("libx264", rate=30)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p10le"
        video.options = {"preset": "ultrafast", "crf": "10"}
        context = video.codec_context
        context.color_primaries, context.color_trc, context.colorspace = 9, transfer, 9
        for index in range(3):
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p10le")
            frame.color_primaries, frame.color_trc, frame.colorspace = 9, transfer, 9
            _fill(frame.planes[0], row)
            for plane in frame.planes[1:]:
                _fill(plane, np.full(plane.width, 512, np.uint16))
            frame.pts, frame.time_base = index, Fraction(1, 30)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
    return stream.getvalue()


def remux(clip: bytes, container: str, muxer: Mapping[str, str] | None = None) -> bytes:
    """The same packets in another container."""
    stream = io.BytesIO()
    with (
        av.open(io.BytesIO(clip)) as source,
        av.open(stream, "w", format=container, options=dict(muxer or {})) as output,
    ):
        video = source.streams.video[0]
        target = output.add_stream_from_template(video)
        annexb = container in {"avi", "mpegts"}
        convert = BitStreamFilterContext("h264_mp4toannexb", video) if annexb else None
        for packet in source.demux(video):
            if packet.dts is None:
                continue
            for converted in convert.filter(packet) if convert else [packet]:
                converted.stream = target
                output.mux(converted)
    return stream.getvalue()


def header_first(clip: bytes) -> bytes:
    """The MP4 with its movie header before the pictures, as recorders for the web write it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clip.mp4")  # the muxer reads back what it wrote: by path alone
        with (
            av.open(io.BytesIO(clip)) as source,
            av.open(str(path), "w", options={"movflags": "faststart"}) as output,
        ):
            target = output.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(source.streams.video[0]):
                if packet.dts is not None:
                    packet.stream = target
                    output.mux(packet)
        return path.read_bytes()


def _encoder(codec: str, gop: int, crf: int) -> dict[str, str]:
    if codec == "libx264":
        return {"preset": "ultrafast", "g": str(gop), "sc_threshold": "0", "crf": str(crf)}
    if codec == "libx265":
        silent = f"log-level=none:keyint={gop}:min-keyint={gop}:scenecut=0"
        return {"preset": "ultrafast", "x265-params": silent}
    if codec == "libvpx-vp9":
        return {"g": str(gop), "deadline": "realtime", "cpu-used": "8"}
    return {"g": str(gop)}


def _silence() -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 2 * 48_000), np.int16), "s16", "stereo")
    frame.sample_rate = 48_000
    return frame


def _fill(plane: av.video.plane.VideoPlane, row: NDArray[np.uint16]) -> None:
    pixels = np.zeros((plane.height, plane.line_size // 2), np.uint16)
    pixels[:, : len(row)] = row
    plane.update(pixels.tobytes())
