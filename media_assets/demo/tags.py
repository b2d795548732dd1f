"""Tags as each kind of audio file has them: ID3, MP4 atoms, Vorbis comments."""

import base64
from pathlib import Path
from types import ModuleType
from typing import Any

import mutagen.flac
import mutagen.id3
import mutagen.mp4
import mutagen.oggopus
import mutagen.oggvorbis
import mutagen.wave

from media_assets.demo.scenes import cover
from media_assets.demo.songs import Track
from media_assets.demo.stills import encode_jpeg

# Most of mutagen has no annotations; as plain modules, typed functions may call what is in them.
flac: ModuleType = mutagen.flac
id3: ModuleType = mutagen.id3
mp4: ModuleType = mutagen.mp4
oggopus: ModuleType = mutagen.oggopus
oggvorbis: ModuleType = mutagen.oggvorbis
wave: ModuleType = mutagen.wave

COVER_SIDE = 300
_FRONT = 3
_UTF_8 = 3
_ITUNES = "----:com.apple.iTunes:"


def write_tags(track: Track, file: Path) -> None:
    """Tag the file with title, artists, album, number, date, genre, tempo, key, ids and cover."""
    match track.suffix:
        case ".mp3":
            tags = id3.ID3()
            for frame in _frames(track):
                tags.add(frame)
            tags.save(file)
        case ".wav":
            sound = wave.WAVE(file)
            sound.add_tags()
            for frame in _frames(track):
                sound.tags.add(frame)
            sound.save()
        case ".m4a":
            sound = mp4.MP4(file)
            sound.update(_atoms(track))
            sound.save()
        case ".flac":
            sound = flac.FLAC(file)
            sound.update(_comments(track))
            sound.add_picture(_picture(track))
            sound.save()
        case ".opus" | ".ogg":
            sound = oggopus.OggOpus(file) if track.suffix == ".opus" else oggvorbis.OggVorbis(file)
            picture = base64.b64encode(_picture(track).write()).decode("ascii")
            sound.update({**_comments(track), "metadata_block_picture": picture})
            sound.save()


def album_cover(track: Track) -> bytes:
    """The cover of the track's album as JPEG: the same for all its tracks."""
    return encode_jpeg(cover(track.album.title, COVER_SIDE), quality=80)


def _frames(track: Track) -> list[object]:
    """The frames of ID3, version 2.4."""
    album = track.album
    texts = {
        "TIT2": track.title,
        "TPE1": track.artist,
        "TALB": album.title,
        "TPE2": album.artist,
        "TRCK": f"{track.number}/{album.tracks}",
        "TDRC": album.date,
        "TCON": album.genre,
        "TBPM": str(track.bpm),
        "TKEY": track.tag_key,
        **({"TCMP": "1"} if album.various else {}),
    }
    named = {f"MusicBrainz {name}": value for name, value in _ids(track).items()}
    # The recording has a frame of its own, whose owner is written as an address.
    recording = track.mbid("recording").encode()
    image = {"mime": "image/jpeg", "type": _FRONT, "desc": "front", "data": album_cover(track)}
    return [
        *(getattr(id3, name)(encoding=_UTF_8, text=[text]) for name, text in texts.items()),
        *(id3.TXXX(encoding=_UTF_8, desc=desc, text=[value]) for desc, value in named.items()),
        id3.UFID(owner="http://musicbrainz.org", data=recording),
        id3.APIC(encoding=_UTF_8, **image),
    ]


def _ids(track: Track) -> dict[str, str]:
    return {
        "Release Track Id": track.mbid("track"),
        "Album Id": track.mbid("release"),
        "Artist Id": track.mbid("artist"),
        "Album Artist Id": track.mbid("album artist"),
    }


def _comments(track: Track) -> dict[str, str]:
    album = track.album
    return {
        "title": track.title,
        "artist": track.artist,
        "album": album.title,
        "albumartist": album.artist,
        "tracknumber": str(track.number),
        "tracktotal": str(album.tracks),
        "date": album.date,
        "genre": album.genre,
        "bpm": str(track.bpm),
        "initialkey": track.tag_key,
        "musicbrainz_trackid": track.mbid("recording"),  # the recording, for historical reasons
        "musicbrainz_releasetrackid": track.mbid("track"),
        "musicbrainz_albumid": track.mbid("release"),
        "musicbrainz_artistid": track.mbid("artist"),
        "musicbrainz_albumartistid": track.mbid("album artist"),
    }


def _picture(track: Track) -> Any:  # noqa: ANN401 a picture block, which is not annotated
    picture = flac.Picture()
    picture.type, picture.mime, picture.desc = _FRONT, "image/jpeg", "front"
    picture.width = picture.height = COVER_SIDE
    picture.depth = 24
    picture.data = album_cover(track)
    return picture


def _atoms(track: Track) -> dict[str, list[object]]:
    album = track.album
    ids = {"Track Id": track.mbid("recording"), **_ids(track)}
    free = {f"MusicBrainz {name}": value for name, value in ids.items()}
    free["initialkey"] = track.tag_key
    return {
        "\xa9nam": [track.title],
        "\xa9ART": [track.artist],
        "\xa9alb": [album.title],
        "aART": [album.artist],
        "\xa9day": [album.date],
        "\xa9gen": [album.genre],
        "trkn": [(track.number, album.tracks)],
        "tmpo": [track.bpm],
        "covr": [mp4.MP4Cover(album_cover(track), imageformat=mp4.MP4Cover.FORMAT_JPEG)],
        **{f"{_ITUNES}{name}": [mp4.MP4FreeForm(text.encode())] for name, text in free.items()},
    }
