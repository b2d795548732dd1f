"""Tables of one player's numbers, derived from the shared tables."""

from media_assets.store.spec import Column, Table
from media_assets.store.tables.matches import MATCH_ID, XUID

MATCH_HISTORY = Table(
    "match_history",
    "player",
    "one match that the player took part in",
    ("match_id",),
    (
        MATCH_ID,
        Column("start_time", "TIMESTAMP", "Start of the match, UTC.", required=True),
        Column("end_time", "TIMESTAMP", "End of the match, UTC.", required=True),
        Column("raw_complete", "BOOLEAN", "Its full statistics are there, not its history row alone.",
               required=True),
    ),
)  # fmt: skip

API_HISTORY = Table(
    "api_history",
    "player",
    "one match as the match API lists it in the player's history",
    ("xuid", "match_id"),
    (
        XUID,
        MATCH_ID,
        Column("start_time", "TIMESTAMP", "Start of the match, UTC.", required=True),
        Column("end_time", "TIMESTAMP", "End of the match, UTC.", required=True),
        Column("next_older", "VARCHAR", "Match that is listed next below it; empty for the oldest "
               "of all; NULL where reading stopped: the next sync reads on from there."),
    ),
)  # fmt: skip

PLAYER_MATCH_STATS = Table(
    "player_match_stats",
    "player",
    "one match from the player's point of view",
    ("match_id",),
    (
        MATCH_ID,
        XUID,
        Column("start_time", "TIMESTAMP", "Start of the match, UTC.", required=True),
        Column("end_time", "TIMESTAMP", "End of the match, UTC.", required=True),
        Column("joined_at", "TIMESTAMP", "Start of the player's presence, UTC.", required=True),
        Column("left_at", "TIMESTAMP", "End of the player's presence, UTC.", required=True),
        Column("playlist_name", "VARCHAR", "Name of the playlist; NULL while not known."),
        Column("map_name", "VARCHAR", "Name of the map; NULL while not known."),
        Column("map_id", "VARCHAR", "Map asset."),
        Column("mode_category", "VARCHAR", "Kind of game."),
        Column("is_ranked", "BOOLEAN", "Ranked."),
        Column("team_id", "INTEGER", "Last team."),
        Column("outcome", "SMALLINT", "1 tie, 2 win, 3 loss, 4 did not finish, 5 did not start."),
        Column("rank", "SMALLINT", "Rank in the match."),
        Column("score", "INTEGER", "Score that counts for the mode.", "points"),
        Column("personal_score", "INTEGER", "Personal score.", "points"),
        Column("kills", "INTEGER", "Kills."),
        Column("deaths", "INTEGER", "Deaths."),
        Column("assists", "INTEGER", "Assists."),
        Column("kda", "DOUBLE", "The API's: kills + assists / 3 - deaths."),
        Column("accuracy", "DOUBLE", "Shots hit of shots fired.", "percent"),
        Column("damage_dealt", "INTEGER", "Damage dealt."),
        Column("damage_taken", "INTEGER", "Damage taken."),
        Column("shots_fired", "INTEGER", "Shots fired."),
        Column("shots_hit", "INTEGER", "Shots hit."),
        Column("average_life_seconds", "DOUBLE", "Average life.", "s"),
        Column("time_played_seconds", "DOUBLE", "Time played.", "s"),
        Column("medals", "INTEGER", "Medals earned."),
        Column("own_team_score", "INTEGER", "Score of the own team.", "points"),
        Column("enemy_team_score", "INTEGER", "Score of the other team.", "points"),
        Column("own_team_mmr", "DOUBLE", "Skill rating of the own team."),
        Column("enemy_team_mmr", "DOUBLE", "Skill rating of the other team."),
        Column("kills_expected", "DOUBLE", "Kills that the skill model expects."),
        Column("deaths_expected", "DOUBLE", "Deaths that the skill model expects."),
        Column("session_id", "VARCHAR", "First match of the session.", required=True),
        Column("with_friends", "INTEGER", "Other configured players in the match.", required=True),
        Column("performance_score", "DOUBLE",
               "0 to 100 against the player's earlier matches; NULL before ten of them."),
        Column("playlist_id", "VARCHAR", "Playlist asset."),
        Column("kills_stddev", "DOUBLE", "Standard deviation of the expected kills."),
        Column("deaths_stddev", "DOUBLE", "Standard deviation of the expected deaths."),
    ),
)  # fmt: skip

PLAYER_SESSIONS = Table(
    "player_sessions",
    "player",
    "one session: matches with at most 120 minutes between them and the same friends",
    ("session_id",),
    (
        Column("session_id", "VARCHAR", "First match of the session.", required=True),
        Column("start_time", "TIMESTAMP", "Start of its first match, UTC.", required=True),
        Column("end_time", "TIMESTAMP", "End of its last match, UTC.", required=True),
        Column("matches", "INTEGER", "Matches.", required=True),
        Column("wins", "INTEGER", "Matches won.", required=True),
        Column("losses", "INTEGER", "Matches lost.", required=True),
        Column("kills", "INTEGER", "Kills."),
        Column("deaths", "INTEGER", "Deaths."),
        Column("assists", "INTEGER", "Assists."),
        Column("kda_mean", "DOUBLE", "Mean of the matches' kda."),
        Column("friends", "VARCHAR[]", "Configured players who were there, sorted.", required=True),
    ),
)

TEAMMATES_AGGREGATE = Table(
    "teammates_aggregate",
    "player",
    "one player who was in the same team, over all matches",
    ("xuid",),
    (
        XUID,
        Column("gamertag", "VARCHAR", "Name; NULL while not known."),
        Column("matches_together", "INTEGER", "Matches in the same team.", required=True),
        Column("wins_together", "INTEGER", "Of those, won.", required=True),
        Column("losses_together", "INTEGER", "Of those, lost.", required=True),
        Column("same_team_win_rate", "DOUBLE", "Won of won and lost; NULL without either."),
        Column("own_kda_mean", "DOUBLE", "Mean of the player's own kda in those matches."),
        Column("first_played", "TIMESTAMP", "First match together, UTC.", required=True),
        Column("last_played", "TIMESTAMP", "Latest match together, UTC.", required=True),
    ),
)

ANTAGONISTS = Table(
    "antagonists",
    "player",
    "one opponent, with who killed whom how often",
    ("xuid",),
    (
        XUID,
        Column("gamertag", "VARCHAR", "Name; NULL while not known."),
        Column("times_killed", "INTEGER", "How often the player killed them.", required=True),
        Column("times_killed_by", "INTEGER", "How often they killed the player.", required=True),
        Column("matches", "INTEGER", "Matches with either.", required=True),
        Column("net_kills", "INTEGER", "Killed less killed by.", required=True),
    ),
)

PLAYER_TABLES = (
    MATCH_HISTORY,
    API_HISTORY,
    PLAYER_MATCH_STATS,
    PLAYER_SESSIONS,
    TEAMMATES_AGGREGATE,
    ANTAGONISTS,
)
