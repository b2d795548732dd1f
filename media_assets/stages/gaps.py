"""What the match API did not give: for checks, for people, and for who asks for the next sync."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.players import xuid_of
from media_assets.store import live as store


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is left open of one player's matches.

    `listed`: matches of the history. `open` and `refused`: parts of them, or the end of a sync,
    that are still asked for and that are not. `unread`: places of the history where reading
    stopped. `trouble` says why the latest sync did not come to its end.
    """

    listed: int
    open: int
    refused: int
    unread: int
    trouble: str | None
    next_try: datetime | None


def gaps_of(platform: Platform, player: str) -> Gaps:
    """What is left open of one player's matches; nothing where the API was never asked."""
    xuid = xuid_of(platform, player)
    with platform.reading(player) as con:
        history = store.load_api_history(con, xuid) if xuid else []
    with platform.reading(SHARED) as con:
        subjects = [player, *(str(row["match_id"]) for row in history)]
        rows = store.gaps_about(con, subjects).to_dicts()
    left = [row for row in rows if not row["final"]]
    trouble = (str(row["message"]) for row in left if row["part"] == "history")
    return Gaps(
        listed=len(history),
        open=len(left),
        refused=len(rows) - len(left),
        unread=sum(row["next_older"] is None for row in history),
        trouble=next(trouble, None),
        next_try=min((row["next_retry_at"] for row in left), default=None),
    )


def all_gaps(platform: Platform) -> pl.DataFrame:
    """Rows of `fetch_gaps`: everything that was asked for in vain."""
    with platform.reading(SHARED) as con:
        return store.all_gaps(con)


def due_syncs(platform: Platform) -> list[tuple[str, datetime]]:
    """Players for whom something is to be asked for again by now, and since when (naive UTC)."""
    with platform.reading(SHARED) as con:
        return store.due_syncs(con, platform.now())
