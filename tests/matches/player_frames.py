"""Frames of the shared tables, made by code, for the tests of what one player sees."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl

from media_assets.store.frames import frame_of
from media_assets.store.tables.matches import (
    KILLER_VICTIM_PAIRS,
    MATCH_PARTICIPANTS,
    MATCH_REGISTRY,
    MEDALS_EARNED,
    XUID_ALIASES,
)

ME, ALLY, RIVAL, STRANGER = "1", "2", "3", "9"
FRIENDS = {ME: "Me", ALLY: "Ally", RIVAL: "Rival"}
DAY = datetime(2024, 3, 1, 20)  # noqa: DTZ001 - columns hold naive UTC

Row = Mapping[str, object]


def at(minute: float) -> datetime:
    """Minutes after the evening's first match began."""
    return DAY + timedelta(minutes=minute)


def match(match_id: str, start: float = 0, minutes: float = 10, **values: object) -> Row:
    """A row of the registry."""
    times = {"start_time": at(start), "end_time": at(start + minutes)}
    known = {"teams_enabled": True, "medals_loaded": True}
    return {"match_id": match_id, **times, **known, **values}


def seat(match_id: str, xuid: str, **values: object) -> Row:
    """A row of the participants: a human without a team."""
    return {"match_id": match_id, "xuid": xuid, "is_bot": False, **values}


def registry(*rows: Row) -> pl.DataFrame:
    return frame_of(MATCH_REGISTRY, rows)


def participants(*rows: Row) -> pl.DataFrame:
    return frame_of(MATCH_PARTICIPANTS, rows)


def medals(*rows: Row) -> pl.DataFrame:
    return frame_of(MEDALS_EARNED, rows)


def pairs(*rows: tuple[str, str, str, int]) -> pl.DataFrame:
    """Rows of (match, killer, victim, how often)."""
    names = KILLER_VICTIM_PAIRS.column_names
    return frame_of(KILLER_VICTIM_PAIRS, [dict(zip(names, row, strict=True)) for row in rows])


def aliases(**names: str) -> pl.DataFrame:
    """Names by xuid with an `x` before it, as a keyword cannot be a number."""
    rows = [{"xuid": xuid[1:], "gamertag": name} for xuid, name in names.items()]
    return frame_of(XUID_ALIASES, rows)
