"""What is heard, as one channel of 22,050 Hz: all features but loudness are made from it."""

from typing import Protocol

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from media_assets.music.sound.decoding import LOW_EFFECTS, Block, Samples
from media_assets.music.sound.halving import Halver

RATE = 22_050


class _Resampler(Protocol):
    """Takes samples in their order; what it gives may lie behind until the end."""

    def add(self, samples: Samples) -> Samples: ...
    def finish(self) -> Samples: ...


class _AsItIs:
    """Of files that have the rate already."""

    def add(self, samples: Samples) -> Samples:
        return samples

    def finish(self) -> Samples:
        return np.zeros(0, np.float32)


class _AnyRate:
    """FFmpeg's resampler."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._resampler = AudioResampler("flt", "mono", RATE)

    def add(self, samples: Samples) -> Samples:
        frame = AudioFrame.from_ndarray(samples[np.newaxis], "flt", "mono")
        frame.sample_rate = self._rate
        return self._joined(self._resampler.resample(frame))

    def finish(self) -> Samples:
        return self._joined(self._resampler.resample(None))

    def _joined(self, frames: list[AudioFrame]) -> Samples:
        parts = [frame.to_ndarray()[0] for frame in frames]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)


class MonoMaker:
    """Takes the blocks of one file in their order.

    Channels are averaged here, and only then the rate is changed: FFmpeg's own mix to one channel
    of floating point is louder than the channels are.
    """

    def __init__(self) -> None:
        self._resampler: _Resampler | None = None
        self._parts: list[Samples] = []

    def add(self, block: Block) -> None:
        """Take in one block."""
        names = block.format.channels
        heard = [place for place, name in enumerate(names) if name not in LOW_EFFECTS]
        chosen = block.samples[heard] if 0 < len(heard) < len(names) else block.samples
        mixed = np.full(len(chosen), 1 / len(chosen), np.float32) @ chosen  # four times mean's pace
        if self._resampler is None:
            self._resampler = _resampler_of(block.format.rate)
        self._parts.append(self._resampler.add(mixed))

    def finish(self) -> Samples:
        """All samples, full scale 1; shape (n,)."""
        if self._resampler is None:
            return np.zeros(0, np.float32)
        return np.concatenate([*self._parts, self._resampler.finish()])


def _resampler_of(rate: int) -> _Resampler:
    if rate == RATE:
        return _AsItIs()
    return Halver() if rate == 2 * RATE else _AnyRate(rate)
