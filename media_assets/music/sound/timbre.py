"""The vector `audio.timbre`: how a piece sounds, whatever its notes and its loudness.

It is made of 64 numbers of the frames that sound: cepstral coefficients 1 to 16 of the bands (mean,
spread, mean change), contrast of five groups of bands (mean, spread), and the mean and spread of
brightness, flatness and the share of the bass. They are projected to the 16 directions in which
generated pieces of different instruments differ most, by how much those of the same instruments do
(linear discriminants, `timbre_scale`), and the vector has length 1.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from media_assets.music.sound.bands import BANDS, Bands, centres
from media_assets.music.sound.timbre_scale import AXES, CENTRE

SPACE, MODEL, VERSION, DIM = "audio.timbre", "mfcc-contrast-lda", 1, 16
FEWEST_FRAMES = 40
TOO_LITTLE = "less than half a second of it sounds"

_COEFFICIENTS = 16
_GROUPS = 5
_CHANGE_FRAMES = 4
_BASS_BANDS = 5  # up to 300 Hz

Vector = NDArray[np.float64]


def timbre(bands: Bands) -> Vector | None:
    """The vector of a piece, of length 1; None where too little of it sounds."""
    described = describe_timbre(bands)
    if described is None:
        return None
    projected = (described - CENTRE) @ AXES
    length = float(np.linalg.norm(projected))
    return np.asarray(projected / length) if length > 0 else None


def describe_timbre(bands: Bands) -> Vector | None:
    """The numbers before they are projected, shape (64,)."""
    if int(bands.sounding.sum()) < FEWEST_FRAMES:
        return None
    cepstrum = bands.decibels @ _cosines()
    change = np.abs(cepstrum[_CHANGE_FRAMES:] - cepstrum[:-_CHANGE_FRAMES])
    both = bands.sounding[_CHANGE_FRAMES:] & bands.sounding[:-_CHANGE_FRAMES]
    sounding = bands.decibels[bands.sounding]
    shape = _shape(sounding)
    chosen = cepstrum[bands.sounding]
    return np.concatenate(
        [
            chosen.mean(axis=0), chosen.std(axis=0),
            change[both].mean(axis=0) if both.any() else np.zeros(_COEFFICIENTS),
            shape.mean(axis=0), shape.std(axis=0),
        ]
    ).astype(np.float64)  # fmt: skip


def brightness(sounding: NDArray[np.float32]) -> NDArray[np.float32]:
    """Centre of the power of each frame, in octaves over 440 Hz."""
    power = 10 ** (sounding / 10)
    return np.asarray(power @ np.log2(centres() / 440) / power.sum(axis=1), np.float32)


def flatness(sounding: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far the mean in dB lies below the dB of the mean: 0 for noise, less for tones."""
    power = 10 ** (sounding / 10)
    return np.asarray(sounding.mean(axis=1) - 10 * np.log10(power.mean(axis=1)), np.float32)


def _shape(sounding: NDArray[np.float32]) -> NDArray[np.float32]:
    groups = sounding.reshape(len(sounding), _GROUPS, -1)
    contrast = groups.max(axis=2) - groups.mean(axis=2)
    power = 10 ** (sounding / 10)
    bass = power[:, :_BASS_BANDS].sum(axis=1) / power.sum(axis=1)
    single = np.stack([brightness(sounding), flatness(sounding), bass], axis=1)
    return np.concatenate([contrast, single], axis=1)


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float32]:
    """The discrete cosine transform without its constant, which is loudness."""
    places = (np.arange(BANDS) + 0.5)[:, np.newaxis] * np.arange(1, _COEFFICIENTS + 1)
    return np.asarray(np.cos(np.pi / BANDS * places) * np.sqrt(2 / BANDS), np.float32)
