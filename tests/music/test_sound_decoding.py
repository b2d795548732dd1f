"""One decode: which part, which samples, and what becomes of files that are not well made."""

import struct

import numpy as np
import pytest
from music_audio import audio, encode
from sounds import RATE, noise, stream, tone, wav

from media_assets.errors import (
    CorruptMediaError,
    DisguisedMediaError,
    LimitExceededError,
    MediaError,
)
from media_assets.music.sound.decoding import Decoding, decode
from media_assets.music.sound.demuxing import find_demuxer
from media_assets.music.sound.hearing import listen
from media_assets.music.sound.riff_end import until


def decoded(
    content: bytes, extension: str, seconds: float = 60
) -> tuple[Decoding, np.ndarray, int]:
    found = Decoding()
    file = stream(content)
    parts = list(decode(file, find_demuxer(file, extension), seconds, found))
    return found, np.concatenate([one.samples for one in parts], axis=1), parts[0].format.rate


def ramp(length: float) -> np.ndarray:
    """Samples that say where they are."""
    return np.linspace(-0.9, 0.9, int(length * RATE))[np.newaxis]


def test_a_short_file_is_decoded_whole_and_exactly() -> None:
    found, samples, _ = decoded(wav(ramp(5)), ".wav")
    assert found.part == "whole"
    np.testing.assert_allclose(samples, ramp(5), atol=1e-4)


def test_of_a_long_file_the_middle_is_decoded() -> None:
    found, samples, _ = decoded(wav(ramp(20)), ".wav", seconds=6)
    assert found.part == "middle"
    assert samples.shape[1] == 6 * RATE
    np.testing.assert_allclose(samples[0], ramp(20)[0, 7 * RATE : 13 * RATE], atol=1e-3)


def test_all_of_it_is_decoded_when_that_is_asked_for() -> None:
    found, samples, _ = decoded(wav(ramp(20)), ".wav", seconds=0)
    assert (found.part, samples.shape[1]) == ("whole", 20 * RATE)


ZEROS = bytes(9_000_000)
"""More than the million of empty parts through which FFmpeg is let go."""


def test_a_tail_of_zeros_behind_a_wav_file_is_no_part_of_it() -> None:
    for length, part in ((5, "whole"), (80, "middle")):
        plain, longer = (decoded(content, ".wav")
                         for content in (wav(ramp(length)), wav(ramp(length)) + ZEROS))  # fmt: skip
        assert longer[0].part == part
        assert longer[0].length == plain[0].length
        np.testing.assert_array_equal(longer[1], plain[1])


def test_a_tail_of_zeros_behind_an_aiff_file_is_no_part_of_it() -> None:
    content = audio("aiff")
    np.testing.assert_array_equal(
        decoded(content + ZEROS, ".aiff")[1], decoded(content, ".aiff")[1]
    )


@pytest.mark.parametrize("size", [0, 4, 100, 0xFFFF_FFFF, 0x7FFF_FFFF])
def test_an_end_that_no_header_tells_is_not_guessed(size: int) -> None:
    content = b"RIFF" + struct.pack("<I", size) + wav(ramp(5))[8:] + ZEROS
    with pytest.raises(LimitExceededError, match="more than 1,000,000 places"):
        decoded(content, ".wav")


@pytest.mark.parametrize("size", [0, 100, 0xFFFF_FFFF])
def test_a_wrong_size_in_the_header_costs_nothing_else(size: int) -> None:
    content = b"RIFF" + struct.pack("<I", size) + wav(ramp(5))[8:] + b"junk\0\0\0\0"
    np.testing.assert_allclose(decoded(content, ".wav")[1], ramp(5), atol=1e-4)


def test_the_beginning_of_a_stream_is_a_stream() -> None:
    whole = bytes(range(100))
    for end in (0, 1, 99, 100):
        part, same = until(stream(whole), end), stream(whole[:end])
        for offset, whence, size in ((0, 0, 7), (3, 1, 50), (-5, 2, 9), (120, 0, 4), (0, 2, -1),
                                     (0, 0, -1)):  # fmt: skip
            if offset < 0 and end < 5:
                continue  # before the start
            assert part.seek(offset, whence) == same.seek(offset, whence)
            assert part.read(size) == same.read(size)
            assert part.tell() == same.tell()


@pytest.mark.parametrize("kind", ["mp3", "flac", "m4a", "aac", "opus", "wma"])
def test_the_middle_of_a_compressed_file_is_heard_as_the_middle(kind: str) -> None:
    """A tone that is an octave higher in the middle third."""
    rate = 48_000 if kind == "opus" else 44_100
    parts = [tone(hertz, 8, rate, 0.3) for hertz in (440, 880, 440)]
    whole = np.concatenate(parts, axis=1)
    samples = np.repeat((whole[0] * 32767).astype(np.int16), 2).reshape(1, -1)
    muxer, codec = {
        "mp3": ("mp3", "libmp3lame"), "flac": ("flac", "flac"), "m4a": ("ipod", "aac"),
        "aac": ("adts", "aac"), "opus": ("ogg", "libopus"), "wma": ("asf", "wmav2"),
    }[kind]  # fmt: skip
    found, heard, rate = decoded(encode(muxer, codec, rate, samples), f".{kind}", seconds=6)
    assert found.part == "middle"
    assert heard.shape == (2, 6 * rate)
    spectrum = np.abs(np.fft.rfft(heard[0] * np.hanning(heard.shape[1])))
    assert np.argmax(spectrum) * rate / heard.shape[1] == pytest.approx(880, abs=1)
    assert np.abs(heard[:, 1000:-1000]).max() == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize(
    ("samples", "rate", "bits", "floating"),
    [
        (noise(2, 8_000, 1), 8_000, 16, False),
        (noise(1, 192_000, 2), 192_000, 24, False),
        (noise(2, 44_100, 8), 44_100, 16, False),
        (noise(2, 44_100, 2), 44_100, 32, True),
        (tone(440, 2, 11_025), 11_025, 8, False),
    ],
)  # fmt: skip
def test_any_rate_depth_and_number_of_channels_is_heard(
    samples: np.ndarray, rate: int, bits: int, floating: bool
) -> None:
    content = wav(samples, rate, bits, floating=floating)
    found, back, told = decoded(content, ".wav")
    assert (found.part, told) == ("whole", rate)
    np.testing.assert_allclose(back, samples, atol=0.01 if bits == 8 else 1e-4)
    heard = listen(stream(content), ".wav", 60)
    assert heard.level.lufs is not None
    assert heard.vector is not None
    assert heard.seconds == pytest.approx(samples.shape[1] / rate, abs=0.01)


@pytest.mark.parametrize(
    "kind", ["mp3", "mp2", "aac", "m4a", "alac", "flac", "opus", "ogg", "wav24", "wavfloat",
             "wavmp3", "aiff", "aifc", "wma", "wv", "tta", "ac3"]
)  # fmt: skip
def test_every_format_that_can_be_made_here_is_heard(kind: str) -> None:
    extension = {"alac": ".m4a", "wav24": ".wav", "wavfloat": ".wav", "wavmp3": ".wav",
                 "aifc": ".aiff"}.get(kind, f".{kind}")  # fmt: skip
    heard = listen(stream(audio(kind)), extension, 60)
    assert heard.level.true_peak == pytest.approx(20 * np.log10(9000 / 32768), abs=0.6)


def test_a_truncated_file_is_heard_up_to_its_end() -> None:
    samples = (np.repeat(tone(440, 10, 44_100), 2, axis=0).T * 32767).astype(np.int16)
    whole = encode("mp3", "libmp3lame", 44_100, samples.reshape(1, -1))
    heard = listen(stream(whole[: len(whole) // 2]), ".mp3", 60)
    assert 3 < heard.seconds < 7


BROKEN = wav(noise(1))
UNUSABLE = {
    "empty": (b"", ".mp3", CorruptMediaError),
    "cut in its header": (BROKEN[:30], ".wav", MediaError),
    "without a sample": (wav(np.zeros((1, 0))), ".wav", CorruptMediaError),
    "numbers that are none": (wav(np.full((1, 999), np.nan), bits=32, floating=True), ".wav",
                              CorruptMediaError),
    "far too loud": (wav(np.full((1, 999), 1e9), bits=32, floating=True), ".wav",
                     CorruptMediaError),
    "text": (b"#EXTM3U\nhttp://example.org/a.mp3\n", ".mp3", DisguisedMediaError),
    "an ID3 tag and nothing else": (b"ID3\x04\0\0\0\0\0\x0a" + bytes(10), ".mp3",
                                    CorruptMediaError),
    "random bytes": (np.random.default_rng(1).bytes(20_000), ".mp3", CorruptMediaError),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(UNUSABLE))
def test_what_cannot_be_heard_is_an_error_of_the_file(name: str) -> None:
    content, extension, error = UNUSABLE[name]
    with pytest.raises(error):
        listen(stream(content), extension, 60)


def test_a_header_that_lies_about_the_length_costs_nothing() -> None:
    content = bytearray(wav(ramp(8)))
    content[40:44] = (4 * 10**9).to_bytes(4, "little")
    found, samples, _ = decoded(bytes(content), ".wav", seconds=6)
    assert found.part in {"start", "middle"}
    assert samples.shape[1] == 6 * RATE
