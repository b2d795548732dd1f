"""True peak: nothing that lies between samples is missed, whatever is left out of the search."""

import numpy as np
import pytest
from sounds import noise, tone

from media_assets.music.sound.true_peak import TruePeak

TAPS = 12


def everywhere(samples: np.ndarray, factor: int) -> float:
    """The highest level at the samples and at all places that have six of them on each side."""
    found = [np.abs(samples).max()]
    for phase in range(1, factor):
        offsets = np.arange(-5, 7) - phase / factor
        taps = np.sinc(offsets) * np.cos(np.pi * offsets / (TAPS + 1)) ** 2
        taps = taps / taps.sum()
        found += [np.abs(np.correlate(channel, taps, "valid")).max() for channel in samples]
    return float(max(found))


def level(samples: np.ndarray, rate: int, size: int) -> float:
    meter = TruePeak(rate)
    for at in range(0, samples.shape[1], size):
        meter.add(samples[:, at : at + size].astype(np.float32))
    return meter.level


def pieces() -> dict[str, np.ndarray]:
    """Of 32 n + 11 samples, so that runs of 32 places come out even."""
    count = 32 * 600 + 11
    rng = np.random.default_rng(3)
    clicks = np.zeros((2, count))
    clicks[0, rng.integers(0, count, 40)] = rng.uniform(-1, 1, 40)
    rising = noise(1, count, 2) * np.linspace(0.01, 1, count)
    return {
        "noise": noise(1, count, 2),
        "clipped": np.clip(noise(1, count, 2, 2.0), -1, 1),
        "clicks": clicks,
        "rising": rising,
        "falling": rising[:, ::-1],
        "a quarter of the rate": tone(count / 4 + 3, 1, count),
        "silence but for its ends": np.eye(1, count, 30) - np.eye(1, count, count - 30),
    }


@pytest.mark.parametrize(("rate", "factor"), [(44_100, 4), (96_000, 2), (192_000, 1)])
@pytest.mark.parametrize("size", [7, 43, 1000, 10**6])
@pytest.mark.parametrize("name", sorted(pieces()))
def test_no_place_between_samples_is_missed(name: str, size: int, rate: int, factor: int) -> None:
    samples = pieces()[name]
    assert level(samples, rate, size) == pytest.approx(everywhere(samples, factor), rel=1e-5)


def test_the_highest_of_each_channel_is_that_of_these_samples_alone() -> None:
    meter = TruePeak(48_000)
    assert meter.add(np.array([[0.1, -0.9], [0.2, 0.0]], np.float32)) == pytest.approx([0.9, 0.2])
    assert meter.add(np.array([[0.1, 0.3], [-0.4, 0.0]], np.float32)) == pytest.approx([0.3, 0.4])
    assert meter.level == pytest.approx(0.9)
