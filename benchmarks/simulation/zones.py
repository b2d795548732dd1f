"""Players whose configuration names a wrong zone: whether it is found, and what it repairs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.simulation.figures import Results, Score
from benchmarks.simulation.judging import Judged, judge
from benchmarks.simulation.player import SimulatedPlayer
from media_assets.captures.zone_detector import ZoneFinding, detect_zone, seconds_ahead

_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class ZoneTrial:
    """Players with a wrong zone. `named`: of how many the detector names the right offset.

    The scores are those before, and after each of them did what the detector says.
    """

    players: int
    named: int
    before: Score
    after: Score


def try_zones(players: Iterable[SimulatedPlayer]) -> ZoneTrial:
    """Judge the players as configured, follow the detector, and judge them again."""
    wrong = list(players)
    first = judge(wrong)
    found = {player.seed: _find(player, first) for player in wrong}
    mended = judge(_follow(player, found[player.seed]) for player in wrong)
    return ZoneTrial(
        len(wrong),
        sum(_is_right(player, first, found[player.seed]) for player in wrong),
        _score(first),
        _score(mended),
    )


def _score(judged: Judged) -> Score:
    results = Results(judged)
    return results.ours(results.captures)


def _local(player: SimulatedPlayer, judged: Judged) -> pl.DataFrame:
    """The captures whose time was read off a wall clock, but for other games."""
    return judged.captures.filter(
        pl.col("seed") == player.seed, pl.col("zone").is_not_null(), pl.col("title_factor") > 0
    )


def _find(player: SimulatedPlayer, judged: Judged) -> ZoneFinding:
    local = _local(player, judged)
    matches = judged.matches.filter(pl.col("seed") == player.seed)
    return detect_zone(
        local["begins"].to_numpy(),
        local["ends"].to_numpy(),
        matches["joins"].to_numpy(),
        matches["leaves"].to_numpy(),
        _ahead(local),
    )


def _ahead(local: pl.DataFrame) -> NDArray[np.float64]:
    """By how many seconds the zone in which each was read is ahead of UTC."""
    walls = local["wall"].to_numpy()
    ahead = np.zeros(local.height)
    for zone in local["zone"].unique():
        there = (local["zone"] == zone).to_numpy()
        ahead[there] = seconds_ahead(zone, walls[there])
    return ahead


def _is_right(player: SimulatedPlayer, judged: Judged, found: ZoneFinding) -> bool:
    """Whether the shift that it names is that of most captures in truth."""
    local = _local(player, judged)
    walls = local["wall"].to_numpy()
    shifts, counts = np.unique(
        _ahead(local) - seconds_ahead(player.history.home, walls), return_counts=True
    )
    return found.clear and found.best.shift_hours * _HOUR == shifts[np.argmax(counts)]


def _follow(player: SimulatedPlayer, found: ZoneFinding) -> SimulatedPlayer:
    """The player with the named zone where the wrong one was configured."""
    zone = found.best.zone
    if not found.clear or zone is None:
        return player
    captures = tuple(
        replace(capture, zone=zone if capture.at_home else capture.zone)
        for capture in player.captures
    )
    return replace(player, captures=captures)
