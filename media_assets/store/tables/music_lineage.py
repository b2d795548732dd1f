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


def _tags(*names: str) -> str:
    return " ".join(f"audio_metadata.{name}" for name in names)


_STATUS = "media_files.status"
_ARTIST = _tags("artists", "mb_artist_ids", "artist")
_ALBUM_ARTIST = _tags(
    "album_artists", "mb_album_artist_ids", "album_artist", "compilation",
    "artists", "mb_artist_ids", "artist",
)  # fmt: skip
"""Where an album names no artist it is by those of its tracks, or by various ones."""
_ALBUM = f"{_tags('mb_release_id', 'album', 'date')} {_ALBUM_ARTIST}"
_CHOSEN_COVER = (
    "embedded_covers.cover_id embedded_covers.picture_type embedded_covers.width "
    "embedded_covers.height embedded_covers.bytes media_files.file_hash media_files.file_path "
    f"media_files.file_name media_files.file_size image_metadata.width image_metadata.height {_ALBUM}"
)
_DURATION = f"{_tags('duration_seconds')} {_STATUS}"

MUSIC_LINEAGE: Mapping[str, Lineage] = {
    TRACKS.name: Lineage(
        (AUDIO_METADATA, MEDIA_FILES),
        {
            "display_title": "audio_metadata.title media_files.file_name",
            "title_from_file_name": "audio_metadata.title",
            "artist_key": _ARTIST,
            "credited": _ALBUM_ARTIST,
            "album_key": _ALBUM,
            "cover_id": _CHOSEN_COVER,
        },
    ),
    TRACK_ARTISTS.name: Lineage(
        (AUDIO_METADATA,),
        {
            "role": _ALBUM_ARTIST,
            "position": _ALBUM_ARTIST,
            "artist_key": _ALBUM_ARTIST,
            "name": _ALBUM_ARTIST,
            "is_whole_credit": _ALBUM_ARTIST,
            "is_tagged": _tags("album_artists", "mb_album_artist_ids"),
        },
    ),
    ARTISTS.name: Lineage(
        (AUDIO_METADATA,),
        {
            "artist_key": _ALBUM_ARTIST,
            "name": _ALBUM_ARTIST,
            "is_whole_credit": _ALBUM_ARTIST,
            "names": _ALBUM_ARTIST,
            "normalised_name": _ALBUM_ARTIST,
            "mb_artist_id": "audio_metadata.mb_artist_ids audio_metadata.mb_album_artist_ids",
            "namesakes": _ALBUM_ARTIST,
            "albums": f"{_ALBUM} {_STATUS}",
            "tracks": f"audio_metadata.media_id {_STATUS}",
            "tracks_missing": f"audio_metadata.media_id {_STATUS}",
            "duration_seconds": _DURATION,
            "genre": "audio_metadata.genres",
            "first_year": "audio_metadata.year",
            "last_year": "audio_metadata.year",
            "cover_id": "media_files.file_hash media_files.file_path media_files.file_name "
            f"media_files.file_size image_metadata.width image_metadata.height {_ALBUM_ARTIST}",
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
            "tracks_tagged": _tags("disc_number", "track_total"),
            "duration_seconds": _DURATION,
            "cover_id": _CHOSEN_COVER,
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
            "tracks": "embedded_covers.media_id",
            "albums": f"embedded_covers.media_id media_files.file_path {_ALBUM}",
            "artists": f"media_files.file_path {_ALBUM_ARTIST}",
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
