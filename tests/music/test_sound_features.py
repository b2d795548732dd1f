"""The row of one file: what is there, why something is not, and what its tags claim."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from mutagen.id3 import TBPM, TKEY, TXXX
from mutagen.wave import WAVE
from sounds import cadence, clicks, noise, stream, tone, wav

from media_assets.music.metadata import AudioMetadata
from media_assets.music.music_file import read_music
from media_assets.music.sound.character import NAMES
from media_assets.music.sound.features import (
    AudioFeatures,
    Fingerprint,
    describe_features,
    with_fingerprint,
)
from media_assets.music.sound.hearing import listen
from media_assets.music.sound.tag_claims import read_claims
from media_assets.music.sound.timbre import DIM, SPACE
from media_assets.settings import LimitSettings
from media_assets.store.tables.analysis import AUDIO_FEATURES, AUDIO_VALUES

SONG = cadence(9, minor=True, length=8) + clicks(120, 8)


def row(samples: np.ndarray) -> AudioFeatures:
    content = wav(samples)
    return describe_features(
        listen(stream(content), ".wav", 60), read_music(content, ".wav", LimitSettings()).metadata
    )


@pytest.mark.parametrize(
    "samples",
    [SONG, noise(7), np.zeros((1, 200_000)), np.zeros((1, 10)), tone(440, 0.3), tone(440, 7),
     clicks(90, 7)],
)  # fmt: skip
def test_every_value_is_there_or_has_a_reason(samples: np.ndarray) -> None:
    found = row(samples)
    reasons = json.loads(found.reason)
    for name in AUDIO_VALUES:
        assert (getattr(found, name) is None) == (name in reasons), name
        assert reasons.get(name, "a reason"), name


def test_a_row_is_that_of_the_table() -> None:
    names = tuple(field.name for field in fields(AudioFeatures))
    assert names == AUDIO_FEATURES.column_names[1:]


def test_what_is_there_says_how_it_came_and_how_sure_it_is() -> None:
    found = row(SONG)
    methods, confidences = json.loads(found.method), json.loads(found.confidence)
    assert found.bpm == pytest.approx(120, rel=0.01)
    assert (found.key, found.scale, found.camelot) == ("A", "minor", "8A")
    assert found.analysis_source == "measured"
    for name in AUDIO_VALUES:
        if name in {"scale", "camelot", "acoustid_fingerprint"}:
            continue
        assert methods[name], name
        assert 0 <= confidences[name] <= 1, name
    for name in NAMES:
        assert 0 <= getattr(found, name) <= 1
        assert "heuristic" in methods[name]
        assert confidences[name] <= 0.5


def test_rules_of_thumb_follow_what_they_are_made_of() -> None:
    calm = row(cadence(0, minor=True, length=8) * 0.1)
    wild = row(np.clip(noise(8) * 3 + clicks(150, 8), -1, 1))
    assert wild.energy > calm.energy + 0.2  # type: ignore[operator]
    assert calm.mood_relaxed > wild.mood_relaxed  # type: ignore[operator]
    assert calm.acousticness > wild.acousticness  # type: ignore[operator]
    assert row(clicks(120, 8)).danceability > row(noise(8)).danceability  # type: ignore[operator]
    glad = row(cadence(0, minor=False, length=8) + clicks(120, 8))
    sad = row(cadence(0, minor=True, length=8) + clicks(120, 8))
    assert glad.valence > sad.valence  # type: ignore[operator]
    assert glad.mood_happy > sad.mood_happy  # type: ignore[operator]


def tagged(samples: np.ndarray, *frames: object) -> AudioMetadata:
    file = stream(wav(samples))
    tags = WAVE(file)
    tags.add_tags()
    for frame in frames:
        tags.tags.add(frame)
    file.seek(0)
    tags.save(file)
    return read_music(file.getvalue(), ".wav", LimitSettings()).metadata


def text(name: str, value: str) -> TXXX:
    return TXXX(encoding=3, desc=name, text=[value])


def test_what_is_tagged_stands_beside_what_was_measured() -> None:
    tags = tagged(SONG, TBPM(encoding=3, text=["61"]), TKEY(encoding=3, text=["Bbm"]))
    found = describe_features(listen(stream(wav(SONG)), ".wav", 60), tags)
    assert (found.bpm_tag, found.key_tag, found.analysis_source) == (61, "Bbm", "measured")
    assert found.bpm == found.bpm_measured == pytest.approx(120, rel=0.01)


def test_the_tag_is_shown_where_nothing_was_measured() -> None:
    heard = listen(stream(wav(noise(7))), ".wav", 60)
    found = describe_features(heard, tagged(noise(7), TBPM(encoding=3, text=["61"])))
    assert (found.bpm, found.bpm_measured, found.bpm_confidence) == (61, None, None)
    assert found.analysis_source == "tag"
    assert "bpm" not in json.loads(found.reason)
    assert "bpm_measured" in json.loads(found.reason)
    lower = tagged(noise(7), text("ab:lo:rhythm:bpm", "98.5"))
    assert describe_features(heard, lower).analysis_source == "acousticbrainz"
    assert describe_features(heard, None).analysis_source is None
    assert json.loads(describe_features(heard, None).reason)["tags"]


def test_negative_classes_are_read_as_such() -> None:
    metadata = tagged(
        SONG,
        text("ab:hi:danceability:danceable", "0.93"),
        text("ab:hi:mood_happy:not_happy", "0.8"),
        text("AB:HI:MOOD_PARTY:NOT_PARTY", "0.25"),
        text("ab:hi:voice_instrumental:voice", "0.9"),
        text("ab:hi:mood_sad:sad", "often"),
        text("ab:hi:mood_relaxed:relaxed", "1.5"),
        text("ab:lo:tonal:key_key", "F#"),
        text("ab:lo:tonal:key_scale", "minor"),
    )
    assert read_claims(metadata).acousticbrainz == {
        "danceability": 0.93, "mood_happy": pytest.approx(0.2), "mood_party": 0.75,
        "instrumentalness": pytest.approx(0.1), "key": "F#", "scale": "minor",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["ab:hi:mood_happy:happy", "----:com.apple.iTunes:ab:hi:mood_happy:happy",
             "TXXX:ab:hi:mood_happy:happy", "AB:HI:MOOD_HAPPY:HAPPY"]
)  # fmt: skip
def test_the_names_are_found_in_every_container(name: str) -> None:
    metadata = replace(tagged(SONG), tags=json.dumps({name: ["0.4"], "other:ab": "0.9"}))
    assert read_claims(metadata).acousticbrainz == {"mood_happy": 0.4}


def test_a_fingerprint_takes_the_place_of_its_reason() -> None:
    found = row(tone(440, 1))
    assert json.loads(found.reason)["acoustid_fingerprint"]
    made = with_fingerprint(found, Fingerprint("AQAB", "Chromaprint"))
    assert made.acoustid_fingerprint == "AQAB"
    assert "acoustid_fingerprint" not in json.loads(made.reason)
    assert json.loads(made.method)["acoustid_fingerprint"] == "Chromaprint"
    again = with_fingerprint(made, Fingerprint(None, reason="gone"))
    assert json.loads(again.reason)["acoustid_fingerprint"] == "gone"
    assert "acoustid_fingerprint" not in json.loads(again.method)


def test_the_vector_has_length_1_and_does_not_know_loudness() -> None:
    loud, soft = (listen(stream(wav(SONG * gain)), ".wav", 60).vector for gain in (0.9, 0.3))
    assert loud is not None
    assert soft is not None
    assert len(loud) == DIM
    assert np.linalg.norm(loud) == pytest.approx(1)
    assert loud @ soft > 0.99
    other = listen(stream(wav(noise(7))), ".wav", 60).vector
    assert loud @ other < 0.9


def test_silence_has_no_vector_but_a_reason() -> None:
    silent = row(np.zeros((1, 200_000)))
    assert json.loads(silent.reason)[SPACE] == "silence"
    assert SPACE not in json.loads(silent.method)
