import struct
import warnings
import zlib

import pytest
from drawn_pictures import encoded, scene
from PIL import Image, PngImagePlugin

from media_assets.captures.image import ImageOptions, analyse_image
from media_assets.errors import (
    CorruptMediaError,
    DisguisedMediaError,
    EmptyMediaError,
    LimitExceededError,
    UnsupportedMediaError,
)
from media_assets.settings import LimitSettings


def _options(**limits: int) -> ImageOptions:
    return ImageOptions(
        320, LimitSettings(**limits), frozenset({"metadata", "thumbnail", "vector"})
    )


@pytest.mark.parametrize("content", [b"", b"\0", bytes(100_000)])
def test_a_file_without_content_is_empty(content):
    with pytest.raises(EmptyMediaError):
        analyse_image(content, _options())


DISGUISES = {
    "playlist": (b"#EXTM3U\n#EXTINF:10\nhttp://192.0.2.1/a.ts\n", "a playlist"),
    "playlist with a mark": (b"\xef\xbb\xbf#EXTM3U\n/etc/passwd\n", "a playlist"),
    "manifest": (b"<?xml version='1.0'?><MPD><Period/></MPD>", "a streaming manifest"),
    "drawing": (b"<svg xmlns='http://www.w3.org/2000/svg'><image href='x'/></svg>", "an SVG"),
    "drawing with declaration": (b"<?xml version='1.0'?>\n<!-- x -->\n<svg></svg>", "an SVG"),
    "web page": (b"<!DOCTYPE html><html><body>404 not found</body></html>", "a web page"),
    "web page without type": (b"\n <html><title>x</title></html>", "a web page"),
    "text": (b"just some words\nand some more\n", "a text"),
    "text of two bytes": ("Text".encode("utf-16"), "a text"),
    "json": (b'{"error": "not found"}', "a text"),
    "bitmap in source text": (b"#define x_width 16\n#define x_height 16\n", "a text"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "a PostScript document"),
    "document": (b"%PDF-1.7\n", "a PDF document"),
    "archive": (b"PK\x03\x04\x14\0\0\0", "a ZIP archive"),
    "program": (b"MZ\x90\0\x03\0\0\0", "a Windows program"),
    "video": (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2", "an MP4"),
    "web video": (b"\x1aE\xdf\xa3\x01\0\0\0", "a Matroska"),
    "old video": (b"RIFF\0\0\1\0AVI LIST", "an AVI video"),
    "music": (b"ID3\x04\0\0\0\0\0\0", "MP3 music"),
}


@pytest.mark.parametrize(("content", "name"), DISGUISES.values(), ids=DISGUISES)
def test_what_is_no_image_is_called_by_its_name(content, name):
    with pytest.raises(DisguisedMediaError, match=f"^is {name}.*, not an image$"):
        analyse_image(content, _options())


def test_an_icon_and_a_photoshop_file_are_not_decoded():
    with pytest.raises(UnsupportedMediaError, match="an icon"):
        analyse_image(encoded(Image.new("RGB", (16, 16)), "ICO"), _options())
    with pytest.raises(UnsupportedMediaError, match="Photoshop"):
        analyse_image(b"8BPS\0\1\0\0\0\0\0\0", _options())


def test_unknown_bytes_are_not_supported():
    with pytest.raises(UnsupportedMediaError, match="no image format"):
        analyse_image(b"\x01\x02\x03\x04" * 20, _options())


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x89PNG\r\n\x1a\nxxxxxxxxxxxxxxxxxxxxx", "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "JPEG"),
        (b"GIF89a", "GIF"),
        (b"RIFF\x10\0\0\0WEBPVP8 \0\0\0\0", "WebP"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "AVIF"),
    ],
)
def test_a_known_format_without_a_header_is_corrupt(content, name):
    with pytest.raises(CorruptMediaError, match=rf"like a {name} file|header cannot be read"):
        analyse_image(content, _options())


def _huge_png(width: int, height: int) -> bytes:
    """A PNG that only says it is so large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def test_too_many_pixels_are_refused_before_decoding():
    with pytest.raises(LimitExceededError, match=r"limits\.max_pixels"):
        analyse_image(_huge_png(60_000, 60_000), _options())
    with pytest.raises(LimitExceededError, match=r"limits\.max_pixels"):
        analyse_image(_huge_png(11_000, 10_001), _options(max_pixels=110_000_000))


def test_the_limit_of_pixels_is_ours_and_not_that_of_the_decoder():
    products = analyse_image(_huge_png(12_000, 10_000), _options())
    assert products.metadata is not None
    assert products.metadata.width == 12_000
    assert isinstance(products.problem, CorruptMediaError)


def test_a_side_that_is_too_long_is_refused():
    with pytest.raises(LimitExceededError, match=r"70,000 x 10 pixels.*65,536 a side"):
        analyse_image(_huge_png(70_000, 10), _options())


def test_a_file_that_is_too_large_is_refused():
    content = encoded(scene(1, 200, 100), "BMP")
    with pytest.raises(LimitExceededError, match=r"the limit is 1,000 \(limits.max_image_bytes\)"):
        analyse_image(content, _options(max_image_bytes=1000))


def test_too_much_text_is_refused():
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "x" * 100_000, zip=True)
    content = encoded(scene(1, 90, 60), "PNG", pnginfo=info)
    assert len(content) < 30_000
    with pytest.raises(LimitExceededError, match=r"limits\.max_embedded_bytes"):
        analyse_image(content, _options(max_embedded_bytes=50_000))


def test_long_text_below_the_limit_does_not_cost_the_image():
    info = PngImagePlugin.PngInfo()
    info.add_text("workflow", "x" * 3_000_000, zip=True)
    products = analyse_image(encoded(scene(1, 90, 60), "PNG", pnginfo=info), _options())
    assert products.problem is None
    assert products.metadata is not None
    assert len(products.metadata.text or "") < 10_000


def test_too_much_exif_is_refused():
    exif = Image.Exif()
    exif[0x010E] = "x" * 20_000
    for kind in ("JPEG", "WEBP", "PNG"):
        content = encoded(scene(1, 90, 60), kind, exif=exif)
        with pytest.raises(LimitExceededError, match="EXIF"):
            analyse_image(content, _options(max_embedded_bytes=10_000))


def test_the_decoder_is_left_with_its_own_limits():
    before = Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY
    filters = list(warnings.filters)
    analyse_image(encoded(scene(1, 90, 60), "PNG"), _options(max_pixels=10_000))
    with pytest.raises(LimitExceededError):
        analyse_image(encoded(scene(1, 200, 160), "PNG"), _options(max_pixels=10_000))
    after = Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY
    assert after == before
    assert warnings.filters == filters


def test_a_header_that_does_not_hang_together_is_corrupt():
    """Pillow meets a palette image without a palette with an assertion."""
    header = struct.pack(">IIBBBBB", 8, 8, 8, 3, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(72)))]
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    with pytest.raises(CorruptMediaError, match="header cannot be read"):
        analyse_image(content, _options())


def test_a_jpeg_of_too_many_scans_is_refused():
    content = encoded(scene(1, 90, 60), "JPEG", progressive=True)
    with pytest.raises(LimitExceededError, match=r"more than 9 scans \(limits\.max_scans\)"):
        analyse_image(content, _options(max_scans=9))
    assert analyse_image(content, _options(max_scans=10)).problem is None
