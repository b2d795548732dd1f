"""Discovery on real folders: who is who after every kind of change, and nothing else written."""

import hashlib
import os
from pathlib import Path

import pytest
from scanned_library import PLAYER, START, ScannedLibrary

from media_assets.stages import discover as module
from media_assets.stages.discover import discover
from media_assets.stages.progress import Progress
from media_assets.store.connect import connect


@pytest.fixture
def home(tmp_path: Path) -> ScannedLibrary:
    return ScannedLibrary(tmp_path)


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
    home.fill(5)
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
        each.fill(3)
        odd = os.path.join(os.fsencode(each.root), b"\xff.png")
        try:
            Path(os.fsdecode(odd)).write_bytes(b"x")
            os.utime(odd, ns=(1, 1))
        except OSError:
            pass  # this file system takes UTF-8 only
        each.scan()
    assert homes[0].ids() == homes[1].ids()


def test_progress_is_told(home: ScannedLibrary) -> None:
    home.fill(3)
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


def test_a_clip_that_becomes_music_is_no_capture_any_more(home: ScannedLibrary) -> None:
    home.write("a.mp4", "content")
    home.scan_and_read()
    (media,) = home.media()
    with connect(home.database) as con:
        con.execute("INSERT INTO capture_times BY NAME SELECT ? AS media_id, '' AS inputs, "
                    "now()::TIMESTAMP AS computed_at", [media.id])  # fmt: skip
    home.move("a.mp4", "b.mp4")
    home.scan()
    with connect(home.database, read_only=True) as con:
        assert con.execute("SELECT media_id FROM capture_times").fetchall() == [(media.id,)]
    home.move("b.mp4", "b.m4a")
    home.scan()
    with connect(home.database, read_only=True) as con:
        assert con.execute("SELECT media_id FROM capture_times").fetchall() == []


def test_a_whole_folder_is_renamed(home: ScannedLibrary) -> None:
    home.fill(80, "old")
    home.fill(5, "other")
    home.scan_and_read()
    before = home.ids()
    home.path("old").rename(home.path("new"))
    report = home.scan()
    assert (report.moved, report.added, report.missing, report.suspect) == (80, 0, 0, ())
    assert home.ids() == {
        path.replace("old" + os.sep, "new" + os.sep): name for path, name in before.items()
    }


def test_a_whole_library_is_moved_and_configured_anew(home: ScannedLibrary) -> None:
    home.fill(80)
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
    home.fill(3)
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


def test_a_player_without_a_folder_has_no_files_and_no_verdict(home: ScannedLibrary) -> None:
    home.root.rmdir()
    report = home.scan()
    assert (report.seen, report.verdicts, report.rows_written) == (0, (), 0)


def test_a_limit_of_files_is_reached_scan_by_scan(home: ScannedLibrary) -> None:
    home.fill(5)
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
    monkeypatch.setattr(module, "_BATCH_ROWS", 3)
    home.fill(4, "a")
    home.fill(4, "b")
    assert home.scan().rows_written == 8 + 1
    assert len(home.ids()) == 8
    assert home.scan().unchanged == 8


def test_the_clock_is_utc(home: ScannedLibrary) -> None:
    home.write("a.png", "one")
    home.scan()
    assert home.now.utcoffset() == START.utcoffset()
    assert home.media()[0].first_seen == home.now.replace(tzinfo=None)
