-- Every media that can be compared, the best first, with a digest of all that the result follows
-- from. `place` counts from 0; `content` is the place of the best media of the same bytes.
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
    LEFT JOIN image_metadata i ON i.media_id = f.media_id AND f.kind = 'image'
    LEFT JOIN video_metadata v ON v.media_id = f.media_id AND f.kind = 'video'
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
),
placed AS (
    SELECT *, row_number() OVER (
        ORDER BY kept DESC, pixels DESC, file_size DESC, mtime_ns, first_seen_at, media_id
    ) - 1 AS place
    FROM digested
)
SELECT p.place, p.media_id, p.kind, p.file_size, p.mtime_ns, p.first_seen_at, p.kept,
       p.comparable, p.aspect_ratio, p.taken, p.certain, p.inputs,
       CASE WHEN p.comparable THEN ('0x' || p.phash)::UBIGINT ELSE 0 END AS phash,
       CASE WHEN p.comparable THEN ('0x' || p.dhash)::UBIGINT ELSE 0 END AS dhash,
       min(p.place) OVER (
           PARTITION BY p.file_size, coalesce(p.file_hash, p.media_id)
       ) AS content,
       s.media_id IS NULL AS pending
FROM placed p
LEFT JOIN media_stages s ON s.media_id = p.media_id AND s.stage = 'duplicates'
    AND s.version = $version AND s.settings = p.inputs
ORDER BY p.place
