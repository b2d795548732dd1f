"""Text of tags is always text that a database and JSON accept, and raw tags are complete."""

import json

import duckdb
import music_samples as samples
import pytest
from mutagen import apev2, id3

from media_assets.music.music_file import AudioMetadata, read_music
from media_assets.music.tags import (
    CUT,
    MAX_RAW_TEXT,
    MAX_TEXT,
    MOST_VALUES,
    Tags,
    clean,
    plain_name,
)
from media_assets.settings import LimitSettings
from media_assets.store.tables.analysis import AUDIO_METADATA

LIMITS = LimitSettings()


def metadata(data: bytes) -> AudioMetadata:
    return read_music(data, "", LIMITS).metadata


def raw(data: bytes) -> dict:
    return json.loads(metadata(data).tags)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  plain  ", "plain"),
        ("a\0b", "ab"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("\x1b[31mred\x07", "[31mred"),
        ("It\x92s", "It’s"),
        ("line\nline\ttab", "line\nline\ttab"),
        ("\x81", ""),
        ("e\u0301 標題 🎵", "e\u0301 標題 🎵"),
        ("\0\0", ""),
    ],
)
def test_clean(text, expected):
    assert clean(text) == expected


def test_clean_cuts_what_is_over_long():
    assert len(clean("x" * MAX_TEXT)) == MAX_TEXT
    cut = clean("x" * (MAX_TEXT + 1))
    assert len(cut) == MAX_TEXT
    assert cut.endswith(CUT)


def test_one_plain_name_for_all_spellings():
    spellings = ("MusicBrainz Album Id", "MUSICBRAINZ_ALBUMID", "MusicBrainz/Album Id")
    assert {plain_name(name) for name in spellings} == {"musicbrainzalbumid"}


def nasty_files() -> dict[str, bytes]:
    tag = id3.ID3()
    tag.add(id3.TIT2(encoding=0, text=["N\x01a\x9fs\x1bty"]))
    tag.add(id3.TXXX(encoding=3, desc="d\x00esc", text=["\x00"]))
    items = apev2.APEv2()
    items["Title"] = "N\x01asty\x7f"
    comments = [("TITLE", "N\0asty\x1b"), ("ARTIST", "\ufeff")]
    return {
        "tagged": samples.tagged("mp3"),
        "id3": samples.with_id3(samples.audio("mp2"), tag),
        "ape": samples.with_ape(samples.audio("wv"), items),
        "vorbis": samples.speex(comments),
        "info": samples.riff_info({"INAM": "Caf\xe9\x92"}, "latin-1"),
    }


@pytest.mark.parametrize("name", nasty_files())
def test_nasty_text_goes_into_the_table(name):
    found = metadata(nasty_files()[name])
    row = [getattr(found, column.name) for column in AUDIO_METADATA.columns[1:]]
    with duckdb.connect() as connection:
        connection.execute(AUDIO_METADATA.create_statement())
        marks = ", ".join("?" * (len(row) + 1))
        connection.execute(f"INSERT INTO audio_metadata VALUES ({marks})", ["id", *row])
        title, tags = connection.sql("SELECT title, tags FROM audio_metadata").fetchone()
    assert title == found.title
    assert json.loads(tags) == json.loads(found.tags)
    assert json.loads(found.tags)
    for text in (title or "", tags):
        assert text == text.encode("utf-8").decode("utf-8")
        assert "\0" not in text


def test_letters_that_cannot_be_decoded_cost_only_themselves():
    frames = (
        b"TPE1\0\0\0\x07\0\0\x01\xff\xfe\x00\xd8a\x00"  # UTF-16 with half of a pair
        b"TALB\0\0\0\x06\0\0\x09Album"  # an encoding that there is not
        b"TIT2\0\0\0\x06\0\0\x00Title"
    )
    tag = b"ID3\x03\0\0\0\0\0" + bytes([len(frames)]) + frames
    found = metadata(tag + samples.audio("mp2"))
    assert (found.title, found.artist, found.album) == ("Title", "\ufffda", None)
    assert json.loads(found.tags)["TALB"] == {"bytes": 6}


@pytest.mark.parametrize(
    ("content", "artists"),
    [
        (b"\0A\0B", ("A", "B")),
        (b"\0It\x92s\0\0\0\0", ("It’s",)),
        (b"\1" + "A\0B".encode("utf-16"), ("A", "B")),
        (b"\1\xff\xfeA\0\0\0\xff\xfeB\0\0\0", ("A", "B")),
        (b"\1\xfe\xff\0A\0\0\xfe\xff\0B", ("A", "B")),
        (b"\1A\0B\0", ("AB",)),
        (b"\1\xff\xfeA\0B", ("A",)),
        (b"\2\0A\0\0\0B", ("A", "B")),
        (b"\3\xc3\xa9\0\xe6\xa8\x99", ("é", "標")),
        (b"\3\xc3\xa9\xff", ("é\ufffd",)),
        (b"\1\xff\xfe", None),
        (b"\0", None),
    ],
)
def test_encodings_of_id3(content, artists):
    frame = b"TPE1" + len(content).to_bytes(4) + b"\0\0" + content
    tag = b"ID3\x03\0\0\0\0\0" + bytes([len(frame)]) + frame
    assert metadata(tag + samples.audio("mp2")).artists == artists


def test_a_text_behind_a_description_in_each_encoding():
    for encoding in range(4):
        tag = id3.ID3()
        tag.add(id3.TXXX(encoding=encoding, desc="ĀB" if encoding else "AB", text=["1", "2"]))
        tag.add(id3.COMM(encoding=encoding, lang="eng", desc="", text=["c"]))
        tag.add(id3.WXXX(encoding=encoding, desc="w", url="http://example.org"))
        said = raw(samples.with_id3(samples.audio("mp2"), tag))
        assert said["TXXX:ĀB" if encoding else "TXXX:AB"] == ["1", "2"]
        assert (said["COMM:eng"], said["WXXX:w"]) == ("c", "http://example.org")


def test_values_of_one_name_are_bounded():
    comments = [("ARTIST", f"Artist {number}") for number in range(MOST_VALUES + 500)]
    found = metadata(samples.speex(comments))
    assert len(found.artists) == MOST_VALUES
    assert len(found.artist) == MAX_TEXT


def test_info_text_is_utf8_or_else_windows_1252():
    assert metadata(nasty_files()["info"]).title == "Café’"
    assert metadata(samples.riff_info({"INAM": "Café 標"})).title == "Café 標"


def test_raw_tags_keep_names_and_repeated_values_as_stored():
    said = raw(samples.tagged("flac"))
    assert said["title"] == "Ça va 標題"
    assert said["artist"] == ["First", "Second"]
    assert said["musicbrainz_albumid"] == samples.RELEASE
    assert said["picture"] == [{"bytes": len(samples.PNG)}, {"bytes": len(samples.JPEG)}]


def test_raw_tags_of_id3_by_frame():
    said = raw(samples.tagged("mp3"))
    assert said["TPE1"] == ["First", "Second"]
    assert said["TXXX:MusicBrainz Album Id"] == samples.RELEASE
    assert said["COMM:eng"] == "A comment"
    assert said["COMM:iTunNORM:eng"] == "00000000 00000000"
    assert said["UFID:http://musicbrainz.org"] == samples.RECORDING
    assert said["APIC:back"] == {"bytes": len(samples.PNG)}
    assert said["TCON"] == ["(17)", "Jazz"]


def test_raw_tags_of_frames_with_parts():
    tag = id3.ID3()
    tag.add(id3.POPM(email="rater", rating=196, count=3))
    tag.add(id3.PRIV(owner="someone", data=b"\0\1\2"))
    tag.add(id3.TIPL(encoding=3, people=[["producer", "Somebody"]]))
    tag.add(id3.WOAR(url="http://example.org"))
    tag.add(id3.CHAP(element_id="c1", start_time=0, end_time=5))
    said = raw(samples.with_id3(samples.audio("mp2"), tag))
    assert said["POPM"] == {"email": "rater", "rating": 196, "count": 3}
    assert said["PRIV:someone"] == {"bytes": 3}
    assert said["TIPL"] == "producer: Somebody"
    assert said["WOAR"] == "http://example.org"
    assert said["CHAP"] == {"bytes": 19}


def test_raw_tags_keep_garbage_that_columns_do_not():
    tag = id3.ID3()
    for name, text in (("TBPM", "fast"), ("TRCK", "A1"), ("TDRC", "some day"), ("TCMP", "maybe")):
        tag.add(id3.Frames[name](encoding=3, text=[text]) if name != "TDRC" else
                id3.TXXX(encoding=3, desc="date", text=[text]))  # fmt: skip
    found = metadata(samples.with_id3(samples.audio("mp2"), tag))
    assert (found.bpm, found.track_number, found.date, found.compilation) == (None,) * 4
    assert json.loads(found.tags) == {
        "TBPM": "fast", "TRCK": "A1", "TXXX:date": "some day", "TCMP": "maybe",
    }  # fmt: skip


def test_raw_tags_of_one_file_are_bounded():
    tags = Tags()
    for number in range(400):
        tags.add(f"name{number}", ["x" * 9000])
    text = tags.raw_json()
    said = json.loads(text)
    assert len(text) < MAX_RAW_TEXT
    assert said[CUT] == 400 - (len(said) - 1)


def test_a_fingerprint_that_had_to_be_cut_is_none():
    whole, cut = "A" * MAX_TEXT, "A" * (MAX_TEXT + 1)
    assert metadata(samples.speex([("ACOUSTID_FINGERPRINT", whole)])).acoustid_fingerprint == whole
    assert metadata(samples.speex([("ACOUSTID_FINGERPRINT", cut)])).acoustid_fingerprint is None
