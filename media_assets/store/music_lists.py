"""Tracks, albums and artists for people to browse: filtered, in reading order."""

from collections.abc import Mapping
from typing import Literal

import duckdb
import polars as pl

Subject = Literal["tracks", "albums", "artists"]

_BY_NAME = "(SELECT artist_key FROM artists WHERE normalised_name = $artist)"

# What is sought in titles of tracks is normalised but for full case folding, which DuckDB has not.
_FILTERS: Mapping[Subject, Mapping[str, str]] = {
    "tracks": {
        "artist": "t.media_id IN (SELECT media_id FROM track_artists "
        f"WHERE artist_key IN {_BY_NAME})",
        "album": "t.album_key IN (SELECT album_key FROM albums WHERE normalised_title = $album)",
        "like": "contains(lower(nfc_normalize(t.display_title)), $like)",
        "genre": "list_contains(list_transform(t.genres, lambda genre: lower(genre)), $genre)",
        "year": "t.year = $year",
    },
    "albums": {
        "artist": f"(t.artist_key IN {_BY_NAME} OR t.album_key IN (SELECT album_key "
        f"FROM tracks JOIN track_artists k USING (media_id) WHERE k.artist_key IN {_BY_NAME}))",
        "album": "t.normalised_title = $album",
        "like": "contains(t.normalised_title, $like)",
        "genre": "lower(t.genre) = $genre",
        "year": "t.year = $year",
    },
    "artists": {
        "artist": "t.normalised_name = $artist",
        "like": "contains(t.normalised_name, $like)",
        "genre": "lower(t.genre) = $genre",
        "year": "$year BETWEEN t.first_year AND t.last_year",
    },
}
_ORDER: Mapping[Subject, str] = {
    "tracks": "t.album_artist, t.year, t.album, t.album_key, t.disc_number, t.track_number, "
    "t.display_title, t.media_id",
    "albums": "t.album_artist, t.year, t.title, t.album_key",
    "artists": "t.normalised_name, t.artist_key",
}


def load_list(
    con: duckdb.DuckDBPyConnection, subject: Subject, values: Mapping[str, str | int], limit: int
) -> pl.DataFrame:
    """Rows of a table for which all filters hold: at most `limit`, in reading order.

    Args:
        con: a connection to a player's database.
        subject: the table.
        values: by filter, what is wanted: see `music.wanted.Wanted.values`.
        limit: at most so many rows.

    Raises:
        KeyError: the table has no such filter.
    """
    conditions = [_FILTERS[subject][name] for name in values]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    query = f"SELECT t.* FROM {subject} t {where} ORDER BY {_ORDER[subject]} LIMIT {int(limit)}"
    return con.sql(query, params=dict(values)).pl()
