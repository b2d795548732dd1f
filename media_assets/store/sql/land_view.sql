-- One row a URL of a land, with all that is known of its content: what people and programs read.
-- `$data` is replaced by the data folder. Kinds beside ids are joined as in the view `media`.
CREATE OR REPLACE VIEW land_media AS
SELECT w.url, w.page_url, w.pages, w.depth, w.relevance, w.claimed_type, w.alt,
       w.status, w.reason, w.http_status, w.final_url, w.content_type,
       coalesce(w.kind, f.kind) AS kind,
       f.media_id,
       CASE WHEN f.status <> 'missing' THEN f.file_path END AS file_path,
       coalesce(f.file_size, w.file_size) AS file_size,
       coalesce(f.file_hash, w.file_hash) AS file_hash,
       coalesce(i.width, v.width, w.width) AS width,
       coalesce(i.height, v.height, w.height) AS height,
       coalesce(i.aspect_ratio, v.width / nullif(v.height, 0)) AS aspect_ratio,
       coalesce(i.format, v.container, a.container) AS format,
       i.mime_type, i.color_mode, i.has_alpha, i.frames,
       i.dominant_colors,
       i.dominant_colors ->> '$[*].name' AS color_names,
       i.phash, i.dhash, i.colorhash, i.low_detail, i.exif,
       coalesce(v.duration_seconds, a.duration_seconds) AS duration_seconds,
       v.video_codec,
       coalesce(v.audio_codec, a.codec) AS audio_codec,
       v.frame_rate,
       a.title, a.artist,
       '$data/' || t.thumbnail_file AS thumbnail_path,
       '$data/' || t.preview_file AS preview_path,
       d.group_id AS duplicate_group,
       x.error,
       w.first_listed_at, w.unlisted_at, w.fetched_at
FROM web_media w
LEFT JOIN (
    -- A content is one file; where a data folder has moved, its old place may still be known.
    SELECT media_id, kind, file_name, file_path, file_size, file_hash, status FROM media_files
    QUALIFY row_number() OVER (
        PARTITION BY file_name
        ORDER BY status = 'missing', status = 'unknown', media_id) = 1
) f ON f.file_name = w.file_name
LEFT JOIN image_metadata i ON i.media_id = CASE WHEN f.kind = 'image' THEN f.media_id END
LEFT JOIN video_metadata v ON v.media_id = CASE WHEN f.kind = 'video' THEN f.media_id END
LEFT JOIN audio_metadata a ON a.media_id = CASE WHEN f.kind = 'audio' THEN f.media_id END
LEFT JOIN thumbnails t ON t.media_id = f.media_id
LEFT JOIN duplicates d ON d.media_id = f.media_id
LEFT JOIN (
    SELECT media_id, string_agg(DISTINCT message, '; ' ORDER BY message) AS error
    FROM media_failures GROUP BY media_id
) x ON x.media_id = f.media_id
