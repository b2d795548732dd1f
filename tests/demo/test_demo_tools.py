"""Names of captures as the tools give them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from media_assets.demo.tools import TOOLS

# 21:05:33 in Paris, 15:05:33 in New York.
START = datetime(2024, 1, 31, 20, 5, 33, 129_000, tzinfo=UTC)
PARIS, NEW_YORK = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("tool", "name"),
    [
        ("game_bar", "Halo Infinite 2024-01-31 21-05-33.png"),
        ("game_bar_clip", "Halo Infinite 2024-01-31 21-05-33.mp4"),
        ("nvidia", "Halo Infinite Screenshot 2024.01.31 - 21.05.33.12.png"),
        ("nvidia_clip", "Halo Infinite 2024.01.31 - 21.05.33.12.mp4"),
        ("nvidia_replay", "Halo Infinite 2024.01.31 - 21.05.37.12.DVR.mp4"),
        ("obs", "Screenshot 2024-01-31 21-05-33.png"),
        ("obs_clip", "2024-01-31 21-05-33.mkv"),
        ("obs_replay", "Replay 2024-01-31 21-05-37.mkv"),
        ("xbox", "Halo Infinite-2024_01_31-21_05_33.png"),
        ("xbox_clip", "Halo Infinite-2024_01_31-21-05-33.mp4"),
        ("xbox_live", "1706731533.mp4"),
        ("steam", "20240131210533_1.jpg"),
        ("steam_app", "1240440_20240131210533_1.png"),
        ("steam_clip", "clip_1240440_20240131_200533/clip.mp4"),
    ],
)
def test_a_capture_of_four_seconds_is_named(tool: str, name: str) -> None:
    assert TOOLS[tool].path(START, 4, PARIS).endswith(f"/{name}")


def test_game_bar_writes_the_month_first_in_the_united_states() -> None:
    path = TOOLS["game_bar_us"].path(START, 0, NEW_YORK)
    assert path == "Captures/Halo Infinite 1_31_2024 3_05_33 PM.png"
    midnight = datetime(2024, 7, 4, 4, 0, 9, tzinfo=UTC)
    name = TOOLS["game_bar_us"].path(midnight, 0, NEW_YORK)
    assert name.endswith(" 7_4_2024 12_00_09 AM.png")


def test_another_game_stands_in_the_name() -> None:
    path = TOOLS["xbox"].path(START, 0, PARIS, title="Forza Horizon 5")
    assert path == "Xbox/Forza Horizon 5-2024_01_31-21_05_33.png"
