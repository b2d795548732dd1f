"""Looking up tracks, albums and artists: by path, by name, by MusicBrainz id.

There is no index: at 100,000 tracks each look-up takes a few milliseconds without.
"""

from collections.abc import Mapping

import duckdb
import polars as pl

# Text that is sought in is normalised as a key is but for full case folding, which DuckDB has not.
_TRACKS = {
    "path": "t.file_path = $path",
    "artist": "t.media_id IN (SELECT media_id FROM track_artists WHERE artist_key IN "
    "(SELECT artist_key FROM artists WHERE normalised_name = $artist))",
    "album": "t.album_key IN (SELECT album_key FROM albums WHERE normalised_title = $album)",
    "mb_id": "t.media_id IN (SELECT media_id FROM tracks WHERE $mb_id IN "
    "(mb_recording_id, mb_track_id, album_key) "
    "UNION ALL SELECT media_id FROM tracks WHERE album_key IN "
    "(SELECT album_key FROM albums WHERE mb_release_group_id = $mb_id) "
    "UNION ALL SELECT media_id FROM track_artists WHERE artist_key = $mb_id)",
    "like": "contains(lower(t.display_title), $like)",
    "genre": "list_contains(list_transform(t.genres, lambda genre: lower(genre)), $genre)",
    "year": "t.year = $year",
}
_ALBUMS = {
    "artist": "(a.artist_key IN (SELECT artist_key FROM artists WHERE normalised_name = $artist) "
    "OR a.album_key IN (SELECT t.album_key FROM tracks t JOIN track_artists USING (media_id) "
    "JOIN artists r ON r.artist_key = track_artists.artist_key WHERE r.normalised_name = $artist))",
    "album": "a.normalised_title = $album",
    "mb_id": "$mb_id IN (a.mb_release_id, a.mb_release_group_id, a.artist_key)",
    "like": "contains(a.normalised_title, $like)",
    "genre": "lower(a.genre) = $genre",
    "year": "a.year = $year",
}
_ARTISTS = {
    "artist": "r.normalised_name = $artist",
    "mb_id": "r.mb_artist_id = $mb_id",
    "like": "contains(r.normalised_name, $like)",
    "genre": "lower(r.genre) = $genre",
}
_FILTERS = {"tracks": _TRACKS, "albums": _ALBUMS, "artists": _ARTISTS}

_SELECT = {
    "tracks": "SELECT t.*, a.album_artist AS shown_album_artist FROM tracks t "
    "LEFT JOIN albums a USING (album_key) {where} "
    "ORDER BY a.album_artist, t.year, t.album_key, t.disc_number, t.track_number, "
    "t.display_title, t.media_id LIMIT {limit}",
    "albums": "SELECT a.* FROM albums a {where} "
    "ORDER BY a.album_artist, a.year, a.title, a.album_key LIMIT {limit}",
    "artists": "SELECT r.* FROM artists r {where} "
    "ORDER BY r.normalised_name, r.artist_key LIMIT {limit}",
}


def answerable(what: str) -> frozenset[str]:
    """The filters that `tracks`, `albums` or `artists` have."""
    return frozenset(_FILTERS[what])


def look_up(
    con: duckdb.DuckDBPyConnection, what: str, values: Mapping[str, str | int], limit: int
) -> pl.DataFrame:
    """Rows of `tracks`, `albums` or `artists` for which all filters hold, in reading order.

    Args:
        con: a connection to a player's database.
        what: the table.
        values: by filter, what is asked for: see `music.wanted.Wanted.values`.
        limit: at most so many rows.

    Raises:
        KeyError: the table has no such filter.
    """
    conditions = [_FILTERS[what][name] for name in values]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    query = _SELECT[what].format(where=where, limit=int(limit))
    return con.sql(query, params=dict(values)).pl()
