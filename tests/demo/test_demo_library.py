"""The sample library as it stands on disk: made twice, read back with the formats' own readers."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import imagehash
import mutagen
import pytest
from PIL import Image, UnidentifiedImageError

from media_assets.demo.library import MARKER, DemoSummary, make_demo
from media_assets.demo.people import AMELIE, KETAN, NORTH, OWNERS, Owner
from media_assets.errors import ConfigurationError
from media_assets.settings import load_settings

PARIS = ZoneInfo("Europe/Paris")
IMAGES, CLIPS = {".png", ".jpg", ".webp"}, {".mp4", ".mkv"}
TRACKS = {".mp3", ".flac", ".m4a", ".opus", ".ogg", ".wav"}
LAST_DAY = datetime(2026, 11, 2, tzinfo=UTC)

Truth = dict[str, dict[str, str | None]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoSummary]:
    folder = tmp_path_factory.mktemp("demo") / "new" / "library"
    return folder, make_demo(folder)


@pytest.fixture(scope="module")
def demo(made: tuple[Path, DemoSummary]) -> Path:
    return made[0]


@pytest.fixture(scope="module")
def truth(demo: Path) -> Truth:
    return json.loads((demo / "truth.json").read_bytes())["captures"]


@pytest.fixture(scope="module")
def presences(demo: Path) -> dict[str, dict[str, tuple[datetime, datetime]]]:
    """Player, match: from the first join to the last leave, as the recorded responses say."""
    found: dict[str, dict[str, tuple[datetime, datetime]]] = {o.name: {} for o in OWNERS}
    for file in (demo / "matches" / "stats").iterdir():
        try:
            match = json.loads(file.read_bytes())
        except json.JSONDecodeError:
            continue
        for owner in OWNERS:
            for player in match["Players"]:
                if player["PlayerId"] == owner.person.player_id:
                    part = player["ParticipationInfo"]
                    end = part["LastLeaveTime"] or match["MatchInfo"]["EndTime"]
                    span = (
                        datetime.fromisoformat(part["FirstJoinedTime"]),
                        datetime.fromisoformat(end),
                    )
                    found[owner.name][match["MatchId"]] = span
    return found


def listing(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Path to size, modification time and digest of every file."""
    return {
        file.relative_to(folder).as_posix(): (
            file.stat().st_size,
            file.stat().st_mtime_ns,
            hashlib.sha256(file.read_bytes()).hexdigest(),
        )
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def start(row: dict[str, str | None]) -> datetime:
    assert row["start_utc"] is not None
    return datetime.fromisoformat(row["start_utc"])


def seconds(row: dict[str, str | None]) -> float:
    assert row["end_utc"] is not None
    return (datetime.fromisoformat(row["end_utc"]) - start(row)).total_seconds()


def modified(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def test_the_summary_counts_what_is_there(made: tuple[Path, DemoSummary]) -> None:
    folder, summary = made
    files = [f for f in (folder / "library").rglob("*") if f.is_file() and "thumbs" not in f.parts]
    assert summary.images == sum(file.suffix in IMAGES for file in files)
    assert summary.clips == sum(file.suffix in CLIPS for file in files)
    assert summary.tracks == sum(file.suffix in TRACKS for file in files)
    assert 60 <= summary.images + summary.clips + summary.tracks <= 90
    assert summary.films == len(list((folder / "matches" / "films").iterdir()))
    assert summary.matches + 1 == len(list((folder / "matches" / "stats").iterdir()))
    marker = (folder / MARKER).stat().st_size
    assert summary.bytes == sum(size for size, _, _ in listing(folder).values()) - marker
    assert summary.bytes < 40_000_000
    assert summary.made


def test_nothing_but_the_demo_is_left(demo: Path) -> None:
    names = {entry.name for entry in demo.iterdir()}
    assert names == {MARKER, "library", "matches", "media_assets.toml", "truth.json"}
    assert [entry.name for entry in demo.parent.iterdir()] == [demo.name]
    assert {f.name for f in (demo / "library").iterdir()} == {owner.name for owner in OWNERS}


def test_the_configuration_is_accepted(demo: Path) -> None:
    settings = load_settings(demo / "media_assets.toml", {})
    assert settings.library_root == demo / "library"
    assert settings.match_directory == demo / "matches"
    assert settings.data == demo / "data"
    for owner in OWNERS:
        assert settings.player(owner.name).timezone == owner.zone
        assert settings.player(owner.name).xuid == str(owner.person.xuid)
    assert len({owner.zone for owner in OWNERS}) == 3


def test_a_second_call_writes_nothing(made: tuple[Path, DemoSummary]) -> None:
    folder, summary = made
    (folder / "data").mkdir()
    try:
        before = listing(folder)
        assert make_demo(folder) == replace(summary, made=False)
        assert listing(folder) == before
    finally:
        (folder / "data").rmdir()


def test_an_interrupted_demo_in_an_empty_folder_is_finished_with_the_same_files(
    demo: Path, tmp_path: Path
) -> None:
    left = tmp_path / ".demo-partial-7" / "library"
    left.mkdir(parents=True)
    (left / "half.png").write_bytes(b"half")
    folder = tmp_path.stat().st_ino
    make_demo(tmp_path)
    assert tmp_path.stat().st_ino == folder  # kept, not replaced
    assert not (tmp_path / ".demo-partial-7").exists()
    assert listing(tmp_path) == listing(demo)


def test_a_folder_with_other_content_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    with pytest.raises(ConfigurationError, match=r"not empty .*'thesis\.odt'.* name another one"):
        make_demo(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.odt"]


def test_a_library_without_an_interrupted_demo_is_someone_elses(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    with pytest.raises(ConfigurationError, match="'library'"):
        make_demo(tmp_path)


def test_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "demo"
    file.write_text("a file")
    with pytest.raises(ConfigurationError, match="is a file"):
        make_demo(file)
    with pytest.raises(ConfigurationError, match="cannot be written there"):
        make_demo(file / "below")
    assert file.read_text() == "a file"


def test_a_foreign_marker_is_refused(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text("{}")
    with pytest.raises(ConfigurationError, match="not written by this program"):
        make_demo(tmp_path)


def test_every_image_and_clip_has_a_truth(demo: Path, truth: Truth) -> None:
    root = demo / "library"
    visual = {
        file.relative_to(root).as_posix()
        for file in root.rglob("*")
        if file.suffix in IMAGES | CLIPS and "thumbs" not in file.parts
    }
    assert set(truth) == visual


def test_truth_and_recorded_matches_agree(
    truth: Truth, presences: dict[str, dict[str, tuple[datetime, datetime]]]
) -> None:
    for path, row in truth.items():
        if row["start_utc"] is None:
            continue
        begin, end = start(row), start(row) + timedelta(seconds=seconds(row))
        inside = {
            match_id
            for match_id, (joined, left) in presences[str(row["player"])].items()
            if (begin < left and end > joined) or joined <= begin == end <= left
        }
        assert inside == {row["match_id"], row["second_match_id"]} - {None}, path


def test_most_captures_are_in_a_match_and_some_are_not(truth: Truth) -> None:
    for owner in OWNERS:
        rows = [row for row in truth.values() if row["player"] == owner.name]
        in_match = [row for row in rows if row["match_id"]]
        assert len(in_match) >= 16
        assert len({row["match_id"] for row in in_match}) >= 10
        assert len(in_match) < len(rows)
    over_two = [row for row in truth.values() if row["second_match_id"]]
    assert [row["player"] for row in over_two] == [NORTH.name]


@pytest.mark.parametrize(
    ("owner", "hour", "turn"),
    [
        (AMELIE, 2, datetime(2026, 10, 25, 1, tzinfo=UTC)),
        (NORTH, 1, datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ],
)
def test_the_hour_that_comes_twice_is_captured_both_times(
    owner: Owner, hour: int, turn: datetime, truth: Truth
) -> None:
    zone = ZoneInfo(owner.zone)
    starts = [start(r) for r in truth.values() if r["player"] == owner.name and r["start_utc"]]
    near = [s for s in starts if abs(s - turn) < timedelta(hours=1)]
    assert {s.astimezone(zone).hour for s in near} == {hour}
    assert {s < turn for s in near} == {True, False}


def test_modification_times_are_those_of_the_end_but_for_copies(demo: Path, truth: Truth) -> None:
    copied = 0
    for path, row in truth.items():
        if row["start_utc"] is None or "_edited" in path or "/Phone/" in path:
            continue
        written = modified(demo / "library" / path)
        late = (written - start(row)).total_seconds() - seconds(row)
        if written > LAST_DAY:
            copied += 1
        else:
            assert 0 < late < 1, path
    assert copied == 6


def test_clips_are_as_long_as_the_truth_says(demo: Path, truth: Truth) -> None:
    unreadable = []
    for path, row in truth.items():
        if Path(path).suffix not in CLIPS:
            continue
        try:
            with av.open(str(demo / "library" / path)) as container:
                video, sound = container.streams.video[0], container.streams.audio[0]
                assert (video.codec_context.name, sound.codec_context.name) == ("h264", "aac")
                assert container.duration / 1e6 == pytest.approx(seconds(row), abs=0.1)
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
    pattern: str, moment: str | None, demo: Path, truth: Truth
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
        expected = start(row) + timedelta(seconds=seconds(row) if moment == "end" else 0)
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


def test_game_bar_writes_the_time_into_the_picture(demo: Path, truth: Truth) -> None:
    found = []
    for file in (demo / "library" / AMELIE.name / "Captures").glob("*.png"):
        with Image.open(file) as picture:
            text = picture.info.get("Microsoft.GameDVR.Extended")
        if text is not None:
            taken = datetime.fromisoformat(json.loads(text)["startTime"])
            row = truth[f"{AMELIE.name}/Captures/{file.name}"]
            assert taken == start(row)
            assert taken.utcoffset() == start(row).astimezone(PARIS).utcoffset()
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


def test_scenes_differ(demo: Path, truth: Truth) -> None:
    """Pictures of play are no near-duplicates of each other, whatever their palette."""
    captures = sorted((demo / "library" / NORTH.name / "Xbox").glob("*.png"))
    scenes = [file for file in captures if truth[f"{NORTH.name}/Xbox/{file.name}"]["match_id"]]
    pairs = [(a, b) for i, a in enumerate(scenes[:8]) for b in scenes[i + 1 : 8]]
    assert not any(near(one, other) for one, other in pairs)


def near(one: Path, other: Path) -> bool:
    """Near-duplicates by the two hashes that are in use for it."""
    with Image.open(one) as first, Image.open(other) as second:
        return bool(
            imagehash.phash(first) - imagehash.phash(second) <= 6
            and imagehash.dhash(first) - imagehash.dhash(second) <= 8
        )


def test_the_photograph_has_both_ifds_and_a_position(demo: Path, truth: Truth) -> None:
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
    assert (row["match_id"], row["start_utc"]) == (None, "2026-09-12T10:00:12.482+00:00")


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
