"""Tags as each kind of audio file has them: ID3, MP4 atoms, Vorbis comments."""

import base64
from pathlib import Path

from mutagen.flac import FLAC, Picture
from mutagen.id3 import (
    APIC, ID3, TALB, TBPM, TCMP, TCON, TDRC, TIT2, TKEY, TPE1, TPE2, TRCK, TXXX, UFID,
)  # fmt: skip
from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from media_assets.demo.scenes import cover
from media_assets.demo.songs import Track
from media_assets.demo.stills import encode_jpeg

COVER_SIDE = 300
_FRONT = 3
_ITUNES = "----:com.apple.iTunes:"


def write_tags(track: Track, file: Path) -> None:
    """Tag the file with title, artists, album, number, date, genre, tempo, key, ids and cover."""
    match track.suffix:
        case ".mp3":
            _id3(track).save(file, v2_version=4)
        case ".wav":
            sound = WAVE(file)
            sound.add_tags()
            for frame in _id3(track).values():
                sound.tags.add(frame)
            sound.save()
        case ".m4a":
            _write_atoms(track, file)
        case ".flac":
            flac = FLAC(file)
            flac.update(_comments(track))
            flac.add_picture(_picture(track))
            flac.save()
        case ".opus" | ".ogg":
            ogg = OggOpus(file) if track.suffix == ".opus" else OggVorbis(file)
            ogg.update(_comments(track))
            picture = base64.b64encode(_picture(track).write()).decode("ascii")
            ogg["metadata_block_picture"] = [picture]
            ogg.save()


def album_cover(track: Track) -> bytes:
    """The cover of the track's album as JPEG: the same for all its tracks."""
    return encode_jpeg(cover(track.album.title, COVER_SIDE), quality=80)


def _id3(track: Track) -> ID3:
    album = track.album
    tags = ID3()
    texts = {
        TIT2: track.title,
        TPE1: track.artist,
        TALB: album.title,
        TPE2: album.artist,
        TRCK: f"{track.number}/{album.tracks}",
        TDRC: album.date,
        TCON: album.genre,
        TBPM: str(track.bpm),
        TKEY: track.tag_key,
    }
    if album.various:
        texts[TCMP] = "1"
    for frame, text in texts.items():
        tags.add(frame(encoding=3, text=[text]))
    for name, value in _ids(track).items():
        tags.add(TXXX(encoding=3, desc=f"MusicBrainz {name}", text=[value]))
    # The recording has a frame of its own, whose owner is written as an address.
    tags.add(UFID(owner="http://musicbrainz.org", data=track.mbid("recording").encode()))
    tags.add(
        APIC(encoding=3, mime="image/jpeg", type=_FRONT, desc="front", data=album_cover(track))
    )
    return tags


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


def _picture(track: Track) -> Picture:
    picture = Picture()
    picture.type, picture.mime, picture.desc = _FRONT, "image/jpeg", "front"
    picture.width = picture.height = COVER_SIDE
    picture.depth = 24
    picture.data = album_cover(track)
    return picture


def _write_atoms(track: Track, file: Path) -> None:
    sound, album = MP4(file), track.album
    ids = {"Track Id": track.mbid("recording"), **_ids(track)}
    sound.update({
        "\xa9nam": [track.title],
        "\xa9ART": [track.artist],
        "\xa9alb": [album.title],
        "aART": [album.artist],
        "\xa9day": [album.date],
        "\xa9gen": [album.genre],
        "trkn": [(track.number, album.tracks)],
        "tmpo": [track.bpm],
        "covr": [MP4Cover(album_cover(track), imageformat=MP4Cover.FORMAT_JPEG)],
        f"{_ITUNES}initialkey": [MP4FreeForm(track.tag_key.encode())],
    })  # fmt: skip
    for name, value in ids.items():
        sound[f"{_ITUNES}MusicBrainz {name}"] = [MP4FreeForm(value.encode())]
    sound.save()
