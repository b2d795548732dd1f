"""Tables of media that are the same in one way or another, and of what people decided on them."""

from media_assets.store.spec import Column, Table
from media_assets.store.tables.library import MEDIA_ID

_CLASS = Column("class", "VARCHAR", "How it is the same as `compared_media_id`: `exact` (every byte), "
                "`same_picture` (resized, compressed, cropped, marked), `burst` (looks alike, taken "
                "within 10 s), `similar` (looks alike). NULL for the one that all are compared with.")  # fmt: skip

DUPLICATES = Table(
    "duplicates",
    "player",
    "one media that has duplicates, with what it is compared with",
    ("media_id",),
    (
        MEDIA_ID,
        Column("group_id", "VARCHAR", "Its group.", required=True),
        _CLASS,
        Column("compared_media_id", "VARCHAR", "The better media that it is compared with."),
        Column("keep", "BOOLEAN", "The best of its group, or one that people want to keep.",
               required=True),
        Column("phash_bits", "SMALLINT", "Bits of 64 in which the pHashes differ.", "bit"),
        Column("dhash_bits", "SMALLINT", "Bits of 64 in which the dHashes differ.", "bit"),
        Column("agreement", "DOUBLE", "Share of the picture that agrees in 32 x 32 grey values, of a "
               "clip the share of frames that look alike; 0 to 1."),
        Column("seconds_apart", "DOUBLE", "Seconds between the times of capture.", "s"),
        Column("found_at", "TIMESTAMP", "When this row was last changed, UTC.", required=True),
    ),
)  # fmt: skip

DUPLICATE_GROUPS = Table(
    "duplicate_groups",
    "player",
    "one group of media that are the same in one way or another",
    ("group_id",),
    (
        Column("group_id", "VARCHAR", "The media whose file was modified first names the group.",
               required=True),
        Column("kind", "VARCHAR", "`image`, `video` or `audio`.", required=True),
        Column("class", "VARCHAR", "The loosest class of its members.", required=True),
        Column("members", "INTEGER", "Media in it.", required=True),
        Column("copies", "INTEGER", "Those that are `exact` or `same_picture` and not to be kept.",
               required=True),
        Column("bytes", "BIGINT", "Size of all its files.", "bytes", required=True),
        Column("copies_bytes", "BIGINT", "Size of the copies: what could be saved.", "bytes",
               required=True),
        Column("best_media_id", "VARCHAR", "The best: chosen by people, else the one with the most "
               "pixels, then bytes, then the one whose file is the oldest.", required=True),
        Column("found_at", "TIMESTAMP", "When this row was last changed, UTC.", required=True),
    ),
)  # fmt: skip

DUPLICATE_DECISIONS = Table(
    "duplicate_decisions",
    "player",
    "a person's decision on duplicates; nothing else writes here",
    ("media_id", "other_media_id"),
    (
        MEDIA_ID,
        Column("other_media_id", "VARCHAR", "The other media, which has the larger id; with `keep` "
               "the same media.", required=True),
        Column("decision", "VARCHAR", "`distinct`: the two are never shown as duplicates; `keep`: it "
               "is the one to keep of its group.", required=True),
        Column("decided_at", "TIMESTAMP", "When, UTC.", required=True),
    ),
)  # fmt: skip

SHARED_DUPLICATES = Table(
    "shared_duplicates",
    "shared",
    "one media of a player that another player has too, by hashes alone",
    ("media_id",),
    (
        MEDIA_ID,
        Column("player", "VARCHAR", "Owner of the library.", required=True),
        Column("group_id", "VARCHAR", "Its group: the least id in it.", required=True),
        Column("kind", "VARCHAR", "`image`, `video` or `audio`.", required=True),
        Column("class", "VARCHAR", "`exact`: another player has every byte of it; `similar`: all of "
               "its hashes are near those of another player's media.", required=True),
        Column("players", "INTEGER", "Players who have media in this group.", required=True),
        Column("file_size", "BIGINT", "Size of the file.", "bytes", required=True),
        Column("file_hash", "VARCHAR", "blake3 of the content, hex."),
        Column("found_at", "TIMESTAMP", "When this row was last changed, UTC.", required=True),
    ),
)  # fmt: skip

DUPLICATE_TABLES = (DUPLICATES, DUPLICATE_GROUPS, DUPLICATE_DECISIONS, SHARED_DUPLICATES)
