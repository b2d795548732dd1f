"""Key: which of 24 profiles the pitch classes of a piece are most like.

Peaks of the spectrum between 55 and 2,000 Hz are taken as pitches, corrected for how the piece is
tuned, and folded into an octave; the correlation with the profile of each key decides (Krumhansl
and Kessler 1982, Krumhansl and Schmuckler's method), not the loudest pitch class.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media_assets.music.sound.mono import RATE
from media_assets.music.sound.spectra import Matrix

SIZE, HOP = 8192, 4096
NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
SHORTEST_SECONDS = 2.0
TOO_SHORT = f"shorter than {SHORTEST_SECONDS:g} s"
NO_PITCH = "nothing in it has a pitch"
NO_KEY = "its pitches fit no key"
LEAST_CORRELATION = 0.4
LEAST_TONALITY = 0.25
LEAST_CONTRAST = 0.3
"""Spread of the pitch classes by their mean: that of noise is half of it, that of music double."""

_LOW, _HIGH = 55.0, 2000.0
_HARMONICS = 4
_FADING = 0.6  # of what a peak says about the pitch below, for each further harmonic

# Krumhansl and Kessler (1982): how well each pitch class fits into a key, as listeners judged.
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)

Chroma = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tonality:
    """Key, scale, and how sure that is, 0 to 1; None with a reason where there is none.

    `tonality` is the share of the power that is in peaks, `tuning` how far its A is from 440 Hz, in
    semitones.
    """

    key: str | None
    scale: str | None
    confidence: float | None
    tonality: float = 0.0
    tuning: float = 0.0
    reason: str | None = None

    @property
    def camelot(self) -> str | None:
        """The key on the wheel of DJs: 8B is C major, 8A its relative A minor."""
        if self.key is None or self.scale is None:
            return None
        place = NAMES.index(self.key) + (3 if self.scale == "minor" else 0)
        return f"{(place * 7 + 7) % 12 + 1}{'B' if self.scale == 'major' else 'A'}"


def find_key(spectra: Iterable[Matrix], seconds: float) -> Tonality:
    """The key of a piece from its power spectra, of windows of `SIZE` samples."""
    if seconds < SHORTEST_SECONDS:
        return Tonality(None, None, None, reason=TOO_SHORT)
    pitches, weights, tonality = _peaks(spectra)
    if not len(pitches) or tonality < LEAST_TONALITY:
        return Tonality(None, None, None, tonality, reason=NO_PITCH)
    tuning = _tuning(pitches, weights)
    return _nearest(_chroma(pitches - tuning, weights), tonality, tuning)


def _peaks(spectra: Iterable[Matrix]) -> tuple[Chroma, Chroma, float]:
    """Pitches of all peaks (69 is 440 Hz), their weights, and the share of power that is in them.

    A frame counts by the square root of its level, so that loud parts do not decide alone.
    """
    low, high = int(_LOW * SIZE / RATE), int(_HIGH * SIZE / RATE)
    pitches, weights = [], []
    in_peaks = total = 0.0
    for power in spectra:
        part = power[:, low - 2 : high + 3]
        middle = part[:, 2:-2]
        floor = 1e-4 * part.max(axis=1, keepdims=True)
        there = (
            (middle > part[:, 1:-3]) & (middle >= part[:, 3:-1])
            & (middle > floor) & (middle > 8 * np.minimum(part[:, :-4], part[:, 4:]))
        )  # fmt: skip
        frame, place = np.nonzero(there)
        near = np.array([part[frame, place + shift] for shift in (1, 2, 3)], np.float64)
        logs = np.log(np.maximum(near, 1e-30))
        bend = logs[0] - 2 * logs[1] + logs[2]
        shift = np.where(bend < 0, 0.5 * (logs[0] - logs[2]) / np.minimum(bend, -1e-12), 0)
        hertz = (place + low + np.clip(shift, -0.5, 0.5)) * RATE / SIZE
        level = middle.sum(axis=1, dtype=np.float64)
        pitches.append(69 + 12 * np.log2(hertz / 440))
        magnitude = np.sqrt(near[1])
        whole = np.bincount(frame, magnitude, len(part))
        weights.append(magnitude / whole[frame] * level[frame] ** 0.25)
        in_peaks += float(near.sum())
        total += float(level.sum())
    if not pitches or not total:
        return np.zeros(0), np.zeros(0), 0.0
    return np.concatenate(pitches), np.concatenate(weights), in_peaks / total


def _tuning(pitches: Chroma, weights: Chroma) -> float:
    """How far pitches lie beside the semitones, -0.5 to 0.5: the mean on a circle."""
    return float(np.angle(np.sum(weights * np.exp(2j * np.pi * pitches))) / (2 * np.pi))


def _chroma(pitches: Chroma, weights: Chroma) -> Chroma:
    """The weight of each pitch class; a peak speaks also for the pitches whose harmonic it is."""
    chroma = np.zeros(12)
    for harmonic in range(1, _HARMONICS + 1):
        fundamental = pitches - 12 * np.log2(harmonic)
        nearest = np.round(fundamental)
        closeness = np.cos(np.pi * (fundamental - nearest)) ** 2
        classes = nearest.astype(int) % 12
        chroma += np.bincount(classes, weights * closeness * _FADING ** (harmonic - 1), 12)
    return chroma


def _nearest(chroma: Chroma, tonality: float, tuning: float) -> Tonality:
    """The key whose profile correlates best; sure by its lead over the next one.

    Square roots keep one pitch class that is held for long from deciding alone.
    """
    profiles = np.array([np.roll(mode, key) for mode in (MAJOR, MINOR) for key in range(12)])
    correlations = np.corrcoef(np.sqrt(chroma), profiles)[0, 1:]
    contrast = float(chroma.std() / chroma.mean())
    order = np.argsort(-correlations)
    best, second = correlations[order[0]], correlations[order[1]]
    if contrast < LEAST_CONTRAST or not best >= LEAST_CORRELATION:
        return Tonality(None, None, None, tonality, tuning, NO_KEY)
    lead = float(np.clip((best - second) / 0.2, 0, 1))
    return Tonality(
        key=NAMES[order[0] % 12],
        scale="major" if order[0] < 12 else "minor",
        confidence=float(np.clip(best, 0, 1)) * (0.5 + 0.5 * lead),
        tonality=tonality,
        tuning=tuning,
    )
