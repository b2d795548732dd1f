"""What a file is that no image decoder takes, in words for the person who put it there."""

from media_assets.errors import (
    CorruptMediaError,
    DisguisedMediaError,
    EmptyMediaError,
    MediaError,
    UnsupportedMediaError,
)

PROBE_BYTES = 4096

IMAGE_MARKS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
)
"""First bytes of the formats that are decoded; those in boxes (WebP, HEIC, AVIF) are below."""

UNDECODED_MARKS = (
    (b"8BPS", "a Photoshop document"),
    (b"\xff\x0a", "a JPEG XL image"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL image"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 image"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (b"\0\0\x01\0", "an icon"),
    (b"DDS ", "a DirectDraw texture"),
    (b"qoif", "a QOI image"),
    (b"\x76\x2f\x31\x01", "an OpenEXR image"),
    (b"#?RADIANCE", "a Radiance image"),
    (b"FUJIFILM", "a raw photograph"),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile"),
)

OTHER_MARKS = (
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"OggS", "an Ogg recording"),
    (b"fLaC", "FLAC music"),
    (b"ID3", "MP3 music"),
    (b"SQLite format 3", "a database"),
)

TEXT_MARKS = (
    (b"#extm3u", "a playlist"),
    (b"[playlist]", "a playlist"),
    (b"<asx", "a playlist"),
    (b"<smil", "a playlist"),
    (b"<playlist", "a playlist"),
    (b"ffconcat", "a playlist"),
    (b"<mpd", "a streaming manifest"),
    (b"<svg", "an SVG drawing"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
)
"""Looked for in the first 4 KiB, in lower case: an XML declaration or comment may stand before."""

HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
AVIF_BRANDS = {b"avif", b"avis"}
SHARED_BRANDS = {b"mif1", b"msf1"}  # either of the two


def is_heif_box(content: bytes) -> bool:
    """Whether it may be HEIC: the one format whose decoder is loaded only when it is needed."""
    return content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS | SHARED_BRANDS


def refusal(content: bytes) -> MediaError:
    """The error for a file that no image decoder identified."""
    if not content:
        return EmptyMediaError("the file has no bytes")
    head = content[:PROBE_BYTES]
    if not head.strip(b"\0") and content.count(0) == len(content):
        return EmptyMediaError("the file holds only zero bytes: a placeholder or a failed copy")
    if image := _marked(head, IMAGE_MARKS) or _boxed_image(head):
        return CorruptMediaError(f"starts like a {image} file, but its header cannot be read")
    if image := _marked(head, UNDECODED_MARKS):
        return UnsupportedMediaError(f"is {image}, which is not decoded here")
    if other := _marked(head, OTHER_MARKS) or _boxed_media(head) or _text(head):
        return DisguisedMediaError(f"is {other}, not an image")
    return UnsupportedMediaError("is in no image format that is known here")


def _marked(head: bytes, marks: tuple[tuple[bytes, str], ...]) -> str | None:
    return next((name for mark, name in marks if head.startswith(mark)), None)


def _boxed_image(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] != b"ftyp":
        return None
    brand = head[8:12]
    if brand in AVIF_BRANDS:
        return "AVIF"
    return "HEIC" if brand in HEIF_BRANDS | SHARED_BRANDS else None


def _boxed_media(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        return "an MP4 or QuickTime file"
    if head[:4] == b"RIFF":
        return {b"AVI ": "an AVI video", b"WAVE": "a WAV recording"}.get(head[8:12])
    return None


def _text(head: bytes) -> str | None:
    """What kind of text it is; None when it has bytes that no text has."""
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "a text"
    if any(byte < 32 and byte not in b"\t\n\v\f\r\x1b" for byte in plain):
        return None
    small = plain.lower()
    for mark, name in TEXT_MARKS:
        if small.startswith(mark) or (small.startswith((b"<?xml", b"<!--")) and mark in small):
            return name
    return "a text"
