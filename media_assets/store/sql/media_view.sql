-- One row a media file: what people and programs read. `$data` is replaced by the data folder.
-- A kind beside an id in the condition of a LEFT JOIN has DuckDB compare every row with every other.
CREATE OR REPLACE VIEW media AS
SELECT f.media_id, f.player, f.file_path, f.file_name, f.file_ext, f.kind, f.file_size,
       f.mtime_ns / 1e9 AS mtime, f.file_hash,
       coalesce(i.width, v.width) AS width,
       coalesce(i.height, v.height) AS height,
       coalesce(v.duration_seconds, a.duration_seconds) AS duration_seconds,
       coalesce(i.format, v.container, a.container) AS format,
       c.capture_start_utc, c.capture_end_utc, c.source AS capture_source,
       CASE WHEN m.shown THEN m.match_id END AS match_id,
       CASE WHEN m.shown THEN m.match_start_time END AS match_start_time,
       m.confidence AS association_confidence,
       m.decision AS association_decision,
       '$data/' || t.thumbnail_file AS thumbnail_path,
       '$data/' || t.preview_file AS preview_path,
       t.generated_at AS thumbnail_generated_at,
       i.phash, i.dhash,
       d.group_id AS duplicate_group,
       f.first_seen_at, f.last_scan_at, f.deleted_at, f.status,
       x.error,
       n.title, n.tags, n.note, n.rating
FROM media_files f
LEFT JOIN image_metadata i ON i.media_id = CASE WHEN f.kind = 'image' THEN f.media_id END
LEFT JOIN video_metadata v ON v.media_id = CASE WHEN f.kind = 'video' THEN f.media_id END
LEFT JOIN audio_metadata a ON a.media_id = CASE WHEN f.kind = 'audio' THEN f.media_id END
LEFT JOIN capture_times c ON c.media_id = f.media_id
LEFT JOIN thumbnails t ON t.media_id = f.media_id
LEFT JOIN duplicates d ON d.media_id = f.media_id
LEFT JOIN media_notes n ON n.media_id = f.media_id
LEFT JOIN (
    SELECT media_id, match_id, match_start_time, confidence, decision,
           decision IN ('auto', 'review', 'accepted', 'assigned') AS shown
    FROM media_matches WHERE role = 'main'
) m ON m.media_id = f.media_id
LEFT JOIN (
    SELECT media_id, string_agg(DISTINCT message, '; ' ORDER BY message) AS error
    FROM media_failures GROUP BY media_id
) x ON x.media_id = f.media_id
