"""Odd files out of real libraries and of other programs' tests."""

import json
from pathlib import Path

import pytest
from music_rows import fits

from media_assets.errors import CorruptMediaError, MediaError, UnsupportedMediaError
from media_assets.music.music_file import MusicProducts, read_music
from media_assets.settings import LimitSettings

pytestmark = pytest.mark.corpus
LIMITS = LimitSettings()
REFUSED = {
    "106-invalid-streaminfo.flac": CorruptMediaError,
    "ooming-header.flac": CorruptMediaError,
    "id3v24_extended_header.id3": CorruptMediaError,
    "64bit.mp4": UnsupportedMediaError,
    "sample.oggtheora": UnsupportedMediaError,
    "145-invalid-item-count.apev2": UnsupportedMediaError,
    "brokentag.apev2": UnsupportedMediaError,
}
# Columns by file: what was read off the bytes, and compared with FFmpeg.
SAID = {
    "bad-TYER-frame.mp3": {
        "artist": "From 1.01 To 1.02", "date": None, "year": None, "codec": "mp3",
        "bitrate": 320_000, "comment": "http://mp3splt.sf.net",
    },
    "97-unknown-23-update.mp3": {"bitrate": 32_000, "duration_seconds": 3.7675},
    "covr-with-name.m4a": {
        "title": None, "artist": "Test Artist", "has_cover": True, "codec": "aac",
        "sample_rate": 44_100, "bit_depth": None,
    },
    "issue_29.wma": {
        "title": "Señor Flamingos Adieu", "artist": "Kaizers Orchestra", "album": "Live at Vega",
        "track_number": 6, "track_total": 15, "disc_number": 1, "disc_total": None, "year": 2006,
        "has_lyrics": False, "codec": "wmav2", "bitrate": 128_016,
    },
    "silence-2.wma": {"title": "test", "artist": None, "codec": "wmapro", "bit_depth": None},
    "flac_application.flac": {
        "title": "I Want the World to Stop", "track_number": 4, "track_total": 11,
        "date": "2010-10-11", "year": 2010, "replaygain_track_gain": -8.08,
        "replaygain_album_gain": -8.14, "bit_depth": 16, "duration_seconds": 273.64,
        "mb_recording_id": "e65fb332-0c1e-4172-85e0-59cd37e5669e", "mb_track_id": None,
        "mb_release_id": "359a91e9-3bb3-4b60-a823-8aaa4bad1e36",
        # The file was cut to its first 13,000 bytes: their rate would be 2 bit/s.
        "bitrate": None,
    },
    "silence-44-s.flac": {
        "artist": "piman; jzig", "artists": ("piman", "jzig"), "track_number": 2,
        "track_total": 10, "genres": ("Silence",), "has_cover": True,
    },
    "multipage-setup.ogg": {
        "title": "Burst", "genre": "JRock", "comment": "SRCL-6240", "bitrate": 160_000,
        "replaygain_track_gain": -10.02,
    },
    "empty.ogg": {"container": "Ogg", "codec": "vorbis", "bitrate": 112_000, "tags": None},
    "multiplexed.spx": {"container": "Ogg", "codec": "speex", "sample_rate": 44_100},
    "empty.oggflac": {"container": "Ogg", "codec": "flac", "bit_depth": 16},
    "vbri.mp3": {
        "title": "I Can Walk On Water I Can Fly", "artist": "Basshunter", "track_number": 1,
        "year": 2007, "genre": "Dance", "comment": "Ripped by THSLIVE", "bitrate": 233_260,
    },
    "lame.mp3": {"bitrate": 127_783, "replaygain_track_gain": None},
    # Its encoder wrote more padding than samples: the duration is not known.
    "lame397v9short.mp3": {"duration_seconds": None, "sample_rate": 24_000},
    "silence-44-s-mpeg25.mp3": {"codec": "mp3", "sample_rate": 12_000, "bitrate": 8_900},
    "nero-chapters.m4b": {
        "artist": "Aleron Kong", "genre": "Audiobook", "composer": "Nick Podehl", "year": 2018,
        "has_cover": True, "duration_seconds": pytest.approx(169_022.69, abs=0.01),
    },
    "mac-399.ape": {"codec": "ape", "bit_depth": 16, "sample_rate": 44_100},
    "click.mpc": {"codec": "musepack", "replaygain_track_gain": 9.27},
    "adif.aac": {"container": "ADIF", "codec": "aac", "sample_rate": 48_000},
    "11k-1ch-2s-silence.aif": {"channels": 1, "duration_seconds": 2.0, "bitrate": 176_400},
    "5644800-2ch-s01-silence.dsf": {"codec": "dsd_lsbf_planar", "sample_rate": 5_644_800},
    "silence-44-s.eac3": {"codec": "eac3", "sample_rate": 44_100},
}  # fmt: skip


def products(path: Path) -> MusicProducts:
    return read_music(path.read_bytes(), path.suffix, LIMITS)


def test_every_file_gives_products_or_a_reason(corpus):
    refused = {}
    files = [path for path in (corpus / "audio").iterdir() if path.name != "COPYING"]
    assert len(files) > 40
    for path in files:
        try:
            assert fits(products(path).metadata)
        except MediaError as error:
            refused[path.name] = type(error)
    assert refused == REFUSED


@pytest.mark.parametrize("name", SAID)
def test_what_they_say(corpus, name):
    metadata = products(corpus / "audio" / name).metadata
    assert {column: getattr(metadata, column) for column in SAID[name]} == SAID[name]


def test_the_cover_between_names(corpus):
    cover = products(corpus / "audio" / "covr-with-name.m4a").cover
    assert cover is not None
    assert cover.startswith(b"\x89PNG")
    assert len(cover) == 79


def test_the_year_that_is_none_stays_in_the_raw_tags(corpus):
    tags = products(corpus / "audio" / "bad-TYER-frame.mp3").metadata.tags
    assert json.loads(tags)["TYER"] == "þÿ"
