"""Which columns of other tables each column of the tables of music follows from."""

from collections.abc import Mapping

from media_assets.store.tables.analysis import (
    AUDIO_METADATA,
    EMBEDDED_COVERS,
    IMAGE_METADATA,
)
from media_assets.store.tables.library import MEDIA_FILES
from media_assets.store.tables.music import (
    ALBUMS,
    ARTISTS,
    COVERS,
    SHARED_ALBUMS,
    SHARED_ARTISTS,
    TRACK_ARTISTS,
    TRACKS,
)
from media_assets.store.tables.sources import Lineage

_STATUS = "media_files.status"
_ARTIST = "audio_metadata.artists audio_metadata.mb_artist_ids"
_ALBUM_ARTIST = (
    "audio_metadata.album_artists audio_metadata.mb_album_artist_ids audio_metadata.compilation "
    "audio_metadata.artists"
)
_ANY_ARTIST = f"{_ARTIST} audio_metadata.album_artists audio_metadata.mb_album_artist_ids"
_ALBUM = f"audio_metadata.mb_release_id audio_metadata.album audio_metadata.date {_ALBUM_ARTIST}"
_COVER = "embedded_covers.cover_id media_files.file_hash media_files.file_path"
_DURATION = f"audio_metadata.duration_seconds {_STATUS}"
_TAGGED_TOTALS = "audio_metadata.disc_number audio_metadata.disc_total audio_metadata.track_total"

MUSIC_LINEAGE: Mapping[str, Lineage] = {
    TRACKS.name: Lineage(
        (AUDIO_METADATA, MEDIA_FILES),
        {
            "display_title": "audio_metadata.title media_files.file_name",
            "title_from_file_name": "audio_metadata.title",
            "artist_key": _ARTIST,
            "album_key": _ALBUM,
            "cover_id": _COVER,
        },
    ),
    TRACK_ARTISTS.name: Lineage(
        (AUDIO_METADATA,),
        {
            "role": _ANY_ARTIST,
            "position": _ANY_ARTIST,
            "artist_key": _ANY_ARTIST,
            "name": "audio_metadata.artists audio_metadata.artist audio_metadata.album_artists "
            "audio_metadata.album_artist",
            "is_whole_credit": _ANY_ARTIST,
            "is_tagged": _ALBUM_ARTIST,
        },
    ),
    ARTISTS.name: Lineage(
        (AUDIO_METADATA,),
        {
            "artist_key": _ANY_ARTIST,
            "name": _ANY_ARTIST,
            "is_whole_credit": _ANY_ARTIST,
            "names": _ANY_ARTIST,
            "normalised_name": _ANY_ARTIST,
            "mb_artist_id": "audio_metadata.mb_artist_ids audio_metadata.mb_album_artist_ids",
            "namesakes": _ANY_ARTIST,
            "albums": f"{_ALBUM} {_STATUS}",
            "tracks": f"audio_metadata.media_id {_STATUS}",
            "tracks_missing": f"audio_metadata.media_id {_STATUS}",
            "duration_seconds": _DURATION,
            "genre": "audio_metadata.genres",
            "first_year": "audio_metadata.year",
            "last_year": "audio_metadata.year",
            "cover_id": "media_files.file_hash media_files.file_path",
        },
    ),
    ALBUMS.name: Lineage(
        (AUDIO_METADATA,),
        {
            "album_key": _ALBUM,
            "title": "audio_metadata.album",
            "normalised_title": "audio_metadata.album",
            "album_artist": _ALBUM_ARTIST,
            "artist_key": _ALBUM_ARTIST,
            "genre": "audio_metadata.genres",
            "discs": "audio_metadata.disc_number",
            "tracks": f"audio_metadata.media_id {_STATUS}",
            "tracks_missing": f"audio_metadata.media_id {_STATUS}",
            "tracks_tagged": _TAGGED_TOTALS,
            "duration_seconds": _DURATION,
            "cover_id": f"{_COVER} embedded_covers.picture_type",
        },
    ),
    COVERS.name: Lineage(
        (EMBEDDED_COVERS, IMAGE_METADATA),
        {
            "cover_id": "embedded_covers.cover_id media_files.file_hash",
            "source": "embedded_covers.cover_id media_files.file_hash",
            "kind": "embedded_covers.picture_type media_files.file_name",
            "media_id": "embedded_covers.media_id media_files.media_id",
            "width": "embedded_covers.width image_metadata.width",
            "height": "embedded_covers.height image_metadata.height",
            "format": "embedded_covers.format image_metadata.format",
            "bytes": "embedded_covers.bytes media_files.file_size",
            "thumbnail_stem": "embedded_covers.cover_id media_files.file_hash",
            "tracks": f"embedded_covers.media_id {_STATUS}",
            "albums": f"embedded_covers.media_id media_files.file_path {_ALBUM}",
            "artists": f"media_files.file_path {_ANY_ARTIST}",
        },
    ),
    **{
        shared.name: Lineage(
            (own,),
            {"player": f"{own.name}.{key}", "players": f"{own.name}.{key} {own.name}.tracks"},
        )
        for shared, own, key in (
            (SHARED_ALBUMS, ALBUMS, "album_key"),
            (SHARED_ARTISTS, ARTISTS, "artist_key"),
        )
    },
}
"""By table."""
