"""What one player's matches add up to: each asset is a table and follows from the shared ones.

They are one step: their tables are small, and read the same rows.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

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
from media_assets.orchestration.tables import Metadatum
from media_assets.stages.platform import Platform
from media_assets.stages.player_tables import derive_tables
from media_assets.stages.players import DerivedReport
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


class _Derived(NamedTuple):
    """One table of a player. `more`: what its description adds; `plot`: its name, and its painter.

    It depends on the tables that its columns come from, and on `deps`.
    """

    table: Table
    more: str
    plot: tuple[str, Draw] | None = None
    deps: tuple[str, ...] = ()

    def spec(self) -> dg.AssetSpec:
        deps = sorted({*upstream(self.table), *self.deps})
        return player_spec(self.table, "players", _KINDS, "1", deps, self.more)


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


_DERIVED = (
    _Derived(
        PLAYER_MATCH_STATS,
        "With the session, the friends who were there, and the performance score.",
        ("form over time", _form),
        deps=("xuid_aliases",),  # who the player is, where no xuid is configured
    ),
    _Derived(
        PLAYER_SESSIONS, "A session is named by its first match, so a backfill renumbers nothing."
    ),
    _Derived(TEAMMATES_AGGREGATE, "From all participants of the player's team matches."),
    _Derived(ANTAGONISTS, "From the pairs of kills and deaths of the matches' films."),
    _Derived(
        STATS_BY_MAP,
        "What is counted of each match stands in `player_match_stats`.",
        ("win rate by map", _maps),
    ),
    _Derived(STATS_BY_MODE, "By the category of the response, not by names."),
    _Derived(STATS_BY_PLAYLIST, "Custom matches have none."),
    _Derived(
        STATS_BY_HOUR,
        "By the player's own clock, daylight saving time included.",
        ("hours of the week", _hours),
    ),
    _Derived(MATCH_STREAKS, "A tie, or a match that was left, ends a streak and makes none."),
    _Derived(
        MATCH_IMPACT,
        "First blood counts 1, the last kill of a won match 2, the last death of a lost one -1.",
    ),
    _Derived(PERSONAL_SCORE_AWARDS, "What the personal score is made of."),
    _Derived(
        EXPECTATIONS,
        "The model of the API expects kills and deaths of a player in a ranked or social match.",
        ("expected and actual", _expected),
    ),
    _Derived(
        CAREER_RANKS,
        "From recorded responses about the career; without any it is empty.",
        deps=("match_history",),
    ),
)


@dg.multi_asset(
    name="player_tables", specs=[derived.spec() for derived in _DERIVED], can_subset=True
)
def player_tables(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> Iterator[dg.MaterializeResult]:
    loaded, player = platform.load(), context.partition_key
    wanted = {key.path[-1] for key in context.selected_asset_keys}
    chosen = [derived for derived in _DERIVED if derived.table.name in wanted]
    reports = derive_tables(loaded, player, [derived.table for derived in chosen])
    with loaded.reading(player):  # while it is open, looking again costs nothing
        metadata = {
            derived.table.name: _metadata(context, loaded, derived, reports[derived.table.name])
            for derived in chosen
        }
    for name, told in metadata.items():
        yield dg.MaterializeResult(asset_key=name, metadata=told)


def _metadata(
    context: dg.AssetExecutionContext, platform: Platform, derived: _Derived, report: DerivedReport
) -> dict[str, Metadatum]:
    player = context.partition_key
    metadata = derived_metadata(platform, player, derived.table, report)
    if derived.plot is None:
        return metadata
    name, draw = derived.plot
    news = report.written > 0 or report.deleted > 0
    drawn = picture(context, derived.table.name, name, lambda: draw(platform, player), news=news)
    return {**drawn, **metadata}
