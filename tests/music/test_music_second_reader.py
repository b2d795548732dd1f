"""What MediaInfo reads in the tagged samples is what we read, field by field."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import music_samples as samples
import pytest

from media_assets.music.music_file import AudioMetadata, read_music
from media_assets.settings import LimitSettings

pytestmark = pytest.mark.skipif(shutil.which("mediainfo") is None, reason="MediaInfo is not there")

EXTENSIONS = {"mp3-id3v23": "mp3", "mp3-ape": "mp3", "wav24": "wav", "alac": "m4a"}

TEXTS = {
    "title": ("Title",),
    "album": ("Album",),
    "album_artist": ("Album_Performer", "ALBUM_ARTIST"),
    "composer": ("Composer",),
    "comment": ("Comment",),
    "date": ("Recorded_Date",),
    "original_date": ("Original_Released_Date", "ORIGINALDATE"),
    "key": ("Initial_key", "initialkey", "WM_InitialKey", "KEY"),
    "mb_track_id": ("MusicBrainz_Release_Track_Id", "MUSICBRAINZ_RELEASETRACKID"),
    "mb_release_id": ("MusicBrainz_Album_Id", "MUSICBRAINZ_ALBUMID"),
    "mb_release_group_id": ("MusicBrainz_Release_Group_Id", "MUSICBRAINZ_RELEASEGROUPID"),
    "mb_artist_id": ("MusicBrainz_Artist_Id", "MUSICBRAINZ_ARTISTID"),
    "mb_album_artist_id": ("MusicBrainz_Album_Artist_Id", "MUSICBRAINZ_ALBUMARTISTID"),
    "mb_recording_id": ("MusicBrainz_Track_Id", "MUSICBRAINZ_TRACKID"),
    "acoustid_id": ("Acoustid_Id", "ACOUSTID_ID"),
    "acoustid_fingerprint": ("Acoustid_Fingerprint", "ACOUSTID_FINGERPRINT"),
}
NUMBERS = {
    "bpm": ("BPM",),
    "track_number": ("Track_Position",),
    "track_total": ("Track_Position_Total",),
    "disc_number": ("Part_Position", "Part", "WM_PartOfSet", "DISC"),
    "disc_total": ("Part_Position_Total",),
    "replaygain_album_gain": (
        "Album_ReplayGain_Gain", "replaygain_album_gain", "REPLAYGAIN_ALBUM_GAIN",
    ),
    "replaygain_track_gain": ("replaygain_track_gain",),
}  # fmt: skip
STREAM = {"sample_rate": "SamplingRate", "channels": "Channels", "bit_depth": "BitDepth"}
"""The columns of ours, and the names that MediaInfo has for them."""

WITHOUT_TAGS = {"aifc", "tta"}
"""Containers whose tags MediaInfo does not read."""
UNREAD = {"wv"}
"""Not taken for what it is: the sample's one block is too short for MediaInfo."""


def agreement(ours: AudioMetadata, general: dict[str, str]) -> Iterator[tuple[str, Any, Any]]:
    """Each field that both have: its name, our value and the other's."""
    for field, names in TEXTS.items():
        for text in _said(general, names):
            yield field, getattr(ours, field), text
    for field, names in NUMBERS.items():
        for text in _said(general, names):
            yield field, getattr(ours, field), float(text.split("/")[0].removesuffix(" dB"))
    for several, name in (("artists", "Performer"), ("genres", "Genre")):
        for text in _said(general, (name,)):
            values = getattr(ours, several)
            first = values[0] if values else None
            yield several, first, text.removeprefix("The Band / ").split(" / ")[0]


def _said(general: dict[str, str], names: tuple[str, ...]) -> list[str]:
    return [general[name] for name in names if name in general]


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What MediaInfo says of each sample: the whole file, then its streams."""
    folder = tmp_path_factory.mktemp("tagged")
    files = {}
    for kind in samples.ALL_FIELDS:
        files[kind] = folder / f"{kind}.{EXTENSIONS.get(kind, kind)}"
        files[kind].write_bytes(samples.tagged(kind))
    done = subprocess.run(
        ["mediainfo", "--Output=JSON", *map(str, files.values())], capture_output=True, check=True
    )
    media = {
        Path(one["media"]["@ref"]).name: one["media"]["track"] for one in json.loads(done.stdout)
    }
    return {kind: media[file.name] for kind, file in files.items()}


@pytest.mark.parametrize("kind", samples.ALL_FIELDS)
def test_both_read_the_same(kind: str, second: dict[str, list[dict[str, Any]]]) -> None:
    if kind in UNREAD:
        pytest.skip("MediaInfo does not know the sample for what it is")
    ours = read_music(samples.tagged(kind), EXTENSIONS.get(kind, kind), LimitSettings()).metadata
    general, stream = second[kind][:2]
    fields = list(agreement(ours, {**general, **general.get("extra", {})}))
    fields += [
        (field, getattr(ours, field), float(stream[name]))
        for field, name in STREAM.items()
        if name in stream and getattr(ours, field) is not None
    ]
    assert [(field, mine) for field, mine, _ in fields] == [
        (name, other) for name, _, other in fields
    ]
    assert len(fields) >= (2 if kind in WITHOUT_TAGS else 15)
    if "Duration" in general:
        assert ours.duration_seconds == pytest.approx(float(general["Duration"]), abs=0.06)
