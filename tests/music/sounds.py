"""Small pieces of sound, as WAV files that are made here byte by byte."""

import io
import struct

import numpy as np
from threadpoolctl import threadpool_limits

from media_assets.music.sound.decoding import Block, Format

threadpool_limits(1, user_api="blas")  # as in a worker: threads of processes wait for each other

RATE = 22_050
STEREO = ("FL", "FR")


def wav(samples: np.ndarray, rate: int = RATE, bits: int = 16, *, floating: bool = False) -> bytes:
    """A WAV file of samples of full scale 1, shape (channels, n)."""
    channels = len(samples)
    if floating:
        data = samples.T.astype("<f4").tobytes()
    elif bits == 24:
        whole = np.round(samples.T * (2**23 - 1)).astype("<i4")
        data = whole.reshape(-1, 1).view(np.uint8)[:, :3].tobytes()
    elif bits == 8:
        data = np.round(samples.T * 127 + 128).astype(np.uint8).tobytes()
    else:
        data = np.round(samples.T * 32767).astype("<i2").tobytes()
    size = channels * bits // 8
    kind = 3 if floating else 1
    header = struct.pack("<HHIIHH", kind, channels, rate, rate * size, size, bits)
    body = b"WAVEfmt " + struct.pack("<I", 16) + header + b"data" + struct.pack("<I", len(data))
    return b"RIFF" + struct.pack("<I", len(body) + len(data)) + body + data


def stream(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)


def seconds(length: float, rate: int = RATE) -> np.ndarray:
    return np.arange(int(length * rate)) / rate


def tone(hertz: float, length: float, rate: int = RATE, level: float = 0.5) -> np.ndarray:
    """One channel of a sine."""
    return level * np.sin(2 * np.pi * hertz * seconds(length, rate))[np.newaxis]


def noise(length: float, rate: int = RATE, channels: int = 1, level: float = 0.1) -> np.ndarray:
    return level * np.random.default_rng(1).standard_normal((channels, int(length * rate)))


def clicks(bpm: float, length: float) -> np.ndarray:
    """One channel of short tones, one a beat."""
    time = seconds(length)
    since = time % (60 / bpm)
    return (0.8 * np.sin(2 * np.pi * 1500 * since) * np.exp(-since * 150))[np.newaxis]


def cadence(key: int, *, minor: bool, tuning: float = 0.0, length: float = 8.0) -> np.ndarray:
    """I IV V I, or i iv V i, of tones with four partials; `tuning` in semitones."""
    third = 3 if minor else 4
    chords = [(0, third, 7), (5, 5 + third, 12), (7, 11, 14), (0, third, 7)]
    parts = []
    for chord in chords:
        time = seconds(length / len(chords))
        part = np.zeros(len(time))
        for step in chord:
            hertz = 261.63 * 2 ** ((key + step + tuning) / 12)
            for partial in (1, 2, 3, 4):
                part += np.sin(2 * np.pi * hertz * partial * time) / partial**1.5
        parts.append(part * np.exp(-time) / 12)
    return np.concatenate(parts)[np.newaxis]


def blocks(samples: np.ndarray, rate: int, channels: tuple[str, ...]) -> list[Block]:
    """As they come out of a decode."""
    size = 3 * rate
    return [
        Block(Format(rate, channels), np.ascontiguousarray(samples[:, at : at + size], np.float32))
        for at in range(0, samples.shape[1], size)
    ]
