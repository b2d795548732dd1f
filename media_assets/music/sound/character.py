"""What a piece may feel like: rules of thumb, 0 to 1, that no listener has confirmed.

Each is a weighted mean of what was measured, mapped to 0 to 1 between two values. What goes in
follows the literature on emotion in music: arousal goes with loudness, brightness and the rate of
onsets, valence with major keys, tempo and brightness (Hevner 1937; Russell 1980; Juslin and Laukka
2003; Eerola and Vuoskoski 2013), and moods are corners of that plane; dancing goes with a clear and
steady pulse near 120 beats/min (Streich and Herrera 2005; Moelants 2002); a voice moves the bands
of speech three to eight times a second (Scheirer and Slaney 1997). The weights are ours.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media_assets.music.sound.bands import Bands, centres
from media_assets.music.sound.loudness import Level
from media_assets.music.sound.tempo import FRAME_RATE, Curve, Tempo
from media_assets.music.sound.timbre import brightness, flatness
from media_assets.music.sound.tonality import Tonality
from media_assets.music.sound.transform import rfft

NAMES = (
    "danceability", "energy", "valence", "acousticness", "instrumentalness", "mood_happy",
    "mood_aggressive", "mood_party", "mood_relaxed",
)  # fmt: skip
HIGHEST_CONFIDENCE = 0.5
"""A rule of thumb is never surer than this, however sure what goes into it is."""
_SPEECH = (300.0, 3400.0)  # Hz
_SYLLABLES = (3.0, 8.0)  # a second
_VOICE_FRAMES = 512


@dataclass(frozen=True, slots=True)
class Judgement:
    """A value with its confidence, or why there is none."""

    value: float | None
    confidence: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """What the rules are made of.

    In LUFS, dB, onsets a second, octaves over 440 Hz, dB of flatness, and a share (`_voice`).
    """

    loudness: float | None
    dynamic_range: float | None
    onset_rate: float
    bright: float
    flat: float
    voice: float | None
    tempo: Tempo
    tonality: Tonality


def measure(
    level: Level, bands: Bands, onsets: Curve, tempo: Tempo, tonality: Tonality
) -> Measures:
    """What the rules need, from the parts of an analysis; some frames must sound."""
    seconds = len(bands.decibels) / FRAME_RATE
    return Measures(
        loudness=level.lufs,
        dynamic_range=level.dynamic_range,
        onset_rate=_onsets(onsets) / seconds,
        bright=float(brightness(bands).mean()),
        flat=float(flatness(bands).mean()),
        voice=_voice(bands),
        tempo=tempo,
        tonality=tonality,
    )


def judge(found: Measures) -> dict[str, Judgement]:
    """Every rule of thumb by its name, those of `NAMES`."""
    energy, valence, dance = _energy(found), _valence(found), _danceability(found)
    return {
        "danceability": dance,
        "energy": energy,
        "valence": valence,
        "acousticness": _acousticness(found),
        "instrumentalness": _instrumentalness(found),
        "mood_happy": _of((valence, energy), lambda v, e: v * (0.5 + 0.5 * e)),
        "mood_aggressive": _of(
            (energy, valence), lambda e, v: e * (0.6 * (1 - v) + 0.4 * _map(found.flat, -30, -5))
        ),
        "mood_party": _of((energy, dance), lambda e, d: (e * d) ** 0.5),
        "mood_relaxed": _of(
            (energy,), lambda e: (1 - e) * (0.5 + 0.5 * _map(found.tonality.tonality, 0.2, 0.9))
        ),
    }


def without(reason: str) -> dict[str, Judgement]:
    """No rule can be applied."""
    return dict.fromkeys(NAMES, Judgement(None, None, reason))


def _energy(found: Measures) -> Judgement:
    if found.loudness is None:
        return Judgement(None, None, "its loudness was not measured")
    value = (
        0.5 * _map(found.loudness, -35, -7)
        + 0.25 * _map(found.onset_rate, 0.5, 8)
        + 0.25 * _map(found.bright, 0, 3)
    )
    return Judgement(value, HIGHEST_CONFIDENCE)


def _valence(found: Measures) -> Judgement:
    bpm, key = found.tempo.bpm, found.tonality.confidence
    if bpm is None or key is None or found.tempo.confidence is None:
        missing = " and ".join(name for name, one in (("tempo", bpm), ("key", key)) if one is None)
        return Judgement(None, None, f"needs a {missing}, which was not found")
    side = 1 if found.tonality.scale == "major" else -1
    value = (
        0.4 * (0.5 + 0.5 * side * key) + 0.35 * _map(bpm, 60, 160) + 0.25 * _map(found.bright, 0, 3)
    )
    return Judgement(value, HIGHEST_CONFIDENCE * min(key, found.tempo.confidence))


def _danceability(found: Measures) -> Judgement:
    """Without a pulse it is low, and that is known; only what is too short is not."""
    tempo = found.tempo
    if tempo.bpm is None and not tempo.steadiness:
        return Judgement(None, None, f"needs a tempo: {tempo.reason}")
    near = float(np.exp(-0.5 * (np.log2(tempo.bpm / 120) / 0.5) ** 2)) if tempo.bpm else 0.0
    value = 0.5 * tempo.strength**0.5 + 0.25 * tempo.strength * tempo.steadiness + 0.25 * near
    return Judgement(value, HIGHEST_CONFIDENCE * tempo.steadiness)


def _acousticness(found: Measures) -> Judgement:
    if found.dynamic_range is None:
        return Judgement(None, None, "needs a dynamic range, which was not measured")
    value = (
        0.4 * (1 - _map(found.bright, 0, 3.2))
        + 0.3 * _map(found.dynamic_range, 5, 16)
        + 0.3 * _map(found.tonality.tonality, 0.2, 0.9)
    )
    return Judgement(value, HIGHEST_CONFIDENCE)


def _instrumentalness(found: Measures) -> Judgement:
    if found.voice is None:
        return Judgement(None, None, "too short to hear syllables")
    return Judgement(1 - _map(found.voice, 0.5, 0.8), HIGHEST_CONFIDENCE / 2)


def _of(parts: tuple[Judgement, ...], rule: Callable[..., float]) -> Judgement:
    """A rule of other judgements; none without one of them."""
    missing = next((part for part in parts if part.value is None), None)
    if missing is not None:
        return Judgement(None, None, missing.reason)
    value = rule(*(part.value for part in parts))
    return Judgement(value, min(part.confidence or 0.0 for part in parts))


def _map(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0, 1))


def _onsets(onsets: Curve) -> int:
    """Peaks of the curve that stand out."""
    if len(onsets) < 3:
        return 0
    middle = onsets[1:-1]
    tall = onsets.mean() + onsets.std()
    return int(np.sum((middle > onsets[:-2]) & (middle >= onsets[2:]) & (middle > tall)))


def _voice(bands: Bands) -> float | None:
    """Share of the bands of speech in what moves as fast as syllables, of equally many bands.

    Drums move all bands alike, a voice those of speech: 0.5 is neither.
    """
    decibels = bands.decibels
    if len(decibels) < _VOICE_FRAMES:
        return None
    stretches = decibels[: len(decibels) // _VOICE_FRAMES * _VOICE_FRAMES]
    stretches = stretches.reshape(-1, _VOICE_FRAMES, decibels.shape[1])
    moving = _syllables(stretches - stretches.mean(axis=1, keepdims=True))
    middle = (centres() >= _SPEECH[0]) & (centres() <= _SPEECH[1])
    speech, rest = float(moving[middle].mean()), float(moving[~middle].mean())
    return speech / (speech + rest) if speech + rest else 0.5


def _syllables(stretches: NDArray[np.float32]) -> NDArray[np.float64]:
    """Power of each band at the rate of syllables."""
    spectrum = rfft(stretches.swapaxes(1, 2))
    rates = np.arange(spectrum.shape[2]) * FRAME_RATE / _VOICE_FRAMES
    chosen = (rates >= _SYLLABLES[0]) & (rates <= _SYLLABLES[1])
    power = np.square(np.abs(spectrum[:, :, chosen]))
    return np.asarray(power.mean(axis=(0, 2)), np.float64)
