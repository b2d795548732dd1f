"""What the latest scans said."""

from media_assets.stages.platform import Platform
from media_assets.store import status as store
from media_assets.store.connect import connect


def folder_verdicts(platform: Platform, player: str) -> list[dict[str, object]]:
    """The verdict of the latest scan of each of the player's folders."""
    with connect(platform.player_database(player), read_only=True) as con:
        return store.scan_verdicts(con).to_dicts()
