-- Pairs of a capture and a match, with what a person needs to judge them. A decision stands here at
-- once, whether or not the associations were computed since. Every parameter may be NULL: any.
WITH pairs AS (
    SELECT media_id, match_id, coalesce(d.decision, m.decision) AS decision,
           d.decided_at, d.decided_by, d.note,
           m.* EXCLUDE (media_id, match_id, decision)
    FROM media_matches m FULL JOIN association_decisions d USING (media_id, match_id)
),
placed AS (
    SELECT media_id, match_id, confidence,
           row_number() OVER (
               PARTITION BY media_id ORDER BY confidence DESC, distance_seconds, match_id
           ) AS place
    FROM pairs WHERE decision <> 'rejected' AND confidence IS NOT NULL
)
SELECT f.player, f.file_name, f.file_path, f.kind, f.status,
       c.capture_start_utc, c.capture_end_utc, c.source AS capture_source, h.thumbnail_file,
       p.* EXCLUDE (match_start_time),
       coalesce(p.match_start_time, s.start_time) AS match_start_time,
       s.end_time AS match_end_time, s.map_name, s.mode_category,
       o.match_id AS runner_up_match_id, t.start_time AS runner_up_match_start_time,
       t.map_name AS runner_up_map_name, o.confidence AS runner_up_confidence
FROM pairs p
JOIN media_files f ON f.media_id = p.media_id
LEFT JOIN capture_times c ON c.media_id = p.media_id
LEFT JOIN thumbnails h ON h.media_id = p.media_id
LEFT JOIN player_match_stats s ON s.match_id = p.match_id
LEFT JOIN placed own ON own.media_id = p.media_id AND own.match_id = p.match_id
LEFT JOIN placed o ON o.media_id = p.media_id
    AND o.place = CASE WHEN own.place = 1 THEN 2 ELSE 1 END
LEFT JOIN player_match_stats t ON t.match_id = o.match_id
WHERE ($media_ids::VARCHAR[] IS NULL OR list_contains($media_ids::VARCHAR[], p.media_id))
  AND ($decisions::VARCHAR[] IS NULL OR list_contains($decisions::VARCHAR[], p.decision))
  AND ($match_id::VARCHAR IS NULL OR p.match_id = $match_id::VARCHAR)
  AND ($min_confidence::DOUBLE IS NULL OR p.confidence >= $min_confidence::DOUBLE)
  AND ($max_confidence::DOUBLE IS NULL OR p.confidence <= $max_confidence::DOUBLE)
  AND ($since::TIMESTAMP IS NULL OR c.capture_start_utc >= $since::TIMESTAMP)
  AND ($until::TIMESTAMP IS NULL OR c.capture_start_utc < $until::TIMESTAMP)
  AND ($kind::VARCHAR IS NULL OR f.kind = $kind::VARCHAR)
  AND ($source::VARCHAR IS NULL OR c.source = $source::VARCHAR)
  AND (f.status <> 'missing' OR $media_ids::VARCHAR[] IS NOT NULL)
ORDER BY c.capture_start_utc DESC NULLS LAST, f.file_path, p.media_id,
         p.confidence DESC NULLS LAST, p.match_id
