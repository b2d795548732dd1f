"""The columns of the view `land_media`, which lands publish as `land_media.parquet`."""

from media_assets.store.spec import Column, Table
from media_assets.store.tables.analysis import AUDIO_METADATA, IMAGE_METADATA, VIDEO_METADATA
from media_assets.store.tables.media_view import MEDIA_COLUMNS
from media_assets.store.tables.web import WEB_MEDIA


def _of(columns: tuple[Column, ...], *names: str) -> tuple[Column, ...]:
    """Columns as they stand elsewhere; here none is required."""
    known = {column.name: column for column in columns}
    found = (known[name] for name in names)
    return tuple(Column(one.name, one.type, one.meaning, one.unit) for one in found)


def _table(table: Table, *names: str) -> tuple[Column, ...]:
    return _of(table.columns, *names)


LAND_COLUMNS: tuple[Column, ...] = (
    *_table(WEB_MEDIA, "url", "page_url", "pages", "depth", "relevance", "claimed_type", "alt",
            "status", "reason", "http_status", "final_url", "content_type", "kind"),
    Column("media_id", "VARCHAR", "Media that has its content; NULL where none came. Several URLs may "
           "have one."),
    Column("file_path", "VARCHAR", "Absolute path of its file; NULL where none is there."),
    *_table(WEB_MEDIA, "file_size", "file_hash"),
    Column("width", "INTEGER", "Width as shown; of what was not decoded, by its header.", "pixels"),
    Column("height", "INTEGER", "Height as shown; of what was not decoded, by its header.", "pixels"),
    Column("aspect_ratio", "DOUBLE", "Width by height, as shown."),
    *_of(MEDIA_COLUMNS, "format"),
    *_table(IMAGE_METADATA, "mime_type", "color_mode", "has_alpha", "frames", "dominant_colors"),
    Column("color_names", "VARCHAR[]", "Web-safe names of the dominant colours, in their order."),
    *_table(IMAGE_METADATA, "phash", "dhash", "colorhash", "low_detail", "exif"),
    *_table(VIDEO_METADATA, "duration_seconds", "video_codec"),
    Column("audio_codec", "VARCHAR", "Codec of the sound, of a video that of its first audio stream."),
    *_table(VIDEO_METADATA, "frame_rate"),
    *_table(AUDIO_METADATA, "title", "artist"),
    *_of(MEDIA_COLUMNS, "thumbnail_path", "preview_path", "duplicate_group"),
    Column("error", "VARCHAR", "Why a stage of the analysis failed; NULL when none did."),
    *_table(WEB_MEDIA, "first_listed_at", "unlisted_at", "fetched_at"),
)  # fmt: skip
