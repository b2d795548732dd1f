"""One channel of 22,050 Hz: by matrices the same as FFmpeg makes, and of every sample something."""

import av
import numpy as np
import pytest
from sounds import STEREO, blocks, noise, tone

from media_assets.music.sound.halving import Halver
from media_assets.music.sound.mono import RATE, MonoMaker


def by_ffmpeg(samples: np.ndarray) -> np.ndarray:
    """Half as many samples of one channel, shape (n,)."""
    resampler = av.AudioResampler("flt", "mono", RATE)
    frame = av.AudioFrame.from_ndarray(samples[np.newaxis].astype(np.float32), "flt", "mono")
    frame.sample_rate = 2 * RATE
    frames = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([one.to_ndarray()[0] for one in frames])


def halved(samples: np.ndarray, pieces: tuple[int, ...] = ()) -> np.ndarray:
    """In pieces of these lengths, and then the rest."""
    halver = Halver()
    parts = np.split(samples.astype(np.float32), np.cumsum(pieces))
    return np.concatenate([*(halver.add(part) for part in parts), halver.finish()])


@pytest.mark.parametrize("count", [200, 4_000, 4_001, 132_300])
def test_half_the_rate_is_what_ffmpeg_makes(count: int) -> None:
    """But at the ends, before and behind which FFmpeg hears the sound mirrored."""
    samples = noise(1, count)[0]
    expected, found = by_ffmpeg(samples), halved(samples)
    assert len(found) == len(expected)
    np.testing.assert_allclose(found[17:-17], expected[17:-17], rtol=0, atol=1e-6)


@pytest.mark.parametrize("count", [0, 1, 2, 31, 63, 64, 65, 95, 96, 97, 127, 128, 129])
def test_however_few_samples_there_are_half_of_them_come_out(count: int) -> None:
    samples = np.ones(count)
    assert len(halved(samples)) == (count + 1) // 2
    np.testing.assert_allclose(halved(samples, (count // 2,)), halved(samples), atol=1e-6)


def test_where_pieces_meet_there_is_no_step() -> None:
    samples = noise(1, 5_000)[0]
    apart = halved(samples, (1, 0, 31, 32, 33, 63, 64, 65, 1_000))
    np.testing.assert_allclose(apart, halved(samples), rtol=0, atol=1e-6)


@pytest.mark.parametrize("rate", [RATE, 2 * RATE, 48_000, 8_000])
def test_a_tone_of_any_rate_keeps_its_length_and_level(rate: int) -> None:
    """One side is silent: the mean is half as loud."""
    samples = np.concatenate([tone(500, 7, rate, 0.8), np.zeros((1, 7 * rate))])
    maker = MonoMaker()
    for block in blocks(samples, rate, STEREO):
        maker.add(block)
    mono = maker.finish()
    assert len(mono) == pytest.approx(7 * RATE, abs=20)
    inner = mono[RATE : 6 * RATE]
    assert np.sqrt(2 * np.mean(np.square(inner))) == pytest.approx(0.4, rel=1e-3)
    assert np.argmax(np.abs(np.fft.rfft(inner))) * RATE / len(inner) == pytest.approx(500, abs=0.2)
