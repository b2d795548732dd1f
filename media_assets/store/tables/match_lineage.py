"""Which columns of other tables each column of a player's statistics follows from."""

from collections.abc import Mapping

from media_assets.store.tables.matches import (
    HIGHLIGHT_EVENTS,
    KILLER_VICTIM_PAIRS,
    MATCH_PARTICIPANTS,
    MATCH_REGISTRY,
    MEDALS_EARNED,
    PERSONAL_SCORES,
    XUID_ALIASES,
)
from media_assets.store.tables.players import (
    ANTAGONISTS,
    PLAYER_MATCH_STATS,
    PLAYER_SESSIONS,
    TEAMMATES_AGGREGATE,
)
from media_assets.store.tables.sources import Lineage
from media_assets.store.tables.statistics import (
    EXPECTATIONS,
    MATCH_IMPACT,
    MATCH_STREAKS,
    PERSONAL_SCORE_AWARDS,
    STATS_BY_HOUR,
    STATS_BY_MAP,
    STATS_BY_MODE,
    STATS_BY_PLAYLIST,
)

_TEAM = "match_participants.team_id match_registry.teams_enabled"
_TEAM_SCORES = f"{_TEAM} match_registry.team_0_score match_registry.team_1_score"
_TALLY = {
    "matches": "player_match_stats.match_id",
    **dict.fromkeys(("wins", "losses", "ties", "unfinished", "win_rate"),
                    "player_match_stats.outcome"),
    "kda_mean": "player_match_stats.kda",
    "accuracy": "player_match_stats.shots_hit player_match_stats.shots_fired",
    "performance_mean": "player_match_stats.performance_score",
    **dict.fromkeys(("first_played", "last_played"), "player_match_stats.start_time"),
}  # fmt: skip

MATCH_LINEAGE: Mapping[str, Lineage] = {
    PLAYER_MATCH_STATS.name: Lineage(
        (MATCH_PARTICIPANTS, MATCH_REGISTRY, MEDALS_EARNED),
        {
            "joined_at": "match_participants.first_joined_time match_registry.start_time",
            "left_at": "match_participants.last_leave_time match_registry.end_time",
            "medals": "medals_earned.count match_registry.medals_loaded",
            "own_team_score": _TEAM_SCORES,
            "enemy_team_score": _TEAM_SCORES,
            "own_team_mmr": "match_participants.team_mmr",
            "enemy_team_mmr": f"match_participants.team_mmr {_TEAM}",
            "session_id": "match_registry.start_time match_registry.end_time "
            "match_participants.xuid",
            "with_friends": "match_participants.xuid",
            "performance_score": " ".join(
                f"match_participants.{name}"
                for name in (
                    "kills",
                    "deaths",
                    "assists",
                    "kda",
                    "accuracy",
                    "personal_score",
                    "damage_dealt",
                    "rank",
                    "team_mmr",
                    "time_played_seconds",
                )
            ),
        },
    ),
    PLAYER_SESSIONS.name: Lineage(
        (PLAYER_MATCH_STATS, MATCH_PARTICIPANTS),
        {
            "matches": "player_match_stats.match_id",
            "wins": "player_match_stats.outcome",
            "losses": "player_match_stats.outcome",
            "kda_mean": "player_match_stats.kda",
            "friends": "match_participants.xuid",
        },
    ),
    TEAMMATES_AGGREGATE.name: Lineage(
        (MATCH_PARTICIPANTS, PLAYER_MATCH_STATS, XUID_ALIASES),
        {
            "xuid": "match_participants.xuid match_participants.team_id",
            "gamertag": "xuid_aliases.gamertag match_participants.gamertag",
            "matches_together": "match_participants.match_id match_participants.team_id",
            "wins_together": "player_match_stats.outcome",
            "losses_together": "player_match_stats.outcome",
            "same_team_win_rate": "player_match_stats.outcome",
            "own_kda_mean": "player_match_stats.kda",
            "first_played": "player_match_stats.start_time",
            "last_played": "player_match_stats.start_time",
        },
    ),
    ANTAGONISTS.name: Lineage(
        (KILLER_VICTIM_PAIRS, MATCH_PARTICIPANTS, XUID_ALIASES),
        {
            "xuid": "killer_victim_pairs.killer_xuid killer_victim_pairs.victim_xuid",
            "gamertag": "xuid_aliases.gamertag match_participants.gamertag",
            "times_killed": "killer_victim_pairs.kill_count",
            "times_killed_by": "killer_victim_pairs.kill_count",
            "matches": "killer_victim_pairs.match_id",
            "net_kills": "killer_victim_pairs.kill_count",
        },
    ),
    STATS_BY_MAP.name: Lineage(
        (PLAYER_MATCH_STATS,),
        {"map": "player_match_stats.map_name player_match_stats.map_id", **_TALLY},
    ),
    STATS_BY_MODE.name: Lineage(
        (PLAYER_MATCH_STATS,), {"mode": "player_match_stats.mode_category", **_TALLY}
    ),
    STATS_BY_PLAYLIST.name: Lineage(
        (PLAYER_MATCH_STATS,),
        {"playlist": "player_match_stats.playlist_name player_match_stats.playlist_id", **_TALLY},
    ),
    STATS_BY_HOUR.name: Lineage(
        (PLAYER_MATCH_STATS,),
        {
            "weekday": "player_match_stats.start_time",
            "hour": "player_match_stats.start_time",
            **_TALLY,
        },
    ),
    MATCH_STREAKS.name: Lineage(
        (PLAYER_MATCH_STATS,),
        {
            "first_match_id": "player_match_stats.match_id",
            "last_match_id": "player_match_stats.match_id",
            "kind": "player_match_stats.outcome",
            "matches": "player_match_stats.match_id player_match_stats.outcome",
            "is_running": "player_match_stats.match_id player_match_stats.outcome",
            "kda_mean": "player_match_stats.kda",
        },
    ),
    MATCH_IMPACT.name: Lineage(
        (PLAYER_MATCH_STATS, HIGHLIGHT_EVENTS),
        {
            "first_blood": "highlight_events.event_type highlight_events.seq highlight_events.xuid",
            "last_kill": "highlight_events.event_type highlight_events.seq highlight_events.xuid "
            "player_match_stats.outcome",
            "last_death": "highlight_events.event_type highlight_events.seq highlight_events.xuid "
            "player_match_stats.outcome",
            "impact": "highlight_events.event_type highlight_events.seq highlight_events.xuid "
            "player_match_stats.outcome",
        },
    ),
    PERSONAL_SCORE_AWARDS.name: Lineage(
        (PERSONAL_SCORES,),
        {
            "name": "personal_scores.score_name_id",
            "matches": "personal_scores.match_id",
            "points_share": "personal_scores.points",
        },
    ),
    EXPECTATIONS.name: Lineage(
        (PLAYER_MATCH_STATS,),
        {
            f"{name}_{what}": " ".join(
                f"player_match_stats.{name}{end}" for end in ("", "_expected", *more)
            )
            for name in ("kills", "deaths")
            for what, more in (("above", ()), ("deviation", ("_stddev",)))
        },
    ),
}
"""By table."""
