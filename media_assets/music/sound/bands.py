"""What 40 bands of the spectrum say over time: onsets, timbre and brightness are read from it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from media_assets.music.sound.decoding import Samples
from media_assets.music.sound.spectra import Matrix, band_edges, mel_filters, power_spectra
from media_assets.music.sound.tempo import HOP

SIZE = 1024
BANDS = 40
LOW, HIGH = 30.0, 10_500.0
FLOOR_DB = 70.0
"""What is further below the loudest band of the piece is taken for silence."""
QUIET_DB = 50.0
"""Frames that are further below the loudest frame say nothing about its timbre."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Power and dB of each band over time, at most `FLOOR_DB` below the loudest.

    Both have shape (frames, `BANDS`), frames `HOP` apart; `sounding` marks those that are not
    quiet.
    """

    power: Matrix
    decibels: Matrix
    sounding: NDArray[np.bool_]


def find_bands(samples: Samples) -> Bands | None:
    """The bands of a piece; None where it is silent, or shorter than one window."""
    filters = mel_filters(SIZE, BANDS, LOW, HIGH)
    parts = [power @ filters for power in power_spectra(samples, SIZE, HOP)]
    power = np.concatenate(parts) if parts else np.zeros((0, BANDS), np.float32)
    loudest = float(power.max(initial=0))
    if loudest <= 0:
        return None
    levels = power.sum(axis=1)
    sounding = levels > levels.max() * 10 ** (-QUIET_DB / 10)
    power = np.maximum(power, loudest * 10 ** (-FLOOR_DB / 10))
    return Bands(power, 10 * np.log10(power), sounding)


@lru_cache(maxsize=1)
def centres() -> NDArray[np.float64]:
    """Hz in the middle of each band."""
    return band_edges(BANDS, LOW, HIGH)[1:-1]
