"""Loudness, true peak and dynamic range against FFmpeg's `ebur128` and against arithmetic."""

from fractions import Fraction

import av
import numpy as np
import pytest
from sounds import STEREO, blocks, noise, tone

from media_assets.music.sound.loudness import (
    LOW_EFFECTS_ALONE,
    SHORTEST_RANGE,
    TOO_FEW_SAMPLES,
    Level,
    LevelMeter,
)

SURROUND = ("FL", "FR", "FC", "LFE", "BL", "BR")
RATE = 44_100


def level(samples: np.ndarray, rate: int = RATE, channels: tuple[str, ...] = STEREO) -> Level:
    meter = LevelMeter()
    for block in blocks(samples, rate, channels):
        meter.add(block)
    return meter.level()


def ebur128(samples: np.ndarray, rate: int, layout: str) -> tuple[float, float]:
    """Integrated loudness and true peak in dB, as FFmpeg has them."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=rate, format="fltp", layout=layout, time_base=Fraction(1, rate)
    )
    meter, sink = (
        graph.add("ebur128", "peak=true:metadata=1:framelog=quiet"),
        graph.add("abuffersink"),
    )
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32), "fltp", layout)
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    graph.push(frame)
    graph.push(None)
    told: dict[str, str] = {}
    while True:
        try:
            told = dict(graph.pull().metadata) or told
        except (av.error.EOFError, av.error.BlockingIOError):
            break
    return float(told["lavfi.r128.I"]), 20 * np.log10(float(told["lavfi.r128.true_peak"]))


def faded(samples: np.ndarray) -> np.ndarray:
    return samples * np.linspace(1, 0.05, samples.shape[1])


def soft(samples: np.ndarray) -> np.ndarray:
    """Less of the highest notes: there, longer filters than BS.1770's find higher peaks."""
    return (samples[:, 1:] + samples[:, :-1]) / 2


def pieces() -> dict[str, tuple[np.ndarray, int, str, tuple[str, ...]]]:
    clicks = np.zeros((2, 6 * RATE))
    clicks[:, ::11_025] = 1
    low = np.repeat(tone(35, 6, RATE), 2, axis=0)
    return {
        "noise": (noise(6, RATE, 2), RATE, "stereo", STEREO),
        "a low tone": (low, RATE, "stereo", STEREO),
        "clicks": (clicks, RATE, "stereo", STEREO),
        "fading": (faded(soft(noise(8, RATE, 2, 0.3))), RATE, "stereo", STEREO),
        "loud and clipped": (soft(np.clip(noise(6, RATE, 2, 0.9), -1, 1)), RATE, "stereo", STEREO),
        "one side": (noise(6, RATE, 2) * [[1], [0]], RATE, "stereo", STEREO),
        "surround": (noise(6, 48_000, 6), 48_000, "5.1", SURROUND),
        "one channel": (noise(6, 48_000, 1), 48_000, "mono", ("FC",)),
    }


@pytest.mark.parametrize("name", sorted(pieces()))
def test_loudness_is_that_of_ebur128(name: str) -> None:
    samples, rate, layout, channels = pieces()[name]
    lufs, peak = ebur128(samples, rate, layout)
    found = level(samples, rate, channels)
    assert found.lufs == pytest.approx(lufs, abs=0.1)
    assert found.true_peak == pytest.approx(peak, abs=0.3)


def test_the_true_peak_of_a_tone_lies_between_its_samples() -> None:
    time = np.arange(RATE) / RATE
    quarter = 0.5 * np.sin(2 * np.pi * RATE / 4 * time + np.pi / 4)[np.newaxis]
    assert np.abs(quarter).max() == pytest.approx(0.5 / np.sqrt(2))
    inner = quarter * np.minimum(1, np.minimum(time, time[::-1]) * 20)
    assert level(inner, channels=("FC",)).true_peak == pytest.approx(-6.02, abs=0.1)


def test_a_tone_has_no_dynamic_range_and_a_lone_click_has_much() -> None:
    assert level(tone(440, 9, RATE), channels=("FC",)).dynamic_range == pytest.approx(0, abs=0.01)
    quiet = tone(440, 9, RATE, level=0.01)
    quiet[0, [RATE, 4 * RATE]] = 1.0
    assert level(quiet, channels=("FC",)).dynamic_range == pytest.approx(40, abs=3)


def test_what_cannot_be_measured_says_why() -> None:
    silent = level(np.zeros((2, 7 * RATE)))
    assert (silent.lufs, silent.true_peak, silent.dynamic_range) == (None, None, None)
    assert set(silent.reasons) == {"loudness_lufs", "true_peak_db", "dynamic_range"}
    short = level(noise(0.3, RATE, 2))
    assert short.true_peak is not None
    assert short.reasons == {
        "loudness_lufs": "shorter than 0.4 s", "dynamic_range": "shorter than 6 s",
    }  # fmt: skip
    faint = level(noise(7, RATE, 2, 1e-5))
    assert "-70 LUFS" in faint.reasons["loudness_lufs"]


def test_the_low_frequency_channel_is_not_heard() -> None:
    samples = np.zeros((6, 2 * RATE))
    samples[3] = tone(60, 2, RATE)
    assert "loudness_lufs" in level(samples, channels=SURROUND).reasons


def test_where_blocks_meet_there_is_no_step() -> None:
    """The edges of blocks lie somewhere in each period of this tone."""
    time = np.arange(12 * 48_000) / 48_000
    sine = 0.5 * np.sin(2 * np.pi * 100.0833 * time)[np.newaxis]
    found = level(np.concatenate([sine, sine]), 48_000)
    assert found.true_peak == pytest.approx(20 * np.log10(0.5), abs=0.01)


def test_a_short_rest_is_no_block_of_the_dynamic_range() -> None:
    loud, quiet = tone(997, 3.0), tone(997, 0.05) * 1e-4
    found = level(np.concatenate([loud, quiet], axis=1), RATE, ("FC",))
    assert found.dynamic_range is None
    assert found.reasons["dynamic_range"] == SHORTEST_RANGE


@pytest.mark.parametrize("rate", [8, 50, 76, 77, 999])
def test_too_few_samples_a_second_have_no_loudness(rate: int) -> None:
    found = level(np.random.default_rng(1).normal(0, 0.1, (2, 12 * rate)), rate)
    assert found.lufs is None
    assert found.reasons["loudness_lufs"] == TOO_FEW_SAMPLES
    assert found.true_peak is not None


def test_low_effects_alone_have_no_loudness() -> None:
    found = level(tone(60, 6.0)[:1], RATE, ("LFE",))
    assert found.lufs is None
    assert found.reasons["loudness_lufs"] == LOW_EFFECTS_ALONE
