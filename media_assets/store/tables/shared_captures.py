"""Tables in which what several players share stands once: a capture's content, and a match."""

from media_assets.store.spec import Column, Table

_CONTENT = "blake3 of the content, hex; the media id of a file that was not hashed whole"
_ONE_EACH = "One for each of `media_ids`"

SHARED_CAPTURES = Table(
    "shared_captures",
    "shared",
    "one screenshot or clip, with all players who have it",
    ("content_id",),
    (
        Column("content_id", "VARCHAR", f"{_CONTENT}.", required=True),
        Column("kind", "VARCHAR", "`image` or `video`.", required=True),
        Column("file_size", "BIGINT", "Size of the file.", "bytes", required=True),
        Column("capture_start_utc", "TIMESTAMP", "Start, UTC, from the file whose time is trusted "
               "most; NULL: no time is plausible."),
        Column("capture_end_utc", "TIMESTAMP", "End of that, UTC."),
        Column("players", "VARCHAR[]", "Who has it, by name, each once.", required=True),
        Column("media_ids", "VARCHAR[]", "Every file with this content that is not missing, by "
               "player and id.", required=True),
        Column("owners", "VARCHAR[]", f"{_ONE_EACH}: the player.", required=True),
        Column("file_paths", "VARCHAR[]", f"{_ONE_EACH}: the path.", required=True),
        Column("match_ids", "VARCHAR[]", f"{_ONE_EACH}: the match that it shows, of a clip over two "
               "the main one; NULL: none.", required=True),
        Column("decisions", "VARCHAR[]", f"{_ONE_EACH}: what was decided about that match: `auto`, "
               "`review`; by people `accepted`, `assigned`. NULL: it shows none.", required=True),
        Column("collected_at", "TIMESTAMP", "When this row was last changed, UTC.", required=True),
    ),
)  # fmt: skip

MATCH_CAPTURES = Table(
    "match_captures",
    "shared",
    "one match of the players, with those who took part and all that they captured of it",
    ("match_id",),
    (
        Column("match_id", "VARCHAR", "Match.", required=True),
        Column("match_start_time", "TIMESTAMP", "Start of the match, UTC.", required=True),
        Column("players", "VARCHAR[]", "Players of this platform who took part, by name.",
               required=True),
        Column("captured_by", "VARCHAR[]", "Those of them who have captures of it, by name.",
               required=True),
        Column("captures", "INTEGER", "Captures of it; what several players have counts once.",
               required=True),
        Column("content_ids", "VARCHAR[]", "These captures, each once, by time: see "
               "`shared_captures`.", required=True),
        Column("media_ids", "VARCHAR[]", "One for each of `content_ids`: a file with that content "
               "that shows the match, the first by player and id.", required=True),
        Column("decisions", "VARCHAR[]", "One for each of `content_ids`: what was decided about the "
               "match, where files differ the surest: `assigned`, `accepted`, `auto`, `review`.",
               required=True),
        Column("collected_at", "TIMESTAMP", "When this row was last changed, UTC.", required=True),
    ),
)  # fmt: skip

SHARED_CAPTURE_TABLES = (SHARED_CAPTURES, MATCH_CAPTURES)
