"""Short spectra of one channel, computed in stretches so that an hour needs no more memory."""

from collections.abc import Iterator
from functools import lru_cache
from math import pi

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from media_assets.music.sound.decoding import Samples
from media_assets.music.sound.mono import RATE

_FRAMES = 256

Matrix = NDArray[np.float32]


def power_spectra(samples: Samples, size: int, hop: int) -> Iterator[Matrix]:
    """Power of windows of `size` samples, `hop` apart: shape (frames, size // 2 + 1), in stretches.

    The windows are Hann's; one that is not whole is left out.
    """
    if len(samples) < size:
        return
    windows = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    for begin in range(0, len(windows), _FRAMES):
        spectrum = scipy.fft.rfft(windows[begin : begin + _FRAMES] * hann(size), axis=-1)
        yield np.square(spectrum.real) + np.square(spectrum.imag)


@lru_cache(maxsize=4)
def hann(size: int) -> Samples:
    """Hann's window, which repeats without a seam."""
    return np.asarray(0.5 - 0.5 * np.cos(2 * pi * np.arange(size) / size), np.float32)


@lru_cache(maxsize=4)
def mel_filters(size: int, bands: int, low: float, high: float) -> Matrix:
    """Triangles of equal width in mel, each of area 1, shape (size // 2 + 1, bands).

    Mel as O'Shaughnessy has it: 2595 log10(1 + f / 700).
    """
    edges = np.linspace(_mel(low), _mel(high), bands + 2)
    hertz = 700 * (10 ** (edges / 2595) - 1)
    bins = np.arange(size // 2 + 1)[:, np.newaxis] * RATE / size
    rising = (bins - hertz[:-2]) / np.diff(hertz)[:-1]
    falling = (hertz[2:] - bins) / np.diff(hertz)[1:]
    triangles = np.maximum(0, np.minimum(rising, falling))
    total = triangles.sum(axis=0)
    # Where a band is narrower than a bin it takes the nearest one.
    nearest = np.abs(bins - hertz[1:-1]).argmin(axis=0)
    triangles[nearest[total == 0], np.flatnonzero(total == 0)] = 1
    return np.asarray(triangles / np.maximum(total, 1e-9 + (total == 0)), np.float32)


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))
