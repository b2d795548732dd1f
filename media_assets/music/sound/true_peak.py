"""True peak of ITU-R BS.1770-4, annex 2: the highest level, between the samples too."""

from functools import lru_cache
from math import pi

import numpy as np
from numpy.typing import NDArray

from media_assets.music.sound.decoding import Samples

_TAPS = 12  # of each phase
_RUN = 32  # places between samples that are looked at together
_WINDOW = _RUN + _TAPS - 1
_RUNS_AT_A_TIME = 256


class TruePeak:
    """Takes the samples of one file in their order, shape (channels, n)."""

    def __init__(self, rate: int) -> None:
        """Of `rate` samples a second: the more there are, the less lies between them."""
        self.level = 0.0
        """The highest level so far, full scale 1."""
        self._factor = 4 if rate < 96_000 else 2 if rate < 192_000 else 1
        self._edge: Samples | None = None

    def add(self, samples: Samples) -> Samples:
        """Take in samples, and tell the highest level of those of each channel.

        All places are looked at that have six samples on each side, across the edges of blocks too.
        """
        edge = samples[:, :0] if self._edge is None else self._edge
        joined = np.concatenate([edge, samples], axis=1)
        levels = np.abs(joined)
        peaks: Samples = levels[:, edge.shape[1] :].max(axis=1)
        self.level = max(self.level, float(peaks.max()))
        count = max(0, (joined.shape[1] - _WINDOW) // _RUN + 1)
        if count and self._factor > 1:
            for channel, high in zip(joined, levels, strict=True):
                self._look_between(channel, high, count)
        self._edge = joined[:, _RUN * count :].copy()
        return peaks

    def _look_between(self, samples: Samples, levels: Samples, count: int) -> None:
        """Raise the level to the highest of one channel, in so many runs of places.

        Only where a sample is high enough can it be higher than what is known.
        """
        matrix, bound = _interpolator(self._factor)
        runs = _runs_around(np.flatnonzero(levels > self.level / bound), count)
        windows = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_RUN]
        for begin in range(0, len(runs), _RUNS_AT_A_TIME):
            between = windows[runs[begin : begin + _RUNS_AT_A_TIME]] @ matrix
            self.level = max(self.level, float(np.abs(between).max()))


def _runs_around(places: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Which of `count` runs have one of these samples in their window."""
    is_near = np.zeros(count + 2, bool)
    is_near[places // _RUN] = True
    is_near[(places - _TAPS + 1) // _RUN] = True  # -1 is the last of them, which is none
    return np.flatnonzero(is_near[:count])


@lru_cache(maxsize=4)
def _interpolator(factor: int) -> tuple[Samples, float]:
    """What makes `factor` - 1 values of each place of a run, and the most they can gain.

    A sinc of `_TAPS` samples under a Hann window; shape (_WINDOW, _RUN * (factor - 1)).
    """
    matrix = np.zeros((_WINDOW, _RUN, factor - 1), np.float32)
    bound = 1.0
    for phase in range(1, factor):
        offsets = np.arange(-_TAPS // 2 + 1, _TAPS // 2 + 1) - phase / factor
        taps = np.sinc(offsets) * np.cos(pi * offsets / (_TAPS + 1)) ** 2
        taps /= taps.sum()
        bound = max(bound, float(np.abs(taps).sum()))
        for place in range(_RUN):
            matrix[place : place + _TAPS, place, phase - 1] = taps
    return matrix.reshape(_WINDOW, -1), bound
