"""What sums up one player's matches: breakdowns, streaks, impact, awards, expectations."""

from collections.abc import Callable
from functools import partial

import polars as pl

from media_assets.matches import breakdowns
from media_assets.matches.awards import career_ranks, personal_score_awards
from media_assets.matches.expectations import expectations
from media_assets.matches.turns import match_impact, match_streaks
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.players import DerivedReport, make_table, own_stats
from media_assets.store import matches as shared_store
from media_assets.store.spec import Table
from media_assets.store.tables.statistics import (
    CAREER_RANKS,
    EXPECTATIONS,
    MATCH_IMPACT,
    MATCH_STREAKS,
    PERSONAL_SCORE_AWARDS,
    STATS_BY_HOUR,
    STATS_BY_MAP,
    STATS_BY_MODE,
    STATS_BY_PLAYLIST,
)

Derive = Callable[[Platform, str], DerivedReport]


def _from_stats(table: Table, compute: Callable[[pl.DataFrame], pl.DataFrame]) -> Derive:
    """A table that follows from the player's own numbers alone."""

    def derive(platform: Platform, player: str) -> DerivedReport:
        return make_table(platform, player, table, lambda _: compute(own_stats(platform, player)))

    return derive


derive_by_map = _from_stats(STATS_BY_MAP, breakdowns.by_map)
derive_by_mode = _from_stats(STATS_BY_MODE, breakdowns.by_mode)
derive_by_playlist = _from_stats(STATS_BY_PLAYLIST, breakdowns.by_playlist)
derive_streaks = _from_stats(MATCH_STREAKS, match_streaks)
derive_expectations = _from_stats(EXPECTATIONS, expectations)


def derive_by_hour(platform: Platform, player: str) -> DerivedReport:
    """Matches by hour of the week, in the player's time zone."""
    zone = platform.settings.player(player).timezone
    return _from_stats(STATS_BY_HOUR, partial(breakdowns.by_hour, zone=zone))(platform, player)


def derive_impact(platform: Platform, player: str) -> DerivedReport:
    """First blood, last kill, last death of each match whose film is known."""

    def rows(xuid: str) -> pl.DataFrame:
        with platform.reading(SHARED) as con:
            turns = shared_store.load_turns(con, xuid)
        return match_impact(xuid, own_stats(platform, player), turns)

    return make_table(platform, player, MATCH_IMPACT, rows)


def derive_awards(platform: Platform, player: str) -> DerivedReport:
    """Personal scores by kind of award."""

    def rows(xuid: str) -> pl.DataFrame:
        with platform.reading(SHARED) as con:
            return personal_score_awards(shared_store.load_scores(con, xuid))

    return make_table(platform, player, PERSONAL_SCORE_AWARDS, rows)


def derive_career(platform: Platform, player: str) -> DerivedReport:
    """Career ranks, where they were recorded."""

    def rows(xuid: str) -> pl.DataFrame:
        with platform.reading(SHARED) as con:
            progress, names = shared_store.load_career(con, xuid), shared_store.load_rank_names(con)
        return career_ranks(progress, names)

    return make_table(platform, player, CAREER_RANKS, rows)
