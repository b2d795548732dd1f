"""The folder of a land."""

import os
from pathlib import Path

import pytest

from media_assets.errors import LandInputError
from media_assets.web.found import Found
from media_assets.web.sources import SUFFIXES, SourceFile, find_sources, read_source

A = "https://a.example/a.png"


def test_lists_and_pages_are_found_in_order(tmp_path: Path) -> None:
    names = [f"b/c/x{ending}" for ending in SUFFIXES] + ["a.CSV", "b/page.HTML", "z.htm"]
    others = ["a.txt", "csv", ".hidden.csv", ".git/a.csv", "b/.x/a.csv", "a.csv.part"]
    for name in [*names, *others]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("12345")
        os.utime(path, ns=(5, 7_000_000_001))
    (tmp_path / "folder.csv").mkdir()
    assert find_sources(tmp_path) == [
        SourceFile(path, 5, 7_000_000_001) for path in sorted(tmp_path / name for name in names)
    ]


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside, land = tmp_path / "outside", tmp_path / "land"
    outside.mkdir()
    land.mkdir()
    (outside / "a.csv").touch()
    (land / "a.csv").symlink_to(outside / "a.csv")
    (land / "folder").symlink_to(outside, target_is_directory=True)
    (land / "loop").symlink_to(land, target_is_directory=True)
    (land / "gone.csv").symlink_to(land / "absent")
    os.mkfifo(land / "pipe.csv")
    assert find_sources(land) == []


def test_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(LandInputError, match="absent: cannot be read: No such file"):
        find_sources(tmp_path / "absent")
    (tmp_path / "file.csv").touch()
    with pytest.raises(LandInputError, match=r"file\.csv: cannot be read: Not a directory"):
        find_sources(tmp_path / "file.csv")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_a_folder_below_that_cannot_be_read(tmp_path: Path) -> None:
    below = tmp_path / "below"
    below.mkdir(mode=0)
    with pytest.raises(LandInputError, match="below: cannot be read: Permission denied"):
        find_sources(tmp_path)


def test_what_a_file_is_read_as(tmp_path: Path) -> None:
    (tmp_path / "list.CSV").write_text(f"url\n{A}\n")
    (tmp_path / "page.HTM").write_text(f"<img src={A}>")
    assert read_source(tmp_path / "list.CSV").found == (Found(A),)
    assert read_source(tmp_path / "page.HTM").found == (Found(A, claimed_type="img"),)
    with pytest.raises(LandInputError, match=r"a\.txt: neither a list nor a page"):
        read_source(tmp_path / "a.txt")


def test_what_browsers_save_beside_a_page_is_no_page(tmp_path: Path) -> None:
    for name in ("news.html", "news_files/frame.html", "news_files/deep/ad.htm",
                 "other_files/page.html", "old.csv", "old_files/more.csv"):  # fmt: skip
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    found = [str(file.path.relative_to(tmp_path)) for file in find_sources(tmp_path)]
    assert found == ["news.html", "old.csv", "old_files/more.csv", "other_files/page.html"]
