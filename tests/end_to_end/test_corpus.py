"""Real, rare and broken files: each is a row, what cannot be read says why, nothing is lost."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from workplace import Workplace

from media_assets.library.kinds import KIND_OF

PLAYERS = {"Pixel": "images", "Photo": "exif", "aCurtis X89": "audio"}
CONFIGURATION = """
[players."aCurtis X89"]
xuid = "2535445291321133"
"""

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def real(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    folder = tmp_path_factory.mktemp("real")
    for player, source in PLAYERS.items():
        shutil.copytree(corpus / source, folder / "library" / player, copy_function=shutil.copyfile)
    shutil.copytree(corpus / "halo", folder / "matches", copy_function=shutil.copyfile)
    (folder / "media_assets.toml").write_text(CONFIGURATION, encoding="utf-8")
    workplace = Workplace(folder)
    workplace.run("run")
    return workplace


def media(real: Workplace, player: str) -> pl.DataFrame:
    return pl.read_parquet(real.data / "published" / player / "media.parquet")


@pytest.mark.parametrize("player", PLAYERS)
def test_every_media_file_is_a_row_that_is_read_or_says_why_not(
    real: Workplace, player: str
) -> None:
    rows = media(real, player)
    on_disk = {
        str(path)
        for path in (real.library / player).rglob("*")
        if path.is_file() and path.suffix.lower() in KIND_OF
    }
    assert set(rows["file_path"]) == on_disk
    failures = json.loads(real.run("failures", "--player", player, "--json").stdout)["media"]
    assert {row["file_path"] for row in failures} == set(
        rows.filter(pl.col("error").is_not_null())["file_path"]
    )
    assert all(row["message"] and row["error_class"] for row in failures)
    read = rows.filter(pl.col("error").is_null())
    assert read["format"].is_not_null().all()
    pictures = read.filter(pl.col("kind") == "image")
    assert pictures["thumbnail_path"].is_not_null().all()
    assert read.height > 0.9 * rows.height or player == "aCurtis X89"


def test_the_recorded_matches_are_loaded_once(real: Workplace) -> None:
    shared = real.data / "published" / "shared"
    registry = pl.read_parquet(shared / "match_registry.parquet")
    participants = pl.read_parquet(shared / "match_participants.parquet")
    assert registry.height == 5
    assert participants.height == 46
    oddball = "63391382-6b88-43f9-9ff4-6313404c419c"
    events = pl.read_parquet(shared / "highlight_events.parquet")
    kinds = events.filter(pl.col("match_id") == oddball)["event_type"].value_counts()
    assert dict(kinds.iter_rows()) == {"kill": 203, "death": 203, "mode": 149, "medal": 85}
    pairs = pl.read_parquet(shared / "killer_victim_pairs.parquet")
    assert pairs.filter(pl.col("match_id") == oddball)["kill_count"].sum() == 203


def test_a_player_of_the_matches_has_numbers(real: Workplace) -> None:
    folder = real.data / "published" / "aCurtis X89"
    stats = pl.read_parquet(folder / "player_match_stats.parquet")
    shared = real.data / "published" / "shared" / "match_participants.parquet"
    own = pl.read_parquet(shared).filter(pl.col("xuid") == "2535445291321133")
    assert stats.height == own.height > 0
    joined = stats.join(own, on="match_id", suffix="_shared")
    for name in ("kills", "deaths", "assists", "kda", "accuracy", "score"):
        assert joined[name].equals(joined[f"{name}_shared"].alias(name)), name


def test_a_second_run_finds_nothing_new(real: Workplace) -> None:
    assert "\n0 rows and files written" in real.run("run").stdout
