"""Sounds made of numbers: pitched instruments by their partials, and drums of noise and sweeps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
Wave = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Instrument:
    """How one pitched instrument sounds. Seconds for `attack` and `decay`.

    `tilt` is how fast partials fade with their number, `odd` how much the even ones are held back,
    `breath` noise beside the tone, `vibrato` its depth in semitones.
    """

    partials: int
    tilt: float
    odd: float
    attack: float
    decay: float
    sustain: float
    breath: float
    vibrato: float


def any_instrument(random: np.random.Generator) -> Instrument:
    """An instrument that nobody has heard before."""
    plucked = random.random() < 0.5
    return Instrument(
        partials=int(random.integers(3, 16)),
        tilt=random.uniform(0.6, 2.2),
        odd=random.choice([0.0, 0.0, random.uniform(0.3, 0.95)]),
        attack=random.uniform(0.002, 0.02) if plucked else random.uniform(0.02, 0.12),
        decay=random.uniform(0.15, 1.2),
        sustain=0.0 if plucked else random.uniform(0.4, 0.9),
        breath=random.choice([0.0, random.uniform(0.0, 0.05)]),
        vibrato=0.0 if plucked else random.uniform(0.0, 0.25),
    )


class Voice:
    """An instrument that plays; a note that it has played before sounds the same again."""

    def __init__(self, instrument: Instrument, random: np.random.Generator) -> None:
        """`random` decides the phases of the partials and the noise."""
        self._instrument, self._random = instrument, random
        self._played: dict[tuple[float, float], Wave] = {}

    def note(self, midi: float, seconds: float) -> Wave:
        """One note; `midi` may lie between semitones. A release of 30 ms is part of it."""
        key = (round(midi, 6), round(seconds, 6))
        if key not in self._played:
            self._played[key] = _tone(self._instrument, midi, seconds, self._random)
        return self._played[key]


def _tone(instrument: Instrument, midi: float, seconds: float, random: np.random.Generator) -> Wave:
    time = np.arange(int(seconds * RATE)) / RATE
    hertz = 440 * 2 ** ((midi - 69) / 12)
    bend = instrument.vibrato * np.sin(2 * np.pi * 5.5 * time + random.uniform(0, 6)) / 12
    phase = 2 * np.pi * hertz * np.cumsum(2**bend) / RATE
    wave = np.zeros_like(time)
    for partial in range(1, instrument.partials + 1):
        if partial * hertz > 0.45 * RATE:
            break
        strength = partial**-instrument.tilt * (1 - instrument.odd * (partial % 2 == 0))
        fading = np.exp(-time / instrument.decay * (0.7 + 0.3 * partial))
        envelope = instrument.sustain + (1 - instrument.sustain) * fading
        wave += strength * envelope * np.sin(partial * phase + random.uniform(0, 6))
    wave += instrument.breath * random.standard_normal(len(time))
    wave *= np.minimum(1, time / instrument.attack)
    wave *= np.minimum(1, np.maximum(0, (seconds - time) / 0.03))
    return np.asarray(wave / max(1e-9, np.abs(wave).max()))


def kick(random: np.random.Generator) -> Wave:
    """A sweep down to 50 Hz or so."""
    time = np.arange(int(0.25 * RATE)) / RATE
    low, high = random.uniform(42, 60), random.uniform(120, 220)
    sweep = low + (high - low) * np.exp(-time * 40)
    return np.asarray(np.sin(2 * np.pi * np.cumsum(sweep) / RATE) * np.exp(-time * 12))


def snare(random: np.random.Generator) -> Wave:
    """Noise with a tone under it."""
    time = np.arange(int(0.2 * RATE)) / RATE
    noise = random.standard_normal(len(time)) * np.exp(-time * random.uniform(15, 30))
    body = np.sin(2 * np.pi * random.uniform(170, 220) * time) * np.exp(-time * 25)
    return np.asarray(0.5 * noise + 0.5 * body)


def hat(random: np.random.Generator) -> Wave:
    """Noise without its low part."""
    time = np.arange(int(0.06 * RATE)) / RATE
    noise = np.diff(random.standard_normal(len(time) + 1))
    return np.asarray(0.4 * noise * np.exp(-time * random.uniform(50, 90)))


def click() -> Wave:
    """A short tone, as of a metronome."""
    time = np.arange(int(0.02 * RATE)) / RATE
    return np.asarray(np.sin(2 * np.pi * 1500 * time) * np.exp(-time * 200))


def put(track: Wave, sound: Wave, second: float, gain: float) -> None:
    """Add a sound to a track; what lies behind the end of it is lost."""
    begin = int(second * RATE)
    part = track[begin : begin + len(sound)]
    part += gain * sound[: len(part)]
