"""The analysis: one read a file, equal contents once, failures as rows, nothing twice."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from analysed_home import PLAYER, START, Home, png

from media_assets.errors import StoreError
from media_assets.settings import EngineSettings, Settings, ThumbnailSettings
from media_assets.stages.analyse import analyse
from media_assets.stages.batch import AnalysisReport
from media_assets.stages.discover import discover
from media_assets.stages.products import WorkItem, WorkOptions, make_products
from media_assets.stages.reprocess import Choice, forget, plan


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    return Home(tmp_path)


def test_every_stage_is_done_once_and_then_nothing_is_pending(home: Home) -> None:
    home.write("one.png", png(1))
    first = home.work()
    assert first.media == 1
    assert first.done == {
        "image_metadata": 1, "thumbnails": 1, "media_vectors": 1,
        "video_metadata": 0, "audio_metadata": 0, "embedded_covers": 0, "audio_features": 0,
    }  # fmt: skip
    assert home.rows("SELECT width, height, format FROM image_metadata") == [(64, 48, "PNG")]
    assert home.work() == AnalysisReport(seconds=pytest.approx(0, abs=5))


def test_a_subset_of_the_stages_leaves_the_others_pending(home: Home) -> None:
    home.write("one.png", png(1))
    discover(home.platform, PLAYER)
    assert analyse(home.platform, PLAYER, ["thumbnails"]).done["thumbnails"] == 1
    assert home.rows("SELECT count(*) FROM image_metadata") == [(0,)]
    rest = analyse(home.platform, PLAYER)
    assert {name for name, count in rest.done.items() if count} == {
        "image_metadata", "media_vectors",
    }  # fmt: skip


def test_copies_are_media_of_their_own_but_decoded_once(home: Home) -> None:
    for name in ("a.png", "b.png", "sub/c.png"):
        home.write(name, png(1))
    home.write("d.png", png(2))
    report = home.work()
    assert (report.media, report.twins) == (4, 2)
    assert len(home.posters()) == 2
    assert home.rows("SELECT count(*), count(DISTINCT phash) FROM image_metadata") == [(4, 2)]
    later = home.write("later.png", png(1))
    assert home.work().twins == 1
    assert home.rows(
        "SELECT count(DISTINCT t.thumbnail_file) FROM thumbnails t JOIN media_files f "
        f"USING (media_id) WHERE f.file_hash = (SELECT file_hash FROM media_files "
        f"WHERE file_name = '{later.name}')"
    ) == [(1,)]


def test_equal_sizes_and_edges_are_not_enough_for_a_copy(home: Home) -> None:
    edge = b"\0" * 70_000
    head = png(1)
    for name, middle in (("a.png", b"x"), ("b.png", b"y")):
        home.write(name, head + edge + middle + edge)
    report = home.work()
    assert report.twins == 0
    assert home.rows("SELECT count(DISTINCT file_hash) FROM media_files") == [(2,)]


def test_a_touched_file_is_read_but_not_decoded(home: Home) -> None:
    path = home.write("one.png", png(1))
    home.work()
    os.utime(path, (1_000_000_000, 1_000_000_000))
    report = home.work()
    assert (report.media, report.twins) == (1, 1)
    assert home.rows("SELECT count(*) FROM image_metadata") == [(1,)]
    assert home.work().media == 0


def test_replaced_content_replaces_everything(home: Home) -> None:
    path = home.write("one.png", png(1))
    home.work()
    before = home.posters()
    path.write_bytes(png(2, (80, 60)))
    assert home.work().twins == 0
    assert home.rows("SELECT width, height FROM image_metadata") == [(80, 60)]
    assert home.posters() > before  # who reads what was published before still finds them
    home.publish()
    assert len(home.posters()) == 1
    assert home.posters().isdisjoint(before)


def test_content_that_became_unreadable_leaves_no_rows_of_the_old_one(home: Home) -> None:
    path = home.write("one.png", png(1))
    home.work()
    path.write_bytes(b"not a picture any more")
    home.work()
    assert home.rows("SELECT count(*) FROM image_metadata") == [(0,)]
    assert home.rows("SELECT count(*) FROM thumbnails") == [(0,)]
    assert home.rows("SELECT count(*) FROM media_vectors") == [(0,)]
    assert home.rows("SELECT DISTINCT attempts FROM media_failures") == [(1,)]
    home.publish()
    assert home.posters() == set()


def test_a_failure_is_tried_again_when_it_is_due_with_growing_pauses(home: Home) -> None:
    home.write("bad.png", b"not a picture")
    home.write("good.png", png(1))
    assert home.work().failed["image_metadata"] == 1
    home.now += timedelta(minutes=59)
    assert home.work().media == 0
    home.now += timedelta(minutes=2)
    assert home.work().media == 1
    attempts, pause = home.rows(
        "SELECT attempts, next_retry_at - last_failed_at FROM media_failures LIMIT 1"
    )[0]
    assert (attempts, pause) == (2, timedelta(hours=2))


def test_a_failure_that_heals_is_forgotten(home: Home) -> None:
    path = home.write("bad.png", b"not a picture")
    home.work()
    path.write_bytes(png(1))
    home.work()
    assert home.rows("SELECT count(*) FROM media_failures") == [(0,)]


def test_a_raised_limit_makes_a_refused_file_worth_a_try_at_once(home: Home) -> None:
    home.write("wide.png", png(1, (400, 10)))
    home.settings = home.settings.model_copy(
        update={"limits": home.settings.limits.model_copy(update={"max_side": 200})}
    )
    assert home.work().failed["image_metadata"] == 1
    home.settings = Settings(base=home.base, engine=EngineSettings(workers=1))
    assert home.work().done["image_metadata"] == 1


def test_another_version_of_a_stage_does_that_stage_again_and_no_other(home: Home) -> None:
    home.write("one.png", png(1))
    home.work()
    home.run("UPDATE media_stages SET version = 0 WHERE stage = 'media_vectors'")
    report = home.work()
    assert {name for name, count in report.done.items() if count} == {"media_vectors"}


def test_another_thumbnail_size_makes_new_thumbnails_and_nothing_else(home: Home) -> None:
    home.write("one.png", png(1))
    home.work()
    old = home.posters()
    home.settings = home.settings.model_copy(update={"thumbnails": ThumbnailSettings(size=32)})
    report = home.work()
    assert {name for name, count in report.done.items() if count} == {"thumbnails"}
    home.publish()
    assert home.posters().isdisjoint(old)
    assert home.rows("SELECT thumbnail_width, thumbnail_height FROM thumbnails") == [(32, 24)]


def test_a_moved_file_is_not_opened_again(home: Home) -> None:
    path = home.write("one.png", png(1))
    home.work()
    before = home.rows("SELECT media_id FROM media_files")
    path.rename(home.library / "two.png")
    assert home.work().media == 0
    assert home.rows("SELECT media_id FROM media_files") == before


def test_empty_and_vanished_files(home: Home) -> None:
    home.write("empty.png", b"")
    gone = home.write("gone.png", png(1))
    discover(home.platform, PLAYER)
    gone.unlink()
    report = analyse(home.platform, PLAYER)
    assert report.unsettled == 1
    assert home.rows("SELECT DISTINCT error_class FROM media_failures") == [("EmptyMediaError",)]


def test_names_that_are_not_utf8_are_analysed(home: Home) -> None:
    path = os.fsencode(home.library) + b"/caf\xe9 \xff.png"
    with open(path, "wb") as stream:
        stream.write(png(1))
    assert home.work().done["image_metadata"] == 1
    assert home.work().media == 0


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_scan(home: Home) -> None:
    path = home.write("one.png", png(1))
    status = path.stat()
    item = WorkItem(
        "id", str(path), "image", ".png", status.st_size, status.st_mtime_ns,
        frozenset({"image_metadata"}),
    )  # fmt: skip
    options = WorkOptions(home.settings.thumbnails, home.settings.limits, home.base, home.base)
    assert make_products(options, item).metadata is not None
    assert make_products(options, replace(item, mtime_ns=1)).unsettled
    assert make_products(options, replace(item, size=1)).unsettled


def test_reprocess_plans_and_forgets_what_is_chosen(home: Home) -> None:
    home.write("bad.png", b"not a picture")
    home.write("good.png", png(1))
    home.work()
    assert plan(home.platform, PLAYER, Choice()).is_empty()
    failed = plan(home.platform, PLAYER, Choice(failed=True))
    assert failed["reason"].unique().to_list() == ["failed"]
    assert failed.height == 3
    forced = plan(home.platform, PLAYER, Choice(("thumbnails",), force=True))
    assert forced["stage"].unique().to_list() == ["thumbnails"]
    assert forced.height == 2
    assert plan(home.platform, PLAYER, Choice(kind="audio", force=True)).is_empty()
    forget(home.platform, PLAYER, forced)
    report = analyse(home.platform, PLAYER)
    assert (report.done["thumbnails"], report.failed["thumbnails"]) == (1, 1)
    assert report.done["image_metadata"] == 0


def test_a_rename_to_the_right_kind_heals_a_failure(home: Home) -> None:
    path = home.write("picture.mp4", png(1))
    assert home.work().failed["video_metadata"] == 1
    path.rename(home.library / "picture.png")
    report = home.work()
    assert report.done["image_metadata"] == 1
    assert sum(report.failed.values()) == 0
    assert home.rows("SELECT count(*) FROM media_failures") == [(0,)]


def test_a_place_for_posters_that_cannot_be_written_is_no_fault_of_the_media(home: Home) -> None:
    home.write("one.png", png(1))
    discover(home.platform, PLAYER)
    folder = home.platform.places.derived(PLAYER)
    folder.parent.mkdir(parents=True)
    folder.symlink_to("/dev/full")
    with pytest.raises((StoreError, OSError)):
        analyse(home.platform, PLAYER)
    assert home.rows("SELECT count(*) FROM media_failures") == [(0,)]
    folder.unlink()
    assert home.work().done["thumbnails"] == 1


def test_another_preview_makes_new_previews_of_clips_only(home: Home) -> None:
    home.write("one.png", png(1))
    home.work()
    home.settings = home.settings.model_copy(
        update={"thumbnails": ThumbnailSettings(preview="webp")}
    )
    assert home.work().media == 0


def test_a_retry_that_a_wrong_clock_put_off_is_due(home: Home) -> None:
    home.write("bad.png", b"not a picture")
    home.now += timedelta(days=5000)
    home.work()
    home.now = START
    assert home.work().media == 1


def test_a_file_of_a_far_future_is_analysed_once(home: Home) -> None:
    path = home.write("one.png", png(1))
    os.utime(path, ns=(0, 2**63 + 5))
    assert home.work().done["image_metadata"] == 1
    assert home.work().media == 0
