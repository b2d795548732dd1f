"""The files that are damaged: small ones of every format, and what a library has of each."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import music_samples as samples
import numpy as np
import pillow_heif
from clip_samples import header_first, make_clip, make_sound
from PIL import Image, PngImagePlugin

from media_assets.library.kinds import KIND_OF

MOST_BYTES = 300_000
"""Larger files take long to decode and are no worse."""


@dataclass(frozen=True, slots=True)
class Original:
    """One file. `kind` says which format it is, for the count."""

    kind: str
    suffix: str
    content: bytes


@contextmanager
def usual_scheduling() -> Iterator[None]:
    """Undo what SVT-AV1 does to the thread that calls it as root: it gets a real-time priority.

    Threads and processes that it starts later would inherit it, and starve everybody else.
    """
    try:
        yield
    finally:
        if hasattr(os, "sched_setscheduler"):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def originals(*folders: Path) -> list[Original]:
    """All made by code, then the media files below the folders, in the order of their paths."""
    made = [*_images(), *_clips(), *_music()]
    found = [
        Original(f"file {path.suffix.lower()[1:]}", path.suffix.lower(), path.read_bytes())
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in KIND_OF and path.is_file() and path.stat().st_size <= MOST_BYTES
    ]
    return [*made, *(original for original in found if original.content)]


def _images() -> Iterator[Original]:
    shapes = np.random.default_rng(3).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    picture = Image.fromarray(shapes.repeat(10, axis=0).repeat(10, axis=1))
    exif = Image.Exif()
    exif.update({0x010E: "a text", 0x0112: 6, 0x010F: "Maker"})
    exif.get_ifd(0x8769)[0x9003] = "2024:01:31 21:05:33"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0)})
    text = PngImagePlugin.PngInfo()
    text.add_text("Software", "a game")
    text.add_text("Comment", "packed " * 50, zip=True)
    text.add_itxt("Title", "größer", zip=True)
    more = [picture.rotate(90 * turn) for turn in (1, 2)]
    deep = Image.fromarray((np.arange(4800).reshape(60, 80) * 13).astype(np.uint16))
    forms: list[tuple[str, str, Image.Image, dict[str, object]]] = [
        ("PNG", "png", picture, {"pnginfo": text, "exif": exif, "icc_profile": b"profile" * 40}),
        ("PNG", "png", picture.convert("P"), {"transparency": 3}),
        ("PNG", "png", picture.convert("RGBA"), {"save_all": True, "append_images": more}),
        ("PNG", "png", deep, {}),
        ("PNG", "png", picture.resize((1000, 600)), {}),
        ("JPEG", "jpg", picture, {"exif": exif, "comment": b"a comment"}),
        ("JPEG", "jpeg", picture, {"progressive": True}),
        ("JPEG", "jpg", picture.convert("CMYK"), {}),
        ("MPO", "jpg", picture, {"save_all": True, "append_images": more}),
        ("GIF", "gif", picture, {"save_all": True, "append_images": more, "comment": b"words"}),
        ("BMP", "bmp", picture, {}),
        ("BMP", "bmp", picture.convert("P"), {}),
        ("TIFF", "tif", picture, {"exif": exif}),
        *(("TIFF", "tif", picture, {"compression": name})
          for name in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")),
        ("TIFF", "tiff", picture.convert("1"), {"compression": "group4"}),
        ("TIFF", "tiff", picture, {"save_all": True, "append_images": more, "big_tiff": True}),
        ("WEBP", "webp", picture, {"exif": exif}),
        ("WEBP", "webp", picture.convert("RGBA"), {"lossless": True}),
        ("WEBP", "webp", picture, {"save_all": True, "append_images": more}),
        ("AVIF", "avif", picture, {"exif": exif}),
        ("AVIF", "avif", picture, {"save_all": True, "append_images": more}),
    ]  # fmt: skip
    for kind, suffix, image, options in forms:
        stream = io.BytesIO()
        if "append_images" in options:
            options["append_images"] = [frame.copy() for frame in more]
        image.copy().save(stream, kind, **options)  # encoders leave their settings in an image
        yield Original(kind, f".{suffix}", stream.getvalue())
    stream = io.BytesIO()
    pillow_heif.from_pillow(picture).save(stream, quality=50, exif=exif.tobytes())
    yield Original("HEIC", ".heic", stream.getvalue())


def _clips() -> Iterator[Original]:
    make = partial(make_clip, frames=20)
    tags = {"title": "a title", "creation_time": "2024-01-31T20:05:33Z"}
    yield Original("MP4 H.264", ".mp4", header_first(make(tags=tags)))
    yield Original("MP4 H.264", ".mp4", make(audio=True, rotation=90))
    fragments = {"movflags": "frag_keyframe+empty_moov"}
    yield Original("MP4 fragments", ".mp4", make(muxer=fragments))
    yield Original("MP4 HEVC", ".mp4", make(codec="libx265"))
    with usual_scheduling():
        av1 = make(codec="libsvtav1", encoder={"preset": "11"})
    yield Original("MP4 AV1", ".mp4", av1)
    yield Original("MOV", ".mov", make("mov", tags=tags))
    yield Original("MOV", ".mov", make("mov", "prores_ks", pixel_format="yuv422p10le"))
    yield Original("Matroska", ".mkv", make("matroska", tags=tags, rotation=90))
    yield Original("Matroska", ".mkv", make("matroska", audio=True))
    yield Original("WebM VP8", ".webm", make("webm", "libvpx"))
    yield Original("WebM VP9", ".webm", make("webm", "libvpx-vp9"))
    yield Original("AVI", ".avi", make("avi", "mpeg4"))
    yield Original("AVI", ".avi", make("avi", "mjpeg", pixel_format="yuvj420p"))
    yield Original("FLV", ".mp4", make("flv"))
    yield Original("FLV", ".mp4", make("flv", "flv"))
    yield Original("MPEG-TS", ".mp4", make("mpegts"))
    yield Original("MPEG-PS", ".mkv", make("mpeg", "mpeg2video"))
    yield Original("ASF video", ".avi", make("asf", "wmv2"))
    yield Original("MP4 sound", ".m4v", make_sound())


def _music() -> Iterator[Original]:
    suffixes = {"mp3-id3v23": "mp3", "mp3-ape": "mp3", "mp2": "mp3", "wav24": "wav", "aifc": "aiff",
                "alac": "m4a", "tta": "ape", "mpc": "mp3", "dsf": "wav"}  # fmt: skip
    for kind in samples.ALL_FIELDS:
        yield Original(kind, f".{suffixes.get(kind, kind)}", samples.tagged(kind))
    yield Original("speex", ".ogg", samples.speex(samples.vorbis_comments()))
    yield Original("Ogg FLAC", ".ogg", samples.ogg_flac(samples.vorbis_comments()))
    yield Original("RIFF INFO", ".wav", samples.riff_info({"INAM": "Title", "IART": "Artist"}))
    yield Original("AIFF texts", ".aiff", samples.aiff_texts({"NAME": "Title", "AUTH": "Artist"}))
    yield Original("AC-3", ".aac", samples.audio("ac3"))
