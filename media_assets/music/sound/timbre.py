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
    shape = _shape(bands)
    chosen = cepstrum[bands.sounding]
    return np.concatenate(
        [
            chosen.mean(axis=0), chosen.std(axis=0),
            change[both].mean(axis=0) if both.any() else np.zeros(_COEFFICIENTS),
            shape.mean(axis=1), shape.std(axis=1),
        ]
    ).astype(np.float64)  # fmt: skip


def brightness(bands: Bands) -> NDArray[np.float32]:
    """Centre of the power of each frame that sounds, in octaves over 440 Hz."""
    power = bands.power[bands.sounding]
    return np.asarray(power @ np.log2(centres() / 440) / power.sum(axis=1), np.float32)


def flatness(bands: Bands) -> NDArray[np.float32]:
    """How far the mean in dB lies below the dB of the mean, of each frame that sounds.

    0 for noise, less for tones.
    """
    mean = bands.power[bands.sounding].mean(axis=1)
    return np.asarray(bands.decibels[bands.sounding].mean(axis=1) - 10 * np.log10(mean), np.float32)


def _shape(bands: Bands) -> NDArray[np.float32]:
    """Contrast of the groups, brightness, flatness, bass: shape (8, frames that sound)."""
    power = bands.power[bands.sounding]
    # Along the last axis of eight the highest takes numpy ten times as long.
    over_time = np.ascontiguousarray(bands.decibels[bands.sounding].T)
    groups = over_time.reshape(_GROUPS, BANDS // _GROUPS, -1)
    contrast = groups.max(axis=1) - groups.mean(axis=1)
    bass = power[:, :_BASS_BANDS].sum(axis=1) / power.sum(axis=1)
    return np.stack([*contrast, brightness(bands), flatness(bands), bass])


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float32]:
    """The discrete cosine transform without its constant, which is loudness."""
    places = (np.arange(BANDS) + 0.5)[:, np.newaxis] * np.arange(1, _COEFFICIENTS + 1)
    return np.asarray(np.cos(np.pi / BANDS * places) * np.sqrt(2 / BANDS), np.float32)
