-- From the typed tables of one LevelUp database to rows of the shared tables: `staged_<table>`.
-- Variables: own_xuid, player. Relations: typed_<table>, categories (number, name),
-- owner_rows, other_rows, skill_rows (participants in order of trust), newest_matches.

-- Names ------------------------------------------------------------------------------------------

CREATE TABLE names AS
SELECT xuid, arg_max(gamertag, (last_seen, place)) AS gamertag,
       max(last_seen) AS last_seen
FROM (
    SELECT xuid, gamertag, coalesce(last_seen, updated_at) AS last_seen, place
    FROM typed_xuid_aliases
)
WHERE xuid IS NOT NULL AND gamertag IS NOT NULL
GROUP BY xuid;

-- Participants -----------------------------------------------------------------------------------

CREATE TABLE staged_participants AS
SELECT * REPLACE (starts_with(xuid, 'bid(') AS is_bot)
FROM merged_participants
WHERE match_id IS NOT NULL AND xuid IS NOT NULL;

-- What is known of the owner's team and of the other team holds for everybody in them.
CREATE TABLE ratings AS
SELECT own.match_id, own.team_id, own.team_mmr, own.enemy_mmr, teams.teams
FROM staged_participants own
JOIN (
    SELECT match_id, count(DISTINCT team_id) AS teams
    FROM staged_participants GROUP BY match_id
) teams USING (match_id)
WHERE own.xuid = getvariable('own_xuid') AND own.team_id IS NOT NULL;

UPDATE staged_participants p
SET team_mmr = CASE WHEN p.team_id = r.team_id THEN r.team_mmr ELSE r.enemy_mmr END
FROM ratings r
WHERE p.match_id = r.match_id AND p.team_mmr IS NULL AND p.team_id IS NOT NULL
  AND (p.team_id = r.team_id OR r.teams = 2);

-- Matches ----------------------------------------------------------------------------------------

CREATE TABLE staged_matches AS
WITH ended AS (
    SELECT m.*, own.team_id AS own_team_id,
           coalesce(m.end_time,
                    m.start_time + to_microseconds(
                        (1e6 * coalesce(m.duration_seconds, own.time_played_seconds, 0))::BIGINT)
           ) AS ends
    FROM newest_matches m
    LEFT JOIN staged_participants own
      ON own.match_id = m.match_id AND own.xuid = getvariable('own_xuid')
    WHERE m.match_id IS NOT NULL
)
SELECT e.match_id, e.start_time,
       greatest(e.ends, e.start_time) AS end_time,
       coalesce(e.duration_seconds, epoch(greatest(e.ends, e.start_time) - e.start_time))
           AS duration_seconds,
       e.playlist_id, known_name(e.playlist_name, e.playlist_id) AS playlist_name,
       e.map_id, known_name(e.map_name, e.map_id) AS map_name,
       e.pair_id, known_name(e.pair_name, e.pair_id) AS pair_name,
       e.game_variant_id, known_name(e.game_variant_name, e.game_variant_id) AS game_variant_name,
       e.game_variant_category,
       coalesce(c.name, e.mode_category) AS mode_category,
       e.is_ranked,
       coalesce(c.name = 'firefight', e.is_firefight) AS is_firefight,
       e.season_id,
       coalesce(e.team_0_score,
                CASE e.own_team_id WHEN 0 THEN e.my_team_score WHEN 1 THEN e.enemy_team_score END)
           AS team_0_score,
       coalesce(e.team_1_score,
                CASE e.own_team_id WHEN 1 THEN e.my_team_score WHEN 0 THEN e.enemy_team_score END)
           AS team_1_score,
       coalesce(e.backfill_completed, 0) AS backfill_completed,
       e.match_id IN (SELECT match_id FROM typed_match_participants) AS roster_known,
       (SELECT count(*) FROM typed_medals_earned) > 0
           AND (e.backfill_completed IS NULL OR e.backfill_completed & 1 <> 0
                OR e.match_id IN (SELECT match_id FROM typed_medals_earned)) AS medals_known
FROM ended e
LEFT JOIN categories c ON c.number = e.game_variant_category;

-- Events: what stands twice arrives once ---------------------------------------------------------

CREATE TABLE read_events AS
WITH told AS (
    SELECT match_id, lower(event_type) AS event_type, time_ms, type_hint, place,
           coalesce(xuid, CASE lower(event_type) WHEN 'death' THEN victim_xuid
                                                 ELSE killer_xuid END) AS xuid,
           coalesce(gamertag, CASE lower(event_type) WHEN 'death' THEN victim_gamertag
                                                     ELSE killer_gamertag END) AS gamertag,
           coalesce(medal_value, TRY_CAST(TRY(json_extract_string(raw_json, '$.medal_value'))
                                          AS INTEGER)) AS medal_value,
           coalesce(medal_name, TRY(json_extract_string(raw_json, '$.medal_name'))) AS medal_name
    FROM typed_highlight_events
),
-- Of a name that one player alone has, in the match or at all, the player is known.
in_match AS (
    SELECT match_id, lower(gamertag) AS gamertag, any_value(xuid) AS xuid
    FROM staged_participants WHERE gamertag IS NOT NULL
    GROUP BY ALL HAVING count(DISTINCT xuid) = 1
),
anywhere AS (
    SELECT lower(gamertag) AS gamertag, any_value(xuid) AS xuid
    FROM names GROUP BY ALL HAVING count(DISTINCT xuid) = 1
)
SELECT t.* REPLACE (coalesce(t.xuid, m.xuid, a.xuid) AS xuid)
FROM told t
LEFT JOIN in_match m ON m.match_id = t.match_id AND m.gamertag = lower(t.gamertag)
LEFT JOIN anywhere a ON a.gamertag = lower(t.gamertag);

-- The medal tells events of one moment apart; nobody else has one.
CREATE TABLE staged_events AS
SELECT match_id, event_type, time_ms, xuid, arg_max(gamertag, place) AS gamertag, type_hint,
       coalesce(medal, max(medal_value)) AS medal_value, medal_name
FROM (
    SELECT * EXCLUDE (medal_name),
           CASE WHEN event_type = 'medal' THEN medal_value END AS medal,
           CASE WHEN event_type = 'medal' THEN medal_name END AS medal_name
    FROM read_events
    WHERE match_id IS NOT NULL AND event_type IS NOT NULL AND time_ms IS NOT NULL
      AND xuid IS NOT NULL
)
GROUP BY match_id, event_type, time_ms, xuid, type_hint, medal, medal_name;

-- Medals, pairs, names ---------------------------------------------------------------------------

CREATE TABLE staged_medals AS
SELECT match_id, coalesce(xuid, getvariable('own_xuid')) AS xuid, medal_name_id,
       max(count) AS count
FROM typed_medals_earned
WHERE match_id IS NOT NULL AND medal_name_id IS NOT NULL AND count IS NOT NULL
GROUP BY ALL;

-- A pair with its moment that stands twice is one kill; without a moment nobody can tell.
CREATE TABLE staged_pairs AS
SELECT match_id, killer_xuid, victim_xuid, sum(kills)::INTEGER AS kill_count
FROM (
    SELECT match_id, killer_xuid, victim_xuid, max(coalesce(kill_count, 1)) AS kills
    FROM typed_killer_victim_pairs
    WHERE match_id IS NOT NULL AND killer_xuid IS NOT NULL AND victim_xuid IS NOT NULL
    GROUP BY match_id, killer_xuid, victim_xuid, coalesce(time_ms, -place - 1)
)
GROUP BY ALL;

CREATE TABLE staged_aliases AS
WITH played AS (SELECT match_id, end_time FROM staged_matches WHERE end_time IS NOT NULL),
offered AS (
    SELECT xuid, gamertag,
           coalesce(last_seen, (SELECT min(end_time) FROM played)) AS last_seen, 0 AS trust
    FROM names
    UNION ALL
    SELECT p.xuid, arg_max(p.gamertag, (played.end_time, p.gamertag)), max(played.end_time), 1
    FROM staged_participants p JOIN played USING (match_id)
    WHERE p.gamertag IS NOT NULL AND NOT p.is_bot GROUP BY p.xuid
    UNION ALL
    SELECT getvariable('own_xuid'), getvariable('player'), (SELECT max(end_time) FROM played), 2
)
SELECT xuid, gamertag, 'levelup' AS source,
       coalesce(last_seen, getvariable('now')::TIMESTAMP) AS last_seen
FROM offered
QUALIFY row_number() OVER (PARTITION BY xuid ORDER BY trust) = 1;

CREATE TABLE staged_ids AS
SELECT match_id, max(start_time) AS start_time
FROM (
    SELECT match_id, start_time FROM staged_matches
    UNION ALL BY NAME SELECT match_id FROM staged_participants
    UNION ALL BY NAME SELECT match_id FROM staged_events
    UNION ALL BY NAME SELECT match_id FROM staged_medals
    UNION ALL BY NAME SELECT match_id FROM staged_pairs
)
GROUP BY match_id;

-- Skill, as the source has it: what the participants must have in the end -------------------------

CREATE TABLE staged_skill AS
SELECT match_id, coalesce(xuid, getvariable('own_xuid')) AS xuid,
       arg_max(team_mmr, place) AS team_mmr, arg_max(kills_expected, place) AS kills_expected,
       arg_max(kills_stddev, place) AS kills_stddev,
       arg_max(deaths_expected, place) AS deaths_expected,
       arg_max(deaths_stddev, place) AS deaths_stddev
FROM typed_player_match_stats
WHERE match_id IS NOT NULL
GROUP BY ALL;

-- Rows that have no place, because what would name them is missing or cannot be read ---------------

CREATE TABLE placeless AS
SELECT 'matches' AS kind, match_id, count(*) AS rows FROM typed_match_stats
WHERE match_id IS NULL GROUP BY ALL
UNION ALL
SELECT 'participants', match_id, count(*) FROM typed_match_participants
WHERE match_id IS NULL OR xuid IS NULL GROUP BY ALL
UNION ALL
SELECT 'events', match_id, count(*) FROM read_events
WHERE match_id IS NULL OR event_type IS NULL OR time_ms IS NULL OR xuid IS NULL GROUP BY ALL
UNION ALL
SELECT 'medals', match_id, count(*) FROM typed_medals_earned
WHERE match_id IS NULL OR medal_name_id IS NULL OR count IS NULL GROUP BY ALL
UNION ALL
SELECT 'pairs', match_id, count(*) FROM typed_killer_victim_pairs
WHERE match_id IS NULL OR killer_xuid IS NULL OR victim_xuid IS NULL GROUP BY ALL
UNION ALL
SELECT 'skill', match_id, count(*) FROM typed_player_match_stats
WHERE match_id IS NULL GROUP BY ALL
UNION ALL
SELECT 'aliases', NULL, count(*) FROM typed_xuid_aliases
WHERE (xuid IS NULL) <> (gamertag IS NULL) GROUP BY ALL;
