"""Playlists, manifests and documents under the names of media, and media that lie elsewhere."""

from collections.abc import Iterator

import hostile_clips as clips
from cases import CORRUPT, DISGUISED, Case, case
from clip_samples import make_clip


def disguises(address: str) -> dict[str, bytes]:
    """Playlists, manifests, drawings and programs of a page, which name an address."""
    media = "application/vnd.apple.mpegurl"
    dash = (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>'
        f'<AdaptationSet mimeType="video/mp4"><Representation id="1"><BaseURL>{address}</BaseURL>'
        "</Representation></AdaptationSet></Period></MPD>"
    )
    return {
        "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n{address}/a.ts\n".encode(),
        "hls with a mark": b"\xef\xbb\xbf" + f"#EXTM3U\n#EXTINF:6,\n{address}/a.ts\n".encode(),
        "concat": f"ffconcat version 1.0\nfile '{address}/a.mp4'\n".encode(),
        "concat of a file": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        "dash": dash.encode(),
        "sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
        "xspf": f'<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/">'
        f"<trackList><track><location>{address}/a</location></track></trackList></playlist>".encode(),
        "pls": f"[playlist]\nFile1={address}/a.mp3\nNumberOfEntries=1\n".encode(),
        "asx": f'<asx version="3"><entry><ref href="{address}/a"/></entry></asx>'.encode(),
        "smil": f'<smil><body><video src="{address}/a"/></body></smil>'.encode(),
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><use href="{address}/a"/></svg>'.encode(),
        "html": f'<!DOCTYPE html><html><img src="{address}/a.png"></html>'.encode(),
        "address": f"{address}/a.mp4\n".encode(),
        "shortcut": f"[InternetShortcut]\r\nURL={address}/a\r\n".encode(),
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"
        b"(/tmp/harm) (w) file (harm) writestring showpage\n",
        "postscript with a preview": b"\xc5\xd0\xd3\xc6"
        + bytes(26)
        + b"%!PS-Adobe-3.0\nshowpage\n",
        "pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction 2 0 R>>endobj\n",
        "mime": f"Content-Type: {media}\n\n#EXTM3U\n{address}/a.ts\n".encode(),
    }


def disguise_cases(address: str) -> Iterator[Case]:
    """Each of them under the name of every kind, and behind the beginning of real containers."""
    for name, content in disguises(address).items():
        for suffix in (
            "png",
            "jpg",
            "gif",
            "heic",
            "mp4",
            "mkv",
            "avi",
            "mp3",
            "flac",
            "m4a",
            "ogg",
        ):
            yield case(
                f"{name}.{suffix}",
                content,
                DISGUISED,
                "playlist|manifest|text|page|document|drawing",
            )
    hls = disguises(address)["hls"]
    for number, start in enumerate(
        (
            b"\0\0\0\x10ftypisom\0\0\2\0",
            b"\x1a\x45\xdf\xa3",
            b"RIFF\0\0\1\0AVI ",
            b"FLV\1\5\0\0\0\x09",
        )
    ):
        yield case(f"hls behind a start {number}.mp4", start + hls * 200, CORRUPT)
    mov = make_clip("mov", frames=12)
    at_address = clips.with_data_reference(mov, b"url ", f"{address}/a.mov\0".encode())
    yield case("pictures at an address.mov", at_address)
    in_file = clips.with_data_reference(mov, b"alis", b"/etc/passwd\0" * 20)
    yield case("pictures in a file.mov", in_file, CORRUPT)
    elsewhere = clips.matroska_elsewhere(f"{address}/a.mkv".encode())
    yield case("goes on elsewhere.mkv", elsewhere, CORRUPT)
