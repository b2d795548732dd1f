"""What is heard, as one channel of 22,050 Hz: all features but loudness are made from it."""

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from media_assets.music.sound.decoding import Block, Samples

RATE = 22_050
_UNHEARD = frozenset({"LFE", "LFE2"})


class MonoMaker:
    """Takes the blocks of one file in their order.

    Channels are averaged here and FFmpeg only changes the rate: its own mix to one channel of
    floating point is louder than the channels are.
    """

    def __init__(self) -> None:
        self._resampler = AudioResampler("flt", "mono", RATE)
        self._parts: list[Samples] = []
        self._is_resampled = False

    def add(self, block: Block) -> None:
        """Take in one block."""
        names = block.format.channels
        heard = [place for place, name in enumerate(names) if name not in _UNHEARD]
        chosen = block.samples[heard] if 0 < len(heard) < len(names) else block.samples
        mixed = np.full(len(chosen), 1 / len(chosen), np.float32) @ chosen  # four times mean's pace
        if block.format.rate == RATE:
            self._parts.append(mixed)
            return
        frame = AudioFrame.from_ndarray(mixed[np.newaxis], "flt", "mono")
        frame.sample_rate = block.format.rate
        self._is_resampled = True
        self._take(self._resampler.resample(frame))

    def finish(self) -> Samples:
        """All samples, full scale 1; shape (n,)."""
        if self._is_resampled:
            self._take(self._resampler.resample(None))
        return np.concatenate(self._parts) if self._parts else np.zeros(0, np.float32)

    def _take(self, frames: list[AudioFrame]) -> None:
        self._parts += [frame.to_ndarray()[0] for frame in frames]
