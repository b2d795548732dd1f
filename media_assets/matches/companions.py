"""Who a player meets: teammates and opponents, over all matches."""

import polars as pl

from media_assets.matches.outcomes import LOSS, WIN, win_rate
from media_assets.matches.player_stats import in_teams
from media_assets.store.frames import as_table
from media_assets.store.tables.players import ANTAGONISTS, TEAMMATES_AGGREGATE


def teammates(
    xuid: str,
    participants: pl.DataFrame,
    registry: pl.DataFrame,
    aliases: pl.DataFrame,
    stats: pl.DataFrame,
) -> pl.DataFrame:
    """One row per human who was in the player's team, with the columns of `TEAMMATES_AGGREGATE`.

    Matches without teams do not count. Most matches together come first, then by xuid.

    Args:
        participants: everybody in the player's matches: `match_id`, `xuid`, `is_bot`, `team_id`,
            `gamertag`.
        registry: `match_id`, `start_time`, `teams_enabled`.
        aliases: `xuid`, `gamertag`, one row each.
        stats: rows of `player_match_stats` of the player.
    """
    own = (
        stats.join(registry.select("match_id", "teams_enabled"), on="match_id")
        .filter(in_teams())
        .select("match_id", "team_id", "start_time", "outcome", "kda")
    )
    others = participants.filter((pl.col("xuid") != xuid) & ~pl.col("is_bot"))
    together = others.select("match_id", "team_id", "xuid").join(own, on=["match_id", "team_id"])
    aggregate = (
        together.sort("start_time", "match_id")  # a mean depends on the order of its sum
        .group_by("xuid", maintain_order=True)
        .agg(
            pl.len().alias("matches_together"),
            (pl.col("outcome") == WIN).sum().alias("wins_together"),
            (pl.col("outcome") == LOSS).sum().alias("losses_together"),
            pl.col("kda").mean().alias("own_kda_mean"),
            pl.col("start_time").min().alias("first_played"),
            pl.col("start_time").max().alias("last_played"),
        )
        .with_columns(win_rate("wins_together", "losses_together").alias("same_team_win_rate"))
        .join(known_gamertags(aliases, participants, registry), on="xuid", how="left")
    )
    order = aggregate.sort("matches_together", "xuid", descending=[True, False])
    return as_table(TEAMMATES_AGGREGATE, order)


def antagonists(xuid: str, pairs: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """One row per player who killed `xuid` or was killed, with the columns of `ANTAGONISTS`.

    Most matches come first, then by xuid.

    Args:
        pairs: rows of `killer_victim_pairs`; those without the player are left out.
        aliases: `xuid`, `gamertag`, one row each: `xuid_aliases` or `known_gamertags`.
    """
    killed, killed_by = pl.col("killer_xuid") == xuid, pl.col("victim_xuid") == xuid
    opponent = pl.when(killed).then("victim_xuid").otherwise("killer_xuid")
    aggregate = (
        pairs.filter(killed != killed_by)
        .group_by(opponent.alias("xuid"))
        .agg(
            pl.col("kill_count").filter(killed).sum().alias("times_killed"),
            pl.col("kill_count").filter(killed_by).sum().alias("times_killed_by"),
            pl.col("match_id").n_unique().alias("matches"),
        )
        .with_columns((pl.col("times_killed") - pl.col("times_killed_by")).alias("net_kills"))
        .join(aliases.select("xuid", "gamertag"), on="xuid", how="left")
    )
    order = aggregate.sort("matches", "xuid", descending=[True, False])
    return as_table(ANTAGONISTS, order)


def known_gamertags(
    aliases: pl.DataFrame, participants: pl.DataFrame, registry: pl.DataFrame
) -> pl.DataFrame:
    """The name of everybody who has one: the alias, else that of their latest match.

    Returns:
        `xuid`, `gamertag`, one row per xuid, by xuid.
    """
    named = (
        participants.select("match_id", "xuid", "gamertag")
        .drop_nulls("gamertag")
        .join(aliases, on="xuid", how="anti")
        .join(registry.select("match_id", "start_time"), on="match_id", how="left")
        .sort("start_time", "match_id", nulls_last=False)
        .group_by("xuid")
        .agg(pl.col("gamertag").last())
    )
    return pl.concat([aliases.select("xuid", "gamertag"), named]).sort("xuid")
