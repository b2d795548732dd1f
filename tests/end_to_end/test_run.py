"""One command takes a library to what people read, and does nothing twice."""

import json
import os
import shutil
from pathlib import Path

import polars as pl
import pytest
from PIL import Image
from tables import all_rows, databases, digest_tree
from workplace import Workplace

PLAYERS = ("AmelieArdente", "KetanOnMarsh", "NorthStarHex")
MEDIA_COLUMNS = [
    "media_id",
    "player",
    "file_path",
    "file_name",
    "file_ext",
    "kind",
    "file_size",
    "mtime",
    "file_hash",
    "width",
    "height",
    "duration_seconds",
    "format",
    "capture_start_utc",
    "capture_end_utc",
    "capture_source",
    "match_id",
    "match_start_time",
    "association_confidence",
    "association_decision",
    "thumbnail_path",
    "preview_path",
    "thumbnail_generated_at",
    "phash",
    "dhash",
    "first_seen_at",
    "last_scan_at",
    "deleted_at",
    "status",
    "error",
]


def media(workplace: Workplace) -> pl.DataFrame:
    return pl.concat(
        pl.read_parquet(workplace.data / "published" / player / "media.parquet")
        for player in PLAYERS
    )


def test_the_published_media_have_the_promised_columns(finished: Workplace) -> None:
    rows = media(finished)
    assert set(MEDIA_COLUMNS) <= set(rows.columns)
    assert rows["media_id"].is_unique().all()
    assert set(rows["kind"].unique()) == {"image", "video", "audio"}
    assert rows["status"].unique().to_list() == ["present"]
    assert all(Path(path).is_absolute() for path in rows["file_path"])


def test_every_media_file_of_the_library_is_a_row(finished: Workplace) -> None:
    extensions = set(media(finished)["file_ext"])
    on_disk = {
        str(path)
        for path in finished.library.rglob("*")
        if path.suffix.lower() in extensions and "thumbs" not in path.parts
    }
    assert set(media(finished)["file_path"]) == on_disk


def test_thumbnails_and_previews_open(finished: Workplace) -> None:
    rows = media(finished).filter(pl.col("thumbnail_path").is_not_null())
    assert rows.height > 60
    for path in rows["thumbnail_path"]:
        with Image.open(path) as image:
            image.load()
            assert max(image.size) <= 320
    clips = media(finished).filter((pl.col("kind") == "video") & pl.col("error").is_null())
    for path in clips["preview_path"]:
        with Image.open(path) as image:
            assert 1 <= image.n_frames <= 8


def test_captures_are_associated_with_the_match_that_they_show(finished: Workplace) -> None:
    truth = json.loads((finished.folder / "truth.json").read_text())["captures"]
    auto = media(finished).filter(pl.col("association_decision") == "auto")
    right = [
        row["match_id"] == truth[os.path.relpath(row["file_path"], finished.library)]["match_id"]
        for row in auto.iter_rows(named=True)
    ]
    assert len(right) >= 60
    assert sum(right) / len(right) >= 0.98


def test_status_counts_what_is_published(finished: Workplace) -> None:
    status = json.loads(finished.run("status", "--json").stdout)
    assert set(status) == {"players", "shared"}
    assert set(status["players"]) == set(PLAYERS)
    for player, counts in status["players"].items():
        rows = pl.read_parquet(finished.data / "published" / player / "media.parquet")
        for kind, count in counts["files"].items():
            assert count == rows.filter(pl.col("kind") == kind).height
        assert counts["missing"] == 0
        assert counts["failed"] == rows.filter(pl.col("error").is_not_null()).height
        assert counts["thumbnails"]["made"] == counts["thumbnails"]["eligible"] > 0
        captures = counts["captures"]
        assert captures["auto"] / captures["inside_history"] > 0.9
    shared = finished.data / "published" / "shared"
    for name, table in (
        ("matches", "match_registry"), ("participants", "match_participants"),
        ("events", "highlight_events"), ("medals", "medals_earned"), ("aliases", "xuid_aliases"),
    ):  # fmt: skip
        assert status["shared"][name] == pl.read_parquet(shared / f"{table}.parquet").height > 0


def test_failures_name_what_is_broken_and_nothing_else(finished: Workplace) -> None:
    failures = json.loads(finished.run("failures", "--json").stdout)
    broken = {Path(row["file_path"]).name for row in failures["media"]}
    with_error = media(finished).filter(pl.col("error").is_not_null())
    assert broken == set(with_error["file_name"])
    assert len(broken) == 4
    assert all(row["message"] and row["attempts"] == 1 for row in failures["media"])
    assert len(failures["matches"]) == 2
    assert all(row["message"] for row in failures["matches"])


def test_a_second_run_writes_no_row_and_starts_no_decoder(finished: Workplace) -> None:
    before = all_rows(finished.data, timeless=False)
    files = {path: path.stat().st_mtime_ns for path in databases(finished.data)}
    published = digest_tree(finished.data / "published")
    again = finished.run("run")
    assert "media analysed" not in again.stderr
    assert "matches loaded" not in again.stderr
    assert "\n0 rows and files written" in again.stdout
    assert all_rows(finished.data, timeless=False) == before
    assert {path: path.stat().st_mtime_ns for path in databases(finished.data)} == files
    assert digest_tree(finished.data / "published") == published


def test_the_originals_stay_as_they_were(demo_library: Path, finished: Workplace) -> None:
    for name in ("library", "matches"):
        assert digest_tree(finished.folder / name) == digest_tree(demo_library / name)


def test_an_exact_duplicate_is_decoded_once_and_is_two_media(finished: Workplace) -> None:
    copies = media(finished).filter(pl.col("file_hash").is_duplicated())
    assert copies.height >= 2
    for _, group in copies.group_by("player", "file_hash"):
        assert group["phash"].n_unique() == 1
        assert group["thumbnail_path"].n_unique() == 1
        assert group["media_id"].n_unique() == group.height


def test_a_library_that_moved_and_changed_keeps_what_belongs_to_it(continued: Workplace) -> None:
    before = hex_media(continued)
    again = continued.run("run", "--player", "NorthStarHex")
    moved = hex_media(continued)
    assert "media analysed" not in again.stderr
    assert set(moved["media_id"]) == set(before["media_id"])
    for column in ("file_path", "thumbnail_path"):
        assert set(moved[column].drop_nulls()).isdisjoint(before[column].drop_nulls())
        assert all(Path(path).is_file() for path in moved[column].drop_nulls())

    single = moved.filter((pl.col("file_ext") == ".png") & ~pl.col("file_hash").is_duplicated())
    old, named = single.row(0, named=True), single.row(1, named=True)
    say_words(continued, named)
    Image.new("RGB", (640, 400), "#225577").save(old["file_path"])
    continued.run("reprocess", "--player", "NorthStarHex", "--force", "--stage", "image_metadata")
    rows = {row["media_id"]: row for row in hex_media(continued).to_dicts()}
    new = rows[old["media_id"]]
    assert (new["width"], new["height"]) == (640, 400)
    assert new["file_hash"] != old["file_hash"]
    assert new["first_seen_at"] == old["first_seen_at"]
    assert Path(new["thumbnail_path"]).is_file()
    assert not Path(old["thumbnail_path"]).exists()
    told = rows[named["media_id"]]
    assert (told["tags"], told["rating"]) == (["ace", "clutch"], 5)
    assert told["note"] == "from behind | <b>"
    assert told["file_name"] == "renamed.png"


def hex_media(workplace: Workplace) -> pl.DataFrame:
    return media(workplace).filter(pl.col("player") == "NorthStarHex")


def say_words(workplace: Workplace, row: dict[str, object]) -> None:
    """People's words on a capture, which then gets another name."""
    media_id = str(row["media_id"])
    workplace.run("tag", media_id, "--add", "ace", "--add", "clutch")
    workplace.run("note", media_id, "from behind | <b>")
    workplace.run("rate", media_id, "5")
    path = Path(str(row["file_path"]))
    path.rename(path.with_name("renamed.png"))


def test_an_unmounted_library_loses_nothing(continued: Workplace) -> None:
    continued.run("run", "--player", "KetanOnMarsh")
    before = media(continued)
    away = continued.folder / "away"
    (continued.library / "KetanOnMarsh").rename(away)
    (continued.library / "KetanOnMarsh").mkdir()
    failed = continued.run("run", "--player", "KetanOnMarsh", code=1)
    assert "--allow-mass-missing" in failed.stderr
    status = json.loads(continued.run("status", "--json").stdout)
    assert status["players"]["KetanOnMarsh"]["missing"] == 0
    shutil.rmtree(continued.library / "KetanOnMarsh")
    away.rename(continued.library / "KetanOnMarsh")
    continued.run("run", "--player", "KetanOnMarsh")
    assert media(continued).equals(before)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--player", "Nobody"), "no player is called Nobody"),
        (("rate", "nothing", "3"), "no media has the id nothing"),
        (("run", "--config", "absent.toml"), "absent.toml"),
        (("tag", "x"), "--add"),
        (("rate", "x", "9"), "0<=x<=5"),
        (("frobnicate",), "No such command"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_to_do(
    finished: Workplace, arguments: tuple[str, ...], words: str
) -> None:
    assert words in finished.run(*arguments, code=2).stderr
