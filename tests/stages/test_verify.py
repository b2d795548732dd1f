"""Verification of real files: what is found, in which order, and that nothing else is written."""

import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from scanned_library import PLAYER, ScannedLibrary

from media_assets.library.content import WHOLE_READ_LIMIT
from media_assets.stages.progress import Progress
from media_assets.stages.verify import (
    VerifiedState,
    VerifyReport,
    findings,
    verified_state,
    verify,
)
from media_assets.store.connect import connect


@pytest.fixture
def home(tmp_path: Path) -> ScannedLibrary:
    return ScannedLibrary(tmp_path)


def check(home: ScannedLibrary, **choice: float) -> VerifyReport:
    home.now += timedelta(hours=1)
    return verify(home.platform, PLAYER, **choice)


def state(home: ScannedLibrary) -> VerifiedState:
    return verified_state(home.platform, PLAYER)


def results(home: ScannedLibrary) -> dict[str, str]:
    """The latest result by name, of the files that the scan knows as they were then."""
    found = findings(home.platform, PLAYER, ("ok", "changed", "corrupt", "missing", "unreadable"))
    return {Path(row["file_path"]).name: row["result"] for row in found.to_dicts()}


def rot(path: Path, content: bytes) -> None:
    """Other bytes of the same number, under the same mtime."""
    before = path.stat()
    assert before.st_size == len(content)
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_whole_files_are_ok_and_stay_so(home: ScannedLibrary) -> None:
    home.fill(3)
    home.write("odd \xff.png", "odd")
    home.scan_and_read()
    report = check(home)
    assert (report.files, report.results["ok"], report.time_over) == (4, 4, False)
    assert report.bytes_read == sum(media.size for media in home.media())
    assert state(home).results["ok"] == 4
    assert state(home).oldest == home.now.replace(tzinfo=None)
    assert home.scan().rows_written == 0


def test_what_became_of_a_file_is_told(home: ScannedLibrary) -> None:
    for name in ("whole", "rotten", "edited", "touched", "gone", "linked", "folder"):
        home.write(f"{name}.png", f"content {name}")
    home.scan_and_read()
    rot(home.path("rotten.png"), b"content r0tten")
    home.write("edited.png", "another content")
    home.touch("touched.png")
    home.path("gone.png").unlink()
    home.path("linked.png").unlink()
    home.path("linked.png").symlink_to(home.path("whole.png"))
    home.path("folder.png").unlink()
    home.path("folder.png").mkdir()
    report = check(home)
    assert report.results == {"ok": 1, "changed": 4, "corrupt": 1, "missing": 1, "unreadable": 0}
    assert results(home) == {
        "whole.png": "ok", "rotten.png": "corrupt", "edited.png": "changed",
        "touched.png": "changed", "gone.png": "missing", "linked.png": "changed",
        "folder.png": "changed",
    }  # fmt: skip


def test_a_silent_edit_is_seen_by_nothing_else(home: ScannedLibrary) -> None:
    path = home.write("a.png", "content")
    home.scan_and_read()
    check(home)
    good = home.now.replace(tzinfo=None)
    rot(path, b"CONTENT")
    assert home.scan().unchanged == 1
    before = home.media()
    assert check(home).results["corrupt"] == 1
    assert home.media() == before, "what was recorded is the proof: it is not brought up to date"
    (row,) = findings(home.platform, PLAYER, ("corrupt",)).to_dicts()
    assert row["last_ok_at"] == good
    assert "blake3 is" in row["message"]
    rot(path, b"content")  # from a backup
    assert check(home).results["ok"] == 1
    assert findings(home.platform, PLAYER).is_empty()


def test_a_finding_does_not_outlive_the_content_that_it_is_about(home: ScannedLibrary) -> None:
    path = home.write("a.png", "content")
    home.scan_and_read()
    rot(path, b"CONTENT")
    check(home)
    home.write("a.png", "renewed")
    home.scan_and_read()
    assert findings(home.platform, PLAYER).is_empty()
    assert state(home).never == 1


def test_what_was_not_read_yet_and_what_is_missing_is_not_verified(home: ScannedLibrary) -> None:
    home.fill(2)
    home.scan_and_read()
    home.path("many/000.png").unlink()
    home.write("new.png", "not read yet")
    home.scan()
    assert check(home).files == 1
    assert (state(home).never, state(home).not_read_yet) == (0, 1)


def test_the_first_full_hash_of_a_large_file_is_taken_and_held(home: ScannedLibrary) -> None:
    path = home.path("long.mp4")
    with path.open("wb") as stream:
        stream.truncate(WHOLE_READ_LIMIT + 1)
    home.scan_and_read()
    with connect(home.database) as con:
        con.execute("UPDATE media_files SET file_hash = NULL")  # as the analysis leaves it
    assert check(home).first_hashes == 1
    (media,) = home.media()
    assert media.hash is not None
    assert check(home).first_hashes == 0
    before = path.stat()
    with path.open("r+b") as stream:  # in the middle, where no fingerprint looks
        stream.seek(WHOLE_READ_LIMIT // 2)
        stream.write(b"x")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert check(home).results["corrupt"] == 1


def test_edges_alone_tell_of_a_large_file_that_was_never_verified(home: ScannedLibrary) -> None:
    path = home.write("a.mp4", "content")
    home.scan_and_read()
    with connect(home.database) as con:
        con.execute("UPDATE media_files SET file_hash = NULL")
    rot(path, b"CONTENT")
    assert check(home).results["corrupt"] == 1
    (media,) = home.media()
    assert media.hash is None


@pytest.mark.parametrize("size", [300_000, WHOLE_READ_LIMIT + 1])
def test_a_file_that_was_edited_between_its_edges_is_not_held_against_its_old_hash(
    home: ScannedLibrary, size: int
) -> None:
    path = home.path("long.mp4")
    with path.open("wb") as stream:
        stream.truncate(size)
    home.touch(path)
    home.scan_and_read()
    check(home)
    with path.open("r+b") as stream:
        stream.seek(size // 2)
        stream.write(b"a tag")
    home.touch(path)
    home.scan()  # by its edges it is the same
    (media,) = home.media()
    assert (media.hash is None) == (size > WHOLE_READ_LIMIT)
    assert (check(home).files, state(home).not_read_yet) == (0, 1)
    home.read()
    if size > WHOLE_READ_LIMIT:
        with connect(home.database) as con:
            con.execute("UPDATE media_files SET file_hash = NULL")  # as the analysis leaves it
    report = check(home)
    assert (report.results["ok"], report.results["corrupt"]) == (1, 0)


def test_without_time_nothing_is_begun(home: ScannedLibrary) -> None:
    home.fill(3)
    home.scan_and_read()
    report = check(home, seconds=0)
    assert (report.files, report.time_over) == (0, True)


def test_a_sample_goes_through_the_library_in_turns(home: ScannedLibrary) -> None:
    home.fill(5)
    home.scan_and_read()
    assert [check(home, sample=0.4).files for _ in range(2)] == [2, 2]
    assert state(home).never == 1
    check(home, sample=0.4)  # the last one, and the one that was verified first
    assert state(home).never == 0
    home.write("many/new.png", "new")
    home.scan_and_read()
    check(home, sample=0.01)
    assert results(home)["new.png"] == "ok"


def test_an_interrupted_verification_goes_on_where_it_was(home: ScannedLibrary) -> None:
    home.fill(4)
    home.scan_and_read()

    class Stopped(Exception):
        pass

    fuse = iter(range(4))  # the queue asks for the time twice, then each file does
    clock = home.platform.clock

    def burns() -> object:
        if next(fuse, None) is None:
            raise Stopped
        return clock()

    platform = type(home.platform)(home.settings, clock=burns)  # type: ignore[arg-type]
    with pytest.raises(Stopped):
        verify(platform, PLAYER)
    assert state(home).never == 2
    assert check(home, sample=0.5).files == 2
    assert state(home).never == 0


def test_progress_is_told(home: ScannedLibrary) -> None:
    home.fill(3)
    home.scan_and_read()
    home.path("many/000.png").unlink()
    told: list[Progress] = []
    verify(home.platform, PLAYER, listener=told.append)
    assert (told[-1].done, told[-1].failed, told[-1].total) == (2, 1, 3)


def test_a_player_without_files_is_verified(home: ScannedLibrary) -> None:
    assert check(home).files == 0
    assert state(home) == VerifiedState(
        {"ok": 0, "changed": 0, "corrupt": 0, "missing": 0, "unreadable": 0}, 0, 0, None
    )


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a read sets the access time")
def test_the_originals_stay_as_they_were(home: ScannedLibrary) -> None:
    home.fill(3)
    home.scan_and_read()

    def tree() -> list[tuple[object, ...]]:
        found = []
        for path in sorted(home.root.rglob("*")):
            status = path.stat()
            times = (status.st_atime_ns, status.st_mtime_ns, status.st_ctime_ns)
            found.append((path, times, status.st_size))
        return found

    before = tree()  # nothing has read them with the right to set their access times
    check(home)
    assert tree() == before
    for number in range(3):
        content = home.path(f"many/{number:03}.png").read_bytes()
        assert content == f"content many {number:03}".encode()
