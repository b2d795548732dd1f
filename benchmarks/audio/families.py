"""Families: pieces of one arrangement of instruments and one tempo, with other notes in each."""

import numpy as np

from benchmarks.audio.instruments import (
    RATE,
    Instrument,
    Voice,
    Wave,
    any_instrument,
    hat,
    kick,
    put,
    snare,
)

MEMBERS = 6
SECONDS = 20.0


def members(seed: int, count: int = MEMBERS) -> list[Wave]:
    """The first pieces of one family, one channel each.

    The family has its instruments, its drums (or none), its tempo and its mix; each member has its
    own chords, melody and level.
    """
    random = np.random.default_rng([seed, 12])
    chords, lead, bass = (any_instrument(random) for _ in range(3))
    bpm = float(random.uniform(70, 160))
    drums = (kick(random), snare(random), hat(random)) if random.random() < 0.7 else None
    gains = random.uniform(0.1, 0.6, 4)
    return [
        _member((chords, lead, bass), drums, bpm, gains, np.random.default_rng([seed, 13, member]))
        for member in range(count)
    ]


def _member(
    instruments: tuple[Instrument, ...], drums: tuple[Wave, ...] | None, bpm: float,
    gains: Wave, random: np.random.Generator,
) -> Wave:  # fmt: skip
    chords, lead, bass = (Voice(one, random) for one in instruments)
    track = np.zeros(int(SECONDS * RATE))
    beat = 60 / bpm
    root, scale = int(random.integers(48, 60)), random.choice([[0, 4, 7], [0, 3, 7]])
    for count in range(int(SECONDS / beat)):
        start = count * beat
        if count % 4 == 0:
            root = int(np.clip(root + random.choice([-5, -3, 0, 2, 5]), 45, 62))
            for step in scale:
                put(track, chords.note(root + step, 4 * beat * 0.95), start, gains[0])
        put(track, bass.note(root - 12, 0.9 * beat), start, gains[1])
        for half in range(2):
            if random.random() < 0.7:
                note = root + 12 + int(random.choice([0, 2, 4, 7, 9]))
                put(track, lead.note(note, 0.48 * beat), start + half * beat / 2, gains[2])
        if drums is not None:
            put(track, drums[count % 2], start, gains[3])
            put(track, drums[2], start, gains[3] / 2)
            put(track, drums[2], start + beat / 2, gains[3] / 2)
    level = float(random.uniform(0.2, 0.9)) / max(1e-9, float(np.abs(track).max()))
    return np.asarray(track * level)
