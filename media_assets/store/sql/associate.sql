-- The candidates of every capture with their roles, their confidence and what it is made of.
-- Parameters: tolerance (seconds) and the fields of `Weights`. Relations: captures, presences,
-- events, decisions. Times are seconds since 1970; a capture without a time has NULL.
WITH hours_of_captures AS (
    SELECT media_id, begins, ends,
           unnest(range(floor(begins / 3600)::BIGINT, floor(ends / 3600)::BIGINT + 1)) AS hour
    FROM captures
),
hours_of_presences AS (
    SELECT match_id, joins - $tolerance AS opens, leaves + $tolerance AS closes,
           unnest(range(floor(opens / 3600)::BIGINT, floor(closes / 3600)::BIGINT + 1)) AS hour
    FROM presences
),
pairs AS (
    -- By the hour, for a join on two inequalities alone compares nearly everything.
    SELECT c.media_id, p.match_id
    FROM hours_of_captures c
    JOIN hours_of_presences p ON p.hour = c.hour AND c.begins <= p.closes AND c.ends >= p.opens
    UNION
    -- A person may name a match that lies outside the tolerance.
    SELECT media_id, match_id FROM decisions
),
placed AS (
    SELECT media_id, match_id, p.match_start_time, c.kind, c.time_quality, c.title_factor,
           c.begins, c.ends, p.joins, p.leaves, d.decision AS decided,
           c.ends - c.begins AS lasts,
           greatest(0, least(c.ends, p.leaves) - greatest(c.begins, p.joins)) AS overlap,
           -- `greatest` passes over NULL: without a time there is no distance.
           CASE WHEN c.begins IS NOT NULL
                THEN greatest(0, p.joins - c.ends, c.begins - p.leaves) END AS distance
    FROM pairs
    JOIN captures c USING (media_id)
    JOIN presences p USING (match_id)
    LEFT JOIN decisions d USING (media_id, match_id)
),
ranked AS (
    SELECT *,
           coalesce(distance = 0 AND overlap >= least($short, lasts / 2), false) AS shown,
           -- What people say; then inside before near, the distance, the match that just ended.
           row_number() OVER (
               PARTITION BY media_id
               ORDER BY CASE WHEN decided IN ('accepted', 'assigned') THEN 0
                             WHEN decided IS NULL THEN 1 ELSE 2 END,
                        shown DESC, overlap DESC, distance,
                        leaves <= begins DESC, match_start_time DESC, match_id
           ) AS place
    FROM placed
),
cast_in_roles AS (
    SELECT *,
           CASE WHEN decided = 'rejected' THEN 'runner_up'
                WHEN place = 1 THEN 'main'
                WHEN decided IN ('accepted', 'assigned') THEN 'secondary'
                WHEN kind = 'video' AND shown AND first_value(shown) OVER (
                    PARTITION BY media_id ORDER BY place) THEN 'secondary'
                ELSE 'runner_up' END AS role
    FROM ranked
),
rivals AS (
    SELECT media_id,
           min(distance) FILTER (role = 'main') AS best,
           min(distance) FILTER (role = 'runner_up' AND decided IS NULL) AS next
    FROM cast_in_roles GROUP BY media_id
),
happened AS (
    SELECT media_id, match_id, bool_or(happens BETWEEN begins AND ends) AS inside
    FROM cast_in_roles JOIN events USING (match_id)
    WHERE kind = 'video' AND distance = 0
    GROUP BY media_id, match_id
),
weighed AS (
    SELECT r.*, h.inside AS event_inside,
           CASE WHEN lasts > 0 THEN overlap / lasts
                ELSE coalesce(distance = 0, false)::INTEGER END AS inside_share,
           CASE WHEN distance = 0 THEN 'inside' WHEN leaves < begins THEN 'after'
                WHEN ends < joins THEN 'before' END AS side,
           CASE WHEN role = 'runner_up' THEN v.best ELSE v.next END - distance AS margin,
           CASE WHEN margin IS NULL THEN 0 ELSE exp(-greatest(0, margin) / $gap) END AS crowding,
           least(time_quality, $surest) AS trust,
           CASE WHEN side = 'inside'
                THEN ln(trust / (1 - trust)) + $inside - $outside_part * (1 - inside_share)
                     - CASE WHEN NOT event_inside THEN $quiet ELSE 0 END
                WHEN side = 'after'
                THEN $after - $after_slope * sqrt(distance)
                     - CASE WHEN kind = 'video' THEN $after_clip ELSE 0 END
                ELSE $before - $before_slope * sqrt(distance) END
               - CASE WHEN side = 'inside' THEN $crowded_inside ELSE $crowded_near END * crowding
               AS log_odds,
           CASE WHEN side = 'inside' THEN 0 ELSE $astray * exp(-distance / $reach) END AS floor,
           CASE WHEN side IS NULL OR title_factor = 0 OR time_quality = 0 THEN 0
                ELSE floor + (1 - floor) / (1 + exp(-log_odds)) END AS alone
    FROM cast_in_roles r
    JOIN rivals v USING (media_id)
    LEFT JOIN happened h USING (media_id, match_id)
),
judged AS (
    SELECT *,
           round(CASE WHEN decided IN ('accepted', 'assigned') THEN 1.0
                      WHEN decided = 'rejected' THEN 0.0
                      -- What the better match leaves to it.
                      WHEN role = 'runner_up' THEN alone * (1 - coalesce(max(
                          CASE WHEN decided IS NULL THEN alone ELSE 1 END) FILTER (role = 'main')
                          OVER (PARTITION BY media_id), 0))
                      ELSE alone END, 4) AS confidence
    FROM weighed
)
SELECT media_id, match_id, role, match_start_time,
       coalesce(decided,
                CASE WHEN role = 'runner_up' THEN 'candidate'
                     WHEN confidence >= $auto THEN 'auto'
                     WHEN confidence >= $review THEN 'review'
                     ELSE 'candidate' END) AS decision,
       confidence,
       side,
       round(inside_share, 4) AS inside_share,
       round(distance, 3) AS distance_seconds,
       time_quality,
       round(margin, 3) AS margin_seconds,
       title_factor,
       event_inside
FROM judged
