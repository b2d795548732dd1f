"""Discovery where files are gone, hidden, or no longer asked for: what is believed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from scanned_library import PLAYER, ScannedLibrary

from media_assets.stages.scans import folder_verdicts

NOBODY = 65534


@pytest.fixture
def home(tmp_path: Path) -> ScannedLibrary:
    return ScannedLibrary(tmp_path)


def verdict(home: ScannedLibrary) -> dict[str, object]:
    (found,) = folder_verdicts(home.platform, PLAYER)
    return found


def test_an_absent_root_marks_nothing_missing(home: ScannedLibrary) -> None:
    home.fill(3)
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


def test_a_root_with_nothing_but_hidden_and_ignored_entries_is_empty(home: ScannedLibrary) -> None:
    """A mount point without its disk often has some."""
    home.write("a.png", "one")
    home.scan_and_read()
    home.path("a.png").unlink()
    home.path(".DS_Store").touch()
    home.path("@eaDir").mkdir()
    report = home.scan()
    assert (report.missing, len(report.suspect)) == (0, 1)
    home.path("readme.txt").touch()
    assert home.scan().missing == 1


def test_a_mass_of_missing_files_marks_nothing_missing(home: ScannedLibrary) -> None:
    home.fill(60, "unplugged")
    home.fill(100, "rest")
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
    home.fill(20)
    home.scan()
    for number in range(10):
        home.path(f"many/{number:03}.png").unlink()
    assert home.scan().missing == 10


def test_a_mass_that_moved_is_not_gone(home: ScannedLibrary) -> None:
    home.limit(max_missing_files=0, max_missing_share=0)
    home.fill(20)
    home.scan_and_read()
    home.path("many").rename(home.path("moved"))
    report = home.scan()
    assert (report.moved, report.suspect) == (20, ())


def test_a_person_may_accept_that_files_are_gone(home: ScannedLibrary) -> None:
    home.fill(60)
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
    home.fill(3)
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
    home.fill(3)
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
        home.fill(3)
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
    home.fill(20)
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
        home.fill(3, folder.name)
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
    home.fill(3, "inner")
    home.fill(3, "outer")
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
    home.fill(3, "inner")
    home.fill(3, "outer")
    home.scan_and_read()
    home.scan_these(home.path("inner"))
    assert home.scan().unknown == 3
    home.path("inner/000.png").unlink()
    report = home.scan()
    assert (report.missing, report.unknown) == (1, 0)


def test_a_folder_that_is_configured_twice_is_scanned_once(home: ScannedLibrary) -> None:
    home.fill(3)
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
        home.fill(3, "shut")
        home.fill(3, "open")
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
