-- Of every kind of row and every match (or player, for names): how many the source has, each once,
-- and how many of them the shared tables have. Needs `shared` attached.
CREATE OR REPLACE TEMP TABLE coverage AS
WITH answered AS (
    -- Matches whose events came from a response: their pairs follow from those.
    SELECT match_id FROM shared.match_registry
    WHERE events_loaded AND coalesce(levelup_parts, 0) & 2 = 0
),
events_there AS (
    SELECT match_id, event_type, time_ms, xuid, count(*) AS n FROM staged_events GROUP BY ALL
),
events_here AS (
    SELECT match_id, event_type, time_ms, xuid, count(*) AS n
    FROM shared.highlight_events SEMI JOIN staged_ids USING (match_id) GROUP BY ALL
)
SELECT 'matches' AS kind, m.match_id AS subject, 1 AS source, count(r.match_id) AS here
FROM staged_matches m LEFT JOIN shared.match_registry r USING (match_id) GROUP BY ALL
UNION ALL
SELECT 'participants', p.match_id, count(*), count(e.xuid)
FROM staged_participants p LEFT JOIN shared.match_participants e USING (match_id, xuid)
GROUP BY ALL
UNION ALL
SELECT 'events', t.match_id, sum(t.n), sum(least(t.n, coalesce(h.n, 0)))
FROM events_there t LEFT JOIN events_here h USING (match_id, event_type, time_ms, xuid)
GROUP BY ALL
UNION ALL
SELECT 'medals', m.match_id, count(*), count(*) FILTER (e.count >= m.count)
FROM staged_medals m LEFT JOIN shared.medals_earned e USING (match_id, xuid, medal_name_id)
GROUP BY ALL
UNION ALL
SELECT 'pairs', p.match_id, count(*),
       count(*) FILTER (e.kill_count >= p.kill_count OR a.match_id IS NOT NULL)
FROM staged_pairs p
LEFT JOIN shared.killer_victim_pairs e USING (match_id, killer_xuid, victim_xuid)
LEFT JOIN answered a ON a.match_id = p.match_id
GROUP BY ALL
UNION ALL
SELECT 'skill', k.match_id, count(*),
       count(*) FILTER (
           (k.team_mmr IS NULL OR e.team_mmr IS NOT NULL)
           AND (k.kills_expected IS NULL OR e.kills_expected IS NOT NULL)
           AND (k.kills_stddev IS NULL OR e.kills_stddev IS NOT NULL)
           AND (k.deaths_expected IS NULL OR e.deaths_expected IS NOT NULL)
           AND (k.deaths_stddev IS NULL OR e.deaths_stddev IS NOT NULL)
           AND e.xuid IS NOT NULL)
FROM staged_skill k LEFT JOIN shared.match_participants e USING (match_id, xuid)
GROUP BY ALL
UNION ALL
SELECT 'aliases', n.xuid, 1, count(e.xuid)
FROM names n LEFT JOIN shared.xuid_aliases e USING (xuid) GROUP BY ALL
UNION ALL
SELECT kind, match_id, rows, 0 FROM placeless;
