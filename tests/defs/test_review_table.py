"""What the UI shows of associations that wait for a decision."""

from pathlib import Path

import dagster as dg
import numpy as np
import pytest
from PIL import Image
from reviewed_home import AFTER, ANA, LATER, ReviewedHome, copied

from media_assets.orchestration.plots import MAX_BYTES
from media_assets.orchestration.review import MAX_ROWS, review_metadata, review_table
from media_assets.stages import review


@pytest.fixture(scope="module")
def home(reviewed_home: Path, tmp_path_factory: pytest.TempPathFactory) -> ReviewedHome:
    return copied(reviewed_home, tmp_path_factory.mktemp("table") / "home")


def row(home: ReviewedHome) -> review.Row:
    return review.waiting(home.platform, ANA)[0]


def lines(table: dg.MarkdownMetadataValue) -> list[str]:
    return table.md_str.splitlines()[2:]


def test_it_counts_lists_and_names_the_commands(home: ReviewedHome) -> None:
    found = review_metadata(home.platform, ANA)
    assert found["to review"] == 2
    table = found["waiting for review"]
    assert isinstance(table, dg.MarkdownMetadataValue)
    for line, name in zip(lines(table), (LATER, AFTER), strict=True):
        assert name.removesuffix(".png") in line
        assert f"`media-assets review accept {home.media_id(name)}`" in line
        assert "20 s" in line
    assert found["review with"] == dg.MetadataValue.text("media-assets review list --player ana")


def test_names_are_quoted_and_text_is_escaped(home: ReviewedHome) -> None:
    odd = {**row(home), "file_name": "a|b<img src=x>`c`.png"}
    (line,) = lines(review_table([odd]))
    assert line.count("|") - line.count("\\|") == 8
    assert "<img" not in line


def test_as_many_rows_with_pictures_fit_the_event_log(home: ReviewedHome, tmp_path: Path) -> None:
    poster = tmp_path / "poster.png"
    noise = np.random.default_rng(7).integers(0, 255, (180, 320, 3), dtype=np.uint8)
    Image.fromarray(noise).save(poster)
    rows = [{**row(home), "thumbnail_path": str(poster)}] * 30
    table = review_table(rows)
    assert len(lines(table)) == MAX_ROWS
    assert table.md_str.count("data:image/webp") > 3
    assert len(table.md_str) < MAX_BYTES * 4 / 3


def test_a_poster_that_is_gone_leaves_its_cell_empty(home: ReviewedHome, tmp_path: Path) -> None:
    gone = {**row(home), "thumbnail_path": str(tmp_path / "gone.jpg")}
    assert lines(review_table([gone]))[0].startswith("||")


def test_nothing_that_waits_is_said_with_a_number(home: ReviewedHome) -> None:
    assert review_metadata(home.platform, "cy") == {"to review": 0}
