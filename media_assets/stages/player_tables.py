"""What is derived for one player from the shared tables: read once, compared at once.

A run without news opens the shared file once and the player's twice, and writes nothing.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from media_assets.matches import breakdowns
from media_assets.matches.awards import career_ranks, personal_score_awards
from media_assets.matches.backfill import Backfill
from media_assets.matches.companions import antagonists, known_gamertags, teammates
from media_assets.matches.expectations import expectations
from media_assets.matches.player_stats import player_match_stats
from media_assets.matches.sessions import friends_present, player_sessions
from media_assets.matches.turns import match_impact, match_streaks
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.players import (
    DerivedReport,
    players_by_xuid,
    report_without_xuid,
    xuid_of,
)
from media_assets.store import matches as shared_store
from media_assets.store import players as store
from media_assets.store.frames import as_table
from media_assets.store.spec import Table
from media_assets.store.tables.players import (
    ANTAGONISTS,
    PLAYER_MATCH_STATS,
    PLAYER_SESSIONS,
    TEAMMATES_AGGREGATE,
)
from media_assets.store.tables.statistics import (
    CAREER_RANKS,
    DERIVED_TABLES,
    EXPECTATIONS,
    MATCH_IMPACT,
    MATCH_STREAKS,
    PERSONAL_SCORE_AWARDS,
    STATS_BY_HOUR,
    STATS_BY_MAP,
    STATS_BY_MODE,
    STATS_BY_PLAYLIST,
)
from media_assets.store.write import make_all_equal


@dataclass(frozen=True, slots=True)
class _Given:
    """What one player's tables follow from.

    `shared`: rows of the player's matches, by shared table. `friends`: names of all players whose
    xuid is known, by xuid. `zone`: the player's time zone.
    """

    xuid: str
    friends: Mapping[str, str]
    zone: str
    shared: Mapping[str, pl.DataFrame]
    turns: pl.DataFrame
    scores: pl.DataFrame
    career: pl.DataFrame
    rank_names: pl.DataFrame

    @property
    def registry(self) -> pl.DataFrame:
        return self.shared["match_registry"]

    @property
    def participants(self) -> pl.DataFrame:
        return self.shared["match_participants"]


_Compute = Callable[[_Given, pl.DataFrame], pl.DataFrame]
"""From what is given, and the player's rows of `player_match_stats` in order of time."""

_FROM_STATS: Final[Mapping[Table, _Compute]] = {
    PLAYER_SESSIONS: lambda given, own: player_sessions(
        own, friends_present(given.xuid, given.participants, given.friends)
    ),
    TEAMMATES_AGGREGATE: lambda given, own: teammates(
        given.xuid, given.participants, given.registry, given.shared["xuid_aliases"], own
    ),
    ANTAGONISTS: lambda given, _: antagonists(
        given.xuid,
        given.shared["killer_victim_pairs"],
        known_gamertags(given.shared["xuid_aliases"], given.participants, given.registry),
    ),
    STATS_BY_MAP: lambda _, own: breakdowns.by_map(own),
    STATS_BY_MODE: lambda _, own: breakdowns.by_mode(own),
    STATS_BY_PLAYLIST: lambda _, own: breakdowns.by_playlist(own),
    STATS_BY_HOUR: lambda given, own: breakdowns.by_hour(own, zone=given.zone),
    MATCH_STREAKS: lambda _, own: match_streaks(own),
    MATCH_IMPACT: lambda given, own: match_impact(given.xuid, own, given.turns),
    PERSONAL_SCORE_AWARDS: lambda given, _: personal_score_awards(given.scores),
    EXPECTATIONS: lambda _, own: expectations(own),
    CAREER_RANKS: lambda given, _: career_ranks(given.career, given.rank_names),
}


def derive_tables(
    platform: Platform, player: str, tables: Collection[Table] = DERIVED_TABLES
) -> dict[str, DerivedReport]:
    """Make some of the player's derived tables equal to what follows from the shared ones.

    Numbers of each match come first, for most others follow from them; what then differs is
    written in one transaction. All is computed while the lock is held: of two runs, the later one
    knows what the other wrote. Returns the reports by table.
    """
    database, shared = platform.player_database(player), platform.shared_database()
    xuid = xuid_of(platform, player)
    if PLAYER_MATCH_STATS in tables:
        store.create_medal_view(database, shared, xuid)
    if xuid is None:
        return {table.name: report_without_xuid(player) for table in tables}
    with platform.writing(player):
        given = _load(platform, player, xuid)
        reports = {}
        if PLAYER_MATCH_STATS in tables:
            reports = _make(platform, player, {PLAYER_MATCH_STATS: _match_stats(given)})
        with platform.reading(player) as con:
            own = store.load_match_stats(con)
        rest = [table for table in tables if table != PLAYER_MATCH_STATS]
        reports |= _make(
            platform, player, {table: _FROM_STATS[table](given, own) for table in rest}
        )
    if PLAYER_MATCH_STATS in tables:
        with platform.writing(SHARED):
            shared_store.mark_attempted(shared, xuid, Backfill.PERFORMANCE_SCORES, platform.now())
    return reports


def _load(platform: Platform, player: str, xuid: str) -> _Given:
    friends = players_by_xuid(platform)
    with platform.reading(SHARED) as con:
        return _Given(
            xuid=xuid,
            friends=friends,
            zone=platform.settings.player(player).timezone,
            shared=shared_store.load_participants_of(con, xuid),
            turns=shared_store.load_turns(con, xuid),
            scores=shared_store.load_scores(con, xuid),
            career=shared_store.load_career(con, xuid),
            rank_names=shared_store.load_rank_names(con),
        )


def _match_stats(given: _Given) -> pl.DataFrame:
    return player_match_stats(
        given.xuid, given.registry, given.participants, given.shared["medals_earned"],
        given.friends,
    )  # fmt: skip


def _make(
    platform: Platform, player: str, frames: Mapping[Table, pl.DataFrame]
) -> dict[str, DerivedReport]:
    wanted = {table: as_table(table, rows) for table, rows in frames.items()}
    changes = make_all_equal(platform.places.player_database(player), wanted)
    return {
        table.name: DerivedReport(frames[table].height, *changed)
        for table, changed in changes.items()
    }
