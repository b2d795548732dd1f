"""Tables of a player's music: artists, albums, tracks, covers, and what all players have of them.

All of them are derived from `audio_metadata`, `embedded_covers` and `media_files`.
"""

from media_assets.store.spec import Column, Table
from media_assets.store.tables.library import MEDIA_ID

_ARTIST_KEY = Column("artist_key", "VARCHAR", "MusicBrainz artist id, else the normalised name: "
                     "compatibility forms unified (NFKC), case folded, blanks single.", required=True)  # fmt: skip
_ALBUM_KEY = Column("album_key", "VARCHAR", "MusicBrainz release id, else the keys of the album "
                    "artists, the normalised title and the date, parted by `|`.", required=True)  # fmt: skip

TRACKS = Table(
    "tracks",
    "player",
    "one music file whose container could be read, also one that is missing now",
    ("media_id",),
    (
        MEDIA_ID,
        Column("title", "VARCHAR", "Title; NULL where the file has none."),
        Column("display_title", "VARCHAR", "Title, else the file name without its extension.",
               required=True),
        Column("title_from_file_name", "BOOLEAN", "`display_title` is the file name.", required=True),
        Column("artist", "VARCHAR", "Artists as shown; several are joined by `; `."),
        Column("artist_key", "VARCHAR", "Key of the first artist; `track_artists` has all."),
        Column("credited", "VARCHAR[]", "Keys of all its artists and of those of its album, sorted: "
               "who they are is told without looking into `track_artists`."),
        Column("album", "VARCHAR", "Album as this file writes it."),
        Column("album_key", "VARCHAR", "Album; NULL where the file names none."),
        Column("album_artist", "VARCHAR", "Album artists as this file writes them; NULL where it "
               "names none."),
        Column("disc_number", "INTEGER", "Number of the disc."),
        Column("disc_total", "INTEGER", "Discs of the album."),
        Column("track_number", "INTEGER", "Number of the track on its disc."),
        Column("track_total", "INTEGER", "Tracks on the disc."),
        Column("date", "VARCHAR", "Release date as stored."),
        Column("original_date", "VARCHAR", "First release date as stored."),
        Column("year", "INTEGER", "Year of the release date."),
        Column("genre", "VARCHAR", "Genres; several are joined by `; `."),
        Column("genres", "VARCHAR[]", "Each genre."),
        Column("composer", "VARCHAR", "Composer."),
        Column("duration_seconds", "DOUBLE", "Duration.", "s"),
        Column("codec", "VARCHAR", "Codec."),
        Column("compilation", "BOOLEAN", "Tagged as a track of a compilation."),
        Column("mb_recording_id", "VARCHAR", "MusicBrainz recording id; the same recording on two "
               "albums is two tracks."),
        Column("mb_track_id", "VARCHAR", "MusicBrainz track id (of a release)."),
        Column("cover_id", "VARCHAR", "The picture embedded in the file, else that of its album."),
        Column("file_path", "VARCHAR", "Absolute path.", required=True),
        Column("status", "VARCHAR", "`present`, `missing`, or `unknown`, as in `media_files`.",
               required=True),
    ),
    lookups=("file_path", "album_key", "mb_recording_id", "mb_track_id"),
)  # fmt: skip

TRACK_ARTISTS = Table(
    "track_artists",
    "player",
    "one artist of a track, or of the album that it is on",
    ("media_id", "role", "position"),
    (
        MEDIA_ID,
        Column("role", "VARCHAR", "`artist` or `album_artist`.", required=True),
        Column("position", "INTEGER", "Place among the artists of that role, from 1.", required=True),
        _ARTIST_KEY,
        Column("name", "VARCHAR", "Name as written, or the whole credit; NULL where only an id is "
               "there."),
        Column("is_whole_credit", "BOOLEAN", "`name` is the whole credit, for example `A feat. B`: the "
               "file has more ids than names.", required=True),
        Column("is_tagged", "BOOLEAN", "The file says so. Not where an album artist is `Various "
               "Artists` because it is a compilation, or the first artist of the track for want of "
               "another.", required=True),
    ),
    lookups=("artist_key",),
)  # fmt: skip

ARTISTS = Table(
    "artists",
    "player",
    "one artist of tracks or of albums",
    ("artist_key",),
    (
        _ARTIST_KEY,
        Column("name", "VARCHAR", "Name as written most often, then the least of those; NULL where only "
               "an id is there."),
        Column("is_whole_credit", "BOOLEAN", "`name` is a credit of several artists: none names this "
               "one alone.", required=True),
        Column("names", "VARCHAR[]", "All spellings, those written most often first."),
        Column("normalised_name", "VARCHAR", "`name` as keys have it: for searching."),
        Column("mb_artist_id", "VARCHAR", "MusicBrainz artist id."),
        Column("namesakes", "VARCHAR[]", "Keys of other artists of that normalised name. They may be "
               "the same artist, once with an id and once without; nothing here guesses it."),
        Column("albums", "INTEGER", "Albums of which it is an album artist, with a track that is not "
               "missing.", required=True),
        Column("tracks", "INTEGER", "Tracks of which it is an artist and that are not missing.",
               required=True),
        Column("tracks_missing", "INTEGER", "Tracks of it whose file is missing.", required=True),
        Column("duration_seconds", "DOUBLE", "Duration of the tracks that are not missing.", "s"),
        Column("genre", "VARCHAR", "Genre that most of its tracks name."),
        Column("first_year", "INTEGER", "Least year of its tracks."),
        Column("last_year", "INTEGER", "Greatest year of its tracks."),
        Column("cover_id", "VARCHAR", "Picture of the artist: `artist` or `fanart` in its folder."),
    ),
    lookups=("normalised_name",),
)  # fmt: skip

ALBUMS = Table(
    "albums",
    "player",
    "one edition of an album",
    ("album_key",),
    (
        _ALBUM_KEY,
        Column("title", "VARCHAR", "Title as written most often, then the least of those."),
        Column("normalised_title", "VARCHAR", "`title` as keys have it: for searching."),
        Column("album_artist", "VARCHAR", "Artists of the album as written most often; `Various "
               "Artists` where a compilation names none, the artist of the track where that is all "
               "there is."),
        Column("artist_key", "VARCHAR", "Key of the first of them."),
        Column("date", "VARCHAR", "Release date as stored."),
        Column("original_date", "VARCHAR", "First release date as stored."),
        Column("year", "INTEGER", "Year of the release date."),
        Column("genre", "VARCHAR", "Genre that most of its tracks name."),
        Column("compilation", "BOOLEAN", "A track of it is tagged as one of a compilation.",
               required=True),
        Column("mb_release_id", "VARCHAR", "MusicBrainz release id."),
        Column("mb_release_group_id", "VARCHAR", "MusicBrainz release group id: the same for all "
               "editions."),
        Column("discs", "INTEGER", "Discs that its tracks name, 1 where they name none.",
               required=True),
        Column("tracks", "INTEGER", "Tracks that are not missing.", required=True),
        Column("tracks_missing", "INTEGER", "Tracks whose file is missing.", required=True),
        Column("tracks_tagged", "INTEGER", "Tracks that there should be, by what the tags say of each "
               "disc; NULL where a disc says nothing."),
        Column("duration_seconds", "DOUBLE", "Duration of the tracks that are not missing.", "s"),
        Column("cover_id", "VARCHAR", "The cover: a front before others, then the one with the most "
               "pixels."),
    ),
    lookups=("normalised_title", "mb_release_group_id"),
)  # fmt: skip

COVERS = Table(
    "covers",
    "player",
    "one picture of albums or artists: embedded in music, or a file in their folder",
    ("cover_id",),
    (
        Column("cover_id", "VARCHAR", "blake3 of the picture, hex.", required=True),
        Column("source", "VARCHAR", "`embedded`, or `folder`: a file of the library.", required=True),
        Column("kind", "VARCHAR", "`front`, `other`, or `artist`: a picture of an artist.",
               required=True),
        Column("media_id", "VARCHAR", "The music that has it embedded (the least id), or the picture.",
               required=True),
        Column("width", "INTEGER", "Width.", "pixels", required=True),
        Column("height", "INTEGER", "Height.", "pixels", required=True),
        Column("format", "VARCHAR", "Format that the decoder found.", required=True),
        Column("bytes", "BIGINT", "Size of the picture.", "bytes", required=True),
        Column("cover_file", "VARCHAR", "The picture as it was embedded, relative to `data_dir`; NULL "
               "where it is a file of the library."),
        Column("thumbnail_stem", "VARCHAR", "Thumbnails are this with `_150.jpg`, `_300.jpg`, `_500.jpg` "
               "and `_800.jpg`, where they were made; relative to `data_dir`.", required=True),
        Column("tracks", "INTEGER", "Tracks that have it embedded.", required=True),
        Column("albums", "INTEGER", "Albums that show it.", required=True),
        Column("artists", "INTEGER", "Artists that show it.", required=True),
    ),
)  # fmt: skip

_PLAYER = Column("player", "VARCHAR", "Owner of the library.", required=True)
_PLAYERS = Column("players", "INTEGER", "Players who have tracks of it that are not missing.",
                  required=True)  # fmt: skip

SHARED_ALBUMS = Table(
    "shared_albums",
    "shared",
    "one album in the library of one player",
    ("album_key", "player"),
    (
        _ALBUM_KEY,
        _PLAYER,
        _PLAYERS,
        *(
            column
            for column in ALBUMS.columns
            if column.name in {"title", "album_artist", "artist_key", "date", "year",
                               "mb_release_id", "mb_release_group_id", "tracks", "tracks_missing",
                               "tracks_tagged", "duration_seconds"}
        ),
    ),
)  # fmt: skip

SHARED_ARTISTS = Table(
    "shared_artists",
    "shared",
    "one artist in the library of one player",
    ("artist_key", "player"),
    (
        _ARTIST_KEY,
        _PLAYER,
        _PLAYERS,
        *(
            column
            for column in ARTISTS.columns
            if column.name in {"name", "mb_artist_id", "albums", "tracks", "tracks_missing",
                               "duration_seconds"}
        ),
    ),
)  # fmt: skip

MUSIC_TABLES = (TRACKS, TRACK_ARTISTS, ARTISTS, ALBUMS, COVERS)
"""Those of one player, which are derived together."""

SHARED_MUSIC_TABLES = (SHARED_ALBUMS, SHARED_ARTISTS)
