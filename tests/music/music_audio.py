"""Small real audio files of every format: encoded here, or headers where there is no encoder."""

import io
import struct
from functools import cache

import av
import numpy as np
from mutagen import ogg

RATE = 44_100
OPUS_RATE = 48_000
SECONDS = 0.5

# What is encoded: muxer, encoder, options.
_ENCODED = {
    "mp3": ("mp3", "libmp3lame"),
    "mp2": ("mp2", "mp2"),
    "aac": ("adts", "aac"),
    "m4a": ("ipod", "aac"),
    "alac": ("ipod", "alac"),
    "flac": ("flac", "flac"),
    "opus": ("ogg", "libopus"),
    "ogg": ("ogg", "vorbis"),
    "wav": ("wav", "pcm_s16le"),
    "wav24": ("wav", "pcm_s24le"),
    "wavfloat": ("wav", "pcm_f32le"),
    "wavmp3": ("wav", "libmp3lame"),
    "aiff": ("aiff", "pcm_s16be"),
    "aifc": ("aiff", "pcm_f32be"),
    "wma": ("asf", "wmav2"),
    "wv": ("wv", "wavpack"),
    "tta": ("tta", "tta"),
    "ac3": ("ac3", "ac3"),
    "webm": ("webm", "libopus"),
}

# Encoders that would take 8 bits if they were not told.
_SAMPLE_FORMATS = {"wavpack": "s16p", "tta": "s16", "alac": "s16p"}
BLOCK = 1024


def tone(rate: int = RATE, seconds: float = SECONDS) -> np.ndarray:
    """A tone of 440 Hz on two channels, interleaved 16-bit."""
    time = np.arange(int(rate * seconds)) / rate
    wave_form = (np.sin(2 * np.pi * 440 * time) * 9000).astype(np.int16)
    return np.repeat(wave_form, 2).reshape(1, -1)


@cache
def audio(kind: str) -> bytes:
    """An encoded file without tags of ours."""
    muxer, codec = _ENCODED[kind]
    return encode(muxer, codec, OPUS_RATE if codec == "libopus" else RATE)


def encode(muxer: str, codec: str, rate: int, samples: np.ndarray | None = None) -> bytes:
    """Audio through a muxer and an encoder of PyAV."""
    file = io.BytesIO()
    with av.open(file, "w", format=muxer) as container:
        stream = container.add_stream(codec, rate=rate, options={"strict": "experimental"})
        stream.layout = "stereo"
        stream.bit_rate = 96_000
        if codec in _SAMPLE_FORMATS:
            stream.format = _SAMPLE_FORMATS[codec]
        data = tone(rate) if samples is None else samples
        for start in range(0, data.shape[1], 2 * BLOCK):
            block = np.ascontiguousarray(data[:, start : start + 2 * BLOCK])
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="stereo")
            frame.rate, frame.pts = rate, start // 2
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


# Formats without an encoder: headers as their specifications have them.


def ape() -> bytes:
    """Monkey's Audio 3.99: two frames, the last of 1000 blocks; 16 bit, two channels."""
    descriptor = struct.pack("<4sHH7I16s", b"MAC ", 3990, 0, 52, 24, 8, 44, 64, 0, 0, bytes(16))
    return descriptor + struct.pack("<HHIIIHHI", 2000, 0, 73728, 1000, 2, 16, 2, RATE) + bytes(64)


def musepack(track_gain: int = 927, album_gain: int = 0) -> bytes:
    """Musepack SV7: 100 frames of 1152 samples; gains in hundredths of a decibel."""
    peaks = struct.pack("<HhHh", 7527, track_gain, 7527, album_gain)
    return b"MP+\x07" + struct.pack("<II", 100, 0) + peaks + bytes(200)


def dsf(tag: bytes = b"") -> bytes:
    """DSF: two channels of DSD64, 28224 samples, 0.01 seconds."""
    pointer = 92 if tag else 0
    head = struct.pack("<4sQQQ", b"DSD ", 28, 92 + len(tag), pointer)
    layout = struct.pack("<4sQIIIIIIQII", b"fmt ", 52, 1, 0, 2, 2, 2_822_400, 1, 28_224, 4096, 0)
    return head + layout + struct.pack("<4sQ", b"data", 12) + tag


def ogg_file(first: bytes, comment: bytes, position: int) -> bytes:
    """Pages of one stream: the header of a codec, its comments, and audio up to a position."""
    pages = ogg.OggPage.from_packets([first]) + ogg.OggPage.from_packets([comment])
    pages += ogg.OggPage.from_packets([bytes(50)])
    for number, page in enumerate(pages):
        page.serial, page.sequence = 7, number
        page.first, page.last = number == 0, page is pages[-1]
        page.position = position if page.last else 0
    return b"".join(page.write() for page in pages)


def speex(comments: list[tuple[str, str]]) -> bytes:
    """Ogg Speex: 32 kHz, two channels, half a second."""
    header = struct.pack("<8s20sIIIIIIiIIII", b"Speex   ", b"1.2", 1, 80, 32_000, 2, 4, 2, -1, 640,
                         0, 1, 0)  # fmt: skip
    return ogg_file(header.ljust(80, b"\0"), _vorbis_comment(comments), 16_000)


def ogg_flac(comments: list[tuple[str, str]]) -> bytes:
    """Ogg FLAC: the STREAMINFO block of a real file, and its own comments."""
    info = audio("flac")[4:42]
    first = b"\x7fFLAC\1\0" + struct.pack(">H", 1) + b"fLaC" + info
    comment = _vorbis_comment(comments)
    block = b"\x84" + len(comment).to_bytes(3) + comment
    return ogg_file(first, block, int(RATE * SECONDS))


def _vorbis_comment(comments: list[tuple[str, str]]) -> bytes:
    texts = [f"{name}={value}".encode() for name, value in comments]
    parts = [struct.pack("<I", len(text)) + text for text in texts]
    return struct.pack("<I", 4) + b"test" + struct.pack("<I", len(texts)) + b"".join(parts)
