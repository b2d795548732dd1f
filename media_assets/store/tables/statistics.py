"""Tables that sum up one player's matches: by what they have in common, by turns, by awards."""

from media_assets.store.spec import Column, Table
from media_assets.store.tables.matches import MATCH_ID
from media_assets.store.tables.players import (
    ANTAGONISTS,
    PLAYER_MATCH_STATS,
    PLAYER_SESSIONS,
    TEAMMATES_AGGREGATE,
)

TALLY = (
    Column("matches", "INTEGER", "Matches.", required=True),
    Column("wins", "INTEGER", "Matches won.", required=True),
    Column("losses", "INTEGER", "Matches lost.", required=True),
    Column("ties", "INTEGER", "Matches tied.", required=True),
    Column("unfinished", "INTEGER", "Matches left early or not started.", required=True),
    Column("win_rate", "DOUBLE", "Won of won and lost; NULL without either."),
    Column("kills", "INTEGER", "Kills."),
    Column("deaths", "INTEGER", "Deaths."),
    Column("assists", "INTEGER", "Assists."),
    Column("kda_mean", "DOUBLE", "Mean of the matches' kda."),
    Column("accuracy", "DOUBLE", "Shots hit of shots fired in all of them.", "percent"),
    Column("performance_mean", "DOUBLE", "Mean of the matches' performance scores."),
    Column("time_played_seconds", "DOUBLE", "Time played.", "s"),
    Column("first_played", "TIMESTAMP", "Start of the first of them, UTC.", required=True),
    Column("last_played", "TIMESTAMP", "Start of the latest, UTC.", required=True),
)
"""What is counted of matches that have something in common."""

STATS_BY_MAP = Table(
    "stats_by_map",
    "player",
    "all matches on one map",
    ("map",),
    (
        Column("map", "VARCHAR", "Name of the map; its asset while the name is not known; `unknown` "
               "where the response names none.", required=True),
        *TALLY,
    ),
)  # fmt: skip

STATS_BY_MODE = Table(
    "stats_by_mode",
    "player",
    "all matches of one kind of game",
    ("mode",),
    (
        Column("mode", "VARCHAR", "Category such as `oddball`; `unknown` for one without a name.",
               required=True),
        *TALLY,
    ),
)  # fmt: skip

STATS_BY_PLAYLIST = Table(
    "stats_by_playlist",
    "player",
    "all matches of one playlist",
    ("playlist",),
    (
        Column("playlist", "VARCHAR", "Name of the playlist; its asset while the name is not known; "
               "`none` for matches without one, such as custom ones.", required=True),
        *TALLY,
    ),
)  # fmt: skip

STATS_BY_HOUR = Table(
    "stats_by_hour",
    "player",
    "all matches that began in one hour of one weekday",
    ("weekday", "hour"),
    (
        Column("weekday", "SMALLINT", "1 Monday to 7 Sunday, in the player's time zone.",
               required=True),
        Column("hour", "SMALLINT", "0 to 23, by the player's clock.", required=True),
        *TALLY,
    ),
)  # fmt: skip

MATCH_STREAKS = Table(
    "match_streaks",
    "player",
    "matches won, or lost, one after the other",
    ("first_match_id",),
    (
        Column("first_match_id", "VARCHAR", "Its first match.", required=True),
        Column("last_match_id", "VARCHAR", "Its last match so far.", required=True),
        Column("kind", "VARCHAR", "`win` or `loss`.", required=True),
        Column("matches", "INTEGER", "Its length.", required=True),
        Column("is_running", "BOOLEAN", "No match has ended it yet.", required=True),
        Column("start_time", "TIMESTAMP", "Start of the first match, UTC.", required=True),
        Column("end_time", "TIMESTAMP", "End of the last match, UTC.", required=True),
        Column("kda_mean", "DOUBLE", "Mean of the matches' kda."),
    ),
)

MATCH_IMPACT = Table(
    "match_impact",
    "player",
    "what turned in the player's hands in one match whose film is known",
    ("match_id",),
    (
        MATCH_ID,
        Column("start_time", "TIMESTAMP", "Start of the match, UTC.", required=True),
        Column("outcome", "SMALLINT", "1 tie, 2 win, 3 loss, 4 did not finish, 5 did not start."),
        Column("first_blood", "BOOLEAN", "The player made the first kill: +1.", required=True),
        Column("last_kill", "BOOLEAN", "The player made the last kill and won: +2.", required=True),
        Column("last_death", "BOOLEAN", "The player died last and lost: -1.", required=True),
        Column("impact", "INTEGER", "Sum of these.", "points", required=True),
    ),
)

PERSONAL_SCORE_AWARDS = Table(
    "personal_score_awards",
    "player",
    "one kind of personal score award, over all matches",
    ("score_name_id",),
    (
        Column("score_name_id", "BIGINT", "Kind of award; goes beyond 32 bits.", required=True),
        Column("name", "VARCHAR", "Its name; NULL for one that nobody has named."),
        Column("matches", "INTEGER", "Matches with it.", required=True),
        Column("count", "INTEGER", "How often.", required=True),
        Column("points", "INTEGER", "Personal score for all of them.", "points", required=True),
        Column("points_share", "DOUBLE", "Of all points above 0; NULL for what takes points away."),
    ),
)

EXPECTATIONS = Table(
    "expectations",
    "player",
    "one match with what the skill model expected of the player, and what came",
    ("match_id",),
    (
        MATCH_ID,
        Column("start_time", "TIMESTAMP", "Start of the match, UTC.", required=True),
        Column("kills", "INTEGER", "Kills."),
        Column("kills_expected", "DOUBLE", "Kills that the model expected."),
        Column("kills_above", "DOUBLE", "Kills less expected kills."),
        Column("kills_deviation", "DOUBLE", "The same in standard deviations of the model."),
        Column("deaths", "INTEGER", "Deaths."),
        Column("deaths_expected", "DOUBLE", "Deaths that the model expected."),
        Column("deaths_above", "DOUBLE", "Deaths less expected deaths: below 0 is good."),
        Column("deaths_deviation", "DOUBLE", "The same in standard deviations of the model."),
        Column("own_team_mmr", "DOUBLE", "Skill rating of the own team."),
        Column("enemy_team_mmr", "DOUBLE", "Skill rating of the other team."),
    ),
)

CAREER_RANKS = Table(
    "career_ranks",
    "player",
    "one career rank, when it was first recorded",
    ("rank", "progress"),
    (
        Column("rank", "INTEGER", "Ranks that were completed, as the response counts: from 0.",
               required=True),
        Column("progress", "INTEGER", "Points towards the next rank.", "points", required=True),
        Column("name", "VARCHAR", "Name of the rank; NULL while not known."),
        Column("is_highest", "BOOLEAN", "There is no higher one.", required=True),
        Column("recorded_at", "TIMESTAMP", "When the response was recorded, UTC.", required=True),
    ),
)  # fmt: skip

STATISTICS_TABLES = (
    STATS_BY_MAP,
    STATS_BY_MODE,
    STATS_BY_PLAYLIST,
    STATS_BY_HOUR,
    MATCH_STREAKS,
    MATCH_IMPACT,
    PERSONAL_SCORE_AWARDS,
    EXPECTATIONS,
    CAREER_RANKS,
)

DERIVED_TABLES = (
    PLAYER_MATCH_STATS,
    PLAYER_SESSIONS,
    TEAMMATES_AGGREGATE,
    ANTAGONISTS,
    *STATISTICS_TABLES,
)
"""Every table of a player that follows from the shared ones."""
