"""Tables of what was taken over from databases of LevelUp."""

from media_assets.store.spec import Column, Table
from media_assets.store.tables.matches import MATCH_ID, XUID

LEVELUP_PLAYERS = Table(
    "levelup_players",
    "shared",
    "one player whose LevelUp database was taken over, with its validation",
    ("player",),
    (
        Column("player", "VARCHAR", "Player.", required=True),
        Column("xuid", "VARCHAR", "Who that is in the matches.", required=True),
        Column("source_file", "VARCHAR", "The database.", required=True),
        Column("state", "VARCHAR", "`partial`: rows are missing here, nothing was dropped there; "
               "`whole`: every row is here; `cleaned`: and the source was rewritten without them.",
               required=True),
        Column("lost_rows", "BIGINT", "Rows and values of the source that are not here.",
               required=True),
        Column("validation", "JSON", "Of each kind of row how many the source had, how many are "
               "here, and which are missing; sums of kills and deaths.", required=True),
        Column("backup_file", "VARCHAR", "Backup of the database as it was; NULL: none was needed."),
        Column("bytes_before", "BIGINT", "Size of the database before it was cleaned.", "bytes",
               required=True),
        Column("bytes_after", "BIGINT", "Size after; NULL while it was not.", "bytes"),
        Column("updated_at", "TIMESTAMP", "When this row last changed, UTC.", required=True),
    ),
)  # fmt: skip

LEVELUP_MATCHES = Table(
    "levelup_matches",
    "shared",
    "one match that one player's LevelUp database had",
    ("match_id", "xuid"),
    (
        MATCH_ID,
        XUID,
        Column("medals_known", "BOOLEAN", "It had the player's medals too.", required=True),
    ),
)

LEVELUP_TABLES = (LEVELUP_PLAYERS, LEVELUP_MATCHES)
