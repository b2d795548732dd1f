"""Tables of what is near by its vector, and of what can be found by its words."""

from media_assets.store.spec import Column, Table
from media_assets.store.tables.library import MEDIA_ID

MEDIA_NEIGHBORS = Table(
    "media_neighbors",
    "player",
    "one of the ten nearest media of one media in one space",
    ("media_id", "space", "rank"),
    (
        MEDIA_ID,
        Column("space", "VARCHAR", "Space in which the two are compared.", required=True),
        Column("rank", "SMALLINT", "1 is the nearest; of equally near ones the smaller id comes first.",
               required=True),
        Column("neighbor_media_id", "VARCHAR", "The media that is near.", required=True),
        Column("similarity", "DOUBLE", "Cosine of the two vectors, -1 to 1, to 6 decimals.",
               required=True),
        Column("found_at", "TIMESTAMP", "When this row was last changed, UTC.", required=True),
    ),
)  # fmt: skip

SEARCH_INDEX = Table(
    "search_index",
    "player",
    "one media that can be found by its words",
    ("media_id",),
    (
        MEDIA_ID,
        Column("kind", "VARCHAR", "`image`, `video` or `audio`.", required=True),
        Column("title", "VARCHAR", "Title: a person's, else that of the tags."),
        Column("artist", "VARCHAR", "Artist as shown."),
        Column("album", "VARCHAR", "Album."),
        Column("genre", "VARCHAR", "Genre as shown."),
        Column("note", "VARCHAR", "A person's tags and note."),
        Column("file_name", "VARCHAR", "Last part of the path.", required=True),
        Column("inputs", "VARCHAR", "Digest of the words as the index has them.", required=True),
        Column("indexed_at", "TIMESTAMP", "When, UTC.", required=True),
    ),
)  # fmt: skip

SEARCH_STATE = Table(
    "search_state",
    "player",
    "the index on disk that `search_index` tells of",
    ("generation",),
    (
        Column("generation", "VARCHAR", "Name of its folder.", required=True),
        Column("stamp", "BIGINT", "Stamp of its latest change: an index with another one is made anew.",
               required=True),
        Column("version", "INTEGER", "Version of its fields and of how words are cut.", required=True),
        Column("updated_at", "TIMESTAMP", "When, UTC.", required=True),
    ),
)  # fmt: skip

VECTOR_TABLES = (MEDIA_NEIGHBORS, SEARCH_INDEX, SEARCH_STATE)
