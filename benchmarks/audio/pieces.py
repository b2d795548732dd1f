"""Pieces of known tempo and key: clicks, drums, chords, arrangements, noise, silence."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.audio.instruments import (
    RATE,
    Voice,
    Wave,
    any_instrument,
    click,
    hat,
    kick,
    put,
    snare,
)

Kind = Literal["clicks", "drums", "chords", "arrangement", "tempo change", "noise", "silence"]
KINDS: tuple[Kind, ...] = (
    "clicks", "drums", "chords", "arrangement", "arrangement", "arrangement", "tempo change",
    "noise", "silence", "chords",
)  # fmt: skip
SECONDS = 40.0

_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
_MAJOR_WALKS = ((0, 3, 4, 0), (0, 4, 5, 3), (0, 5, 3, 4), (1, 4, 0, 0), (0, 3, 0, 4), (0, 2, 3, 4))
_MINOR_WALKS = ((0, 3, 4, 0), (0, 5, 2, 6), (0, 5, 3, 4), (0, 6, 5, 4), (0, 3, 0, 4), (0, 2, 3, 4))
_BEATS = 4
_RHYTHMS = ((2, 2), (1, 1, 2), (2, 1, 1), (1, 1, 1, 1))
"""Beats of the chords of a bar."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Stereo samples, and what is true of them; None where there is no tempo or no key.

    `later_bpm` is the tempo of the second half where it changes. `family` tells pieces of one
    instrument and tempo.
    """

    kind: Kind
    samples: Wave
    bpm: float | None = None
    later_bpm: float | None = None
    key: int | None = None
    scale: Literal["major", "minor"] | None = None


def make(seed: int) -> Piece:
    """The piece of a seed; its last digit decides what kind it is."""
    random = np.random.default_rng([seed, 11])
    kind = KINDS[seed % len(KINDS)]
    bpm = float(np.exp(random.uniform(np.log(62), np.log(178))))
    track = np.zeros(int(SECONDS * RATE))
    piece = _make(kind, track, bpm, random)
    return Piece(kind, _mixed(track, random, kind), *piece)


def long_piece(seed: int, seconds: float) -> Wave:
    """The samples of an arrangement of any length, two channels."""
    random = np.random.default_rng([seed, 14])
    track = np.zeros(int(seconds * RATE))
    tonality = (int(random.integers(12)), "major", float(random.uniform(-0.4, 0.4)))
    _band(track, float(random.uniform(80, 150)), 0, seconds, tonality, random, drums=True)
    return _mixed(track, random, "arrangement")


_Truth = tuple[float | None, float | None, int | None, Literal["major", "minor"] | None]


def _make(kind: Kind, track: Wave, bpm: float, random: np.random.Generator) -> _Truth:
    if kind == "silence":
        return None, None, None, None
    if kind == "noise":
        track += random.standard_normal(len(track)) * random.uniform(0.02, 0.3)
        return None, None, None, None
    if kind == "clicks":
        for beat in np.arange(random.uniform(0, 1), SECONDS, 60 / bpm):
            put(track, click(), beat, 0.8)
        return bpm, None, None, None
    if kind == "drums":
        _drums(track, bpm, 0, SECONDS, random)
        return bpm, None, None, None
    key, scale = int(random.integers(12)), random.choice(["major", "minor"])
    tuning, later = float(random.uniform(-0.45, 0.45)), None
    tonality = (key, scale, tuning)
    if kind == "tempo change":
        later = bpm * float(random.choice([0.8, 0.87, 1.13, 1.25]))
        _band(track, bpm, 0, SECONDS / 2, tonality, random, drums=True)
        _band(track, later, SECONDS / 2, SECONDS, tonality, random, drums=True)
    else:
        drums = kind == "arrangement" and random.random() < 0.85
        _band(track, bpm, 0, SECONDS, tonality, random, drums=drums,
              full=kind == "arrangement")  # fmt: skip
    return bpm, later, key, scale


def _drums(track: Wave, bpm: float, begin: float, end: float, random: np.random.Generator) -> None:
    """A bar again and again: kick and snare by turns, hats on half or quarter beats, some extra."""
    sounds = (kick(random), snare(random), hat(random))
    division = int(random.choice([2, 2, 4]))
    extra = random.random(_BEATS * division) < 0.15
    gains = random.uniform(0.5, 0.9, 3)
    step = 60 / bpm / division
    for count, moment in enumerate(np.arange(begin, end - step, step)):
        beat, part = divmod(count % (_BEATS * division), division)
        jitter = random.normal(0, 0.003)
        if part == 0:
            put(track, sounds[beat % 2], max(begin, moment + jitter), gains[beat % 2])
        elif extra[count % (_BEATS * division)]:
            put(track, sounds[0], moment + jitter, 0.6 * gains[0])
        put(track, sounds[2], max(begin, moment + jitter), gains[2] * random.uniform(0.5, 1))


def _band(
    track: Wave, bpm: float, begin: float, end: float, tonality: tuple[int, str, float],
    random: np.random.Generator, *, drums: bool, full: bool = True,
) -> None:  # fmt: skip
    """Chords that return to their root, with bass, melody and drums where wanted."""
    key, scale, tuning = tonality
    steps = _MAJOR if scale == "major" else _MINOR
    walks = _MAJOR_WALKS if scale == "major" else _MINOR_WALKS
    walk = walks[int(random.integers(len(walks)))]
    rhythm = _RHYTHMS[int(random.integers(len(_RHYTHMS)))]
    chords, bass, lead = (Voice(any_instrument(random), random) for _ in range(3))
    beat = 60 / bpm
    if drums:
        _drums(track, bpm, begin, end, random)
    bar = 0
    while begin + (bar + 1) * _BEATS * beat <= end:
        start = begin + bar * _BEATS * beat
        root = walk[bar % len(walk)]
        raised = scale == "minor" and root == 4  # the dominant has the leading note
        notes = [_pitch(steps, key, root + third) + tuning for third in (0, 2, 4)]
        notes[1] += raised
        _chord(track, chords, notes, start, beat, rhythm)
        if full:
            for count in range(_BEATS):
                put(track, bass.note(notes[0] - 24, 0.9 * beat), start + count * beat, 0.35)
            _melody(track, lead, (steps, key, root, tuning), start, beat, random)
        bar += 1


def _chord(
    track: Wave, voice: Voice, notes: list[float], start: float, beat: float,
    rhythm: tuple[int, ...],
) -> None:  # fmt: skip
    for place, length in enumerate(rhythm):
        for note in notes:
            put(track, voice.note(note, length * beat * 0.98),
                start + sum(rhythm[:place]) * beat, 0.2)  # fmt: skip


def _melody(
    track: Wave, voice: Voice,
    tonality: "tuple[tuple[int, ...], int, int, float]", start: float, beat: float,
    random: np.random.Generator,
) -> None:  # fmt: skip
    steps, key, root, tuning = tonality
    count = 0.0
    while count < _BEATS:
        length = float(random.choice([0.5, 0.5, 1.0, 1.0, 2.0]))
        if random.random() < 0.85:
            degree = root + int(random.choice([0, 2, 4, 1, 3, 6, 7]))
            note = _pitch(steps, key, degree) + 12 + tuning
            put(track, voice.note(note, length * beat * 0.95), start + count * beat, 0.25)
        count += length


def _pitch(steps: tuple[int, ...], key: int, degree: int) -> float:
    """The note of a degree of the scale, from F#3 to F4 on."""
    octave, place = divmod(degree, 7)
    return 60 + key - (12 if key > 5 else 0) + 12 * octave + steps[place]


def _mixed(track: Wave, random: np.random.Generator, kind: Kind) -> Wave:
    """Two channels that differ a little, at some level."""
    peak = float(np.abs(track).max())
    level = float(random.uniform(0.1, 0.9)) / peak if peak and kind != "noise" else 1.0
    pan = random.uniform(0.7, 1.0)
    return np.asarray(np.stack([track, track * pan]) * level)
