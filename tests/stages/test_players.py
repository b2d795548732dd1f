"""Who is who: the xuid of every player, however many there are."""

from pathlib import Path

import polars as pl
import pytest

from media_assets.settings import LibrarySettings, PlayerSettings, Settings
from media_assets.stages.platform import Platform
from media_assets.stages.players import players_by_xuid, xuid_of
from media_assets.store.connect import connect
from media_assets.store.frames import as_table
from media_assets.store.tables.matches import XUID_ALIASES
from media_assets.store.write import upsert

MANY = 1000


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    """Players who are known by their section, their gamertag, or not at all."""
    for name in ("Ada", "Configured", "Double", "Nobody", "Ünal O'Neil", "Wanderer"):
        (tmp_path / "library" / name).mkdir(parents=True)
    settings = Settings(
        base=tmp_path,
        data_dir="data",
        library=LibrarySettings(root="library"),
        players={"Configured": PlayerSettings(xuid="42")},
    )
    names = ["aDA", "ünal o'neil", "Double", "DOUBLE", "Configured", "Wanderer"]
    aliases = pl.DataFrame(
        {"xuid": [str(100 + number) for number in range(len(names))], "gamertag": names}
    ).with_columns(source=pl.lit("profile"), last_seen=pl.lit("2026-01-01").str.to_datetime())
    found = Platform(settings)
    with connect(found.shared_database()) as con:
        upsert(con, XUID_ALIASES, as_table(XUID_ALIASES, aliases))
    return found


@pytest.mark.parametrize(
    ("player", "xuid"),
    [
        ("Ada", "100"), ("Ünal O'Neil", "101"), ("Double", None), ("Configured", "42"),
        ("Nobody", None), ("Stranger", None), ("Wanderer", "105"),
    ],
)  # fmt: skip
def test_a_player_is_who_the_section_or_the_gamertag_says(
    player: str, xuid: str | None, platform: Platform
) -> None:
    assert xuid_of(platform, player) == xuid


def test_everybody_is_found_at_once_as_one_by_one(platform: Platform, tmp_path: Path) -> None:
    for number in range(MANY):
        (tmp_path / "library" / f"Extra {number}").mkdir()
    assert players_by_xuid(platform) == {
        "42": "Configured", "100": "Ada", "101": "Ünal O'Neil", "105": "Wanderer",
    }  # fmt: skip


def test_a_platform_without_tables_knows_the_sections(tmp_path: Path) -> None:
    settings = Settings(base=tmp_path, players={"Configured": PlayerSettings(xuid="42")})
    assert players_by_xuid(Platform(settings)) == {"42": "Configured"}
    assert xuid_of(Platform(settings), "Ada") is None
    assert not (tmp_path / "data").exists()
