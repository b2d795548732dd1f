"""Files of every format that are tagged alike, each in its format's way."""

import base64
import io
import struct
from functools import cache

from music_audio import RATE as RATE
from music_audio import ape as ape
from music_audio import audio as audio
from music_audio import dsf as dsf
from music_audio import encode as encode
from music_audio import musepack as musepack
from music_audio import ogg_file as ogg_file
from music_audio import ogg_flac as ogg_flac
from music_audio import speex as speex
from mutagen import aiff, apev2, asf, flac, id3, mp4, oggopus, oggvorbis, wave
from mutagen.id3 import ID3, UFID, Frames

RECORDING = "11111111-aaaa-4bbb-8ccc-000000000001"
TRACK = "11111111-aaaa-4bbb-8ccc-000000000002"
RELEASE = "11111111-aaaa-4bbb-8ccc-000000000003"
RELEASE_GROUP = "11111111-aaaa-4bbb-8ccc-000000000004"
ARTIST = "11111111-aaaa-4bbb-8ccc-000000000005"
ALBUM_ARTIST = "11111111-aaaa-4bbb-8ccc-000000000006"
ACOUSTID = "11111111-aaaa-4bbb-8ccc-000000000007"
FINGERPRINT = "AQADtNQYhYkYRcF__8H_xA"

PICARD_NAMES = {
    "MusicBrainz Release Track Id": TRACK,
    "MusicBrainz Album Id": RELEASE,
    "MusicBrainz Release Group Id": RELEASE_GROUP,
    "MusicBrainz Artist Id": ARTIST,
    "MusicBrainz Album Artist Id": ALBUM_ARTIST,
    "Acoustid Id": ACOUSTID,
    "Acoustid Fingerprint": FINGERPRINT,
    "replaygain_track_gain": "-7.30 dB",
    "replaygain_album_gain": "+0.25 dB",
}
VORBIS_NAMES = {
    "MUSICBRAINZ_TRACKID": RECORDING,
    "MUSICBRAINZ_RELEASETRACKID": TRACK,
    "MUSICBRAINZ_ALBUMID": RELEASE,
    "MUSICBRAINZ_RELEASEGROUPID": RELEASE_GROUP,
    "MUSICBRAINZ_ARTISTID": ARTIST,
    "MUSICBRAINZ_ALBUMARTISTID": ALBUM_ARTIST,
    "ACOUSTID_ID": ACOUSTID,
    "ACOUSTID_FINGERPRINT": FINGERPRINT,
    "REPLAYGAIN_TRACK_GAIN": "-7.30 dB",
    "REPLAYGAIN_ALBUM_GAIN": "+0.25 dB",
}

EXPECTED = {
    "title": "Ça va 標題",
    "artist": "First; Second",
    "artists": ("First", "Second"),
    "album": "An Album",
    "album_artist": "The Band",
    "track_number": 3,
    "track_total": 12,
    "disc_number": 1,
    "disc_total": 2,
    "date": "2004-05-06",
    "original_date": "1999-12-31",
    "year": 2004,
    "genre": "Rock; Jazz",
    "genres": ("Rock", "Jazz"),
    "composer": "A Composer",
    "comment": "A comment",
    "has_lyrics": True,
    "bpm": 128.0,
    "key": "Am",
    "compilation": True,
    "replaygain_track_gain": -7.30,
    "replaygain_album_gain": 0.25,
    "mb_recording_id": RECORDING,
    "mb_track_id": TRACK,
    "mb_release_id": RELEASE,
    "mb_release_group_id": RELEASE_GROUP,
    "mb_artist_id": ARTIST,
    "mb_album_artist_id": ALBUM_ARTIST,
    "acoustid_id": ACOUSTID,
    "acoustid_fingerprint": FINGERPRINT,
    "has_cover": True,
    "album_artists": ("The Band",),
    "mb_artist_ids": (ARTIST,),
    "mb_album_artist_ids": (ALBUM_ARTIST,),
}
"""What each tagged sample says, in every format."""

JPEG = b"\xff\xd8\xff\xe0" + b"front cover" * 20
PNG = b"\x89PNG\r\n\x1a\n" + b"back cover" * 50


# The expected tags, in each format's way.


def id3_tag(version: int = 4) -> ID3:
    """All of `EXPECTED` in ID3v2 frames."""
    tag = ID3()
    texts = {
        "TIT2": ["Ça va 標題"], "TPE1": ["First", "Second"], "TALB": ["An Album"],
        "TPE2": ["The Band"], "TRCK": ["3/12"], "TPOS": ["1/2"], "TCON": ["(17)", "Jazz"],
        "TCOM": ["A Composer"], "TBPM": ["128"], "TKEY": ["Am"], "TCMP": ["1"],
    }  # fmt: skip
    dates = {"TDRC": ["2004-05-06"], "TDOR": ["1999-12-31"]}
    older = {"TYER": ["2004"], "TDAT": ["0605"], "TORY": ["1999-12-31"]}
    for name, values in {**texts, **(dates if version == 4 else older)}.items():
        tag.add(Frames[name](encoding=1, text=values))
    for description, value in PICARD_NAMES.items():
        tag.add(id3.TXXX(encoding=1, desc=description, text=[value]))
    tag.add(UFID(owner="http://musicbrainz.org", data=RECORDING.encode()))
    tag.add(id3.COMM(encoding=1, lang="eng", desc="iTunNORM", text=[" 00000000 00000000"]))
    tag.add(id3.COMM(encoding=1, lang="eng", desc="", text=["A comment"]))
    tag.add(id3.USLT(encoding=1, lang="eng", desc="", text="La la\nla"))
    tag.add(id3.APIC(encoding=0, mime="image/png", type=4, desc="back", data=PNG))
    tag.add(id3.APIC(encoding=0, mime="image/jpeg", type=3, desc="any text", data=JPEG))
    return tag


def id3_bytes(tag: ID3, version: int = 4) -> bytes:
    """A tag as it stands in a file, without padding."""
    file = io.BytesIO()
    tag.save(file, v2_version=version, v23_sep=None, padding=lambda _: 0)
    return file.getvalue()


def with_id3(data: bytes, tag: ID3 | None = None, version: int = 4) -> bytes:
    """A stream with the tag before it instead of the one it has."""
    if data.startswith(b"ID3"):
        file = io.BytesIO(data)
        id3.delete(file)
        data = file.getvalue()
    return id3_bytes(tag or id3_tag(version), version) + data


def with_chunk_id3(kind: str) -> bytes:
    """WAV or AIFF with an ID3 chunk."""
    file = io.BytesIO(audio(kind))
    opened = wave.WAVE(file) if kind.startswith("wav") else aiff.AIFF(file)
    if opened.tags is None:
        opened.add_tags()
    for frame in id3_tag().values():
        opened.tags.add(frame)
    file.seek(0)
    opened.save(file)
    return file.getvalue()


def vorbis_comments() -> list[tuple[str, str]]:
    """All of `EXPECTED` but the picture as Vorbis comments."""
    return [
        ("TITLE", "Ça va 標題"), ("artist", "First"), ("ARTIST", "Second"), ("ALBUM", "An Album"),
        ("ALBUMARTIST", "The Band"), ("TRACKNUMBER", "03"), ("TRACKTOTAL", "12"),
        ("DISCNUMBER", "1/2"), ("DATE", "2004-05-06"), ("ORIGINALDATE", "1999-12-31"),
        ("GENRE", "Rock"), ("GENRE", "Jazz"), ("COMPOSER", "A Composer"),
        ("COMMENT", "A comment"), ("LYRICS", "La la\nla"), ("BPM", "128"), ("KEY", "Am"),
        ("COMPILATION", "1"), *VORBIS_NAMES.items(),
    ]  # fmt: skip


def flac_with(comments: list[tuple[str, str]]) -> bytes:
    """FLAC with these Vorbis comments alone."""
    file = io.BytesIO(audio("flac"))
    opened = flac.FLAC(file)
    opened.tags.clear()
    opened.tags.extend(comments)
    file.seek(0)
    opened.save(file)
    return file.getvalue()


def flac_picture(data: bytes = JPEG, kind: int = 3) -> flac.Picture:
    """A picture block."""
    picture = flac.Picture()
    picture.data, picture.type, picture.mime = data, kind, "image/jpeg"
    return picture


def with_vorbis(kind: str) -> bytes:
    """FLAC, Ogg Vorbis or Opus with Vorbis comments and pictures."""
    file = io.BytesIO(audio(kind))
    opener = {"flac": flac.FLAC, "ogg": oggvorbis.OggVorbis, "opus": oggopus.OggOpus}[kind]
    opened = opener(file)
    if opened.tags is None:
        opened.add_tags()
    opened.tags.clear()
    opened.tags.extend(vorbis_comments())
    pictures = (flac_picture(PNG, 4), flac_picture())
    for picture in pictures:
        if kind == "flac":
            opened.add_picture(picture)
        else:
            block = base64.b64encode(picture.write()).decode()
            opened.tags.append(("METADATA_BLOCK_PICTURE", block))
    file.seek(0)
    opened.save(file)
    return file.getvalue()


def with_mp4(kind: str) -> bytes:
    """MP4 with atoms and free-form atoms."""
    file = io.BytesIO(audio(kind))
    opened = mp4.MP4(file)
    if opened.tags is None:
        opened.add_tags()
    opened.tags.clear()
    opened.tags.update({
        "©nam": ["Ça va 標題"], "©ART": ["First", "Second"], "©alb": ["An Album"],
        "aART": ["The Band"], "trkn": [(3, 12)], "disk": [(1, 2)], "©day": ["2004-05-06"],
        "©gen": ["Rock", "Jazz"], "©wrt": ["A Composer"], "©cmt": ["A comment"],
        "©lyr": ["La la\nla"], "tmpo": [128], "cpil": True,
        "covr": [mp4.MP4Cover(JPEG), mp4.MP4Cover(PNG)],
    })  # fmt: skip
    free = {**PICARD_NAMES, "MusicBrainz Track Id": RECORDING, "initialkey": "Am",
            "ORIGINALDATE": "1999-12-31"}  # fmt: skip
    for name, value in free.items():
        opened.tags[f"----:com.apple.iTunes:{name}"] = [mp4.MP4FreeForm(value.encode())]
    file.seek(0)
    opened.save(file)
    return file.getvalue()


def ape_tag() -> apev2.APEv2:
    """All of `EXPECTED` as APEv2 items."""
    tag = apev2.APEv2()
    tag.update({
        "Title": "Ça va 標題", "Artist": ["First", "Second"], "Album": "An Album",
        "Album Artist": "The Band", "Track": "3/12", "Disc": "1/2", "Year": "2004-05-06",
        "ORIGINALDATE": "1999-12-31", "Genre": ["Rock", "Jazz"], "Composer": "A Composer",
        "Comment": "A comment", "Lyrics": "La la\nla", "BPM": "128", "KEY": "Am",
        "Compilation": "1", **VORBIS_NAMES,
    })  # fmt: skip
    tag["Cover Art (Back)"] = apev2.APEValue(b"back.png\0" + PNG, apev2.BINARY)
    tag["Cover Art (Front)"] = apev2.APEValue(b"front.jpg\0" + JPEG, apev2.BINARY)
    return tag


def with_ape(data: bytes, tag: apev2.APEv2 | None = None) -> bytes:
    """A stream with an APEv2 tag behind it."""
    file = io.BytesIO(data)
    (ape_tag() if tag is None else tag).save(file)
    return file.getvalue()


def with_flac_picture(data: bytes) -> bytes:
    """FLAC with one front cover."""
    file = io.BytesIO(audio("flac"))
    opened = flac.FLAC(file)
    opened.add_picture(flac_picture(data))
    file.seek(0)
    opened.save(file)
    return file.getvalue()


def with_mp4_cover(data: bytes) -> bytes:
    """MP4 with one cover."""
    file = io.BytesIO(audio("m4a"))
    opened = mp4.MP4(file)
    opened.tags["covr"] = [mp4.MP4Cover(data)]
    file.seek(0)
    opened.save(file)
    return file.getvalue()


def with_asf_picture(data: bytes) -> bytes:
    """WMA with one front cover."""
    file = io.BytesIO(audio("wma"))
    opened = asf.ASF(file)
    opened.tags["WM/Picture"] = [asf_picture(data, 3)]
    file.seek(0)
    opened.save(file)
    return file.getvalue()


def asf_picture(data: bytes, kind: int) -> asf.ASFByteArrayAttribute:
    """`WM/Picture`."""
    text = "image/jpeg".encode("utf-16-le") + b"\0\0" + "a cover".encode("utf-16-le") + b"\0\0"
    return asf.ASFByteArrayAttribute(struct.pack("<BI", kind, len(data)) + text + data)


def with_asf() -> bytes:
    """WMA with attributes."""
    file = io.BytesIO(audio("wma"))
    opened = asf.ASF(file)
    opened.tags.clear()
    items = {
        "Title": ["Ça va 標題"], "Author": ["First", "Second"], "WM/AlbumTitle": ["An Album"],
        "WM/AlbumArtist": ["The Band"], "WM/TrackNumber": ["3/12"], "WM/PartOfSet": ["1/2"],
        "WM/Year": ["2004-05-06"], "WM/OriginalReleaseTime": ["1999-12-31"],
        "WM/Genre": ["Rock", "Jazz"], "WM/Composer": ["A Composer"],
        "Description": ["A comment"], "WM/Lyrics": ["La la\nla"], "WM/BeatsPerMinute": ["128"],
        "WM/InitialKey": ["Am"], "WM/IsCompilation": [True], "WM/Track": [2],
        "MusicBrainz/Track Id": [RECORDING], "MusicBrainz/Release Track Id": [TRACK],
        "MusicBrainz/Album Id": [RELEASE], "MusicBrainz/Release Group Id": [RELEASE_GROUP],
        "MusicBrainz/Artist Id": [ARTIST], "MusicBrainz/Album Artist Id": [ALBUM_ARTIST],
        "Acoustid/Id": [ACOUSTID], "Acoustid/Fingerprint": [FINGERPRINT],
        "replaygain_track_gain": ["-7.30 dB"], "replaygain_album_gain": ["+0.25 dB"],
        "WM/Picture": [asf_picture(PNG, 4), asf_picture(JPEG, 3)],
    }  # fmt: skip
    for name, values in items.items():
        opened.tags[name] = values
    file.seek(0)
    opened.save(file)
    return file.getvalue()


@cache
def tagged(kind: str) -> bytes:
    """A file of a kind that says all of `EXPECTED`."""
    match kind:
        case "mp3" | "aac" | "tta" | "mp2":
            return with_id3(audio(kind))
        case "mp3-id3v23":
            return with_id3(audio("mp3"), version=3)
        case "mp3-ape":
            return with_ape(with_id3(audio("mp3"), ID3()))
        case "wav" | "wav24" | "aiff" | "aifc":
            return with_chunk_id3(kind)
        case "flac" | "ogg" | "opus":
            return with_vorbis(kind)
        case "m4a" | "alac":
            return with_mp4(kind)
        case "wma":
            return with_asf()
        case "wv":
            return with_ape(audio("wv"))
        case "ape":
            return with_ape(ape())
        case "mpc":
            return with_ape(musepack())
        case "dsf":
            return dsf(id3_bytes(id3_tag()))
    raise KeyError(kind)


ALL_FIELDS = (
    "mp3", "mp3-id3v23", "mp3-ape", "mp2", "aac", "tta", "wav", "wav24", "aiff", "aifc", "flac",
    "ogg", "opus", "m4a", "alac", "wma", "wv", "ape", "mpc", "dsf",
)  # fmt: skip
"""Kinds whose tags can say every field."""


def riff_info(texts: dict[str, str], encoding: str = "utf-8") -> bytes:
    """A WAV file with a `LIST INFO` chunk."""
    content = b"INFO"
    for name, text in texts.items():
        value = text.encode(encoding) + b"\0"
        content += name.encode() + struct.pack("<I", len(value)) + value + b"\0" * (len(value) % 2)
    chunk = b"LIST" + struct.pack("<I", len(content)) + content
    return audio("wav") + chunk


def aiff_texts(texts: dict[str, str]) -> bytes:
    """An AIFF file with text chunks."""
    data = audio("aiff")
    for name, text in texts.items():
        value = text.encode()
        data += name.encode() + struct.pack(">I", len(value)) + value + b"\0" * (len(value) % 2)
    return data
