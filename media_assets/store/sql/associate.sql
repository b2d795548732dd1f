-- The candidates of every capture: matches whose presence interval is within the tolerance.
-- Parameters: tolerance (seconds), tau (seconds), near, short (seconds), spread (seconds),
-- runner_up, quiet, auto, review. Relations: captures, presences, events, decisions.
WITH near AS (
    SELECT c.media_id, p.match_id, p.match_start_time, c.kind, c.time_quality, c.title_factor,
           c.begins, c.ends, p.joins, p.leaves,
           greatest(0, least(c.ends, p.leaves) - greatest(c.begins, p.joins)) AS overlap,
           c.ends - c.begins AS lasts,
           greatest(0, p.joins - c.ends, c.begins - p.leaves) AS distance
    FROM captures c
    JOIN presences p
      ON c.begins <= p.leaves + $tolerance AND c.ends >= p.joins - $tolerance
),
assigned AS (
    -- A person may name a match that lies outside the tolerance.
    SELECT c.media_id, p.match_id, p.match_start_time, c.kind, c.time_quality, c.title_factor,
           c.begins, c.ends, p.joins, p.leaves,
           greatest(0, least(c.ends, p.leaves) - greatest(c.begins, p.joins)) AS overlap,
           c.ends - c.begins AS lasts,
           greatest(0, p.joins - c.ends, c.begins - p.leaves) AS distance
    FROM decisions d
    JOIN captures c ON c.media_id = d.media_id
    JOIN presences p ON p.match_id = d.match_id
    ANTI JOIN near n ON n.media_id = d.media_id AND n.match_id = d.match_id
),
candidates AS (
    SELECT n.*, d.decision AS decided,
           CASE WHEN lasts > 0 THEN overlap / lasts ELSE (distance = 0)::INTEGER END AS inside_share,
           CASE WHEN n.kind = 'video' AND e.known THEN e.inside END AS event_inside
    FROM (FROM near UNION ALL FROM assigned) n
    LEFT JOIN decisions d ON d.media_id = n.media_id AND d.match_id = n.match_id
    LEFT JOIN (
        SELECT media_id, match_id, true AS known,
               bool_or(happens BETWEEN begins AND ends) AS inside
        FROM (FROM near UNION ALL FROM assigned) JOIN events USING (match_id)
        GROUP BY media_id, match_id
    ) e ON e.media_id = n.media_id AND e.match_id = n.match_id
),
ranked AS (
    -- Being inside beats being near; then the distance; then the match that has just ended.
    SELECT *,
           row_number() OVER preference AS place,
           lead(CASE WHEN decided IS NULL THEN distance END) OVER preference AS next_distance
    FROM candidates
    WINDOW preference AS (
        PARTITION BY media_id
        ORDER BY CASE WHEN decided IN ('accepted', 'assigned') THEN 0
                      WHEN decided IS NULL THEN 1 ELSE 2 END,
                 inside_share > 0 DESC, overlap DESC, distance,
                 leaves <= begins DESC, match_start_time DESC, match_id
    )
),
scored AS (
    SELECT *,
           CASE WHEN place = 1 THEN 'main'
                WHEN overlap >= least(lasts, $short) AND lasts > 0 THEN 'secondary'
                ELSE 'runner_up' END AS role,
           -- How clearly the next one is worse. Inside, the share says it; near, the distances do.
           CASE WHEN inside_share > 0 THEN 1.0
                WHEN place > 1 THEN 0.0
                WHEN next_distance IS NULL THEN 1.0
                ELSE (next_distance - distance) / (next_distance + distance + $spread) END AS margin,
           CASE WHEN inside_share > 0 THEN 0.9 + 0.1 * inside_share
                ELSE $near * exp(-distance / $tau) END AS position
    FROM ranked
),
weighed AS (
    SELECT *,
           time_quality * position * title_factor
               * (0.7 + 0.3 * margin)
               * CASE WHEN event_inside = false THEN $quiet ELSE 1.0 END
               * CASE WHEN role = 'runner_up' THEN $runner_up ELSE 1.0 END AS confidence
    FROM scored
)
SELECT media_id, match_id, role, match_start_time,
       coalesce(decided,
                CASE WHEN role = 'runner_up' THEN 'candidate'
                     WHEN confidence >= $auto THEN 'auto'
                     WHEN confidence >= $review THEN 'review'
                     ELSE 'candidate' END) AS decision,
       round(CASE WHEN decided IN ('accepted', 'assigned') THEN 1.0
                  WHEN decided = 'rejected' THEN 0.0
                  -- An event of the player within the clip halves the remaining doubt.
                  WHEN event_inside AND inside_share > 0 AND title_factor > 0
                      THEN 1 - (1 - confidence) / 2
                  ELSE confidence END, 4) AS confidence,
       round(inside_share, 4) AS inside_share,
       round(distance, 3) AS distance_seconds,
       time_quality,
       round(margin, 4) AS margin,
       title_factor,
       event_inside
FROM weighed
