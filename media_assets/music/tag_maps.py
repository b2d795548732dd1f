"""Which names of each container mean which column.

After the tag mapping of MusicBrainz Picard (picard-docs.musicbrainz.org, appendix Tag Mapping) and
the ID3v2.3, ID3v2.4, RIFF and AIFF specifications. Within a field the first name that has a usable
value decides.
"""

from collections.abc import Mapping

Names = Mapping[str, tuple[str, ...]]

FREE_NAMES: Names = {
    "title": ("title",),
    "artist": ("artist",),
    "artists": ("artists",),
    "album": ("album",),
    "album_artist": ("albumartist",),
    "album_artists": ("albumartists",),
    "track": ("tracknumber", "track"),
    "track_total": ("tracktotal", "totaltracks"),
    "disc": ("discnumber", "disc", "disk"),
    "disc_total": ("disctotal", "totaldiscs"),
    "date": ("date", "year", "releasedate"),
    "original_date": ("originaldate", "originalreleasedate", "originalyear"),
    "genre": ("genre",),
    "composer": ("composer",),
    "comment": ("comment", "description"),
    "lyrics": ("lyrics", "unsyncedlyrics", "syncedlyrics"),
    "bpm": ("bpm", "tempo"),
    "key": ("initialkey", "key"),
    "compilation": ("compilation", "itunescompilation"),
    "track_gain": ("replaygaintrackgain",),
    "album_gain": ("replaygainalbumgain",),
    "track_gain_r128": ("r128trackgain",),
    "album_gain_r128": ("r128albumgain",),
    # For the sake of its first taggers, a MusicBrainz "track id" is a recording's.
    "mb_recording_id": ("musicbrainztrackid", "musicbrainzrecordingid"),
    "mb_track_id": ("musicbrainzreleasetrackid",),
    "mb_release_id": ("musicbrainzalbumid", "musicbrainzreleaseid"),
    "mb_release_group_id": ("musicbrainzreleasegroupid",),
    "mb_artist_id": ("musicbrainzartistid",),
    "mb_album_artist_id": ("musicbrainzalbumartistid",),
    "acoustid_id": ("acoustidid",),
    "acoustid_fingerprint": ("acoustidfingerprint",),
}
"""The names that taggers agreed on, through `plain_name`: Vorbis comments, APEv2 items, and what
ID3 (`TXXX`), MP4 (`----`) and ASF have besides their own."""

MUSICBRAINZ_OWNER = "http://musicbrainz.org"

ID3_NAMES: Names = {
    "title": ("TIT2",),
    "artist": ("TPE1",),
    "album": ("TALB",),
    "album_artist": ("TPE2",),
    "track": ("TRCK",),
    "disc": ("TPOS",),
    "date": ("TDRC", "TYER", "TDRL"),
    "original_date": ("TDOR", "TORY"),
    "genre": ("TCON",),
    "composer": ("TCOM",),
    "comment": ("COMM", "COMM:other"),
    "lyrics": ("USLT", "SYLT"),
    "bpm": ("TBPM",),
    "key": ("TKEY",),
    "compilation": ("TCMP",),
    "track_gain": ("RVA2:track",),
    "album_gain": ("RVA2:album",),
    "mb_recording_id": ("UFID:" + MUSICBRAINZ_OWNER,),
}

MP4_NAMES: Names = {
    "title": ("©nam",),
    "artist": ("©ART",),
    "album": ("©alb",),
    "album_artist": ("aART",),
    "track": ("trkn",),
    "disc": ("disk",),
    "date": ("©day",),
    "genre": ("©gen",),
    "composer": ("©wrt",),
    "comment": ("©cmt",),
    "lyrics": ("©lyr",),
    "bpm": ("tmpo",),
    "compilation": ("cpil",),
}

ASF_NAMES: Names = {
    "artist": ("author",),
    "artists": ("wm/artists",),
    "album": ("wm/albumtitle",),
    "album_artist": ("wm/albumartist",),
    # Not `WM/Track`: it counts from 0.
    "track": ("wm/tracknumber",),
    "disc": ("wm/partofset",),
    "date": ("wm/year",),
    "original_date": ("wm/originalreleasetime", "wm/originalreleaseyear"),
    "genre": ("wm/genre",),
    "composer": ("wm/composer",),
    "lyrics": ("wm/lyrics", "wm/lyrics_synchronised"),
    "bpm": ("wm/beatsperminute",),
    "key": ("wm/initialkey",),
    "compilation": ("wm/iscompilation",),
}

# One map for both: RIFF's INFO and the text chunks of AIFF stand in for ID3 where that is absent,
# and the three have no name in common.
CHUNK_NAMES: Names = {
    "title": ("INAM", "NAME"),
    "artist": ("IART", "AUTH"),
    "album": ("IPRD",),
    "track": ("ITRK", "IPRT"),
    "date": ("ICRD",),
    "genre": ("IGNR",),
    "composer": ("IMUS",),
    "comment": ("ICMT", "ANNO"),
}

Place = tuple[str, int]
"""A field, and how good a name is for it: the least counts first."""


def _places(*maps: Names, after: int) -> dict[str, Place]:
    return {
        name: (field, rank)
        for names in maps
        for field, known in names.items()
        for rank, name in enumerate(known, after)
    }


# No two containers use one name for different things. Their own names go before the free ones.
NATIVE_PLACES: Mapping[str, Place] = _places(ID3_NAMES, MP4_NAMES, ASF_NAMES, CHUNK_NAMES, after=0)
FREE_PLACES: Mapping[str, Place] = _places(FREE_NAMES, after=100)
