-- Questions to the published files, as README.md asks them. A line `-- name:` begins each.
-- `$published` is the folder of the published files, `$player` a player's.

-- name: on which maps a player wins
SELECT map, matches, round(100 * win_rate) AS percent_won, round(kda_mean, 1) AS kda
FROM '$published/$player/stats_by_map.parquet'
ORDER BY matches DESC;

-- name: how all players did in the matches that they shared
SELECT a.gamertag, count(*) AS matches, sum(p.kills) AS kills, sum(p.deaths) AS deaths,
       round(avg(p.accuracy), 1) AS accuracy
FROM '$published/shared/match_registry.parquet' r
JOIN '$published/shared/match_participants.parquet' p USING (match_id)
JOIN '$published/shared/xuid_aliases.parquet' a USING (xuid)
WHERE r.player_count > 1
GROUP BY a.gamertag
ORDER BY matches DESC
LIMIT 10;

-- name: which medals a player earns
SELECT n.name, sum(m.count) AS times, count(*) AS matches
FROM '$published/shared/medals_earned.parquet' m
JOIN '$published/shared/asset_names.parquet' n
  ON n.asset_kind = 'medal' AND n.asset_id = m.medal_name_id::VARCHAR
WHERE m.xuid = (SELECT any_value(xuid) FROM '$published/$player/player_match_stats.parquet')
GROUP BY n.name
ORDER BY times DESC
LIMIT 10;

-- name: the captures of a player with what happened in the match
SELECT m.capture_start_utc, m.file_name, s.map_name, s.kills, s.deaths, i.impact
FROM '$published/$player/media.parquet' m
JOIN '$published/$player/player_match_stats.parquet' s USING (match_id)
LEFT JOIN '$published/$player/match_impact.parquet' i USING (match_id)
ORDER BY m.capture_start_utc DESC
LIMIT 20;
