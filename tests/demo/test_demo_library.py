"""The sample library as it stands on disk: made twice, read back with the formats' own readers."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from media_assets.demo.library import MARKER, DemoSummary, make_demo
from media_assets.demo.people import AMELIE, NORTH, OWNERS, Owner
from media_assets.errors import ConfigurationError
from media_assets.settings import load_settings

IMAGES, CLIPS = {".png", ".jpg", ".webp"}, {".mp4", ".mkv"}
TRACKS = {".mp3", ".flac", ".m4a", ".opus", ".ogg", ".wav"}
LAST_DAY = datetime(2026, 11, 2, tzinfo=UTC)


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


def test_every_image_and_clip_has_a_truth(demo: Path, truth: dict) -> None:
    root = demo / "library"
    visual = {
        file.relative_to(root).as_posix()
        for file in root.rglob("*")
        if file.suffix in IMAGES | CLIPS and "thumbs" not in file.parts
    }
    assert set(truth) == visual


def test_truth_and_recorded_matches_agree(
    truth: dict, presences: dict[str, dict[str, tuple[datetime, datetime]]]
) -> None:
    for path, row in truth.items():
        if row.start is None:
            continue
        begin, end = row.start, row.start + timedelta(seconds=row.seconds)
        inside = {
            match_id
            for match_id, (joined, left) in presences[row.player].items()
            if (begin < left and end > joined) or joined <= begin == end <= left
        }
        assert inside == {row.match_id, row.second_match_id} - {None}, path


def test_most_captures_are_in_a_match_and_some_are_not(truth: dict) -> None:
    for owner in OWNERS:
        rows = [row for row in truth.values() if row.player == owner.name]
        in_match = [row for row in rows if row.match_id]
        assert len(in_match) >= 16
        assert len({row.match_id for row in in_match}) >= 10
        assert len(in_match) < len(rows)
    over_two = [row for row in truth.values() if row.second_match_id]
    assert [row.player for row in over_two] == [NORTH.name]


@pytest.mark.parametrize(
    ("owner", "hour", "turn"),
    [
        (AMELIE, 2, datetime(2026, 10, 25, 1, tzinfo=UTC)),
        (NORTH, 1, datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ],
)
def test_the_hour_that_comes_twice_is_captured_both_times(
    owner: Owner, hour: int, turn: datetime, truth: dict
) -> None:
    zone = ZoneInfo(owner.zone)
    starts = [r.start for r in truth.values() if r.player == owner.name and r.start]
    near = [s for s in starts if abs(s - turn) < timedelta(hours=1)]
    assert {s.astimezone(zone).hour for s in near} == {hour}
    assert {s < turn for s in near} == {True, False}


def test_modification_times_are_those_of_the_end_but_for_copies(demo: Path, truth: dict) -> None:
    copied = 0
    for path, row in truth.items():
        if row.start is None or "_edited" in path or "/Phone/" in path:
            continue
        written = modified(demo / "library" / path)
        late = (written - row.start).total_seconds() - row.seconds
        if written > LAST_DAY:
            copied += 1
        else:
            assert 0 < late < 1, path
    assert copied == 6
