"""Matches from one player's point of view."""

from collections.abc import Mapping

import polars as pl

from media_assets.matches.performance import performance_scores
from media_assets.matches.sessions import friends_present, session_ids
from media_assets.store.frames import as_table
from media_assets.store.tables.players import PLAYER_MATCH_STATS

REGISTRY_COLUMNS = (
    "match_id", "start_time", "end_time", "playlist_id", "playlist_name", "map_name", "map_id",
    "mode_category", "is_ranked", "teams_enabled", "team_0_score", "team_1_score", "medals_loaded",
)  # fmt: skip
"""What is needed of `match_registry`."""

PARTICIPANT_COLUMNS = (
    "match_id", "xuid", "team_id", "outcome", "rank", "score", "personal_score", "kills", "deaths",
    "assists", "kda", "accuracy", "damage_dealt", "damage_taken", "shots_fired", "shots_hit",
    "average_life_seconds", "time_played_seconds", "first_joined_time", "last_leave_time",
    "team_mmr", "kills_expected", "kills_stddev", "deaths_expected", "deaths_stddev",
)  # fmt: skip
"""What is needed of `match_participants`."""


def player_match_stats(
    xuid: str,
    registry: pl.DataFrame,
    participants: pl.DataFrame,
    medals: pl.DataFrame,
    friends: Mapping[str, str],
) -> pl.DataFrame:
    """One row per match in which `xuid` takes part, with the columns of `PLAYER_MATCH_STATS`.

    The rows are in order of start, then of match_id. Every frame may hold more matches and players
    than needed; a participation whose match is not in the registry is left out.

    Args:
        registry: rows of `match_registry`, at least `REGISTRY_COLUMNS`.
        participants: everybody in the player's matches, at least `PARTICIPANT_COLUMNS`: sessions,
            friends and the other team's rating follow from the others.
        medals: rows of `medals_earned`.
        friends: name of each configured player by xuid; the player's own entry does not count.
    """
    own = participants.filter(pl.col("xuid") == xuid).select(PARTICIPANT_COLUMNS)
    matches = (
        own.join(registry.select(REGISTRY_COLUMNS), on="match_id")
        .with_columns(*_presence(), *_team_scores(), pl.col("team_mmr").alias("own_team_mmr"))
        .join(_enemy_ratings(own, participants, registry), on="match_id", how="left")
        .join(_medal_counts(xuid, medals), on="match_id", how="left")
        .with_columns(_medals())
        .join(friends_present(xuid, participants, friends), on="match_id")
        .with_columns(pl.col("friends").list.len().alias("with_friends"))
    )
    scored = matches.join(session_ids(matches), on="match_id").join(
        performance_scores(matches), on="match_id"
    )
    return as_table(PLAYER_MATCH_STATS, scored.sort("start_time", "match_id"))


def _presence() -> tuple[pl.Expr, pl.Expr]:
    """From the first join, but not before the match, to the last leave, else the match's end.

    Who left before the match began was present for an instant, never for less than nothing.
    """
    joined = pl.max_horizontal("start_time", "first_joined_time")
    left = pl.max_horizontal(joined, pl.coalesce("last_leave_time", "end_time"))
    return joined.alias("joined_at"), left.alias("left_at")


def in_teams() -> pl.Expr:
    """The match has teams. Without, the API numbers the players as if each were a team."""
    return pl.col("teams_enabled").fill_null(value=True) & pl.col("team_id").is_not_null()


def _team_scores() -> tuple[pl.Expr, pl.Expr]:
    first, second = (in_teams() & (pl.col("team_id") == team) for team in (0, 1))
    own = pl.when(first).then("team_0_score").when(second).then("team_1_score")
    enemy = pl.when(first).then("team_1_score").when(second).then("team_0_score")
    return own.alias("own_team_score"), enemy.alias("enemy_team_score")


def _enemy_ratings(
    own: pl.DataFrame, participants: pl.DataFrame, registry: pl.DataFrame
) -> pl.DataFrame:
    """`match_id`, `enemy_team_mmr`: of the other team, or the mean of several other teams.

    A team's rating is the median of what stands at its players: it is the same number at each but
    for one who changed teams.
    """
    teams = (
        own.select("match_id", pl.col("team_id").alias("own_team_id"))
        .join(registry.select("match_id", "teams_enabled"), on="match_id")
        .join(participants.select("match_id", "team_id", "team_mmr"), on="match_id")
        .filter(in_teams() & (pl.col("team_id") != pl.col("own_team_id")))
        .group_by("match_id", "team_id")
        .agg(pl.col("team_mmr").median())
        .sort("match_id", "team_id")  # a mean depends on the order of its sum
    )
    return teams.group_by("match_id").agg(pl.col("team_mmr").mean().alias("enemy_team_mmr"))


def _medal_counts(xuid: str, medals: pl.DataFrame) -> pl.DataFrame:
    own = medals.filter(pl.col("xuid") == xuid)
    return own.group_by("match_id").agg(pl.col("count").sum().alias("medal_count"))


def _medals() -> pl.Expr:
    """No medals are 0 where the match's medals are known, else NULL."""
    none_earned = pl.when("medals_loaded").then(0)
    return pl.coalesce("medal_count", none_earned).alias("medals")
