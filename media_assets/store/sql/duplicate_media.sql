-- Every media that can be compared, with a digest of all that the result follows from. `pending`: it
-- was not compared as it is now. Media of one size and `content_hash` have the same bytes.
WITH decided AS (
    SELECT media_id, bool_or(decision = 'keep') AS kept,
           string_agg(other_media_id || ' ' || decision, ',' ORDER BY other_media_id) AS decisions
    FROM (
        SELECT media_id, other_media_id, decision FROM duplicate_decisions
        UNION SELECT other_media_id, media_id, decision FROM duplicate_decisions
    )
    GROUP BY media_id
),
described AS (
    SELECT f.media_id, f.kind, f.file_size, f.mtime_ns, f.first_seen_at, f.file_hash,
           i.phash, i.dhash, i.aspect_ratio, v.duration_seconds, v.frame_hashes, d.decisions,
           coalesce(i.phash IS NOT NULL AND i.dhash IS NOT NULL AND i.grey IS NOT NULL
                    AND NOT i.low_detail, false) AS comparable,
           coalesce(i.width::BIGINT * i.height, v.width::BIGINT * v.height, 0) AS pixels,
           epoch(c.capture_start_utc) AS taken,
           coalesce(c.source <> 'mtime' AND c.precision_seconds <= 2, false) AS certain,
           coalesce(d.kept, false) AS kept
    FROM media_files f
    LEFT JOIN image_metadata i ON i.media_id = CASE WHEN f.kind = 'image' THEN f.media_id END
    LEFT JOIN video_metadata v ON v.media_id = CASE WHEN f.kind = 'video' THEN f.media_id END
    LEFT JOIN capture_times c ON c.media_id = f.media_id
    LEFT JOIN decided d ON d.media_id = f.media_id
    WHERE f.status <> 'missing' AND f.file_size > 0 AND f.fingerprint IS NOT NULL
),
digested AS (
    SELECT *, md5(concat_ws('|', kind, file_size, mtime_ns, coalesce(file_hash, ''),
        coalesce(phash, ''), coalesce(dhash, ''), comparable, pixels, aspect_ratio,
        coalesce(duration_seconds::VARCHAR, ''), coalesce(frame_hashes::VARCHAR, ''),
        coalesce(taken::VARCHAR, ''), certain, coalesce(decisions, ''))) AS inputs
    FROM described
)
SELECT d.media_id, d.kind, d.file_size, d.mtime_ns, d.first_seen_at, d.kept, d.pixels,
       d.comparable, d.aspect_ratio, d.taken, d.certain, d.inputs,
       coalesce(d.file_hash, d.media_id) AS content_hash,
       CASE WHEN d.comparable THEN ('0x' || d.phash)::UBIGINT ELSE 0 END AS phash,
       CASE WHEN d.comparable THEN ('0x' || d.dhash)::UBIGINT ELSE 0 END AS dhash,
       s.media_id IS NULL AS pending
FROM digested d
LEFT JOIN media_stages s ON s.media_id = d.media_id AND s.stage = 'duplicates'
    AND s.version = $version AND s.settings = d.inputs
