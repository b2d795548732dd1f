"""The lists of a land: what changed is read, and a folder that is gone takes nothing away."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from land_under_test import LAND, Land, land_at

from media_assets.settings import EngineSettings
from media_assets.stages.land_sources import list_troubles

A, B, C = (f"https://example.org/{name}.png" for name in "abc")


@pytest.fixture
def land(tmp_path: Path) -> Iterator[Land]:
    with land_at(tmp_path) as land:
        yield land


def urls(land: Land) -> list[str]:
    return [row[0] for row in land.rows(
        "SELECT url FROM web_media WHERE unlisted_at IS NULL ORDER BY url")]  # fmt: skip


def test_only_what_changed_is_read(land: Land) -> None:
    land.write_list(A, name="one.csv")
    two = land.write_list(B, name="two.csv")
    report = land.read()
    assert (report.sources, report.read, report.new_urls) == (2, 2, 2)
    assert land.read().read == 0
    land.write_list(B, C, name="two.csv")
    os.utime(two, ns=(1, 1))
    report = land.read()
    assert (report.read, report.new_urls) == (1, 1)
    assert urls(land) == [A, B, C]


def test_without_news_the_database_is_not_opened_for_writing(land: Land) -> None:
    land.write_list(A)
    land.read()
    file = land.platform.places.player_database(LAND)
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    assert land.read().rows_written == 0
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_a_page_and_a_list_make_the_same_row(land: Land) -> None:
    land.write_list({"url": A, "page_url": "https://example.org/", "alt": "a view"})
    land.read()
    by_list = land.row(A, "url", "page_url", "alt", "status")
    land.write_list()
    (land.folder / "page.html").write_text(
        '<link rel="canonical" href="https://example.org/"><img src="a.png#top" alt="a view">'
    )
    land.read()
    assert land.row(A, "url", "page_url", "alt", "status") == by_list


def test_a_source_that_is_gone_takes_its_urls_along(land: Land) -> None:
    land.write_list(A, name="one.csv")
    land.write_list(A, B, name="two.csv").unlink()
    land.write_list(A, B, name="two.csv")
    land.read()
    (land.folder / "two.csv").unlink()
    report = land.read()
    assert (report.gone, report.gone_urls) == (1, 1)
    assert urls(land) == [A]


@pytest.mark.parametrize("loss", ["all files", "the folder"])
def test_a_folder_that_is_not_mounted_takes_nothing_away(land: Land, loss: str) -> None:
    file = land.write_list(A, B)
    land.read()
    file.unlink()
    if loss == "the folder":
        land.folder.rmdir()
    report = land.read()
    assert report.trouble is not None
    assert str(land.folder) in report.trouble
    assert (report.gone, report.gone_urls) == (0, 0)
    assert urls(land) == [A, B]
    assert list_troubles(land.platform, LAND)


def test_a_list_with_a_header_alone_empties_a_land(land: Land) -> None:
    land.write_list(A, B)
    land.read()
    land.write_list()
    report = land.read()
    assert (report.trouble, report.gone_urls) == (None, 2)


def test_a_list_that_cannot_be_read_says_so_and_keeps_what_it_said(land: Land) -> None:
    land.write_list(A)
    land.write_list(B, name="two.csv")
    land.read()
    (land.folder / "two.csv").write_text("address\nhttps://example.org/c.png\n")
    report = land.read()
    ((path, error),) = report.unreadable.items()
    assert path.endswith("two.csv")
    assert "url" in error
    assert urls(land) == [A, B]
    assert list_troubles(land.platform, LAND) == [error]
    assert land.read().read == 0  # nor is it read again before it changes
    land.write_list(C, name="two.csv")
    land.read()
    assert urls(land) == [A, C]
    assert list_troubles(land.platform, LAND) == []


def test_rows_that_are_wrong_are_named_and_the_others_kept(land: Land) -> None:
    land.write_list({"url": A, "depth": "deep"}, {"url": "ftp://example.org/x.png", "depth": 1})
    report = land.read()
    assert len(report.problems) >= 1
    assert "depth" in report.problems[0]
    assert land.row(A, "depth", "status") == (None, "pending")
    assert land.row("ftp://example.org/x.png", "status") == ("refused",)
    ((problems,),) = land.rows("SELECT problems FROM web_sources")
    assert problems


def test_names_that_are_not_utf_8_are_read(land: Land) -> None:
    path = os.fsencode(land.folder) + b"/caf\xe9.csv"
    with open(path, "w") as file:
        file.write(f"url\n{A}\n")
    land.read()
    assert urls(land) == [A]
    assert land.rows("SELECT file_path FROM web_sources")[0][0].endswith("caf\\xe9.csv")
    assert land.read().read == 0


def test_a_page_that_takes_too_long_is_a_page_that_cannot_be_read(land: Land) -> None:
    engine = EngineSettings(workers=1, item_timeout_seconds=0.001)
    land.settings = land.settings.model_copy(update={"engine": engine})
    media = "<img src='https://example.org/x.png'>" * 90_000
    (land.folder / "slow.html").write_text(media)
    land.write_list(A)
    report = land.read()
    ((path, error),) = report.unreadable.items()
    assert path.endswith("slow.html")
    assert "slow.html" in error
    assert "engine.item_timeout_seconds" in error
    assert urls(land) == [A]
