"""Tables of a land: its lists and pages, what stands in them, each URL, and the jobs."""

from media_assets.store.spec import Column, Table

WEB_SOURCES = Table(
    "web_sources",
    "player",
    "one list or page in the folder of a land, as it was read last",
    ("file_path",),
    (
        Column("file_path", "VARCHAR", "Absolute path; bytes that are not UTF-8 are shown as \\xNN.",
               required=True),
        Column("file_size", "BIGINT", "Size that was read.", "bytes", required=True),
        Column("mtime_ns", "BIGINT", "Modification time that was read, UTC.", "ns since 1970",
               required=True),
        Column("version", "INTEGER", "Version of the rules that it was read by.", required=True),
        Column("rows", "BIGINT", "Rows of a list, media of a page.", "rows", required=True),
        Column("problems", "VARCHAR[]", "What is wrong with single rows, with their lines; the first "
               "twenty."),
        Column("error", "VARCHAR", "Why it could not be read at all; what it said before stays."),
        Column("read_at", "TIMESTAMP", "When, UTC.", required=True),
    ),
)  # fmt: skip

WEB_PLACES = Table(
    "web_places",
    "player",
    "one medium on one page, as a list or a page says it",
    ("source", "position"),
    (
        Column("source", "VARCHAR", "The list or page: `web_sources.file_path`.", required=True),
        Column("position", "BIGINT", "Its place in it, from 0.", required=True),
        Column("url", "VARCHAR", "Clean address; as it was written where it cannot be used.",
               required=True),
        Column("page_url", "VARCHAR", "Address of the page."),
        Column("depth", "BIGINT", "Links from a seed page, which has 0; NULL where unknown.", "links"),
        Column("relevance", "DOUBLE", "Relevance of the page, 0 or more; NULL where unknown."),
        Column("claimed_type", "VARCHAR", "`img`, `video` or `audio`, as it says."),
        Column("alt", "VARCHAR", "Text that stands for it."),
        Column("problem", "VARCHAR", "Why its address cannot be used."),
    ),
)  # fmt: skip

WEB_MEDIA = Table(
    "web_media",
    "player",
    "one URL of a land, and what became of it",
    ("url",),
    (
        Column("url", "VARCHAR", "Clean address; as it was written where it cannot be used.",
               required=True),
        Column("page_url", "VARCHAR", "The page of least depth, then of most relevance, that has it."),
        Column("pages", "BIGINT", "Pages that have it.", "pages", required=True),
        Column("depth", "BIGINT", "Least depth of its pages.", "links"),
        Column("relevance", "DOUBLE", "Greatest relevance of its pages."),
        Column("claimed_type", "VARCHAR", "`img`, `video` or `audio`, as lists and pages say."),
        Column("alt", "VARCHAR", "Text that stands for it, of the first page that has one."),
        Column("status", "VARCHAR", "`pending`, `fetched`, `skipped` by a filter, `failed`, or "
               "`refused`: it is not asked for.", required=True),
        Column("reason", "VARCHAR", "Why it is not there, or not yet; NULL where it is."),
        Column("error_class", "VARCHAR", "What happened, in short, for example `HTTP 404`."),
        Column("is_final", "BOOLEAN", "It is not asked for again before somebody wants it.",
               required=True),
        Column("attempts", "INTEGER", "Jobs in which it could not be had since it was last there; "
               "those without a network do not count.", "jobs", required=True),
        Column("next_retry_at", "TIMESTAMP", "Not asked for by itself before this time, UTC."),
        Column("settings", "VARCHAR", "The limits that it was skipped or refused by: with others it is "
               "asked for again."),
        Column("http_status", "INTEGER", "Status of the latest answer."),
        Column("final_url", "VARCHAR", "Where redirects led to, if there were any."),
        Column("content_type", "VARCHAR", "Type as the server claims."),
        Column("kind", "VARCHAR", "`image`, `video` or `audio`, as the content tells."),
        Column("width", "INTEGER", "Width by its header, where it was looked at.", "pixels"),
        Column("height", "INTEGER", "Height by its header, where it was looked at.", "pixels"),
        Column("file_name", "VARCHAR", "Its file: the hash of the content, and an extension."),
        Column("file_hash", "VARCHAR", "blake3 of the content, hex."),
        Column("file_size", "BIGINT", "Size of the content.", "bytes"),
        Column("etag", "VARCHAR", "ETag of the content."),
        Column("last_modified", "VARCHAR", "Last-Modified of the content, as the server says it."),
        Column("seconds", "DOUBLE", "Duration of the latest try, redirects and attempts included.",
               "s"),
        Column("first_listed_at", "TIMESTAMP", "When a list or page first had it, UTC.",
               required=True),
        Column("unlisted_at", "TIMESTAMP", "Since when none has it, UTC; what was fetched stays."),
        Column("checked_at", "TIMESTAMP", "Latest try, UTC."),
        Column("fetched_at", "TIMESTAMP", "When its content came, UTC."),
    ),
)  # fmt: skip

LAND_JOBS = Table(
    "land_jobs",
    "player",
    "one job that fetched and analysed media of a land",
    ("started_at",),
    (
        Column("started_at", "TIMESTAMP", "When it began, UTC.", required=True),
        Column("total", "BIGINT", "URLs that were due and chosen.", "URLs", required=True),
        Column("analyzed", "BIGINT", "Media that are there and analysed.", "URLs", required=True),
        Column("failed", "BIGINT", "Media that could not be had, or not analysed.", "URLs",
               required=True),
        Column("skipped", "BIGINT", "Media that a filter left out.", "URLs", required=True),
        Column("waiting", "BIGINT", "Media whose host is not asked now, or that were not reached.",
               "URLs", required=True),
        Column("downloads", "BIGINT", "Contents that were new.", "files", required=True),
        Column("bytes", "BIGINT", "Size of what came.", "bytes", required=True),
        Column("success_rate", "DOUBLE", "`analyzed / (analyzed + failed)`; NULL where both are 0."),
        Column("duration", "DOUBLE", "How long it took.", "s", required=True),
        Column("filters", "JSON", "Selection and filters by name.", required=True),
        Column("trouble", "VARCHAR", "Why it ended early; NULL where it came to its end."),
    ),
)  # fmt: skip

WEB_TABLES = (WEB_SOURCES, WEB_PLACES, WEB_MEDIA, LAND_JOBS)
