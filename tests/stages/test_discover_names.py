"""Discovery takes every name that a system takes, and nothing but regular files."""

import os
from pathlib import Path

import pytest
from scanned_library import ScannedLibrary

NAMES = [
    "a b.png", "it's.png", 'say "x".png', "what?.png", "#1.png", "new\nline.png", "-rf.png",
    "100%.png", "back\\slash.png", "\\xff.png", "nul\\0.png", "caf\u00e9.png", "cafe\u0301.png",
    "\U0001f3ae.png", "kelvin.m\u212av", "x" * 251 + ".png", "'; DROP TABLE media_files; --.png",
]  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> ScannedLibrary:
    return ScannedLibrary(tmp_path)


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
