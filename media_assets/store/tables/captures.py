"""Tables of when a capture was taken, and in which match."""

from media_assets.store.spec import Column, Table
from media_assets.store.tables.library import MEDIA_ID

CAPTURE_TIMES = Table(
    "capture_times",
    "player",
    "the time of one screenshot or clip, with where it comes from",
    ("media_id",),
    (
        MEDIA_ID,
        Column("capture_start_utc", "TIMESTAMP", "Start, UTC; an image is an instant. NULL: none "
               "of the sources is plausible."),
        Column("capture_end_utc", "TIMESTAMP", "End, UTC; equal to the start for an image."),
        Column("source", "VARCHAR", "Source that decided: `gamedvr`, `file_name`, `exif`, "
               "`container`, `mtime`."),
        Column("rule", "VARCHAR", "Tool whose name pattern fits, for example `game_bar_clip`."),
        Column("title", "VARCHAR", "Title of the game as it stands in the name."),
        Column("precision_seconds", "DOUBLE", "What the source can tell apart.", "s"),
        Column("zone", "VARCHAR", "IANA zone that was assumed; NULL where the source that decided "
               "needs none."),
        Column("time_quality", "DOUBLE", "How far the time is trusted, 0 to 1."),
        Column("agreement", "BOOLEAN", "A second independent source says the same."),
        Column("flags", "VARCHAR", "Space separated: `dst_gap`, `dst_fold`, `month_day_order`, "
               "`trimmed`, `future`."),
        Column("evidence", "JSON", "Every source with what it says."),
        Column("inputs", "VARCHAR", "Digest of what the result follows from.", required=True),
        Column("computed_at", "TIMESTAMP", "When, UTC.", required=True),
        Column("local_time", "TIMESTAMP", "What the player's wall clock shows in the best source that "
               "has it; NULL: none has a local time."),
        Column("local_zone", "VARCHAR", "IANA zone in which the sources with a local time were read."),
    ),
)  # fmt: skip

MEDIA_MATCHES = Table(
    "media_matches",
    "player",
    "one capture with one match that it may show",
    ("media_id", "match_id"),
    (
        MEDIA_ID,
        Column("match_id", "VARCHAR", "Match.", required=True),
        Column("role", "VARCHAR", "`main`, `secondary` (a clip over two matches), or `runner_up`.",
               required=True),
        Column("match_start_time", "TIMESTAMP", "Start of the match, UTC.", required=True),
        Column("decision", "VARCHAR", "`auto`, `review`, `candidate`; by people: `accepted`, "
               "`rejected`, `assigned`.", required=True),
        Column("confidence", "DOUBLE", "0 to 1: of the associations with 0.8, eight in ten are right.",
               required=True),
        Column("side", "VARCHAR", "Where the capture lies: `inside` the player's presence, at least in "
               "part, `after` it, or `before` it; NULL: its time is not known."),
        Column("inside_share", "DOUBLE", "Share of the capture inside the player's presence.",
               required=True),
        Column("distance_seconds", "DOUBLE", "Distance from the capture to the presence; 0 inside.",
               "s"),
        Column("time_quality", "DOUBLE", "How far the capture's time is trusted, 0 to 1.",
               required=True),
        Column("margin_seconds", "DOUBLE", "By how much the distance to the next best match is larger; "
               "of a runner-up, to the best: below 0 that one is nearer. NULL: there is none.", "s"),
        Column("title_factor", "DOUBLE", "1 neutral or this game; 0 another game in the name.",
               required=True),
        Column("event_inside", "BOOLEAN", "A kill or medal of the player within the clip; NULL "
               "where events are not known."),
        Column("associated_at", "TIMESTAMP", "When this row was last changed, UTC.", required=True),
    ),
)  # fmt: skip

ASSOCIATED_CAPTURES = Table(
    "associated_captures",
    "player",
    "one capture whose associations are up to date",
    ("media_id",),
    (
        MEDIA_ID,
        Column("inputs", "BIGINT", "Digest of its time, its title, the decisions about it, and the "
               "weights.", required=True),
    ),
)  # fmt: skip

ASSOCIATED_MATCHES = Table(
    "associated_matches",
    "player",
    "one match as the associations have seen it",
    ("match_id",),
    (
        Column("match_id", "VARCHAR", "Match.", required=True),
        Column("inputs", "BIGINT", "Digest of the player's presence, kills and medals.", required=True),
    ),
)  # fmt: skip

ASSOCIATION_DECISIONS = Table(
    "association_decisions",
    "player",
    "a person's decision on one capture and one match; nothing else writes here",
    ("media_id", "match_id"),
    (
        MEDIA_ID,
        Column("match_id", "VARCHAR", "Match.", required=True),
        Column("decision", "VARCHAR", "`accepted`, `rejected` or `assigned`.", required=True),
        Column("decided_at", "TIMESTAMP", "When, UTC.", required=True),
        Column("decided_by", "VARCHAR", "Who decided, where they said it."),
        Column("note", "VARCHAR", "Why, where they said it."),
    ),
)

CAPTURE_TABLES = (
    CAPTURE_TIMES,
    MEDIA_MATCHES,
    ASSOCIATED_CAPTURES,
    ASSOCIATED_MATCHES,
    ASSOCIATION_DECISIONS,
)
