"""Looking up music by path, by artist and album, by MusicBrainz id: a few milliseconds each.

DuckDB asks an index only where one column equals one value and nothing is sorted or limited in the
same statement (1.5: a list of values, or an order with a limit, reads the whole table). So these
are several small statements.
"""

from dataclasses import dataclass, field
from typing import Any

import duckdb

Row = dict[str, Any]

_COLUMNS = {
    "tracks": "media_id, title, display_title, artist, artist_key, album, album_key, album_artist, "
    "disc_number, track_number, year, genre, duration_seconds, mb_recording_id, cover_id, "
    "file_path, status",
}
"""What is told of a track: each column of a row that an index finds costs 0.1 ms."""

_HOLDERS = " UNION ALL ".join(
    f"SELECT '{table}', '{column}' FROM {table} WHERE {column} = $id"
    for table, column in (
        ("tracks", "mb_recording_id"),
        ("tracks", "mb_track_id"),
        ("albums", "album_key"),
        ("albums", "mb_release_group_id"),
        ("artists", "artist_key"),
    )
)
"""Where an id stands: one statement takes half the time of five."""


@dataclass(slots=True)
class Found:
    """Rows of `tracks` (what is shown of them), `albums` and `artists`, in reading order."""

    tracks: list[Row] = field(default_factory=list)
    albums: list[Row] = field(default_factory=list)
    artists: list[Row] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.tracks or self.albums or self.artists)


def alone(con: duckdb.DuckDBPyConnection) -> None:
    """Have a connection that only looks up work in one thread: a quarter less a look-up.

    Waking others for a statement of a millisecond takes longer than they save.
    """
    con.execute("SET threads = 1")


def at_path(con: duckdb.DuckDBPyConnection, path: str) -> Found:
    """The track with this path, as `file_path` has it."""
    return Found(_rows(con, "tracks", "file_path", path))


def of_album(con: duckdb.DuckDBPyConnection, artist: str, title: str) -> Found:
    """Albums of a title that an artist made or is on, and the artist's tracks of them.

    Args:
        con: a connection to a player's database.
        artist: normalised name. Of an album artist all tracks of the album are found.
        title: normalised title of the album.
    """
    statement = "SELECT artist_key FROM artists WHERE normalised_name = ?"
    keys = {row[0] for row in con.execute(statement, [artist]).fetchall()}
    found = Found()
    for album in _rows(con, "albums", "normalised_title", title) if keys else []:
        key = album["album_key"]
        if album["artist_key"] in keys:
            tracks = _rows(con, "tracks", "album_key", key)
        else:
            told = _rows(con, "tracks", "album_key", key, more=", credited")
            tracks = [row for row in told if not keys.isdisjoint(row.pop("credited") or ())]
        if tracks:
            found.albums.append(album)
            found.tracks += tracks
    return Found(_sorted(found.tracks), _sorted(found.albums))


def with_id(con: duckdb.DuckDBPyConnection, mb_id: str) -> Found:
    """What has a MusicBrainz id, of whatever kind.

    Tracks of a recording or of a track of a release; the album of a release, or those of a release
    group; an artist.
    """
    found = Found()
    for table, column in con.execute(_HOLDERS, {"id": mb_id}).fetchall()[:1]:
        setattr(found, table, _sorted(_rows(con, table, column, mb_id)))
    return found


def _rows(
    con: duckdb.DuckDBPyConnection, table: str, column: str, value: str, more: str = ""
) -> list[Row]:
    columns = _COLUMNS.get(table, "*") + more
    result = con.execute(f"SELECT {columns} FROM {table} WHERE {column} = ?", [value])
    names = [name for name, *_ in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _sorted(rows: list[Row]) -> list[Row]:
    """In reading order: by the columns that there are; what has none comes last."""

    def place(row: Row) -> list[tuple[bool, Any]]:
        values = [row.get(name) for name in _READING_ORDER]
        return [(value is None, "" if value is None else value) for value in values]

    return sorted(rows, key=place)


_READING_ORDER = ("album_artist", "year", "album", "album_key", "disc_number",
                  "track_number", "display_title", "normalised_title", "normalised_name",
                  "artist_key", "media_id")  # fmt: skip
