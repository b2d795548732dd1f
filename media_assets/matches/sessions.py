"""Sessions: matches that a player played in one go with the same friends."""

from collections.abc import Mapping
from datetime import timedelta

import polars as pl

from media_assets.matches.outcomes import LOSS, WIN, total
from media_assets.store.frames import as_table
from media_assets.store.tables.players import PLAYER_SESSIONS

SESSION_GAP = timedelta(minutes=120)
"""A longer time without a match ends a session."""

_NOBODY = pl.lit([], dtype=pl.List(pl.String))


def friends_present(
    xuid: str, participants: pl.DataFrame, friends: Mapping[str, str]
) -> pl.DataFrame:
    """The other configured players of each match in which `xuid` takes part.

    Args:
        participants: `match_id`, `xuid` of everybody in those matches.
        friends: name of each configured player by xuid; the player's own entries do not count.

    Returns:
        One row per match, by match_id: `match_id`, `friends` (sorted names, often empty).
    """
    own_name = friends.get(xuid)
    others = {other: name for other, name in friends.items() if name != own_name}
    named = pl.DataFrame(
        {"xuid": list(others.keys()), "friend": list(others.values())},
        schema={"xuid": pl.String(), "friend": pl.String()},
    )
    present = (
        participants.select("match_id", "xuid")
        .join(named, on="xuid")
        .group_by("match_id")
        .agg(pl.col("friend").unique().sort().alias("friends"))
    )
    own_matches = participants.filter(pl.col("xuid") == xuid).select("match_id")
    return _with_friends(own_matches, present).sort("match_id")


def session_ids(matches: pl.DataFrame) -> pl.DataFrame:
    """The session of each match of one player.

    A session starts where more than 120 minutes lie between the end of the previous match and the
    start of the next, or where the friends present are others than in the previous match. The
    end is that of the match, also for a player who left before it. Matches are in order of start,
    then of match_id. A session's id is its first match, so matches that are added later in time
    never change the id of an earlier session.

    Args:
        matches: `match_id`, `start_time`, `end_time`, `friends`, in any order.

    Returns:
        One row per match in order of time: `match_id`, `session_id`.
    """
    pause = pl.col("start_time") - pl.col("end_time").shift(1)
    regrouped = pl.col("friends") != pl.col("friends").shift(1)
    starts = ((pause > SESSION_GAP) | regrouped).fill_null(value=True)
    first_match = pl.when(starts).then("match_id").forward_fill()
    ordered = matches.sort("start_time", "match_id")
    return ordered.select("match_id", first_match.alias("session_id"))


def player_sessions(stats: pl.DataFrame, presence: pl.DataFrame) -> pl.DataFrame:
    """One row per session, the earliest first, with the columns of `PLAYER_SESSIONS`.

    A total is NULL where none of the session's matches has the number.

    Args:
        stats: rows of `player_match_stats` of one player.
        presence: `match_id`, `friends`, as `friends_present` gives them.
    """
    sessions = (
        _with_friends(stats, presence)
        .sort("start_time", "match_id")
        .group_by("session_id", maintain_order=True)
        .agg(
            pl.col("start_time").min(),
            pl.col("end_time").max(),
            pl.len().alias("matches"),
            (pl.col("outcome") == WIN).sum().alias("wins"),
            (pl.col("outcome") == LOSS).sum().alias("losses"),
            *(total(name) for name in ("kills", "deaths", "assists")),
            pl.col("kda").mean().alias("kda_mean"),
            pl.col("friends").first(),
        )
    )
    return as_table(PLAYER_SESSIONS, sessions.sort("start_time", "session_id"))


def _with_friends(matches: pl.DataFrame, presence: pl.DataFrame) -> pl.DataFrame:
    joined = matches.join(presence.select("match_id", "friends"), on="match_id", how="left")
    return joined.with_columns(pl.col("friends").fill_null(_NOBODY))
