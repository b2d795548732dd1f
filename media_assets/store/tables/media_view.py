"""The columns of the view `media`, which is published as `media.parquet`."""

from media_assets.store.spec import Column, Table
from media_assets.store.tables.analysis import IMAGE_METADATA, VIDEO_METADATA
from media_assets.store.tables.captures import CAPTURE_TIMES, MEDIA_MATCHES
from media_assets.store.tables.library import MEDIA_FILES, MEDIA_NOTES


def _of(table: Table, name: str) -> Column:
    return next(column for column in table.columns if column.name == name)


def _named(table: Table, name: str, shown: str) -> Column:
    column = _of(table, name)
    return Column(shown, column.type, column.meaning, column.unit)


MEDIA_COLUMNS: tuple[Column, ...] = (
    *(
        _of(MEDIA_FILES, name)
        for name in (
            "media_id", "player", "file_path", "file_name", "file_ext", "kind", "file_size",
        )
    ),
    Column("mtime", "DOUBLE", "Modification time, UTC.", "s since 1970"),
    _of(MEDIA_FILES, "file_hash"),
    Column("width", "INTEGER", "Width as shown.", "pixels"),
    Column("height", "INTEGER", "Height as shown.", "pixels"),
    _of(VIDEO_METADATA, "duration_seconds"),
    Column("format", "VARCHAR", "Format or container that the decoder found."),
    _of(CAPTURE_TIMES, "capture_start_utc"),
    _of(CAPTURE_TIMES, "capture_end_utc"),
    _named(CAPTURE_TIMES, "source", "capture_source"),
    Column("match_id", "VARCHAR", "Match that it shows; NULL for a mere candidate."),
    Column("match_start_time", "TIMESTAMP", "Start of that match, UTC."),
    _named(MEDIA_MATCHES, "confidence", "association_confidence"),
    _named(MEDIA_MATCHES, "decision", "association_decision"),
    Column("thumbnail_path", "VARCHAR", "Absolute path of the poster."),
    Column("preview_path", "VARCHAR", "Absolute path of the animated preview."),
    Column("thumbnail_generated_at", "TIMESTAMP", "When the poster was made, UTC."),
    _of(IMAGE_METADATA, "phash"),
    _of(IMAGE_METADATA, "dhash"),
    Column("duplicate_group", "VARCHAR", "Group of media that are the same: see `duplicates`."),
    *(_of(MEDIA_FILES, name) for name in ("first_seen_at", "last_scan_at", "deleted_at", "status")),
    Column("error", "VARCHAR", "Why a stage failed; NULL when none did."),
    *(_of(MEDIA_NOTES, name) for name in ("title", "tags", "note", "rating")),
)  # fmt: skip
