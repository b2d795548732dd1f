"""Which container begins with which bytes, and what is refused."""

import pytest
from clip_samples import make_clip

from media_assets.captures.clip_signature import HEAD_BYTES, identify
from media_assets.errors import (
    CorruptMediaError,
    DisguisedMediaError,
    EmptyMediaError,
    UnsupportedMediaError,
)


@pytest.mark.parametrize(
    ("container", "codec", "name", "demuxer"),
    [
        ("mp4", "libx264", "mp4", "mov"),
        ("mov", "libx264", "mov", "mov"),
        ("3gp", "libx264", "3gp", "mov"),
        ("matroska", "libx264", "matroska", "matroska"),
        ("webm", "libvpx-vp9", "webm", "matroska"),
        ("avi", "mpeg4", "avi", "avi"),
        ("mpegts", "mpeg4", "mpegts", "mpegts"),
        ("flv", "libx264", "flv", "flv"),
        ("asf", "mpeg4", "asf", "asf"),
    ],
)
def test_containers_are_told_by_their_first_bytes(
    container: str, codec: str, name: str, demuxer: str
) -> None:
    head = make_clip(container, codec, frames=12)[:HEAD_BYTES]
    signature = identify(head, ".mp4")
    assert (signature.container, signature.demuxer) == (name, demuxer)
    assert signature.described == (demuxer in {"mov", "matroska", "avi"})


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\0\0\0\x08wide\0\0\0\0mdat", "mov"),
        (b"\0\0\0\x20moov\0\0\0\x08free", "mov"),
        (b"\0\0\0\x18styp" + b"msdh" * 4, "mp4"),
        (b"OggS" + bytes(60), "ogg"),
        (b"\x00\x00\x01\xba" + bytes(60), "mpeg"),
        ((bytes(4) + b"G" + bytes(187)) * 4, "mpegts"),
    ],
)
def test_rarer_beginnings_are_known(head: bytes, name: str) -> None:
    assert identify(head, ".mp4").container == name


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/secret.ts\n",
        "\ufeff#EXTM3U\nfile:///etc/passwd\n",
        "ffconcat version 1.0\nfile 'other.mp4'\n",
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
        "  <MPD></MPD>",
        "<SmoothStreamingMedia></SmoothStreamingMedia>",
        "[playlist]\nFile1=http://127.0.0.1/a.mp4\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\n",
    ],
)
def test_playlists_and_manifests_are_refused(text: str) -> None:
    with pytest.raises(DisguisedMediaError, match=r"\.mp4 file is a playlist or manifest"):
        identify(text.encode(), ".mp4")


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"file 'other.mp4'\n", "is text"),
        ("Ünïcödé ".encode() * 60, "is text"),
        (b"x" * 511 + "é".encode(), "is text"),
        ("text".encode("utf-16"), "is text"),
        (b"<html><body>Sign in</body></html>", "is text"),
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3", "PDF"),
        (b"PK\x03\x04\x14\0\0\0", "ZIP"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "no AVI"),
        (b"fLaC\0\0\0\x22", "FLAC"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1", "HEIF or AVIF"),
        (b"\0\0\0\x1cftypavif\0\0\0\0mif1", "HEIF or AVIF"),
    ],
)
def test_other_files_are_refused_by_name(head: bytes, said: str) -> None:
    with pytest.raises(DisguisedMediaError, match=said):
        identify(head, ".mkv")


def test_what_no_container_begins_with_is_refused() -> None:
    with pytest.raises(EmptyMediaError):
        identify(b"", ".mp4")
    with pytest.raises(CorruptMediaError, match="only zeros"):
        identify(bytes(HEAD_BYTES), ".mp4")
    with pytest.raises(CorruptMediaError, match="ends after 3 bytes"):
        identify(b"\x00\x9f\x80", ".mp4")
    with pytest.raises(UnsupportedMediaError, match=r"the \.mp4 file begins"):
        identify(bytes(range(256)), ".mp4")


def test_a_file_without_extension_is_named_plainly() -> None:
    with pytest.raises(DisguisedMediaError, match=r"^the file is text"):
        identify(b"hello", "")
