"""What published files say of music: artists, albums, tracks, and what joins them."""

from collections.abc import Mapping

import polars as pl

from media_assets.store.export import Sources, together, working
from media_assets.store.tables.analysis import AUDIO_FEATURES
from media_assets.store.tables.music import ALBUMS, ARTISTS, TRACK_ARTISTS, TRACKS
from media_assets.store.tables.vectors import MEDIA_NEIGHBORS

TABLES = (TRACKS, TRACK_ARTISTS, ARTISTS, ALBUMS, AUDIO_FEATURES, MEDIA_NEIGHBORS)
"""What the graph is made of."""

_TRACKS = """
SELECT t.*, f.* EXCLUDE (player, media_id, acousticbrainz, acoustid_fingerprint, method, confidence,
                         reason)
FROM ({tracks}) t LEFT JOIN ({audio_features}) f USING (player, media_id)
WHERE t.status <> 'missing'
ORDER BY t.media_id
"""

# An artist or album that several players have is one node: what most of them say of it.
_ARTISTS = """
SELECT artist_key, mode(name) AS name, any_value(mb_artist_id) AS mb_artist_id,
       mode(genre) AS genre, min(first_year) AS first_year, max(last_year) AS last_year,
       sum(tracks)::BIGINT AS tracks, sum(duration_seconds) AS duration_seconds,
       count(*) AS players
FROM ({artists}) SEMI JOIN
    (SELECT artist_key FROM ({track_artists}) SEMI JOIN present USING (media_id)) USING (artist_key)
GROUP BY artist_key ORDER BY artist_key
"""
_ALBUMS = """
SELECT album_key, mode(title) AS title, mode(album_artist) AS album_artist,
       any_value(mb_release_id) AS mb_release_id, mode(date) AS date, mode(year) AS year,
       mode(genre) AS genre, bool_or(compilation) AS compilation,
       sum(tracks)::BIGINT AS tracks, sum(duration_seconds) AS duration_seconds,
       count(*) AS players
FROM ({albums}) SEMI JOIN present USING (album_key)
GROUP BY album_key ORDER BY album_key
"""

_BY = """
SELECT DISTINCT 'track' AS source_type, media_id AS source, 'artist' AS target_type,
       artist_key AS target
FROM ({track_artists}) SEMI JOIN present USING (media_id) WHERE role = 'artist'
UNION
SELECT 'album', album_key, 'artist', a.artist_key
FROM ({track_artists}) a JOIN present USING (media_id)
WHERE role = 'album_artist' AND album_key IS NOT NULL
ORDER BY ALL
"""
_ON = """
SELECT 'track' AS source_type, media_id AS source, 'album' AS target_type, album_key AS target
FROM present WHERE album_key IS NOT NULL ORDER BY ALL
"""

# Each pair once, by the space in which it is nearest.
_NEAR = """
SELECT 'track' AS source_type, least(media_id, neighbor_media_id) AS source,
       'track' AS target_type, greatest(media_id, neighbor_media_id) AS target,
       max(similarity) AS similarity, arg_max(space, similarity) AS space
FROM ({media_neighbors})
WHERE similarity > 0 AND media_id IN (SELECT media_id FROM present)
  AND neighbor_media_id IN (SELECT media_id FROM present)
GROUP BY ALL ORDER BY ALL
"""

Frames = dict[str, pl.DataFrame]


def load_music_graph(sources: Mapping[str, Sources]) -> tuple[Frames, Frames]:
    """The nodes and edges of music that is not missing, as `media_assets.music.graph` wants them.

    `sources` has each of `TABLES` by its name.

    Raises:
        StoreError: a published file cannot be read.
    """
    with working(next(iter(sources[TRACKS.name].values()))) as con:
        tables = {name: together(con, files) for name, files in sources.items()}
        tracks = con.sql(_TRACKS.format(**tables)).pl()
        con.register("present", tracks.select("media_id", "album_key").to_arrow())
        nodes = {"artist": _ARTISTS, "album": _ALBUMS}
        edges = {"by": _BY, "on": _ON, "near": _NEAR}
        return (
            {kind: con.sql(query.format(**tables)).pl() for kind, query in nodes.items()}
            | {"track": tracks},
            {kind: con.sql(query.format(**tables)).pl() for kind, query in edges.items()},
        )
