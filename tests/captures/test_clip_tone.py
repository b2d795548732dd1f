"""High dynamic range, brought down to what an ordinary screen shows."""

import numpy as np
import pytest

from media_assets.captures.clip_tone import REFERENCE_WHITE, Transfer, displayable


def pq_signal(luminance: float) -> float:
    """SMPTE ST 2084, the other way round."""
    power = (luminance / 10_000) ** (2610 / 16384)
    return float(((3424 / 4096 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def shown(signals: list[tuple[float, float, float]], transfer: Transfer) -> np.ndarray:
    pixels = np.round(np.array([signals]) * 65_535).astype(np.uint16)
    result = displayable(pixels, transfer)
    assert result.dtype == np.uint8
    assert result.shape == pixels.shape
    return result[0]


def grey(signal: float) -> tuple[float, float, float]:
    return (signal, signal, signal)


@pytest.mark.parametrize("transfer", ["pq", "hlg"])
def test_black_stays_black_and_brighter_is_brighter(transfer: Transfer) -> None:
    ramp = shown([grey(step / 40) for step in range(41)], transfer)
    assert ramp[0].tolist() == [0, 0, 0]
    assert (np.diff(ramp[:, 0].astype(int)) >= 0).all()
    assert ramp[-1, 0] > 245
    assert (ramp.max(axis=1) - ramp.min(axis=1) <= 1).all()  # grey stays grey


def test_up_to_half_of_paper_white_brightness_is_kept() -> None:
    """Half the light of white is 188 in sRGB, a tenth 89."""
    signals = [grey(pq_signal(REFERENCE_WHITE * share)) for share in (0.1, 0.5)]
    assert shown(signals, "pq")[:, 0].tolist() == pytest.approx([89, 188], abs=2)


def test_paper_white_is_light_in_both() -> None:
    assert 220 <= int(shown([grey(pq_signal(REFERENCE_WHITE))], "pq")[0, 0]) <= 230
    assert 220 <= int(shown([grey(0.75)], "hlg")[0, 0]) <= 230  # ITU-R BT.2408


def test_colours_are_kept_in_hue_and_grow_stronger() -> None:
    """The red of BT.2020 lies outside of what sRGB has: it becomes the purest red there is."""
    red, bright = shown([(pq_signal(50), 0, 0), (pq_signal(2000), 0, 0)], "pq")
    assert red[0] > 100
    assert red[1:].tolist() == [0, 0]
    assert bright[0] > 245
    assert bright[1:].tolist() == [0, 0]
