-- Captures whose associations may be others now. Relations: captures_now and matches_now as
-- `load_changes` makes them; tables associated_captures and associated_matches say what the
-- associations follow from so far. Parameter: tolerance (seconds).
WITH changed_matches AS (
    SELECT coalesce(n.match_id, s.match_id) AS match_id, n.joins, n.leaves
    FROM matches_now n FULL JOIN associated_matches s ON s.match_id = n.match_id
    WHERE n.inputs IS DISTINCT FROM s.inputs
)
SELECT n.media_id
FROM captures_now n LEFT JOIN associated_captures s ON s.media_id = n.media_id
WHERE n.inputs IS DISTINCT FROM s.inputs
UNION
-- Near where a match is now,
SELECT n.media_id
FROM (
    SELECT media_id, begins, ends,
           unnest(range(floor(begins / 3600)::BIGINT, floor(ends / 3600)::BIGINT + 1)) AS hour
    FROM captures_now
) n
JOIN (
    SELECT joins - $tolerance AS opens, leaves + $tolerance AS closes,
           unnest(range(floor(opens / 3600)::BIGINT, floor(closes / 3600)::BIGINT + 1)) AS hour
    FROM changed_matches
) m ON m.hour = n.hour AND n.begins <= m.closes AND n.ends >= m.opens
UNION
-- near where it was, and where a person named it.
SELECT media_id FROM media_matches SEMI JOIN changed_matches USING (match_id)
UNION
SELECT media_id FROM association_decisions SEMI JOIN changed_matches USING (match_id)
