"""Tables of the shared database: every match once, for all players."""

from media_assets.store.spec import Column, Table

MATCH_ID = Column("match_id", "VARCHAR", "Match.", required=True)
XUID = Column("xuid", "VARCHAR", "Player as the API names it: digits, or `bid(n.0)` for a bot.",
              required=True)  # fmt: skip

MATCH_REGISTRY = Table(
    "match_registry",
    "shared",
    "one match, whoever of the players took part",
    ("match_id",),
    (
        MATCH_ID,
        Column("start_time", "TIMESTAMP", "Start as the response gives it, UTC.", required=True),
        Column("end_time", "TIMESTAMP", "End as the response gives it, UTC.", required=True),
        Column("duration_seconds", "DOUBLE", "Duration as the response gives it.", "s"),
        Column("playlist_id", "VARCHAR", "Playlist asset."),
        Column("playlist_version_id", "VARCHAR", "Version of the playlist asset."),
        Column("playlist_name", "VARCHAR", "Name of the playlist; NULL while not known."),
        Column("map_id", "VARCHAR", "Map asset."),
        Column("map_version_id", "VARCHAR", "Version of the map asset."),
        Column("map_name", "VARCHAR", "Name of the map; NULL while not known."),
        Column("pair_id", "VARCHAR", "Map and mode pair asset."),
        Column("pair_version_id", "VARCHAR", "Version of the pair asset."),
        Column("pair_name", "VARCHAR", "Name of the pair; NULL while not known."),
        Column("game_variant_id", "VARCHAR", "Game variant asset."),
        Column("game_variant_version_id", "VARCHAR", "Version of the game variant asset."),
        Column("game_variant_name", "VARCHAR", "Name of the game variant; NULL while not known."),
        Column("game_variant_category", "INTEGER", "Category number of the response."),
        Column("mode_category", "VARCHAR", "Name of that category, for example `oddball`; of a match "
               "that LevelUp alone knows, its own name."),
        Column("lifecycle_mode", "INTEGER", "1 custom, 3 matchmade, as the response has it."),
        Column("playlist_experience", "INTEGER", "Experience number of the response."),
        Column("is_ranked", "BOOLEAN", "Ranked, from the playlist data or a recorded rank; NULL "
               "while neither is known."),
        Column("is_firefight", "BOOLEAN", "Firefight, from the category."),
        Column("teams_enabled", "BOOLEAN", "Played in teams."),
        Column("season_id", "VARCHAR", "Season of the response."),
        Column("team_0_score", "INTEGER", "Score of team 0.", "points"),
        Column("team_1_score", "INTEGER", "Score of team 1.", "points"),
        Column("backfill_completed", "INTEGER", "Bit mask of what was attempted: medals 1, events 2,"
               " skill 4, personal_scores 8, performance_scores 16, accuracy 32, shots 64, enemy_mmr"
               " 128, assets 256, participants 512, participants_scores 1024, participants_kda 2048,"
               " participants_shots 4096, participants_damage 8192, aliases 16384,"
               " participants_avg_life 32768.", required=True),
        Column("participants_loaded", "BOOLEAN", "Participants are in their table.", required=True),
        Column("events_loaded", "BOOLEAN", "Highlight events are in their table.", required=True),
        Column("medals_loaded", "BOOLEAN", "Medals of all participants are in their table.",
               required=True),
        Column("first_sync_by", "VARCHAR", "Player whose run stored it first."),
        Column("first_sync_at", "TIMESTAMP", "When it was stored first, UTC."),
        Column("player_count", "SMALLINT", "How many of the configured players took part.",
               required=True),
        Column("created_at", "TIMESTAMP", "When the row was made, UTC.", required=True),
        Column("updated_at", "TIMESTAMP", "When the row last changed, UTC.", required=True),
        Column("levelup_parts", "INTEGER", "Bits of `backfill_completed` that come from a LevelUp "
               "database and from no response yet, with 512 where the match itself does; 0 or NULL: "
               "all comes from responses."),
    ),
)  # fmt: skip

MATCH_PARTICIPANTS = Table(
    "match_participants",
    "shared",
    "one player or bot in one match",
    ("match_id", "xuid"),
    (
        MATCH_ID,
        XUID,
        Column("is_bot", "BOOLEAN", "A bot.", required=True),
        Column("gamertag", "VARCHAR", "Name, from films and users; NULL while not known."),
        Column("team_id", "INTEGER", "Last team; NULL without teams."),
        Column("outcome", "SMALLINT", "1 tie, 2 win, 3 loss, 4 did not finish, 5 did not start."),
        Column("rank", "SMALLINT", "Rank in the match."),
        Column("score", "INTEGER", "Score that counts for the mode.", "points"),
        Column("personal_score", "INTEGER", "Personal score.", "points"),
        Column("kills", "INTEGER", "Kills."),
        Column("deaths", "INTEGER", "Deaths."),
        Column("assists", "INTEGER", "Assists."),
        Column("kda", "DOUBLE", "The API's: kills + assists / 3 - deaths."),
        Column("accuracy", "DOUBLE", "Shots hit of shots fired.", "percent"),
        Column("headshot_kills", "INTEGER", "Kills by head shot."),
        Column("melee_kills", "INTEGER", "Kills by melee."),
        Column("grenade_kills", "INTEGER", "Kills by grenade."),
        Column("power_weapon_kills", "INTEGER", "Kills by power weapon."),
        Column("suicides", "INTEGER", "Suicides."),
        Column("betrayals", "INTEGER", "Betrayals."),
        Column("max_killing_spree", "INTEGER", "Longest killing spree.", "kills"),
        Column("average_life_seconds", "DOUBLE", "Average life.", "s"),
        Column("time_played_seconds", "DOUBLE", "Time played.", "s"),
        Column("shots_fired", "INTEGER", "Shots fired."),
        Column("shots_hit", "INTEGER", "Shots hit."),
        Column("damage_dealt", "INTEGER", "Damage dealt."),
        Column("damage_taken", "INTEGER", "Damage taken."),
        Column("first_joined_time", "TIMESTAMP", "First join, UTC."),
        Column("last_leave_time", "TIMESTAMP", "Last leave, UTC; NULL: stayed to the end."),
        Column("present_at_beginning", "BOOLEAN", "Was there when it began."),
        Column("present_at_completion", "BOOLEAN", "Was there when it ended."),
        Column("team_mmr", "DOUBLE", "Skill rating of the own team."),
        Column("kills_expected", "DOUBLE", "Kills that the skill model expects."),
        Column("kills_stddev", "DOUBLE", "Standard deviation of those."),
        Column("deaths_expected", "DOUBLE", "Deaths that the skill model expects."),
        Column("deaths_stddev", "DOUBLE", "Standard deviation of those."),
    ),
)  # fmt: skip

HIGHLIGHT_EVENTS = Table(
    "highlight_events",
    "shared",
    "one event of a match's film, in order of time",
    ("match_id", "seq"),
    (
        MATCH_ID,
        Column("seq", "INTEGER", "Position in the film by time, from 0.", required=True),
        Column("event_type", "VARCHAR", "`kill`, `death`, `medal` or `mode`.", required=True),
        Column("time_ms", "INTEGER", "Time from the start of the match.", "ms", required=True),
        XUID,
        Column("gamertag", "VARCHAR", "Name as it stands in the film."),
        Column("type_hint", "INTEGER", "Byte that tells the kind of event."),
        Column("medal_value", "INTEGER", "Byte that tells the medal."),
        Column("medal_name", "VARCHAR", "Name of the medal."),
    ),
)

MEDALS_EARNED = Table(
    "medals_earned",
    "shared",
    "one kind of medal that one player earned in one match",
    ("match_id", "xuid", "medal_name_id"),
    (
        MATCH_ID,
        XUID,
        Column("medal_name_id", "BIGINT", "Medal; goes beyond 32 bits.", required=True),
        Column("count", "INTEGER", "How often.", required=True),
    ),
)

PERSONAL_SCORES = Table(
    "personal_scores",
    "shared",
    "one kind of personal score that one player was awarded in one match",
    ("match_id", "xuid", "score_name_id"),
    (
        MATCH_ID,
        XUID,
        Column("score_name_id", "BIGINT", "Kind of award; goes beyond 32 bits.", required=True),
        Column("count", "INTEGER", "How often.", required=True),
        Column("points", "INTEGER", "Personal score for all of them; below 0 for a betrayal.",
               "points", required=True),
    ),
)  # fmt: skip

KILLER_VICTIM_PAIRS = Table(
    "killer_victim_pairs",
    "shared",
    "how often one player killed another in one match",
    ("match_id", "killer_xuid", "victim_xuid"),
    (
        MATCH_ID,
        Column("killer_xuid", "VARCHAR", "Who killed.", required=True),
        Column("victim_xuid", "VARCHAR", "Who died.", required=True),
        Column("kill_count", "INTEGER", "How often.", required=True),
    ),
)

XUID_ALIASES = Table(
    "xuid_aliases",
    "shared",
    "the name of one player, the latest that is known",
    ("xuid",),
    (
        XUID,
        Column("gamertag", "VARCHAR", "Name as written.", required=True),
        Column("source", "VARCHAR", "`users`, `profile`, `film` or `levelup`.", required=True),
        Column("last_seen", "TIMESTAMP", "When the name was in use, UTC.", required=True),
    ),
)

CAREER_PROGRESS = Table(
    "career_progress",
    "shared",
    "the career rank of one player at one time",
    ("xuid", "recorded_at", "rank", "progress"),
    (
        XUID,
        Column("recorded_at", "TIMESTAMP", "When the response was recorded, UTC.", required=True),
        Column("rank", "INTEGER", "Ranks that were completed, as the response counts: from 0.",
               required=True),
        Column("progress", "INTEGER", "Points towards the next rank.", "points", required=True),
        Column("is_highest", "BOOLEAN", "There is no higher one.", required=True),
    ),
)  # fmt: skip

ASSET_NAMES = Table(
    "asset_names",
    "shared",
    "the name of one version of a map, playlist, pair, game variant, or of one medal or career rank",
    ("asset_kind", "asset_id", "version_id"),
    (
        Column("asset_kind", "VARCHAR", "`map`, `playlist`, `pair`, `game_variant`, `medal` or "
               "`career_rank`.", required=True),
        Column("asset_id", "VARCHAR", "Asset.", required=True),
        Column("version_id", "VARCHAR", "Version; empty where there is none.", required=True),
        Column("name", "VARCHAR", "Public name.", required=True),
        Column("is_ranked", "BOOLEAN", "For a playlist: ranked."),
    ),
)  # fmt: skip

SOURCE_FILES = Table(
    "source_files",
    "shared",
    "one recorded file of the match source, and what became of it",
    ("file_path",),
    (
        Column("file_path", "VARCHAR", "Path of the recorded file; bytes that are not UTF-8 are "
               "shown as \\xNN.", required=True),
        Column("file_size", "BIGINT", "Size that was read.", "bytes", required=True),
        Column("mtime_ns", "BIGINT", "Modification time that was read.", "ns since 1970",
               required=True),
        Column("content", "VARCHAR", "`stats`, `skill`, `film`, `history`, `users`, `profile`, "
               "`medals`, `asset`, `film_manifest`, `match_count`, `career`, `career_ladder` or "
               "`unknown`.", required=True),
        Column("match_id", "VARCHAR", "Match that it is about."),
        Column("start_time", "TIMESTAMP", "Start of that match, where it says so, UTC."),
        Column("end_time", "TIMESTAMP", "End of that match, where it says so, UTC."),
        Column("xuids", "VARCHAR[]", "Players of that match, where it says so."),
        Column("error_class", "VARCHAR", "Class of the error; NULL when it was taken in."),
        Column("message", "VARCHAR", "What is wrong with it, in words."),
        Column("read_at", "TIMESTAMP", "When it was read, UTC.", required=True),
    ),
)  # fmt: skip

FETCH_GAPS = Table(
    "fetch_gaps",
    "shared",
    "one thing that the match API was asked for and did not give",
    ("part", "subject"),
    (
        Column("part", "VARCHAR", "`stats`, `skill` or `film` of a match; `history` for a whole sync "
               "of a player; the name of a `map`, `playlist`, `pair`, `game_variant`, `medal` or "
               "`user`.", required=True),
        Column("subject", "VARCHAR", "Match, player, asset or medal.", required=True),
        Column("asked_by", "VARCHAR", "Player whose sync asked for it last; NULL for names."),
        Column("status", "INTEGER", "HTTP status; NULL where no whole answer came."),
        Column("message", "VARCHAR", "What came instead, in words.", required=True),
        Column("final", "BOOLEAN", "Asked for again by a full sync alone.", required=True),
        Column("attempts", "INTEGER", "Syncs that asked for it.", required=True),
        Column("first_failed_at", "TIMESTAMP", "First of them, UTC.", required=True),
        Column("last_failed_at", "TIMESTAMP", "Last of them, UTC.", required=True),
        Column("next_retry_at", "TIMESTAMP", "When the sensor asks for another sync, UTC; NULL: "
               "never. Every sync retries what is not final."),
    ),
)  # fmt: skip

MATCH_TABLES = (
    MATCH_REGISTRY,
    MATCH_PARTICIPANTS,
    HIGHLIGHT_EVENTS,
    MEDALS_EARNED,
    PERSONAL_SCORES,
    KILLER_VICTIM_PAIRS,
    XUID_ALIASES,
    CAREER_PROGRESS,
    ASSET_NAMES,
    SOURCE_FILES,
    FETCH_GAPS,
)
