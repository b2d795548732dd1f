"""The walk sees every regular media file below a folder, whatever its name, and opens none."""

import os
import socket
import sys
from pathlib import Path

import pytest

from media_assets.library import walk as module
from media_assets.library.kinds import EXTENSIONS
from media_assets.library.walk import WalkReport, walk

IGNORE = frozenset({"thumbs"})
ODD_NAMES = [
    "a b.png", " leading.png", "it's.png", 'say "cheese".png', "what?.png", "#1.png", "*.png",
    "new\nline.png", "tab\there.png", "-rf.png", "--.png", "100%.png", "$HOME.png", "...png",
    "back\\slash.png", ".hidden.png", "caf\u00e9.png", "cafe\u0301.png", "\u65e5\u672c.png",
    "\U0001f3ae.png", "\u202egnp.png", "x" * 251 + ".png", "\u00e9" * 125 + ".png",
]  # fmt: skip


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode("utf-8", "surrogateescape"))


def paths_below(root: Path, report: WalkReport | None = None) -> set[str]:
    found = [path for part in walk(root, IGNORE, report or WalkReport()) for path in part.paths]
    assert len(set(found)) == len(found)
    return {os.path.relpath(path, root) for path in found}


def test_media_files_of_all_folders_are_seen_with_size_and_time(tmp_path: Path) -> None:
    touch(tmp_path, "a.png", "b/c/d.mp4", "b/e.flac")
    os.utime(tmp_path / "a.png", ns=(1, 1_600_000_000_123_456_789))
    seen = {
        path: (size, mtime)
        for part in walk(tmp_path, IGNORE, WalkReport())
        for path, size, mtime in zip(part.paths, part.sizes, part.mtimes_ns, strict=True)
    }
    assert seen[str(tmp_path / "a.png")] == (5, 1_600_000_000_123_456_789)
    assert {os.path.relpath(path, tmp_path) for path in seen} == {
        "a.png",
        os.path.join("b", "c", "d.mp4"),
        os.path.join("b", "e.flac"),
    }


@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
def test_every_extension_counts_in_any_case(tmp_path, change) -> None:
    names = {f"file{change(ext)}" for extensions in EXTENSIONS.values() for ext in extensions}
    touch(tmp_path, *names)
    report = WalkReport()
    assert paths_below(tmp_path, report) == names
    assert not report.passed_over


def test_what_is_not_media_is_counted_by_extension(tmp_path: Path) -> None:
    touch(tmp_path, "a.txt", "b.TXT", "README", ".png", "c.png.part", "jpg", "d.png.", "e.m3u8")
    report = WalkReport()
    assert paths_below(tmp_path, report) == set()
    assert report.passed_over == {".txt": 2, "(none)": 3, ".part": 1, ".": 1, ".m3u8": 1}
    assert report.entries == 7


def test_what_is_hidden_or_ignored_is_no_entry(tmp_path: Path) -> None:
    touch(tmp_path, ".DS_Store", ".Trash/a.png", "thumbs/b.png", "sub/thumbs/c.png")
    report = WalkReport()
    assert paths_below(tmp_path, report) == set()
    assert report.entries == 1  # the folder `sub`


def test_an_odd_extension_is_reported_as_text_that_can_be_stored(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"a.\xff")).touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    report = WalkReport()
    assert paths_below(tmp_path, report) == set()
    assert [name.encode() for name in report.passed_over] == [b".\\xff"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_every_name_is_seen(tmp_path: Path, name: str) -> None:
    try:
        touch(tmp_path, name)
    except OSError:
        pytest.skip("this file system does not take the name")
    assert len(paths_below(tmp_path)) == 1
    assert paths_below(tmp_path) == set(os.listdir(tmp_path))


def test_composed_and_decomposed_names_are_two_files(tmp_path: Path) -> None:
    touch(tmp_path, "caf\u00e9.png", "cafe\u0301.png")
    assert paths_below(tmp_path) == set(os.listdir(tmp_path))


def test_a_name_that_is_not_utf8_is_seen(tmp_path: Path) -> None:
    raw = os.path.join(os.fsencode(tmp_path), b"\xe9t\xe9", b"\xff.png")
    try:
        os.mkdir(os.path.dirname(raw))
        Path(os.fsdecode(raw)).touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    (part,) = walk(tmp_path, IGNORE, WalkReport())
    assert [os.fsencode(path) for path in part.paths] == [raw]


def test_dot_folders_and_ignored_folders_are_left_out(tmp_path: Path) -> None:
    touch(tmp_path, ".git/a.png", "thumbs/b.png", "x/thumbs/c.png", "x/.d/d.png", "Thumbs2/e.png")
    touch(tmp_path, "thumbs.png", "y/thumbs.png/f.png")
    assert paths_below(tmp_path) == {
        os.path.join("Thumbs2", "e.png"),
        "thumbs.png",
        os.path.join("y", "thumbs.png", "f.png"),
    }


def test_a_root_of_any_name_is_scanned(tmp_path: Path) -> None:
    touch(tmp_path, ".hidden/thumbs/a.png")
    assert paths_below(tmp_path / ".hidden" / "thumbs") == {"a.png"}


def test_links_are_not_followed_and_loops_do_no_harm(tmp_path: Path) -> None:
    touch(tmp_path, "outside/a.png", "root/b.png", "root/sub/c.png")
    root = tmp_path / "root"
    (root / "link.png").symlink_to(tmp_path / "outside" / "a.png")
    (root / "broken.png").symlink_to(tmp_path / "nowhere.png")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "sub" / "up").symlink_to(root)
    (root / "self").symlink_to("self")
    report = WalkReport()
    assert paths_below(root, report) == {"b.png", os.path.join("sub", "c.png")}
    assert report.passed_over[".png, not a regular file"] == 2


def test_a_root_that_is_a_link_is_followed(tmp_path: Path) -> None:
    touch(tmp_path, "real/a.png")
    (tmp_path / "root").symlink_to(tmp_path / "real")
    assert paths_below(tmp_path / "root") == {"a.png"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_fifo_and_a_socket_do_not_block(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    os.mkfifo("pipe.png")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.mp4")
        touch(tmp_path, "a.png")
        assert paths_below(tmp_path) == {"a.png"}


def test_a_folder_that_is_called_like_a_file_is_a_folder(tmp_path: Path) -> None:
    touch(tmp_path, "a.png/b.png")
    assert paths_below(tmp_path) == {os.path.join("a.png", "b.png")}


def test_an_absent_root_is_reported(tmp_path: Path) -> None:
    report = WalkReport()
    assert paths_below(tmp_path / "none", report) == set()
    assert report.root_absent
    assert report.root_error == "No such file or directory"
    assert report.unreadable == []


def test_a_root_that_is_no_folder_is_reported_as_unreadable(tmp_path: Path) -> None:
    touch(tmp_path, "a.png")
    report = WalkReport()
    assert paths_below(tmp_path / "a.png", report) == set()
    assert report.root_error is not None
    assert not report.root_absent
    assert report.unreadable == [str(tmp_path / "a.png")]


@pytest.mark.parametrize("file_instead", [False, True])
def test_a_folder_that_goes_while_the_walk_is_on_is_gone(
    tmp_path: Path, file_instead: bool
) -> None:
    touch(tmp_path, "a.png", "sub/b.png")
    report = WalkReport()
    stream = walk(tmp_path, IGNORE, report)
    assert next(stream).names == ["a.png"]
    (tmp_path / "sub").rename(tmp_path / "moved")
    if file_instead:
        (tmp_path / "sub").touch()
    assert list(stream) == []
    assert report.unreadable == []
    assert report.root_error is None


def test_a_link_that_takes_the_place_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    touch(tmp_path, "root/a.png", "root/sub/b.png", "outside/c.png")
    report = WalkReport()
    stream = walk(tmp_path / "root", IGNORE, report)
    assert next(stream).names == ["a.png"]
    (tmp_path / "root" / "sub").rename(tmp_path / "moved")
    (tmp_path / "root" / "sub").symlink_to(tmp_path / "outside")
    assert list(stream) == []
    assert report.unreadable == []


@pytest.mark.skipif(not hasattr(os, "O_NOATIME"), reason="elsewhere a listing sets the time")
def test_a_listing_sets_no_access_time(tmp_path: Path) -> None:
    touch(tmp_path, "a.png", "sub/b.png")
    for folder in (tmp_path, tmp_path / "sub"):
        os.utime(folder, ns=(1, os.stat(folder).st_mtime_ns))
    assert sum(len(part.names) for part in walk(tmp_path, IGNORE, WalkReport())) == 2
    assert [os.stat(path).st_atime_ns for path in (tmp_path, tmp_path / "sub")] == [1, 1]


def test_an_empty_root_has_no_entries_and_no_error(tmp_path: Path) -> None:
    report = WalkReport()
    assert paths_below(tmp_path, report) == set()
    assert (report.entries, report.root_error) == (0, None)


@pytest.mark.skipif(sys.platform != "linux", reason="paths over 4,096 bytes are made by moving")
def test_a_folder_too_deep_for_the_system_is_reported(tmp_path: Path) -> None:
    touch(tmp_path, "a.png")
    deep = os.open(tmp_path, os.O_RDONLY)
    for _ in range(18):
        os.mkdir("d" * 250, dir_fd=deep)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = inner
    os.close(deep)
    report = WalkReport()
    assert paths_below(tmp_path, report) == {"a.png"}
    assert len(report.unreadable) == 1
    assert report.root_error is None


def test_a_folder_of_many_entries_comes_in_parts(tmp_path: Path) -> None:
    count = module._ENTRIES + 5
    for number in range(count):
        os.close(os.open(tmp_path / f"{number}.png", os.O_CREAT | os.O_WRONLY))
    parts = list(walk(tmp_path, IGNORE, WalkReport()))
    assert [len(part.names) for part in parts] == [module._ENTRIES, 5]
    assert len({path for part in parts for path in part.paths}) == count


def test_the_root_of_the_file_system_is_not_doubled() -> None:
    part = module.SeenFiles(os.sep, ["a.png"])
    assert part.paths == [f"{os.sep}a.png"]
