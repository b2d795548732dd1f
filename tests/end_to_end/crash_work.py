"""What the crash loop kills: all stages of one player, at a clock that is ahead by some days.

Run as a program: `crash_work.py FOLDER DAYS`. Every step is named on standard output before it
begins, and `done` after the last.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from media_assets.settings import load_settings
from media_assets.stages.analyse import analyse
from media_assets.stages.associate import associate
from media_assets.stages.capture_times import compute_times
from media_assets.stages.discover import discover
from media_assets.stages.load_matches import load_matches
from media_assets.stages.platform import Platform
from media_assets.stages.player_tables import derive_tables
from media_assets.stages.players import derive_history
from media_assets.stages.publish import publish_player, publish_shared
from media_assets.stages.take_in import take_in

PLAYER = "ana"

STEPS: dict[str, Callable[[Platform], object]] = {
    "discover": lambda platform: discover(platform, PLAYER),
    "take_in": take_in,
    "load_matches": lambda platform: load_matches(platform, PLAYER),
    "history": lambda platform: derive_history(platform, PLAYER),
    "player_tables": lambda platform: derive_tables(platform, PLAYER),
    "analyse": lambda platform: analyse(platform, PLAYER),
    "capture_times": lambda platform: compute_times(platform, PLAYER),
    "associate": lambda platform: associate(platform, PLAYER),
    "publish": lambda platform: publish_player(platform, PLAYER),
    "publish_shared": publish_shared,
}


def platform_of(folder: Path, days: int = 0, data: Path | None = None) -> Platform:
    """The platform of one folder; `data` chooses another place for what is written."""
    environment = {"MEDIA_ASSETS_DATA": str(data)} if data else {}
    settings = load_settings(folder / "media_assets.toml", environment)
    return Platform(settings, clock=lambda: datetime.now(UTC) + timedelta(days=days))


def work(platform: Platform) -> None:
    """Everything once."""
    for name, step in STEPS.items():
        print(name, flush=True)
        step(platform)
    print("done", flush=True)


if __name__ == "__main__":
    work(platform_of(Path(sys.argv[1]), int(sys.argv[2])))
