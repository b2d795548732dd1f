"""What the latest scans said."""

from media_assets.stages.platform import Platform
from media_assets.store import status as store


def folder_verdicts(platform: Platform, player: str) -> list[dict[str, object]]:
    """The verdict of the latest scan of each of the player's folders."""
    with platform.reading(player) as con:
        return store.scan_verdicts(con).to_dicts()
