"""Every second sample of a channel, through the filter of FFmpeg's resampler, by matrices.

Most files have twice the rate of the analysis. What comes out is what FFmpeg makes, in half the
time.
"""

from functools import lru_cache

import numpy as np

from media_assets.music.sound.decoding import Samples

# Those of libswresample: 32 taps by the share of the band that passes, and Kaiser's window.
_PASSED = 0.97 / 2
_TAPS = 66
_BETA = 9.0
_BEFORE = _TAPS // 2 - 1
_FRAME = 64
"""A frame and the one behind it hold all taps of 32 samples."""


class Halver:
    """Takes the samples of one channel in their order. Before and after them is silence."""

    def __init__(self) -> None:
        self._begun: Samples = np.zeros(_BEFORE, np.float32)
        self._left = 0.0

    def add(self, samples: Samples) -> Samples:
        """What comes of these samples and of those before; it is behind by up to two frames."""
        self._left += len(samples) / 2
        joined = np.concatenate([self._begun, samples])
        frames = joined[: len(joined) // _FRAME * _FRAME].reshape(-1, _FRAME)
        if len(frames) < 2:
            self._begun = joined
            return joined[:0]
        here, behind = _matrices()
        halved = frames[:-1] @ here
        halved += frames[1:] @ behind
        self._begun = joined[(len(frames) - 1) * _FRAME :].copy()
        self._left -= halved.size
        return halved.reshape(-1)

    def finish(self) -> Samples:
        """The rest: an odd sample at the end counts."""
        rest = int(np.ceil(self._left))
        return self.add(np.zeros(2 * _FRAME, np.float32))[:rest]


@lru_cache(maxsize=1)
def _matrices() -> tuple[Samples, Samples]:
    """What a frame, and the one behind it, add to 32 samples: shape (_FRAME, 32) each."""
    offsets = np.arange(_TAPS) - _BEFORE
    taps = np.sinc(offsets * _PASSED)
    taps *= np.i0(_BETA * np.sqrt(np.maximum(0, 1 - (2 * offsets / _TAPS) ** 2)))
    both = np.zeros((2 * _FRAME, _FRAME // 2), np.float32)
    for place in range(_FRAME // 2):
        both[2 * place : 2 * place + _TAPS, place] = taps / taps.sum()
    return both[:_FRAME].copy(), both[_FRAME:].copy()
