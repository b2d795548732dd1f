"""Discovery on real folders: who is who after every kind of change, and nothing else written."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from scanned_library import PLAYER, START, ScannedLibrary

from media_assets.stages import discover as module
from media_assets.stages.discover import discover
from media_assets.stages.progress import Progress
from media_assets.stages.scans import folder_verdicts
from media_assets.store.connect import connect

NOBODY = 65534


@pytest.fixture
def home(tmp_path: Path) -> ScannedLibrary:
    return ScannedLibrary(tmp_path)


def fill(home: ScannedLibrary, count: int, folder: str = "many") -> None:
    for number in range(count):
        home.write(f"{folder}/{number:03}.png", f"content {folder} {number:03}")


# What is recorded


def test_the_first_scan_records_every_media_file(home: ScannedLibrary) -> None:
    home.write("a/Shot.PNG", "12345")
    home.write("b.mp3", "1")
    home.write("notes.txt", "no media")
    report = home.scan()
    assert (report.seen, report.added, report.unchanged, report.rows_written) == (2, 2, 0, 3)
    assert report.passed_over == {".txt": 1}
    shot, song = home.media()
    assert (shot.path, shot.name, shot.extension, shot.kind, shot.size) == (
        str(home.root / "a" / "Shot.PNG"), "Shot.PNG", ".png", "image", 5,
    )  # fmt: skip
    assert shot.mtime_ns == os.stat(shot.path).st_mtime_ns
    assert (shot.folder, shot.status, shot.deleted) == (str(home.root), "present", None)
    assert shot.first_seen == shot.changed == home.now.replace(tzinfo=None)
    assert (shot.fingerprint, shot.hash) == (None, None)
    assert song.kind == "audio"


def test_an_unchanged_library_is_scanned_without_writing_a_byte(home: ScannedLibrary) -> None:
    fill(home, 5)
    home.scan_and_read()
    before = home.written()
    with connect(home.database, read_only=True):  # nor is it opened for writing
        report = home.scan()
    assert (report.unchanged, report.rows_written, report.seen) == (5, 0, 5)
    assert home.written() == before
    home.scan()
    assert home.written() == before


def test_a_scan_leaves_the_originals_alone(home: ScannedLibrary) -> None:
    home.write("a.png", "one")
    home.write("b.png", "two")
    home.scan_and_read()
    home.move("a.png", "c.png")  # so that one is opened
    before = [(path, os.stat(path)) for path in sorted(home.root.rglob("*"))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(home.root.glob("*.png"))))
    atimes = [path.stat().st_atime_ns for path, _ in before]
    home.scan()
    after = [(path, os.stat(path)) for path in sorted(home.root.rglob("*"))]
    for (path, old), (other, new) in zip(before, after, strict=True):
        assert (path, old.st_mtime_ns, old.st_ctime_ns) == (other, new.st_mtime_ns, new.st_ctime_ns)
    if hasattr(os, "O_NOATIME"):
        assert [path.stat().st_atime_ns for path, _ in after] == atimes
    again = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(home.root.glob("*.png"))))
    assert again.digest() == digest.digest()


def test_equal_libraries_have_equal_ids_wherever_they_lie(tmp_path: Path) -> None:
    homes = [ScannedLibrary(tmp_path / name) for name in ("here", "far/away")]
    for each in homes:
        fill(each, 3)
        odd = os.path.join(os.fsencode(each.root), b"\xff.png")
        try:
            Path(os.fsdecode(odd)).write_bytes(b"x")
            os.utime(odd, ns=(1, 1))
        except OSError:
            pass  # this file system takes UTF-8 only
        each.scan()
    assert homes[0].ids() == homes[1].ids()


def test_progress_is_told(home: ScannedLibrary) -> None:
    fill(home, 3)
    told: list[Progress] = []
    discover(home.platform, PLAYER, listener=told.append)
    assert (told[-1].done, told[-1].failed, told[-1].total) == (3, 0, None)


# Moves


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a.png", "b.png"),
        ("a.png", "sub/deep/a.png"),
        ("x/a.png", "a.png"),
        ("a.png", "A.png"),
        ("a.png", "a.PNG"),
        ("caf\u00e9.png", "cafe\u0301.png"),
        ("plain.png", os.fsdecode(b"\xff.png")),
        (os.fsdecode(b"d\xff/\xfe.png"), "plain.png"),
    ],
)
def test_a_moved_file_keeps_its_id_and_what_is_known_of_it(
    home: ScannedLibrary, old: str, new: str
) -> None:
    try:
        home.write(old, "content")
        home.write("stays.png", "another")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    home.scan_and_read()
    (before,) = [media for media in home.media() if media.name != "stays.png"]
    try:
        home.move(old, new)
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    report = home.scan()
    assert (report.moved, report.added, report.missing, report.rows_written) == (1, 0, 0, 1)
    (after,) = [media for media in home.media() if media.name != "stays.png"]
    assert (after.id, after.fingerprint, after.hash, after.first_seen) == (
        before.id, before.fingerprint, before.hash, before.first_seen,
    )  # fmt: skip
    assert after.path == str(home.path(new))
    assert after.status == "present"
    assert home.scan().rows_written == 0


def test_a_moved_file_may_have_another_mtime_and_kind(home: ScannedLibrary) -> None:
    home.write("a.mp4", "content")
    home.scan_and_read()
    home.move("a.mp4", "a.m4a")
    home.touch("a.m4a")
    home.scan()
    (media,) = home.media()
    assert (media.kind, media.extension) == ("audio", ".m4a")
    assert media.mtime_ns == os.stat(media.path).st_mtime_ns
    assert media.hash is not None


def test_a_whole_folder_is_renamed(home: ScannedLibrary) -> None:
    fill(home, 80, "old")
    fill(home, 5, "other")
    home.scan_and_read()
    before = home.ids()
    home.path("old").rename(home.path("new"))
    report = home.scan()
    assert (report.moved, report.added, report.missing, report.suspect) == (80, 0, 0, ())
    assert home.ids() == {
        path.replace("old" + os.sep, "new" + os.sep): name for path, name in before.items()
    }


def test_a_whole_library_is_moved_and_configured_anew(home: ScannedLibrary) -> None:
    fill(home, 80)
    home.scan_and_read()
    before = home.ids()
    home.root.rename(home.base / "elsewhere")
    home.root = home.base / "elsewhere"
    home.scan_these(home.root)
    report = home.scan()
    assert (report.moved, report.added, report.suspect) == (80, 0, ())
    assert home.ids() == before
    assert {media.folder for media in home.media()} == {str(home.root)}


def test_files_move_from_one_folder_to_another(home: ScannedLibrary) -> None:
    one, two = home.base / "one", home.base / "two"
    two.mkdir()
    home.scan_these(one, two)
    home.root = one
    fill(home, 3)
    home.scan_and_read()
    (one / "many").rename(two / "many")
    report = home.scan()
    assert report.moved == 3
    assert report.suspect == ()  # the one is empty now, but its files are known to be elsewhere
    assert {media.folder for media in home.media()} == {str(two)}
    assert home.scan().rows_written == 0


def test_a_file_that_was_not_read_yet_is_a_new_one_after_a_move(home: ScannedLibrary) -> None:
    home.write("a.png", "content")
    home.scan()
    home.move("a.png", "b.png")
    report = home.scan()
    assert (report.moved, report.added, report.missing) == (0, 1, 1)
    assert list(home.ids()) == ["b.png"]
    assert list(home.ids("missing")) == ["a.png"]


def test_a_copy_is_another_media(home: ScannedLibrary) -> None:
    home.write("a.png", "content")
    home.scan_and_read()
    before = home.ids()
    home.write("b.png", "content")
    report = home.scan()
    assert (report.added, report.moved, report.unchanged) == (1, 0, 1)
    assert home.ids()["a.png"] == before["a.png"] != home.ids()["b.png"]


def test_two_copies_with_one_time_in_two_folders_have_two_ids(home: ScannedLibrary) -> None:
    one, two = home.base / "one", home.base / "two"
    home.scan_these(one, two)
    for folder in (one, two):
        folder.mkdir()
        (folder / "a.png").write_bytes(b"1")
        os.utime(folder / "a.png", ns=(1, 1))
    home.scan()
    assert len(home.statuses()) == 2


def test_of_two_equal_files_one_moves(home: ScannedLibrary) -> None:
    home.write("a.png", "content")
    home.write("b.png", "content")
    home.scan_and_read()
    before = home.ids()
    home.move("b.png", "c.png")
    report = home.scan()
    assert (report.moved, report.added, report.missing) == (1, 0, 0)
    assert home.ids() == {"a.png": before["a.png"], "c.png": before["b.png"]}


def test_two_equal_files_both_move_one_to_one(home: ScannedLibrary) -> None:
    home.write("x/a.png", "content")
    home.write("x/b.png", "content")
    home.scan_and_read()
    before = home.ids()
    home.path("x").rename(home.path("y"))
    home.scan()
    assert home.ids() == {
        os.path.join("y", name): before[os.path.join("x", name)] for name in ("a.png", "b.png")
    }


def test_the_copy_that_is_left_moves_and_the_deleted_one_stays_missing(
    home: ScannedLibrary,
) -> None:
    home.write("a.png", "content")
    home.write("b.png", "content")
    home.scan_and_read()
    before = home.ids()
    home.path("a.png").unlink()
    home.scan()
    home.move("b.png", "c.png")
    home.scan()
    assert home.ids() == {"c.png": before["b.png"]}
    assert home.ids("missing") == {"a.png": before["a.png"]}


def test_two_files_swap_their_names(home: ScannedLibrary) -> None:
    home.write("a.png", "one")
    home.write("b.png", "two")
    home.scan_and_read()
    before = home.ids()
    home.move("a.png", "x.png")
    home.move("b.png", "a.png")
    home.move("x.png", "b.png")
    report = home.scan()
    assert (report.moved, report.changed, report.missing) == (2, 0, 0)
    assert home.ids() == {"a.png": before["b.png"], "b.png": before["a.png"]}
    assert all(media.hash for media in home.media())


def test_a_file_is_moved_over_another(home: ScannedLibrary) -> None:
    home.write("a.png", "one")
    home.write("b.png", "other")
    home.scan_and_read()
    before = home.ids()
    home.move("a.png", "b.png")
    report = home.scan()
    assert (report.moved, report.missing, report.added) == (1, 1, 0)
    assert home.ids() == {"b.png": before["a.png"]}
    assert home.ids("missing") == {"b.png": before["b.png"]}
    home.write("c.png", "other")  # what was overwritten comes back from a backup
    home.scan()
    assert home.ids() == {"b.png": before["a.png"], "c.png": before["b.png"]}


def test_a_file_is_moved_and_another_takes_its_name(home: ScannedLibrary) -> None:
    home.write("a.png", "one")
    home.scan_and_read()
    before = home.ids()
    home.move("a.png", "b.png")
    home.write("a.png", "something else")
    report = home.scan()
    assert (report.moved, report.added, report.changed) == (1, 1, 0)
    assert home.ids()["b.png"] == before["a.png"] != home.ids()["a.png"]


# Changes


@pytest.mark.parametrize("content", ["two", "longer than before", ""])
def test_replaced_content_stays_the_same_row_and_loses_what_was_known(
    home: ScannedLibrary, content: str
) -> None:
    home.write("a.png", "one")
    home.scan_and_read()
    (before,) = home.media()
    home.write("a.png", content)
    report = home.scan()
    assert (report.changed, report.added, report.missing, report.rows_written) == (1, 0, 0, 1)
    (after,) = home.media()
    assert (after.id, after.first_seen) == (before.id, before.first_seen)
    assert (after.size, after.fingerprint, after.hash) == (len(content), None, None)
    assert after.changed == home.now.replace(tzinfo=None)


def test_an_edit_within_the_second_is_seen(home: ScannedLibrary) -> None:
    path = home.write("a.png", "one")
    home.scan_and_read()
    mtime = path.stat().st_mtime_ns
    path.write_bytes(b"two")
    os.utime(path, ns=(mtime, mtime + 1))
    if path.stat().st_mtime_ns == mtime:
        pytest.skip("this file system has no nanoseconds")
    assert home.scan().changed == 1


def test_a_file_that_was_only_touched_keeps_what_is_known_of_it(home: ScannedLibrary) -> None:
    home.write("a.png", "one")
    home.scan_and_read()
    (before,) = home.media()
    home.touch("a.png")
    report = home.scan()
    assert (report.changed, report.moved, report.rows_written) == (1, 0, 1)
    (after,) = home.media()
    assert (after.id, after.fingerprint, after.hash) == (before.id, before.fingerprint, before.hash)
    assert after.mtime_ns != before.mtime_ns


def test_a_file_is_gone_and_back(home: ScannedLibrary) -> None:
    home.write("a.png", "one")
    home.write("b.png", "two")
    home.scan_and_read()
    before = {media.id: media for media in home.media()}
    stored = home.base / "a.png"
    home.path("a.png").rename(stored)
    gone = home.scan()
    assert (gone.missing, gone.rows_written) == (1, 1)
    (missing,) = [media for media in home.media() if media.status == "missing"]
    assert missing.deleted == missing.changed == home.now.replace(tzinfo=None)
    assert missing.hash == before[missing.id].hash
    assert home.scan().rows_written == 0
    stored.rename(home.path("a.png"))
    assert home.scan().returned == 1
    for media in home.media():
        assert (media.status, media.deleted) == ("present", None)
        assert media.hash == before[media.id].hash
    assert home.statuses().keys() == before.keys()


def test_a_file_that_is_back_elsewhere_is_the_same(home: ScannedLibrary) -> None:
    home.write("a.png", "one")
    home.scan_and_read()
    before = home.ids()
    home.path("a.png").unlink()
    home.scan()
    home.write("restored/b.png", "one")
    report = home.scan()
    assert (report.moved, report.added) == (1, 0)
    assert list(home.ids().values()) == list(before.values())
    assert home.media()[0].deleted is None


def test_another_content_under_the_path_of_a_missing_file_is_that_row(home: ScannedLibrary) -> None:
    home.write("a.png", "one")
    home.scan_and_read()
    before = home.ids()
    home.path("a.png").unlink()
    home.scan()
    home.write("a.png", "quite another")
    assert home.scan().changed == 1
    assert home.ids() == before
    assert home.media()[0].deleted is None


def test_a_path_that_had_several_media_is_that_of_one(home: ScannedLibrary) -> None:
    home.write("a.png", "one")
    home.write("b.png", "second")
    home.write("c.png", "the third")
    home.write("other.png", "another one")
    home.scan_and_read()
    second = home.ids()["b.png"]
    for source in ("b.png", "c.png"):
        home.move(source, "a.png")
        home.scan()
    assert sorted(home.statuses().values()) == ["missing"] * 2 + ["present"] * 2
    home.path("a.png").unlink()
    assert home.scan().missing == 1
    home.write("a.png", "second")
    report = home.scan()
    assert (report.changed, report.moved, report.added, report.missing) == (1, 0, 0, 0)
    assert home.ids()["a.png"] == second
    assert len(home.statuses()) == 4
    assert home.scan().rows_written == 0


# Names and odd things

NAMES = [
    "a b.png", "it's.png", 'say "x".png', "what?.png", "#1.png", "new\nline.png", "-rf.png",
    "100%.png", "back\\slash.png", "\\xff.png", "nul\\0.png", "caf\u00e9.png", "cafe\u0301.png",
    "\U0001f3ae.png", "x" * 251 + ".png", "'; DROP TABLE media_files; --.png",
]  # fmt: skip


def test_names_of_every_kind_are_recorded_and_found_again(home: ScannedLibrary) -> None:
    names = []
    for raw in [*map(os.fsencode, NAMES), b"\xff.png", b"\xfe/\xff\xfe.png", b"\xe9t\xe9/a.png"]:
        try:
            home.write(os.fsdecode(raw), raw)
        except OSError:
            continue  # this file system does not take it
        names.append(os.fsdecode(raw))
    report = home.scan_and_read()
    assert report.added == len(names) >= 10
    assert {os.fsencode(path) for path in home.ids()} == {os.fsencode(name) for name in names}
    for media in home.media():
        assert os.path.isfile(media.path)
        media.shown.encode()
        assert Path(media.path).read_bytes() == os.fsencode(os.path.relpath(media.path, home.root))
    assert home.scan().rows_written == 0
    for name in names:
        home.path(name).unlink()
    assert home.scan(allow_mass_missing=True).missing == len(names)


def test_a_name_and_the_escape_of_another_are_two_files(home: ScannedLibrary) -> None:
    home.write("\\xff.png", "written")
    try:
        home.write(os.fsdecode(b"\xff.png"), "bytes")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    home.scan_and_read()
    assert {(media.shown, media.size) for media in home.media()} == {
        (str(home.path("\\xff.png")), 7),
        (str(home.path("\\xff.png")), 5),
    }
    before = home.ids()
    home.path("\\xff.png").unlink()
    home.scan()
    assert home.ids() == {os.fsdecode(b"\xff.png"): before[os.fsdecode(b"\xff.png")]}


def test_links_loops_and_pipes_are_no_media(home: ScannedLibrary, tmp_path: Path) -> None:
    home.write("a.png", "one")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.png").write_bytes(b"x")
    home.path("link.png").symlink_to(outside / "b.png")
    home.path("out").symlink_to(outside)
    home.path("loop").symlink_to(home.root)
    if hasattr(os, "mkfifo"):
        os.mkfifo(home.path("pipe.mp4"))
    assert home.scan().seen == 1
    assert list(home.ids()) == ["a.png"]


def test_a_media_that_becomes_a_link_is_gone(home: ScannedLibrary) -> None:
    home.write("a.png", "one")
    home.scan_and_read()
    home.path("a.png").rename(home.base / "a.png")
    home.path("a.png").symlink_to(home.base / "a.png")
    assert home.scan().missing == 1


def test_empty_files_are_rows(home: ScannedLibrary) -> None:
    home.write("a.png", "")
    home.write("b.png", "")
    assert home.scan().added == 2


def test_a_player_without_a_folder_has_no_files_and_no_verdict(home: ScannedLibrary) -> None:
    home.root.rmdir()
    report = home.scan()
    assert (report.seen, report.verdicts, report.rows_written) == (0, (), 0)


def test_a_limit_of_files_is_reached_scan_by_scan(home: ScannedLibrary) -> None:
    fill(home, 5)
    home.limit(max_files_per_scan=2)
    assert [home.scan().added for _ in range(4)] == [2, 2, 1, 0]
    assert len(home.ids()) == 5
    home.path("many/000.png").unlink()
    home.write("new.png", "x")
    report = home.scan()
    assert (report.added, report.missing) == (1, 1)


def test_many_new_files_are_added_in_several_transactions(
    home: ScannedLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ADDED_ROWS", 3)
    monkeypatch.setattr(module, "_FRAME_ROWS", 2)
    fill(home, 4, "a")
    fill(home, 4, "b")
    assert home.scan().rows_written == 8 + 1
    assert len(home.ids()) == 8
    assert home.scan().unchanged == 8


# The mount guard


def verdict(home: ScannedLibrary) -> dict[str, object]:
    (found,) = folder_verdicts(home.platform, PLAYER)
    return found


def test_an_absent_root_marks_nothing_missing(home: ScannedLibrary) -> None:
    fill(home, 3)
    home.scan_and_read()
    before = home.media()
    home.root.rename(home.base / "unplugged")
    report = home.scan()
    assert len(report.suspect) == 1
    assert report.missing == 0
    assert home.media() == before
    assert verdict(home)["verdict"] == "suspect"
    assert "No such file" in str(verdict(home)["reason"])
    assert (verdict(home)["files_known"], verdict(home)["files_gone"]) == (3, 3)
    changed = verdict(home)["changed_at"]
    assert home.scan().rows_written == 0
    (home.base / "unplugged").rename(home.root)
    assert home.scan().suspect == ()
    assert verdict(home)["verdict"] == "clean"
    assert verdict(home)["changed_at"] != changed
    assert home.media() == before


def test_an_empty_root_marks_nothing_missing(home: ScannedLibrary) -> None:
    home.write("a.png", "one")
    home.scan_and_read()
    home.path("a.png").unlink()
    report = home.scan()
    assert (report.missing, len(report.suspect)) == (0, 1)
    assert "empty" in str(verdict(home)["reason"])
    assert list(home.ids()) == ["a.png"]


def test_a_mass_of_missing_files_marks_nothing_missing(home: ScannedLibrary) -> None:
    fill(home, 60, "unplugged")
    fill(home, 100, "rest")
    home.scan_and_read()
    for number in range(51):
        home.path(f"unplugged/{number:03}.png").unlink()
    home.write("new.png", "x")
    report = home.scan()
    assert (report.missing, report.added, len(report.suspect)) == (0, 1, 1)
    assert "51 of 160 files" in str(verdict(home)["reason"])
    home.write("unplugged/050.png", "content unplugged 050")  # 50 are not a mass
    report = home.scan()
    assert (report.missing, report.suspect) == (50, ())


def test_a_large_number_that_is_a_small_share_is_believed(home: ScannedLibrary) -> None:
    home.limit(max_missing_files=3, max_missing_share=0.5)
    fill(home, 20)
    home.scan()
    for number in range(10):
        home.path(f"many/{number:03}.png").unlink()
    assert home.scan().missing == 10


def test_a_mass_that_moved_is_not_gone(home: ScannedLibrary) -> None:
    home.limit(max_missing_files=0, max_missing_share=0)
    fill(home, 20)
    home.scan_and_read()
    home.path("many").rename(home.path("moved"))
    report = home.scan()
    assert (report.moved, report.suspect) == (20, ())


def test_a_person_may_accept_that_files_are_gone(home: ScannedLibrary) -> None:
    fill(home, 60)
    home.scan_and_read()
    for path in home.path("many").iterdir():
        path.unlink()
    home.path("many").rmdir()
    assert home.scan().missing == 0
    report = home.scan(allow_mass_missing=True)
    assert (report.missing, report.suspect) == (60, ())
    assert set(home.statuses().values()) == {"missing"}
    assert home.scan().suspect == ()


def test_an_absent_root_that_was_accepted_stays_accepted_until_it_is_back(
    home: ScannedLibrary,
) -> None:
    fill(home, 3)
    home.scan_and_read()
    before = home.ids()
    home.root.rename(home.base / "unplugged")
    assert home.scan(allow_mass_missing=True).missing == 3
    report = home.scan()
    assert (report.suspect, report.rows_written) == ((), 0)
    (home.base / "unplugged").rename(home.root)
    assert home.scan().returned == 3
    assert home.ids() == before


def test_a_root_that_is_a_file_cannot_be_accepted(home: ScannedLibrary) -> None:
    fill(home, 3)
    home.scan()
    home.root.rename(home.base / "unplugged")
    home.root.write_text("not a folder")
    report = home.scan(allow_mass_missing=True)
    assert (report.missing, len(report.suspect)) == (0, 1)
    assert set(home.statuses().values()) == {"unknown"}
    home.root.unlink()
    (home.base / "unplugged").rename(home.root)
    assert home.scan().returned == 3


def test_an_absent_folder_does_not_taint_another(home: ScannedLibrary) -> None:
    one, two = home.base / "one", home.base / "two"
    home.scan_these(one, two)
    for folder in (one, two):
        home.root = folder
        fill(home, 3)
    home.scan_and_read()
    one.rename(home.base / "unplugged")
    (two / "many" / "000.png").unlink()
    report = home.scan()
    assert report.missing == 1
    assert [found.count.folder for found in report.suspect] == [str(one)]
    assert [(found.count.known, found.count.gone) for found in report.verdicts] == [(3, 3), (3, 1)]
    assert sorted(home.statuses().values()) == ["missing", *["present"] * 5]


def test_what_moves_within_a_folder_that_is_not_believed_has_moved(home: ScannedLibrary) -> None:
    home.limit(max_missing_files=5, max_missing_share=0.1)
    fill(home, 20)
    home.write("keep.png", "keep")
    home.scan_and_read()
    before = home.ids()
    for number in range(10):
        home.path(f"many/{number:03}.png").unlink()
    home.move("keep.png", "many/019.png")  # over another file
    report = home.scan()
    assert len(report.suspect) == 1
    assert report.moved == 1
    paths = [media.path for media in home.media() if media.status == "present"]
    assert len(set(paths)) == len(paths)
    overwritten = before[os.path.join("many", "019.png")]
    assert home.statuses()[overwritten] == "missing"
    assert report.missing == 1
    assert sum(status == "missing" for status in home.statuses().values()) == 1


def test_a_configured_folder_that_is_absent_from_the_start_is_told(home: ScannedLibrary) -> None:
    home.scan_these(home.base / "typo")
    assert len(home.scan().suspect) == 1


# Folders that come and go in the configuration


def test_a_folder_that_is_no_longer_scanned_makes_its_files_unknown(home: ScannedLibrary) -> None:
    one, two = home.base / "one", home.base / "two"
    home.scan_these(one, two)
    for folder in (one, two):
        home.root = folder
        fill(home, 3, folder.name)
    home.scan_and_read()
    before = home.statuses()
    (two / "two" / "000.png").unlink()
    home.scan()
    home.scan_these(one)
    report = home.scan()
    assert (report.unknown, report.missing, report.suspect) == (2, 0, ())
    assert sorted(home.statuses().values()) == ["missing", *["present"] * 3, *["unknown"] * 2]
    assert [found["folder"] for found in folder_verdicts(home.platform, PLAYER)] == [str(one)]
    assert home.scan().rows_written == 0
    home.scan_these(two, one)
    assert home.scan().returned == 2
    assert home.statuses().keys() == before.keys()
    assert sorted(home.statuses().values()) == ["missing", *["present"] * 5]


def test_folders_inside_one_another_give_every_file_once(home: ScannedLibrary) -> None:
    fill(home, 3, "inner")
    fill(home, 3, "outer")
    home.scan_these(home.root, home.path("inner"))
    report = home.scan_and_read()
    assert report.added == 6
    assert len(home.ids()) == 6
    assert home.scan().rows_written == 0
    home.path("inner/000.png").unlink()
    assert home.scan().missing == 1


def test_a_file_is_missed_though_its_folder_is_now_scanned_through_another(
    home: ScannedLibrary,
) -> None:
    fill(home, 3, "inner")
    fill(home, 3, "outer")
    home.scan_and_read()
    home.scan_these(home.path("inner"))
    assert home.scan().unknown == 3
    home.path("inner/000.png").unlink()
    report = home.scan()
    assert (report.missing, report.unknown) == (1, 0)


def test_a_folder_that_is_configured_twice_is_scanned_once(home: ScannedLibrary) -> None:
    fill(home, 3)
    home.scan_these(home.root, home.root / "many" / "..")
    report = home.scan()
    assert (report.seen, report.added, len(report.verdicts)) == (3, 3, 1)


# What cannot be read


@contextmanager
def as_somebody() -> Iterator[None]:
    """Without the rights of root, where this runs as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_home() -> Iterator[ScannedLibrary]:
    """A library that belongs to somebody without special rights."""
    if not hasattr(os, "geteuid"):
        pytest.skip("no user ids here")
    with tempfile.TemporaryDirectory() as folder:  # pytest's own is closed to others
        home = ScannedLibrary(Path(folder))
        fill(home, 3, "shut")
        fill(home, 3, "open")
        home.scan_and_read()
        home.write("open/000.png", "touch the code that moves files")
        home.scan_and_read()
        if os.geteuid() == 0:
            for path in (Path(folder), *Path(folder).rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        yield home
        for path in home.root.rglob("*"):
            if path.is_dir():
                path.chmod(0o755)
        home.root.chmod(0o755)


@contextmanager
def closed(path: Path, mode: int = 0) -> Iterator[None]:
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(0o755)


@pytest.mark.parametrize("mode", [0o000, 0o600], ids=["not listed", "listed, not searched"])
def test_a_folder_that_cannot_be_read_makes_its_files_unknown(
    open_home: ScannedLibrary, mode: int
) -> None:
    before = open_home.ids()
    with as_somebody(), closed(open_home.path("shut"), mode):
        report = open_home.scan()
        assert (report.unknown, report.missing, report.added, report.suspect) == (3, 0, 0, ())
        assert len(report.unreadable) in (1, 3)
        assert {Path(path).parts[0] for path in open_home.ids("unknown")} == {"shut"}
        assert all(media.deleted is None for media in open_home.media())
        assert open_home.scan().rows_written == 0
    with as_somebody():
        report = open_home.scan()
    assert report.returned == 3
    assert open_home.ids() == before


def test_a_copy_of_what_cannot_be_read_is_another_media(open_home: ScannedLibrary) -> None:
    before = open_home.ids()
    with as_somebody(), closed(open_home.path("shut")):
        open_home.write("open/copy.png", "content shut 001")
        report = open_home.scan()
        assert (report.moved, report.added, report.unknown) == (0, 1, 3)
    with as_somebody():
        open_home.scan()
    after = open_home.ids()
    assert {path: after[path] for path in before} == before
    assert len(after) == 7


def test_a_root_that_cannot_be_read_is_not_believed_whatever_a_person_says(
    open_home: ScannedLibrary,
) -> None:
    before = open_home.ids()
    with as_somebody(), closed(open_home.root):
        report = open_home.scan(allow_mass_missing=True)
        assert (report.missing, len(report.suspect)) == (0, 1)
        assert set(open_home.statuses().values()) == {"unknown"}
    with as_somebody():
        assert open_home.scan().suspect == ()
    assert open_home.ids() == before


def test_a_file_that_cannot_be_opened_is_recorded_and_moves_nothing(
    open_home: ScannedLibrary,
) -> None:
    with as_somebody():
        open_home.path("open/001.png").unlink()
        new = open_home.write("open/new.png", "content open 001")
        with closed(new):
            report = open_home.scan()
    assert (report.added, report.moved, report.missing) == (1, 0, 1)


def test_the_clock_is_utc(home: ScannedLibrary) -> None:
    home.write("a.png", "one")
    home.scan()
    assert home.now.utcoffset() == START.utcoffset()
    assert home.media()[0].first_seen == home.now.replace(tzinfo=None)
