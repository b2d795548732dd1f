"""How sure the rules are of a player's associations, and how often people say they are right."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from media_assets.captures.association import Weights, title_factor
from media_assets.stages.platform import Platform
from media_assets.store import association_views as store
from media_assets.store.associations import associate
from media_assets.store.connect import attach_shared, connect, in_memory

Judged = tuple[float, bool | None]
"""Confidence of one main association, and whether people say it is right; None: nobody said."""


def calibration(platform: Platform, player: str) -> list[Judged]:
    """Every capture with a match near: what the rules by themselves think of the best one.

    What people decided is set aside and judged again without their help: the table has their word.
    """
    with platform.reading(player) as con:
        undecided = store.undecided_confidences(con)
    return [*((confidence, None) for confidence in undecided), *_decided(platform, player)]


def _decided(platform: Platform, player: str) -> list[Judged]:
    with connect(platform.player_database(player), read_only=True) as con:
        attach_shared(con, platform.shared_database())
        frames = store.load_decided(con)
    if frames["decisions"].is_empty():
        return []
    said = {
        (row["media_id"], row["match_id"]): row["decision"]
        for row in frames["decisions"].iter_rows(named=True)
    }
    kinds = dict(frames["captures"].select("media_id", "kind").iter_rows())
    rows = _without_help(platform, frames)
    return [
        (row["confidence"], is_right(row, kinds[row["media_id"]], said))
        for row in rows.filter(pl.col("role") == "main").iter_rows(named=True)
    ]


def _without_help(platform: Platform, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    captures = frames["captures"]
    factors = pl.Series([title_factor(title) for title in captures["title"]], dtype=pl.Float64)
    alone = {
        **frames,
        "captures": captures.with_columns(title_factor=factors),
        "decisions": frames["decisions"].clear(),
    }
    tolerance = platform.settings.matches.tolerance_minutes * 60
    with in_memory() as con:
        return associate(con, alone, {**Weights().parameters(), "tolerance": tolerance})


def is_right(row: Mapping[str, Any], kind: str, said: Mapping[tuple[str, str], str]) -> bool | None:
    """Whether people agree with the best match of a capture, by what they `said` of its pairs.

    Another match that they name tells against it; of a clip only if it was named in its place, for
    a clip may show two.
    """
    decision = said.get((row["media_id"], row["match_id"]))
    if decision is not None:
        return decision != "rejected"
    others = {word for (media_id, _), word in said.items() if media_id == row["media_id"]}
    telling = {"assigned"} if kind == "video" else {"assigned", "accepted"}
    return False if others & telling else None
