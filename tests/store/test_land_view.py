"""The view `land_media`: one row a URL, with what its content says; published for lands alone."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from analysed_home import PLAYER, png
from land_home import (
    ABSENT,
    BROKEN,
    COPY,
    DEEP,
    FILM,
    LAND,
    ODD,
    PAGE,
    PICTURE,
    SMALL,
    TUNE,
    UNUSABLE,
    LandHome,
    made_land,
    publish_all,
)

from media_assets.stages.publish import publish_land, publish_player
from media_assets.store.connect import connect
from media_assets.store.tables.land_view import LAND_COLUMNS
from media_assets.store.tables.web import WEB_TABLES

OF_LANDS = {"land_media", *(table.name for table in WEB_TABLES)}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> LandHome:
    """A land that is published; tests read it."""
    home = made_land(tmp_path_factory.mktemp("land"))
    publish_all(home.platform)
    return home


@pytest.fixture(scope="module")
def rows(home: LandHome) -> dict[str, dict[str, Any]]:
    frame = pl.read_parquet(home.land / "land_media.parquet")
    assert frame.columns == [column.name for column in LAND_COLUMNS]
    assert frame["url"].is_sorted()
    return {row["url"]: row for row in frame.iter_rows(named=True)}


def test_the_view_has_the_columns_that_are_documented(home: LandHome) -> None:
    with connect(home.database, read_only=True) as con:
        found = con.execute("DESCRIBE land_media").fetchall()
    assert [row[:2] for row in found] == [(column.name, column.type) for column in LAND_COLUMNS]


def test_every_url_is_one_row_whatever_became_of_it(rows: dict[str, dict[str, Any]]) -> None:
    statuses = {url: row["status"] for url, row in rows.items()}
    assert statuses == {
        **dict.fromkeys((PICTURE, COPY, FILM, TUNE, BROKEN), "fetched"),
        SMALL: "skipped", ABSENT: "failed", UNUSABLE: "refused",
    }  # fmt: skip
    absent = rows[ABSENT]
    assert (absent["reason"], absent["http_status"], absent["media_id"]) == ("HTTP 404", 404, None)
    assert rows[UNUSABLE]["reason"] == "not http or https"
    small = rows[SMALL]
    assert (small["width"], small["height"], small["kind"]) == (8, 8, "image")
    assert (small["file_path"], small["file_hash"]) == (None, None)


def test_a_picture_has_what_lists_the_server_and_its_content_say(
    rows: dict[str, dict[str, Any]], home: LandHome
) -> None:
    row = rows[PICTURE]
    assert (row["page_url"], row["pages"], row["depth"], row["relevance"]) == (PAGE, 2, 0, 3.5)
    assert (row["claimed_type"], row["alt"], row["content_type"]) == ("img", ODD, ODD)
    assert (row["width"], row["height"], row["aspect_ratio"]) == (64, 48, 64 / 48)
    assert (row["format"], row["mime_type"], row["color_mode"]) == ("PNG", "image/png", "RGB")
    assert (row["has_alpha"], row["frames"], row["low_detail"]) == (False, 1, False)
    colours = json.loads(row["dominant_colors"])
    assert colours
    assert row["color_names"] == [colour["name"] for colour in colours]
    assert len(row["phash"]) == len(row["dhash"]) == 16
    assert row["colorhash"]
    assert Path(row["file_path"]).read_bytes() == png(1)
    assert row["file_size"] == len(png(1))
    assert Path(row["file_path"]).stem == row["file_hash"]
    assert Path(row["thumbnail_path"]).is_relative_to(home.platform.places.derived(LAND))
    assert Path(row["thumbnail_path"]).is_file()
    assert row["fetched_at"] == row["first_listed_at"] == home.platform.now()
    assert (row["error"], row["unlisted_at"], row["final_url"]) == (None, None, None)


def test_two_urls_of_one_content_have_one_media(rows: dict[str, dict[str, Any]]) -> None:
    shared = ("media_id", "file_path", "phash", "dominant_colors")
    both = [{name: rows[url][name] for name in shared} for url in (PICTURE, COPY)]  # fmt: skip
    assert both[0] == both[1]
    assert len({row["media_id"] for row in rows.values() if row["media_id"]}) == 4


def test_clips_and_music_have_theirs(rows: dict[str, dict[str, Any]]) -> None:
    film, tune = rows[FILM], rows[TUNE]
    assert (film["width"], film["height"], film["video_codec"]) == (64, 48, "mpeg4")
    assert (film["duration_seconds"], film["frame_rate"]) == (0.5, 20.0)
    assert Path(film["preview_path"]).is_file()
    assert (tune["duration_seconds"], tune["depth"], tune["page_url"]) == (0.1, 2, DEEP)
    assert (tune["format"], tune["audio_codec"]) == ("WAV", "pcm_s16le")


def test_what_cannot_be_decoded_says_why(rows: dict[str, dict[str, Any]]) -> None:
    broken = rows[BROKEN]
    assert broken["status"] == "fetched"
    assert broken["error"]
    assert (broken["width"], broken["phash"], broken["color_names"]) == (None, None, None)


def test_tables_of_lands_are_published_for_lands_alone(home: LandHome) -> None:
    assert {file.stem for file in home.land.glob("*.parquet")} >= OF_LANDS
    home.write("mine.png", png(3))
    home.work()
    publish_player(home.platform, PLAYER)
    files = {file.stem for file in home.platform.places.published(PLAYER).glob("*.parquet")}
    assert "media" in files
    assert not files & OF_LANDS
    assert home.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal") == [("media",)]


def test_a_second_time_nothing_is_written(home: LandHome) -> None:
    before = {file: file.stat().st_mtime_ns for file in [*home.land.iterdir(), home.database]}
    assert publish_player(home.platform, LAND).written == 0
    again = publish_land(home.platform, LAND)
    assert (again.written, again.rows("land_media")) == (0, 8)
    assert {file: file.stat().st_mtime_ns for file in before} == before


def test_a_file_that_is_gone_keeps_what_is_known_and_loses_its_path(tmp_path: Path) -> None:
    home = LandHome(tmp_path)
    home.list([{"url": PICTURE, "page_url": PAGE}])
    home.bring(PICTURE, png(1), ".png", "image")
    home.analyse()
    with connect(home.database) as con:
        con.execute("UPDATE media_files SET status = 'missing'")
        con.execute(
            "INSERT INTO media_files SELECT * REPLACE ('z' AS media_id, '/old' AS file_path) "
            "FROM media_files"
        )
    publish_all(home.platform)
    (row,) = pl.read_parquet(home.land / "land_media.parquet").to_dicts()
    assert (row["file_path"], row["width"]) == (None, 64)
