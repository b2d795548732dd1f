"""Rows of `player_match_stats`, made by code, for the tests of what sums them up."""

from datetime import timedelta

import polars as pl
from player_frames import DAY, ME

from media_assets.store.frames import frame_of
from media_assets.store.tables.players import PLAYER_MATCH_STATS


def own(match_id: str, start: float = 0, **values: object) -> dict[str, object]:
    """A match of ten minutes that began so many minutes after the first."""
    begin = DAY + timedelta(minutes=start)
    end = begin + timedelta(minutes=10)
    times = {"start_time": begin, "end_time": end, "joined_at": begin, "left_at": end}
    known = {"xuid": ME, "session_id": match_id, "with_friends": 0}
    return {"match_id": match_id, **times, **known, **values}


def stats(*rows: dict[str, object]) -> pl.DataFrame:
    return frame_of(PLAYER_MATCH_STATS, rows)
