"""Tempo: where the onsets of a piece repeat.

Onsets are rises of the spectrum (spectral flux, Bello et al. 2005). Their autocorrelation in
windows of twelve seconds is read at a tempo and its multiples (comb) and weighed by how people hear
tempo (log-Gaussian, Ellis 2007); the Fourier transform of the onsets then refines the tempo.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media_assets.music.sound.mono import RATE
from media_assets.music.sound.spectra import Matrix
from media_assets.music.sound.transform import irfft, rfft

HOP = 256
FRAME_RATE = RATE / HOP
SLOWEST, FASTEST = 40.0, 240.0
SHORTEST_SECONDS = 5.0
TOO_SHORT = f"shorter than {SHORTEST_SECONDS:g} s"
NO_ONSETS = "nothing begins in it"
NO_PULSE = "its onsets do not repeat evenly"
LEAST_CONFIDENCE = 0.1
"""Chosen on generated pieces: noise stays below."""

_WINDOW_SECONDS = 12.0
_PREFERRED, _WIDTH = 120.0, 0.9  # beats/min, octaves
_GRID = np.exp(np.arange(np.log(SLOWEST), np.log(FASTEST), 0.01))
_COMB = np.array([1.0, 1.0, 0.75, 0.75])
_SMOOTH_SECONDS = 0.8
_SPECTRUM = 2**17  # so many bins that each is 0.04 beats/min

Curve = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tempo:
    """Beats/min and how sure that is, 0 to 1; both None with a reason where there is none.

    `strength` is how much of the onsets repeats at that tempo, `steadiness` the share of the piece
    that keeps it.
    """

    bpm: float | None
    confidence: float | None
    strength: float = 0.0
    steadiness: float = 0.0
    reason: str | None = None


def onset_curve(decibels: Matrix) -> Curve:
    """How much begins at each frame, from bands in dB, shape (frames, bands); mean 0 or more."""
    rises = np.maximum(0, decibels[2:] - decibels[:-2]).mean(axis=1, dtype=np.float64)
    width = round(_SMOOTH_SECONDS * FRAME_RATE) | 1
    if len(rises) <= width:
        return np.asarray(rises - rises.mean()) if len(rises) else np.asarray(rises)
    padded = np.pad(rises, width // 2, mode="reflect")
    sums = np.cumsum(np.insert(padded, 0, 0.0))
    return np.asarray(np.maximum(0, rises - (sums[width:] - sums[:-width]) / width))


def find_tempo(onsets: Curve) -> Tempo:
    """The tempo of a curve of onsets, `FRAME_RATE` values a second."""
    if len(onsets) < SHORTEST_SECONDS * FRAME_RATE:
        return Tempo(None, None, reason=TOO_SHORT)
    if not onsets.any():
        return Tempo(None, None, reason=NO_ONSETS)
    repeats = _autocorrelations(onsets)
    scores = _comb(repeats)
    preference = np.exp(-0.5 * (np.log2(_GRID / _PREFERRED) / _WIDTH) ** 2)
    best = int(np.argmax(scores.mean(axis=0) * preference))
    strength = float(np.clip(scores[:, best].mean(), 0, 1))
    own = _GRID[np.argmax(scores * preference, axis=1)]
    steadiness = float(np.mean(_is_multiple(own, _GRID[best])))
    confidence = strength * steadiness
    if confidence < LEAST_CONFIDENCE:
        return Tempo(None, None, strength, steadiness, NO_PULSE)
    return Tempo(_refined(onsets, float(_GRID[best])), confidence, strength, steadiness)


def _autocorrelations(onsets: Curve) -> Curve:
    """Of windows that overlap by half: shape (windows, lags), 1 at lag 0, 0 where nothing is."""
    size = min(len(onsets), round(_WINDOW_SECONDS * FRAME_RATE))
    starts = np.unique(np.linspace(0, len(onsets) - size, 1 + round(2 * (len(onsets) / size - 1))))
    windows = np.stack([onsets[int(start) : int(start) + size] for start in starts])
    windows = windows - windows.mean(axis=1, keepdims=True)
    spectrum = rfft(windows, 2 * size)
    lags = irfft(np.square(np.abs(spectrum)))[:, :size]
    lags = lags / (1 - np.arange(size) / size)  # fewer pairs lie further apart
    whole = lags[:, :1]
    return np.asarray(np.divide(lags, whole, out=np.zeros_like(lags), where=whole > 0))


def _comb(repeats: Curve) -> Curve:
    """How well each tempo of the grid explains each window, shape (windows, tempos)."""
    total = np.zeros((len(repeats), len(_GRID)))
    weights = np.zeros(len(_GRID))
    last = 0.75 * repeats.shape[1]
    for multiple, weight in enumerate(_COMB, 1):
        lags = 60 * FRAME_RATE / _GRID * multiple
        there = lags < last
        # Tempos between two of the grid lie several frames apart at high multiples.
        near = np.max([_at(repeats, np.minimum(lags * shift, last)) for shift in _SHIFTS], axis=0)
        total += weight * near * there
        weights += weight * there
    return np.asarray(total / np.maximum(weights, 1e-9))


_SHIFTS = (0.996, 1.0, 1.004)


def _at(repeats: Curve, lags: Curve) -> Curve:
    low = np.floor(lags).astype(int)
    part = lags - low
    return np.asarray(repeats[:, low] * (1 - part) + repeats[:, low + 1] * part)


def _is_multiple(tempos: Curve, of: float) -> NDArray[np.bool_]:
    """Which tempos are that one, its half or its double, within 4 %."""
    ratio = np.log2(tempos / of)
    return np.asarray(np.abs(ratio - np.clip(np.round(ratio), -1, 1)) < np.log2(1.04))


def _refined(onsets: Curve, tempo: float) -> float:
    """The tempo nearby at which the onsets have most of their power, with that of its multiples."""
    size = _SPECTRUM * (1 + 2 * len(onsets) // _SPECTRUM)
    power = np.square(np.abs(rfft(onsets - onsets.mean(), size)))
    bins = tempo / 60 / FRAME_RATE * 2 * (len(power) - 1) * np.linspace(0.98, 1.02, 81)
    whole = sum(power[np.round(bins * multiple).astype(int)] for multiple in (1, 2, 4))
    best = bins[int(np.argmax(whole))]
    return float(best * 60 * FRAME_RATE / (2 * (len(power) - 1)))
