"""Tables of a player's library: the files, what was done to each, and what could not be done."""

from media_assets.store.spec import Column, Table

MEDIA_ID = Column("media_id", "VARCHAR", "Id of the media; stays with its content.", required=True)

MEDIA_FILES = Table(
    "media_files",
    "player",
    "one media file of the player's library, present or not",
    ("media_id",),
    (
        MEDIA_ID,
        Column("player", "VARCHAR", "Owner of the library.", required=True),
        Column("folder", "VARCHAR", "Scanned folder that the file was found in.", required=True),
        Column("file_path", "VARCHAR", "Absolute path; bytes that are not UTF-8 are shown as \\xNN.",
               required=True),
        Column("path_bytes", "BLOB", "The path as the system has it, where it is not UTF-8."),
        Column("file_name", "VARCHAR", "Last part of the path.", required=True),
        Column("file_ext", "VARCHAR", "Extension in lower case, with its dot.", required=True),
        Column("kind", "VARCHAR", "`image`, `video` or `audio`, by extension.", required=True),
        Column("file_size", "BIGINT", "Size of the file.", "bytes", required=True),
        Column("mtime_ns", "BIGINT", "Modification time, UTC.", "ns since 1970", required=True),
        Column("fingerprint", "VARCHAR", "xxh3-128 of the size, the first and the last 64 KiB; hex."),
        Column("file_hash", "VARCHAR", "blake3 of the content, hex; NULL until read whole."),
        Column("status", "VARCHAR", "`present`, `missing`, or `unknown`: could not be looked at.",
               required=True),
        Column("first_seen_at", "TIMESTAMP", "Scan that first saw it, UTC.", required=True),
        Column("last_scan_at", "TIMESTAMP", "Scan that last recorded a change of this row, UTC.",
               required=True),
        Column("deleted_at", "TIMESTAMP", "Scan that first missed it, UTC; NULL while present."),
    ),
)  # fmt: skip

LIBRARY_SCANS = Table(
    "library_scans",
    "player",
    "the verdict of the latest scan of one folder, rewritten when it changes",
    ("folder",),
    (
        Column("folder", "VARCHAR", "Scanned folder.", required=True),
        Column("verdict", "VARCHAR", "`clean`, or `suspect`: nothing was marked missing.",
               required=True),
        Column("reason", "VARCHAR", "Why the scan is suspect."),
        Column("files_seen", "BIGINT", "Media files seen.", "files", required=True),
        Column("files_known", "BIGINT", "Media files that were present before.", "files",
               required=True),
        Column("files_gone", "BIGINT", "Known files that were not seen.", "files", required=True),
        Column("changed_at", "TIMESTAMP", "When this verdict was first given, UTC.", required=True),
    ),
)  # fmt: skip

MEDIA_STAGES = Table(
    "media_stages",
    "player",
    "one stage that was done for one media, and what it saw",
    ("media_id", "stage"),
    (
        MEDIA_ID,
        Column("stage", "VARCHAR", "Name of the stage.", required=True),
        Column("version", "INTEGER", "Version of the stage's code.", required=True),
        Column("settings", "VARCHAR", "The settings that shape its result.", required=True),
        Column("file_size", "BIGINT", "Size that it saw.", "bytes", required=True),
        Column("mtime_ns", "BIGINT", "Modification time that it saw.", "ns since 1970",
               required=True),
        Column("done_at", "TIMESTAMP", "When, UTC.", required=True),
        Column("reason", "VARCHAR", "Why it left nothing, for example `not eligible: no cover is "
               "embedded`; NULL where it left something."),
    ),
)  # fmt: skip

MEDIA_FAILURES = Table(
    "media_failures",
    "player",
    "one stage that failed for one media",
    ("media_id", "stage"),
    (
        MEDIA_ID,
        Column("stage", "VARCHAR", "Name of the stage.", required=True),
        Column("error_class", "VARCHAR", "Class of the error.", required=True),
        Column("message", "VARCHAR", "What happened, in words.", required=True),
        Column("attempts", "INTEGER", "How often it was tried on this content.", required=True),
        Column("first_failed_at", "TIMESTAMP", "First failure on this content, UTC.",
               required=True),
        Column("last_failed_at", "TIMESTAMP", "Latest failure, UTC.", required=True),
        Column("next_retry_at", "TIMESTAMP", "Not tried again by itself before this time, UTC.",
               required=True),
        Column("version", "INTEGER", "Version of the stage that failed.", required=True),
        Column("settings", "VARCHAR", "The settings that it ran with.", required=True),
        Column("file_size", "BIGINT", "Size that it saw.", "bytes", required=True),
        Column("mtime_ns", "BIGINT", "Modification time that it saw.", "ns since 1970",
               required=True),
    ),
)  # fmt: skip

MEDIA_NOTES = Table(
    "media_notes",
    "player",
    "what people wrote about one media; no scan and no stage writes here",
    ("media_id",),
    (
        MEDIA_ID,
        Column("tags", "VARCHAR[]", "Tags, in the order in which they were given."),
        Column("note", "VARCHAR", "A note."),
        Column("title", "VARCHAR", "A title."),
        Column("rating", "SMALLINT", "0 to 5."),
        Column("updated_at", "TIMESTAMP", "Latest change, UTC.", required=True),
    ),
)

MEDIA_VERIFICATIONS = Table(
    "media_verifications",
    "player",
    "the latest verification of one media: whether its file still has the bytes that were recorded",
    ("media_id",),
    (
        MEDIA_ID,
        Column("result", "VARCHAR", "`ok`; `changed`: size or mtime differ from the latest scan's; "
               "`corrupt`: size and mtime are the same, the bytes are not; `missing`; `unreadable`.",
               required=True),
        Column("message", "VARCHAR", "What was found, where it is not `ok`."),
        Column("verified_at", "TIMESTAMP", "When, UTC.", required=True),
        Column("last_ok_at", "TIMESTAMP", "When it was last `ok`, UTC: a backup of that time is "
               "whole."),
        Column("file_size", "BIGINT", "Size that was recorded then.", "bytes", required=True),
        Column("mtime_ns", "BIGINT", "Modification time that was recorded then.", "ns since 1970",
               required=True),
    ),
)  # fmt: skip

LIBRARY_TABLES = (
    MEDIA_FILES,
    LIBRARY_SCANS,
    MEDIA_STAGES,
    MEDIA_FAILURES,
    MEDIA_NOTES,
    MEDIA_VERIFICATIONS,
)
