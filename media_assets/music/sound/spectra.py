"""Short spectra of one channel, computed in stretches so that an hour needs no more memory."""

from collections.abc import Iterator
from functools import lru_cache
from math import pi

import numpy as np
from numpy.typing import NDArray

from media_assets.music.sound.decoding import Samples
from media_assets.music.sound.mono import RATE
from media_assets.music.sound.transform import rfft

_SAMPLES = 256 * 1024
"""Of the windows of one stretch, which stay in the cache of a core."""

Matrix = NDArray[np.float32]


def power_spectra(samples: Samples, size: int, hop: int) -> Iterator[Matrix]:
    """Power of windows of `size` samples, `hop` apart: shape (frames, size // 2 + 1), in stretches.

    The windows are Hann's; one that is not whole is left out.
    """
    if len(samples) < size:
        return
    windows = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    frames = _SAMPLES // size
    for begin in range(0, len(windows), frames):
        spectrum = rfft(windows[begin : begin + frames] * hann(size))
        power = np.square(spectrum.real)
        power += np.square(spectrum.imag)
        yield power


@lru_cache(maxsize=4)
def hann(size: int) -> Samples:
    """Hann's window, which repeats without a seam."""
    return np.asarray(0.5 - 0.5 * np.cos(2 * pi * np.arange(size) / size), np.float32)


def band_edges(bands: int, low: float, high: float) -> NDArray[np.float64]:
    """Hz at which triangles of equal width in mel begin, peak and end: `bands` + 2 of them.

    Mel as O'Shaughnessy has it: 2595 log10(1 + f / 700).
    """
    edges = np.linspace(_mel(low), _mel(high), bands + 2)
    return np.asarray(700 * (10 ** (edges / 2595) - 1))


@lru_cache(maxsize=4)
def mel_filters(size: int, bands: int, low: float, high: float) -> Matrix:
    """Triangles of equal width in mel, each of area 1, shape (size // 2 + 1, bands)."""
    hertz = band_edges(bands, low, high)
    bins = np.arange(size // 2 + 1)[:, np.newaxis] * RATE / size
    rising = (bins - hertz[:-2]) / np.diff(hertz)[:-1]
    falling = (hertz[2:] - bins) / np.diff(hertz)[1:]
    triangles = np.maximum(0, np.minimum(rising, falling))
    # Where a band is narrower than a bin it takes the nearest one.
    narrow = np.flatnonzero(triangles.sum(axis=0) == 0)
    triangles[np.abs(bins - hertz[1:-1]).argmin(axis=0)[narrow], narrow] = 1
    return np.asarray(triangles / triangles.sum(axis=0), np.float32)


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))
