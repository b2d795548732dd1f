"""Tempo and key of pieces of which both are known, and of those that have none."""

import numpy as np
import pytest
from sounds import cadence, clicks, noise, stream, tone, wav

from media_assets.music.sound.hearing import Heard, listen
from media_assets.music.sound.tonality import NAMES, Tonality

CAMELOT = {
    "major": ("8B", "3B", "10B", "5B", "12B", "7B", "2B", "9B", "4B", "11B", "6B", "1B"),
    "minor": ("5A", "12A", "7A", "2A", "9A", "4A", "11A", "6A", "1A", "8A", "3A", "10A"),
}
"""By key from C on: what DJs print on their wheel."""


def heard(samples: np.ndarray) -> Heard:
    return listen(stream(wav(samples)), ".wav", 60)


@pytest.mark.parametrize("bpm", [66, 90.5, 120, 143])
def test_clicks_have_their_tempo(bpm: float) -> None:
    tempo = heard(clicks(bpm, 14)).tempo
    assert tempo.bpm == pytest.approx(bpm, rel=0.01)
    assert tempo.confidence is not None
    assert tempo.confidence > 0.7


def test_a_change_of_tempo_makes_it_less_sure() -> None:
    steady = heard(clicks(100, 24)).tempo
    changed = heard(np.concatenate([clicks(100, 12), clicks(131, 12)], axis=1)).tempo
    assert changed.bpm == pytest.approx(100, rel=0.02) or changed.bpm == pytest.approx(
        131, rel=0.02
    )
    assert changed.confidence < 0.7 * steady.confidence  # type: ignore[operator]


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (noise(8), "repeat"),
        (clicks(120, 4), "shorter than 5 s"),
        (np.zeros((1, 150_000)), "silence"),
        (np.zeros((1, 300)), "silence"),
        (tone(440, 0.02), "shorter than 0.05 s"),
    ],
)
def test_without_a_tempo_there_is_a_reason(samples: np.ndarray, reason: str) -> None:
    tempo = heard(samples).tempo
    assert (tempo.bpm, tempo.confidence) == (None, None)
    assert reason in str(tempo.reason)


@pytest.mark.parametrize("minor", [False, True])
@pytest.mark.parametrize("key", range(12))
def test_a_cadence_has_its_key(key: int, minor: bool) -> None:
    found = heard(cadence(key, minor=minor, length=4)).tonality
    scale = "minor" if minor else "major"
    assert (found.key, found.scale, found.camelot) == (NAMES[key], scale, CAMELOT[scale][key])
    assert 0 < found.confidence <= 1  # type: ignore[operator]


@pytest.mark.parametrize("tuning", [-0.4, 0.3])
def test_a_piece_may_be_tuned_in_its_own_way(tuning: float) -> None:
    found = heard(cadence(2, minor=False, tuning=tuning, length=4)).tonality
    assert (found.key, found.scale) == ("D", "major")
    assert found.tuning == pytest.approx(tuning, abs=0.06)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (noise(8), "no key"),
        (clicks(120, 8), "pitch"),
        (np.zeros((1, 150_000)), "silence"),
        (cadence(0, minor=False, length=1.5), "shorter than 2 s"),
    ],
)
def test_without_a_key_there_is_a_reason(samples: np.ndarray, reason: str) -> None:
    found = heard(samples).tonality
    assert (found.key, found.scale, found.camelot, found.confidence) == (None, None, None, None)
    assert reason in str(found.reason)


def test_every_key_has_a_place_of_its_own_on_the_wheel() -> None:
    places = {Tonality(name, scale, 1.0).camelot for name in NAMES for scale in ("major", "minor")}
    assert len(places) == 24
