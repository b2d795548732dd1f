"""Media that have nothing to make a picture from: done, with the reason, and no failure."""

from pathlib import Path

import pytest
from analysed_home import Home, clip, tune
from clip_samples import make_cover, make_sound

from media_assets.settings import ThumbnailSettings

NOTHING_TO_SHOW = "not eligible: it has no video stream: there is nothing to show"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def reasons(home: Home) -> list[tuple[object, ...]]:
    return home.rows(
        "SELECT file_name, stage, reason FROM media_stages JOIN media_files USING (media_id) "
        "WHERE reason IS NOT NULL ORDER BY ALL"
    )


def test_sound_in_a_clips_container_is_no_failure(home: Home) -> None:
    home.write("talk.mp4", make_sound())
    home.write("the same.mp4", make_sound())
    report = home.work()
    assert sum(report.failed.values()) == 0
    assert home.rows("SELECT count(*) FROM media_failures") == [(0,)]
    assert reasons(home) == [
        (name, stage, NOTHING_TO_SHOW)
        for name in ("talk.mp4", "the same.mp4")
        for stage in ("media_vectors", "thumbnails")
    ]
    assert home.rows("SELECT width, audio_codec FROM video_metadata") == [(None, "aac")] * 2
    assert home.work().media == 0


def test_an_embedded_cover_is_the_poster_of_what_has_no_pictures(home: Home) -> None:
    home.write("song.mp4", make_sound(cover=make_cover()))
    assert sum(home.work().failed.values()) == 0
    assert home.rows("SELECT thumbnail_width, thumbnail_height, preview_file FROM thumbnails") == [
        (160, 90, None)
    ]
    assert reasons(home) == [("song.mp4", "media_vectors", NOTHING_TO_SHOW)]
    assert home.work().media == 0


def test_a_cover_that_cannot_be_read_is_a_failure(home: Home) -> None:
    home.write("song.mp4", make_sound(cover=make_cover()[:300]))
    home.work()
    ((stage, message),) = home.rows("SELECT stage, message FROM media_failures")
    assert stage == "thumbnails"
    assert str(message).startswith("embedded cover: ")


def test_music_without_a_cover_says_so(home: Home) -> None:
    home.write("tune.wav", tune(1))
    home.work()
    assert reasons(home) == [
        ("tune.wav", stage, "not eligible: no cover is embedded")
        for stage in ("embedded_covers", "thumbnails")
    ]


def test_a_failure_of_an_earlier_version_is_forgotten(home: Home) -> None:
    home.write("talk.mp4", make_sound())
    home.work()
    home.run("DELETE FROM media_stages WHERE stage = 'thumbnails'")
    home.run(
        "INSERT INTO media_failures BY NAME SELECT media_id, 'thumbnails' AS stage, "
        "'UnsupportedMediaError' AS error_class, 'no video' AS message, 3 AS attempts, "
        "now()::TIMESTAMP AS first_failed_at, now()::TIMESTAMP AS last_failed_at, "
        "TIMESTAMP '2100-01-01' AS next_retry_at, 1 AS version, '' AS settings, "
        "file_size, mtime_ns FROM media_files"
    )
    assert home.work().done["thumbnails"] == 1
    assert home.rows("SELECT count(*) FROM media_failures") == [(0,)]


def test_another_kind_of_preview_replaces_the_earlier_one(home: Home) -> None:
    home.write("clip.mp4", clip(1))
    home.work()
    assert {name.rpartition(".")[2] for name in home.posters()} == {"jpg", "gif"}
    home.settings = home.settings.model_copy(
        update={"thumbnails": ThumbnailSettings(preview="webp")}
    )
    assert home.work().done["thumbnails"] == 1
    ((file, frames),) = home.rows("SELECT preview_file, preview_frames FROM thumbnails")
    assert str(file).endswith("_preview.webp")
    assert frames == 8
    home.publish()
    assert {name.rpartition(".")[2] for name in home.posters()} == {"jpg", "webp"}
