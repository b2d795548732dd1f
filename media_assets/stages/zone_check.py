"""Whether a player's captures fit the matches better in another zone than the configured one."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from media_assets.captures.association import title_factor
from media_assets.captures.zone_detector import ZoneFinding, detect_zone, seconds_ahead
from media_assets.stages.platform import Platform
from media_assets.store import zones as store


def check_zone(platform: Platform, player: str) -> ZoneFinding:
    """Compare the zones of the player's captures with all others.

    Captures of other games are left out, and those whose time came from a source that needs no
    zone.
    """
    with platform.reading(player) as con:
        captures = store.load_local_captures(con)
        presences = store.load_presences(con)
    titles = {title: title_factor(title) > 0 for title in captures["title"].unique()}
    captures = captures.filter(
        pl.Series([titles[title] for title in captures["title"]], dtype=pl.Boolean())
    )
    return detect_zone(
        captures["begins"].to_numpy(),
        captures["ends"].to_numpy(),
        presences["joins"].to_numpy(),
        presences["leaves"].to_numpy(),
        _utc_offsets(captures),
    )


def _utc_offsets(captures: pl.DataFrame) -> NDArray[np.float64]:
    """By how many seconds the zone of each capture was ahead of UTC."""
    walls = captures["wall"].to_numpy()
    offsets = np.zeros(captures.height)
    for zone in captures["zone"].unique():
        there = (captures["zone"] == zone).to_numpy()
        offsets[there] = seconds_ahead(zone, walls[there])
    return offsets
