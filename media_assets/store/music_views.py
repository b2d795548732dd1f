"""What checks and pictures of music look at."""

import duckdb

FIELDS = ("title", "artist", "album", "album_artist", "track_number", "disc_number", "year",
          "genre", "composer", "duration_seconds", "mb_recording_id")  # fmt: skip

_COVERAGE = f"""
SELECT count(*) AS tracks, {", ".join(f"count(t.{name}) AS {name}" for name in FIELDS)},
       count(t.cover_id) AS cover, count(a.mb_release_id) AS mb_release_id,
       count(*) FILTER (t.title IS NOT NULL AND t.artist IS NOT NULL) AS title_and_artist
FROM tracks t LEFT JOIN albums a USING (album_key)
WHERE t.status <> 'missing'
"""

# Figures are counted again from the tracks.
_PROMISES = """
WITH per_album AS (
    SELECT album_key, count(*) FILTER (status <> 'missing') AS found,
           count(*) FILTER (status = 'missing') AS gone
    FROM tracks WHERE album_key IS NOT NULL GROUP BY album_key
),
per_artist AS (
    SELECT k.artist_key, count(DISTINCT media_id) FILTER (t.status <> 'missing') AS found
    FROM track_artists k JOIN tracks t USING (media_id) WHERE k.role = 'artist' GROUP BY ALL
)
SELECT (SELECT count(*) FROM audio_metadata a JOIN media_files USING (media_id)
        ANTI JOIN tracks t ON t.media_id = a.media_id) AS music_without_a_track,
       (SELECT count(*) FROM tracks ANTI JOIN media_files USING (media_id))
           AS tracks_without_a_file,
       (SELECT count(*) FROM tracks t JOIN media_files f USING (media_id)
        WHERE t.status <> f.status OR t.file_path <> f.file_path) AS outdated_tracks,
       (SELECT count(*) FROM per_album p FULL JOIN albums a USING (album_key)
        WHERE p.found IS DISTINCT FROM a.tracks OR p.gone IS DISTINCT FROM a.tracks_missing)
           AS wrong_albums,
       (SELECT count(*) FROM per_artist p FULL JOIN artists a USING (artist_key)
        WHERE coalesce(p.found, 0) IS DISTINCT FROM a.tracks) AS wrong_artists,
       (SELECT count(*) FROM track_artists ANTI JOIN artists USING (artist_key))
           + (SELECT count(*) FROM albums ANTI JOIN artists USING (artist_key)
              WHERE artist_key IS NOT NULL) AS unknown_artists,
       (SELECT count(*) FROM (SELECT cover_id FROM albums UNION SELECT cover_id FROM artists
                              UNION SELECT cover_id FROM tracks) x
        ANTI JOIN covers USING (cover_id) WHERE x.cover_id IS NOT NULL) AS unknown_covers
"""

_DECADES = """
SELECT year // 10 * 10 AS decade, genre, count(*)::INTEGER AS tracks
FROM (SELECT year, genres[1] AS genre FROM tracks WHERE status <> 'missing' AND year IS NOT NULL)
GROUP BY ALL ORDER BY decade, tracks DESC, genre
"""

_SHEET = """
SELECT t.thumbnail_file FROM albums a JOIN covers c USING (cover_id)
JOIN thumbnails t ON t.media_id = c.media_id
WHERE a.tracks > 0
QUALIFY row_number() OVER (PARTITION BY a.cover_id ORDER BY a.album_key) = 1
ORDER BY a.tracks DESC, a.album_artist, a.year, a.title, a.album_key LIMIT {rows}
"""


def coverage(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Tracks that are not missing, and how many of them have each field."""
    return _row(con, _COVERAGE)


def promises(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """What would be wrong with the tables of music; all zero when they hold together."""
    return _row(con, _PROMISES)


def cover_files(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Bytes of every cover that is stored, by its path below `data_dir`."""
    return dict(con.execute("SELECT DISTINCT cover_file, bytes FROM embedded_covers").fetchall())


def cover_sample(
    con: duckdb.DuckDBPyConnection, rows: int, turn: int
) -> list[tuple[str, int, int]]:
    """A sample of the stored covers with width and height: others in the next turn."""
    return con.execute(
        "SELECT DISTINCT ON (cover_id) cover_file, width, height FROM embedded_covers "
        f"ORDER BY hash(cover_id || {turn:d}), cover_id LIMIT {rows:d}"
    ).fetchall()


def decades(con: duckdb.DuckDBPyConnection) -> list[tuple[int, str | None, int]]:
    """Tracks by decade and first genre, of those that have a year."""
    return con.execute(_DECADES).fetchall()


def album_posters(con: duckdb.DuckDBPyConnection, rows: int) -> list[str]:
    """Posters of album covers, each picture once, the largest albums first."""
    return [row[0] for row in con.execute(_SHEET.format(rows=int(rows))).fetchall()]


def _row(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, int]:
    result = con.execute(query)
    names = [column[0] for column in result.description or ()]
    return {name: int(value) for name, value in zip(names, result.fetchone() or (), strict=True)}
