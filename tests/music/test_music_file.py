"""Every format says the same when it is tagged alike, and nothing when it is not tagged."""

import dataclasses
import io

import music_samples as samples
import pytest

from media_assets.music.music_file import AudioMetadata, read_music
from media_assets.settings import LimitSettings
from media_assets.store.tables.analysis import AUDIO_METADATA

LIMITS = LimitSettings()

# Container, codec, seconds, bit/s (None: any), Hz, channels, bits.
STREAMS = {
    "mp3": ("MP3", "mp3", 0.5, 96_000, 44_100, 2, None),
    "mp2": ("MP3", "mp2", 0.5, 96_000, 44_100, 2, None),
    "aac": ("ADTS", "aac", 0.5, None, 44_100, 2, None),
    "m4a": ("MP4", "aac", 0.5, 96_000, 44_100, 2, None),
    "alac": ("MP4", "alac", 0.5, None, 44_100, 2, 16),
    "flac": ("FLAC", "flac", 0.5, None, 44_100, 2, 16),
    "opus": ("Ogg", "opus", 0.5, None, 48_000, 2, None),
    "ogg": ("Ogg", "vorbis", 0.5, None, 44_100, 2, None),
    "wav": ("WAV", "pcm_s16le", 0.5, 1_411_200, 44_100, 2, 16),
    "wav24": ("WAV", "pcm_s24le", 0.5, 2_116_800, 44_100, 2, 24),
    "wavfloat": ("WAV", "pcm_f32le", 0.5, 2_822_400, 44_100, 2, 32),
    "wavmp3": ("WAV", "mp3", 0.5, 96_000, 44_100, 2, None),
    "aiff": ("AIFF", "pcm_s16be", 0.5, 1_411_200, 44_100, 2, 16),
    "aifc": ("AIFF", "pcm_f32be", 0.5, 2_822_400, 44_100, 2, 32),
    "wma": ("ASF", "wmav2", 0.5, 96_000, 44_100, 2, None),
    "wv": ("WavPack", "wavpack", 0.5, None, 44_100, 2, 16),
    "tta": ("TTA", "tta", 0.5, None, 44_100, 2, 16),
    "ac3": ("AC-3", "ac3", 0.5, 96_000, 44_100, 2, None),
}


def columns(data: bytes, extension: str = "") -> AudioMetadata:
    return read_music(data, extension, LIMITS).metadata


def test_fields_are_the_columns_of_the_table():
    names = [field.name for field in dataclasses.fields(AudioMetadata)]
    assert ("media_id", *names) == AUDIO_METADATA.column_names


@pytest.mark.parametrize("kind", samples.ALL_FIELDS)
def test_every_field_in_every_format(kind):
    found = columns(samples.tagged(kind))
    said = {name: getattr(found, name) for name in samples.EXPECTED}
    assert said == samples.EXPECTED


@pytest.mark.parametrize("kind", samples.ALL_FIELDS)
def test_the_front_cover_is_taken_before_the_back_cover(kind):
    assert read_music(samples.tagged(kind), "", LIMITS).cover == samples.JPEG


@pytest.mark.parametrize("kind", STREAMS)
def test_the_stream(kind):
    found = columns(samples.audio(kind))
    container, codec, seconds, bitrate, *rest = STREAMS[kind]
    assert (found.container, found.codec) == (container, codec)
    # Lossy encoders add up to two frames of padding.
    assert found.duration_seconds == pytest.approx(seconds, abs=0.06)
    assert [found.sample_rate, found.channels, found.bit_depth] == rest
    assert found.bitrate is not None
    if bitrate is not None:
        assert found.bitrate == pytest.approx(bitrate, rel=0.02)


@pytest.mark.parametrize("kind", ["flac", "opus", "wv", "tta"])
def test_a_bit_rate_that_the_stream_does_not_name_is_its_bytes_over_its_duration(kind):
    data = samples.audio(kind)
    found = columns(data)
    # FLAC has 8 KiB of padding, which is not audio.
    size = len(data) - 8192 if kind == "flac" else len(data)
    assert found.bitrate == pytest.approx(size * 8 / 0.5, rel=0.1)


def test_a_cover_is_not_counted_as_audio():
    with_art = samples.ape_tag()
    with_art["Cover Art (Front)"] = samples.apev2.APEValue(samples.JPEG * 500, 1)
    covered = samples.with_ape(samples.audio("wv"), with_art)
    assert columns(covered).bitrate == pytest.approx(columns(samples.audio("wv")).bitrate, rel=0.1)


@pytest.mark.parametrize("kind", ["aac", "mp2", "wv", "tta", "ac3", "wavfloat"])
def test_nothing_is_invented(kind):
    found = columns(samples.audio(kind))
    stream = {"container", "codec", "duration_seconds", "bitrate", "sample_rate", "channels",
              "bit_depth"}  # fmt: skip
    said = {
        field.name: getattr(found, field.name)
        for field in dataclasses.fields(found)
        if field.name not in {*stream, "tags", "has_cover", "has_lyrics"}
    }
    assert set(said.values()) == {None}
    assert found.has_cover is False
    assert found.has_lyrics is False
    assert read_music(samples.audio(kind), "", LIMITS).cover is None


def test_a_file_without_tags_has_no_raw_tags():
    assert columns(samples.audio("aac")).tags is None


@pytest.mark.parametrize("extension", ["", ".mp3", "ogg", ".WMA"])
@pytest.mark.parametrize("kind", ["flac", "m4a", "aiff"])
def test_the_content_decides_not_the_extension(kind, extension):
    assert columns(samples.audio(kind), extension).container == STREAMS[kind][0]


@pytest.mark.parametrize("kind", samples.ALL_FIELDS)
def test_an_open_file_gives_what_its_bytes_give(kind, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(samples.tagged(kind))
    with path.open("rb") as file:
        opened = read_music(file, "", LIMITS)
    assert opened == read_music(samples.tagged(kind), "", LIMITS)
    assert opened == read_music(io.BytesIO(samples.tagged(kind)), "", LIMITS)


def test_an_open_file_is_read_from_its_start():
    file = io.BytesIO(samples.tagged("flac"))
    file.seek(500)
    assert read_music(file, "", LIMITS).metadata.title == samples.EXPECTED["title"]
