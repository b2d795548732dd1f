"""The media of the sample library, read back with the formats' own readers."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import imagehash
import mutagen
import pytest
from PIL import Image, UnidentifiedImageError

from media_assets.demo.people import AMELIE, KETAN, NORTH

PARIS = ZoneInfo("Europe/Paris")
IMAGES, CLIPS = {".png", ".jpg", ".webp"}, {".mp4", ".mkv"}
TRACKS = {".mp3", ".flac", ".m4a", ".opus", ".ogg", ".wav"}


def test_clips_are_as_long_as_the_truth_says(demo: Path, truth: dict) -> None:
    unreadable = []
    for path, row in truth.items():
        if Path(path).suffix not in CLIPS:
            continue
        try:
            with av.open(str(demo / "library" / path)) as container:
                video, sound = container.streams.video[0], container.streams.audio[0]
                assert (video.codec_context.name, sound.codec_context.name) == ("h264", "aac")
                assert container.duration / 1e6 == pytest.approx(row.seconds, abs=0.1)
                assert 640 <= video.width <= 1280
        except av.error.InvalidDataError:
            unreadable.append(path)
    assert len(unreadable) == 2
    sizes = {path: (demo / "library" / path).stat().st_size for path in unreadable}
    assert sorted(size > 0 for size in sizes.values()) == [False, True]  # empty, and a playlist
    playlist = next(path for path, size in sizes.items() if size)
    assert (demo / "library" / playlist).read_text().startswith("#EXTM3U")


@pytest.mark.parametrize(
    ("pattern", "moment"),
    [
        (f"{AMELIE.name}/Captures/*.mp4", "end"),
        (f"{AMELIE.name}/NVIDIA/*/*.DVR.mp4", "end"),
        (f"{NORTH.name}/Xbox/Halo*.mp4", "start"),
        (f"{KETAN.name}/OBS/*.mkv", None),
    ],
)
def test_containers_store_the_time_that_the_tool_stores(
    pattern: str, moment: str | None, demo: Path, truth: dict
) -> None:
    root = demo / "library"
    files = [file for file in root.glob(pattern) if file.stat().st_size]
    assert files
    for file in files:
        row = truth[file.relative_to(root).as_posix()]
        with av.open(str(file)) as container:
            stored = container.metadata.get("creation_time")
        if moment is None:
            assert stored is None
            continue
        expected = row.start + timedelta(seconds=row.seconds if moment == "end" else 0)
        assert stored is not None
        assert 0 <= (expected - datetime.fromisoformat(stored)).total_seconds() < 1


def test_pictures_open_but_for_the_truncated_one(demo: Path) -> None:
    sizes, broken = set(), []
    for file in sorted((demo / "library").rglob("*")):
        if file.suffix in IMAGES and "Music" not in file.parts:
            try:
                with Image.open(file) as picture:
                    picture.load()
                    sizes.add(picture.size)
            except OSError:
                broken.append(file.name)
    assert len(broken) == 1
    assert broken[0].endswith(".jpg")
    assert {(1280, 720), (1920, 1080)} <= sizes


def test_game_bar_writes_the_time_into_the_picture(demo: Path, truth: dict) -> None:
    found = []
    for file in (demo / "library" / AMELIE.name / "Captures").glob("*.png"):
        with Image.open(file) as picture:
            text = picture.info.get("Microsoft.GameDVR.Extended")
        if text is not None:
            taken = datetime.fromisoformat(json.loads(text)["startTime"])
            row = truth[f"{AMELIE.name}/Captures/{file.name}"]
            assert taken == row.start
            assert taken.utcoffset() == row.start.astimezone(PARIS).utcoffset()
            found.append(file.name)
    assert len(found) == 2


def test_there_is_a_copy_an_edit_and_a_burst(demo: Path) -> None:
    library = demo / "library"
    (copy,) = (library / AMELIE.name / "Best of").iterdir()
    assert copy.read_bytes() == (library / AMELIE.name / "Captures" / copy.name).read_bytes()
    (edit,) = library.rglob("*_edited.jpg")
    original = edit.with_name(edit.name.replace("_edited.jpg", ".png"))
    assert near(edit, original)
    shots = sorted((library / KETAN.name).rglob("20*_1.jpg"))
    assert sum(near(one, other) for one, other in pairwise(shots)) >= 2


def test_scenes_differ(demo: Path, truth: dict) -> None:
    """Pictures of play are no near-duplicates of each other, whatever their palette."""
    captures = sorted((demo / "library" / NORTH.name / "Xbox").glob("*.png"))
    scenes = [file for file in captures if truth[f"{NORTH.name}/Xbox/{file.name}"].match_id]
    pairs = [(a, b) for i, a in enumerate(scenes[:8]) for b in scenes[i + 1 : 8]]
    assert not any(near(one, other) for one, other in pairs)


def near(one: Path, other: Path) -> bool:
    """Near-duplicates by the two hashes that are in use for it."""
    with Image.open(one) as first, Image.open(other) as second:
        return bool(
            imagehash.phash(first) - imagehash.phash(second) <= 6
            and imagehash.dhash(first) - imagehash.dhash(second) <= 8
        )


def test_the_photograph_has_both_ifds_and_a_position(demo: Path, truth: dict) -> None:
    (file,) = (demo / "library" / KETAN.name / "Phone").iterdir()
    with Image.open(file) as picture:
        exif = picture.getexif()
    detail = exif.get_ifd(0x8769)
    assert exif[0x0112] == 6
    assert (detail[0x9003], detail[0x9011], detail[0x9291]) == (
        "2026:09:12 15:30:12", "+05:30", "482",
    )  # fmt: skip
    assert exif.get_ifd(0x8825)[1] == "N"
    row = truth[f"{KETAN.name}/Phone/{file.name}"]
    assert row.match_id is None
    assert row.start == datetime(2026, 9, 12, 10, 0, 12, 482_000, UTC)


def test_tracks_have_tags_and_covers_in_every_format(demo: Path) -> None:
    truth = json.loads((demo / "truth.json").read_bytes())["tracks"]
    assert {Path(path).suffix for path in truth} == TRACKS
    for path in truth:
        sound = mutagen.File(demo / "library" / path)
        assert sound.info.length == pytest.approx(12, abs=0.2)
        text = {key: str(value) for key, value in sound.tags.items()}
        title = text.get("TIT2") or text.get("\xa9nam") or text.get("title")
        assert title is not None
        assert Path(path).stem.partition(" - ")[2] in title
        assert any(key.startswith(("APIC", "covr", "metadata_block_picture")) for key in text) or (
            sound.pictures
        )
        assert any("musicbrainz" in key.lower() for key in text)


def test_one_track_is_in_two_libraries_and_one_is_broken(demo: Path) -> None:
    library = demo / "library"
    both = [hashlib.sha256(f.read_bytes()).digest() for f in library.rglob("01 - Last Stop.mp3")]
    assert len(both) == 2
    assert len(set(both)) == 1
    (broken,) = library.rglob("*Broken Header.flac")
    with pytest.raises(mutagen.MutagenError):
        mutagen.flac.FLAC(broken)


def test_there_is_what_a_scan_leaves_out(demo: Path) -> None:
    (thumbs,) = (demo / "library").rglob("thumbs")
    assert len(list(thumbs.iterdir())) == 2
    (note,) = (demo / "library").rglob("notes.txt")
    with pytest.raises(UnidentifiedImageError):
        Image.open(note)
