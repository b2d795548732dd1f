"""The K weighting by matrices against the recursion that BS.1770-4 gives, and its coefficients."""

import numpy as np
import pytest
from scipy.signal import freqz_sos, sosfilt
from sounds import noise, tone

from media_assets.music.sound.weighting import KWeighting, k_sections

RATES = (1000, 1001, 8_000, 22_050, 44_100, 48_000, 96_000, 384_000, 2_822_400)
PIECES = (1, 0, 63, 64, 65, 300, 1)


def weighed(samples: np.ndarray, rate: int, pieces: tuple[int, ...] = ()) -> np.ndarray:
    """In pieces of these lengths, and then the rest."""
    weighting = KWeighting(rate, len(samples))
    parts = np.split(samples.astype(np.float32), np.cumsum(pieces), axis=1)
    return np.concatenate([weighting.weigh(part) for part in parts], axis=1)


def test_the_coefficients_are_those_that_are_given_for_48_khz() -> None:
    upper, lower = k_sections(48_000)
    given = [1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241,
             0.73248077421585]  # fmt: skip
    np.testing.assert_allclose(upper, given, atol=1e-9)
    np.testing.assert_allclose(lower, [1, -2, 1, 1, -1.99004745483398, 0.99007225036621], atol=1e-9)


@pytest.mark.parametrize("rate", RATES)
def test_every_sample_is_that_of_the_recursion(rate: int) -> None:
    """Also of a tone that the filter takes away, of which little is left beside the errors."""
    length = 20_000 / rate
    samples = np.concatenate([noise(length, rate, 1, 0.3), tone(5, length, rate, 0.9)])
    exact = sosfilt(k_sections(rate), samples)
    np.testing.assert_allclose(weighed(samples, rate), exact, rtol=0, atol=2e-6)


@pytest.mark.parametrize("rate", RATES)
def test_where_pieces_meet_changes_nothing(rate: int) -> None:
    samples = noise(3_000 / rate, rate, 2)
    whole, apart = weighed(samples, rate), weighed(samples, rate, PIECES)
    np.testing.assert_allclose(apart, whole, rtol=0, atol=1e-6)


def test_a_state_is_kept_until_it_has_faded() -> None:
    """What a step leaves behind, seconds later."""
    step = np.ones((1, 2 * 48_000))
    exact = sosfilt(k_sections(48_000), step)
    found = weighed(step, 48_000, (100,) * 300)
    np.testing.assert_allclose(found[:, :20_000], exact[:, :20_000], rtol=0, atol=1e-6)
    assert np.abs(found[:, 40_000:]).max() < 1e-6


@pytest.mark.parametrize("hertz", [20, 100, 1_000, 10_000])
def test_a_tone_is_as_loud_as_the_response_says(hertz: int) -> None:
    _, response = freqz_sos(k_sections(44_100), [hertz], fs=44_100)
    heard = weighed(tone(hertz, 2, 44_100, 1.0), 44_100)[0, 44_100:]
    assert np.sqrt(2 * np.mean(np.square(heard))) == pytest.approx(np.abs(response[0]), rel=1e-3)
