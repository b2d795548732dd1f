"""What one player's matches add up to: each asset is a table and follows from the shared ones."""

from collections.abc import Callable, Iterable

import dagster as dg

from media_assets.orchestration.player_pictures import (
    expected_and_actual,
    form_over_time,
    hours_of_the_week,
    win_rate_by_map,
)
from media_assets.orchestration.policy import player_spec
from media_assets.orchestration.reporting import derived_metadata, picture
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages import statistics
from media_assets.stages.platform import Platform
from media_assets.stages.players import (
    DerivedReport,
    derive_antagonists,
    derive_match_stats,
    derive_sessions,
    derive_teammates,
)
from media_assets.stages.views import rows_of
from media_assets.store.spec import Table
from media_assets.store.tables.lineage import upstream
from media_assets.store.tables.players import (
    ANTAGONISTS,
    PLAYER_MATCH_STATS,
    PLAYER_SESSIONS,
    TEAMMATES_AGGREGATE,
)
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

Draw = Callable[[Platform, str], dg.MarkdownMetadataValue]

_KINDS = {"duckdb", "table", "polars"}


def _player_asset(
    table: Table,
    derive: Callable[[Platform, str], DerivedReport],
    more: str,
    *,
    plot: tuple[str, Draw] | None = None,
    deps: Iterable[str] = (),
) -> dg.AssetsDefinition:
    """An asset that is one derived table of one player.

    It depends on the tables that its columns come from, and on `deps`. `plot`: its name, and what
    draws it.
    """
    spec = player_spec(table, "players", _KINDS, "1", sorted({*upstream(table), *deps}), more)

    @dg.multi_asset(name=table.name, specs=[spec])
    def derived(
        context: dg.AssetExecutionContext, platform: PlatformResource
    ) -> dg.MaterializeResult:
        loaded, player = platform.load(), context.partition_key
        report = derive(loaded, player)
        metadata = derived_metadata(loaded, player, table, report)
        if plot is not None:
            name, draw = plot
            news = report.written > 0 or report.deleted > 0
            drawn = picture(context, table.name, name, lambda: draw(loaded, player), news=news)
            metadata = {**drawn, **metadata}
        return dg.MaterializeResult(metadata=metadata)

    return derived


# What the queries of the plots give is typed by the queries: see `store.views.ROWS`.


def _form(platform: Platform, player: str) -> dg.MarkdownMetadataValue:
    return form_over_time(rows_of(platform, player, "form"))  # type: ignore[arg-type]


def _maps(platform: Platform, player: str) -> dg.MarkdownMetadataValue:
    return win_rate_by_map(rows_of(platform, player, "maps"))  # type: ignore[arg-type]


def _hours(platform: Platform, player: str) -> dg.MarkdownMetadataValue:
    zone = platform.settings.player(player).timezone
    return hours_of_the_week(rows_of(platform, player, "hours"), zone)  # type: ignore[arg-type]


def _expected(platform: Platform, player: str) -> dg.MarkdownMetadataValue:
    return expected_and_actual(rows_of(platform, player, "expected"))  # type: ignore[arg-type]


player_match_stats = _player_asset(
    PLAYER_MATCH_STATS,
    derive_match_stats,
    "With the session, the friends who were there, and the performance score.",
    plot=("form over time", _form),
    deps=["xuid_aliases"],  # who the player is, where no xuid is configured
)
player_sessions = _player_asset(
    PLAYER_SESSIONS,
    derive_sessions,
    "A session is named by its first match, so a backfill renumbers nothing.",
)
teammates_aggregate = _player_asset(
    TEAMMATES_AGGREGATE, derive_teammates, "From all participants of the player's team matches."
)
antagonists = _player_asset(
    ANTAGONISTS, derive_antagonists, "From the pairs of kills and deaths of the matches' films."
)
stats_by_map = _player_asset(
    STATS_BY_MAP,
    statistics.derive_by_map,
    "What is counted of each match stands in `player_match_stats`.",
    plot=("win rate by map", _maps),
)
stats_by_mode = _player_asset(
    STATS_BY_MODE, statistics.derive_by_mode, "By the category of the response, not by names."
)
stats_by_playlist = _player_asset(
    STATS_BY_PLAYLIST, statistics.derive_by_playlist, "Custom matches have none."
)
stats_by_hour = _player_asset(
    STATS_BY_HOUR,
    statistics.derive_by_hour,
    "By the player's own clock, daylight saving time included.",
    plot=("hours of the week", _hours),
)
match_streaks = _player_asset(
    MATCH_STREAKS,
    statistics.derive_streaks,
    "A tie, or a match that was left, ends a streak and makes none.",
)
match_impact = _player_asset(
    MATCH_IMPACT,
    statistics.derive_impact,
    "First blood counts 1, the last kill of a won match 2, the last death of a lost one -1.",
)
personal_score_awards = _player_asset(
    PERSONAL_SCORE_AWARDS, statistics.derive_awards, "What the personal score is made of."
)
expectations = _player_asset(
    EXPECTATIONS,
    statistics.derive_expectations,
    "The model of the API expects kills and deaths of a player in a ranked or social match.",
    plot=("expected and actual", _expected),
)
career_ranks = _player_asset(
    CAREER_RANKS,
    statistics.derive_career,
    "From recorded responses about the career; without any it is empty.",
    deps=["match_history"],
)
