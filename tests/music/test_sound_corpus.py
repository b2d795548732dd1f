"""The sound of odd files out of real libraries and of other programs' tests."""

import io
import json
from pathlib import Path

import pytest

from media_assets.errors import CorruptMediaError, MediaError, UnsupportedMediaError
from media_assets.music.music_file import read_music
from media_assets.music.sound.features import AudioFeatures, describe_features
from media_assets.music.sound.hearing import Heard, listen
from media_assets.settings import LimitSettings
from media_assets.store.tables.analysis import AUDIO_VALUES

pytestmark = pytest.mark.corpus
UNHEARD = {
    # Cut to their headers, or with a header that leads nowhere.
    "106-invalid-streaminfo.flac": CorruptMediaError,
    "5644800-2ch-s01-silence-dst.dff": CorruptMediaError,
    "flac_application.flac": CorruptMediaError,
    "id3v24_extended_header.id3": CorruptMediaError,
    "mac-390-hdr.ape": CorruptMediaError,
    "nero-chapters.m4b": CorruptMediaError,
    "ooming-header.flac": CorruptMediaError,
    "sv5_header.mpc": CorruptMediaError,
    # Without sound, or of a format that FFmpeg does not decode.
    "145-invalid-item-count.apev2": UnsupportedMediaError,
    "64bit.mp4": UnsupportedMediaError,
    "adif.aac": UnsupportedMediaError,
    "brokentag.apev2": UnsupportedMediaError,
    "empty.ofs": UnsupportedMediaError,
    "sample.oggtheora": UnsupportedMediaError,
    "silence-2s-44100-16.ofr": UnsupportedMediaError,
}
SECONDS = {
    "11k-1ch-2s-silence.aif": 2.0, "8k-1ch-1s-silence.aif": 1.0, "48k-2ch-s16-silence.aif": 0.1,
    "silence-44-s.flac": 3.684, "no-tags.flac": 3.684, "mac-399.ape": 3.684,
    "no-tags.3g2": 16.3, "covr-with-name.m4a": 3.69,
}  # fmt: skip


def heard(path: Path) -> tuple[Heard, AudioFeatures]:
    content = path.read_bytes()
    found = listen(io.BytesIO(content), path.suffix.lower(), 60)
    tags = read_music(content, path.suffix.lower(), LimitSettings()).metadata
    return found, describe_features(found, tags)


def test_every_file_is_heard_or_says_why_not(corpus: Path) -> None:
    refused = {}
    files = [path for path in (corpus / "audio").iterdir() if path.name != "COPYING"]
    for path in files:
        try:
            _, features = heard(path)
        except MediaError as error:
            refused[path.name] = type(error)
            continue
        reasons = json.loads(features.reason or "{}")
        for name in set(AUDIO_VALUES) - {"acoustid_fingerprint"}:
            assert (getattr(features, name) is None) == bool(reasons.get(name)), (path.name, name)
    assert refused == UNHEARD


@pytest.mark.parametrize("name", SECONDS)
def test_all_of_a_short_file_is_heard(corpus: Path, name: str) -> None:
    found, _ = heard(corpus / "audio" / name)
    assert found.part == "whole"
    assert found.seconds == pytest.approx(SECONDS[name], abs=0.02)


def test_silence_has_no_tempo_no_key_and_no_vector(corpus: Path) -> None:
    for name in ("11k-1ch-2s-silence.aif", "no-tags.flac", "silence-2.wma", "mac-396.ape"):
        found, features = heard(corpus / "audio" / name)
        assert (features.bpm, features.key, features.loudness_lufs) == (None, None, None), name
        assert (found.vector, found.silent) == (None, "silence"), name
