import dataclasses
import io
import json
import subprocess
import sys

import imagehash
import numpy as np
import pytest
from drawn_pictures import decoded, different_bits, encoded, menu, scene
from PIL import ExifTags, Image, ImageOps, PngImagePlugin

from media_assets.captures.image import ImageMetadata, ImageOptions, ImagePart, analyse_image
from media_assets.errors import CorruptMediaError
from media_assets.settings import LimitSettings
from media_assets.similarity.layout import DIM
from media_assets.store.tables.analysis import IMAGE_METADATA

ALL: frozenset[ImagePart] = frozenset({"metadata", "thumbnail", "vector"})
OPTIONS = ImageOptions(320, LimitSettings(), ALL)
PIXEL_COLUMNS = ("dominant_colors", "phash", "dhash", "colorhash", "detail", "low_detail", "grey")


def _metadata(content: bytes) -> ImageMetadata:
    products = analyse_image(content, OPTIONS)
    assert products.problem is None
    assert products.metadata is not None
    return products.metadata


def _oriented(image: Image.Image, orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return exif


def test_metadata_has_the_columns_of_the_table_in_their_order():
    names = [field.name for field in dataclasses.fields(ImageMetadata)]
    assert names == [column.name for column in IMAGE_METADATA.columns][1:]
    values = dataclasses.asdict(_metadata(encoded(scene(1, 90, 60), "PNG")))
    for column in IMAGE_METADATA.columns[1:]:
        assert not column.required or values[column.name] is not None


def test_one_read_gives_all_products():
    image = scene(1, 1920, 1080)
    products = analyse_image(encoded(image, "JPEG", quality=90), OPTIONS)
    metadata, thumbnail, vector = products.metadata, products.thumbnail, products.vector
    assert metadata is not None
    assert (metadata.width, metadata.height, metadata.frames) == (1920, 1080, 1)
    assert (metadata.format, metadata.mime_type, metadata.color_mode) == (
        "JPEG",
        "image/jpeg",
        "RGB",
    )
    assert metadata.aspect_ratio == pytest.approx(16 / 9)
    assert not metadata.has_alpha
    assert metadata.low_detail is False
    assert metadata.exif is metadata.gps is metadata.text is metadata.orientation is None
    assert len(json.loads(metadata.dominant_colors or "")) == 5
    assert thumbnail is not None
    assert decoded(thumbnail.content).size == (thumbnail.width, thumbnail.height) == (320, 180)
    assert vector is not None
    assert vector.shape == (DIM,)
    assert products.problem is None


@pytest.mark.parametrize("part", sorted(ALL))
def test_parts_that_are_not_wanted_are_left_out(part):
    content = encoded(scene(1, 400, 300), "PNG")
    options = dataclasses.replace(OPTIONS, parts=frozenset({part}))
    some, every = analyse_image(content, options), analyse_image(content, OPTIONS)
    for name in ALL:
        value = getattr(some, name)
        assert (value is not None) == (name == part)
        if name == "vector" and value is not None:
            assert np.array_equal(value, every.vector)
        elif value is not None:
            assert value == getattr(every, name)


FORMATS = {
    "PNG": ("image/png", {}),
    "JPEG": ("image/jpeg", {"quality": 92}),
    "WEBP": ("image/webp", {"lossless": True}),
    "GIF": ("image/gif", {}),
    "BMP": ("image/bmp", {}),
    "TIFF": ("image/tiff", {}),
    "AVIF": ("image/avif", {}),
}


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_told_by_its_content(kind):
    mime_type, options = FORMATS[kind]
    image = scene(2, 300, 225)
    metadata = _metadata(encoded(image, kind, **options))
    assert (metadata.format, metadata.mime_type) == (kind, mime_type)
    assert (metadata.width, metadata.height) == (300, 225)
    assert different_bits(metadata.phash or "", str(imagehash.phash(image))) <= 4


def test_heic_is_read():
    heif = pytest.importorskip("pillow_heif")
    stream = io.BytesIO()
    image = scene(2, 400, 300)
    heif.from_pillow(image).save(stream, quality=90)
    products = analyse_image(stream.getvalue(), OPTIONS)
    assert products.metadata is not None
    assert (products.metadata.format, products.metadata.width) == ("HEIF", 400)
    assert products.thumbnail is not None
    assert different_bits(products.metadata.phash or "", str(imagehash.phash(image))) <= 4


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("JPEG", (1920, 1080)),
        ("JPEG", (1280, 720)),
        ("JPEG", (2000, 1500)),
        ("JPEG", (600, 1000)),
        ("PNG", (1366, 768)),
        ("PNG", (700, 500)),
        ("WEBP", (1000, 600)),
    ],
)
@pytest.mark.parametrize("draw", [scene, menu])
def test_hashes_are_within_two_bits_of_imagehash_on_the_full_image(draw, kind, size):
    content = encoded(draw(5, *size), kind, quality=88)
    full = decoded(content).convert("RGB")
    metadata = _metadata(content)
    assert different_bits(metadata.phash or "", str(imagehash.phash(full))) <= 2
    assert different_bits(metadata.dhash or "", str(imagehash.dhash(full))) <= 2
    # Shares are rounded to eighths: one at an edge flips up to two bits, and seldom there are two.
    assert different_bits(metadata.colorhash or "", str(imagehash.colorhash(full, 3))) <= 3


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_to_every_product(kind, orientation):
    image = scene(3, 300, 200)
    quality = {} if kind in {"PNG", "TIFF"} else {"quality": 95}
    content = encoded(image, kind, exif=_oriented(image, orientation), **quality)
    upright = ImageOps.exif_transpose(decoded(content))
    products = analyse_image(content, OPTIONS)
    assert products.metadata is not None
    assert products.thumbnail is not None
    assert products.vector is not None
    metadata = products.metadata
    assert (metadata.width, metadata.height) == upright.size
    assert metadata.orientation == (None if kind == "AVIF" and orientation == 1 else orientation)
    assert different_bits(metadata.dhash or "", str(imagehash.dhash(upright))) <= 2
    shown = analyse_image(encoded(upright, "PNG", exif=b""), OPTIONS)
    assert float(products.vector @ shown.vector) > 0.98
    thumbnail = decoded(products.thumbnail.content)
    small = upright.convert("RGB").resize(thumbnail.size)
    difference = np.abs(np.asarray(thumbnail, int) - np.asarray(small, int)).mean()
    assert difference < 12


def test_exif_fills_its_columns_and_gps_stays_apart():
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Canon", "EOS 40D"
    exif[ExifTags.Base.Software] = "GIMP 2.4.5"
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    inner[ExifTags.Base.DateTimeOriginal] = "2024:01:31 21:05:33"
    inner[ExifTags.Base.OffsetTimeOriginal] = "+01:00"
    inner[ExifTags.Base.SubsecTimeOriginal] = "77"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "S"
    for kind in ("JPEG", "PNG", "WEBP", "AVIF"):
        metadata = _metadata(encoded(scene(1, 90, 60), kind, exif=exif))
        assert (metadata.camera_make, metadata.camera_model) == ("Canon", "EOS 40D")
        assert metadata.software == "GIMP 2.4.5"
        assert metadata.exif_datetime_original == "2024:01:31 21:05:33"
        assert metadata.exif_offset_original == "+01:00"
        assert metadata.exif_subsec_original == "77"
        assert json.loads(metadata.gps or "") == {"GPSLatitudeRef": "S"}
        assert json.loads(metadata.exif or "")["Model"] == "EOS 40D"
        assert "GPS" not in (metadata.exif or "")


def test_a_broken_exif_block_is_a_note_and_the_image_is_fine():
    content = encoded(scene(1, 90, 60), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    metadata = _metadata(content)
    assert set(json.loads(metadata.exif or "")) == {"_error"}
    assert metadata.phash


def test_texts_of_a_png_and_comments_are_kept():
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", "Game Bar")
    info.add_text("Microsoft.GameDVR.Extended", '{"startTime":"x"}', zip=True)
    info.add_itxt("XML:com.adobe.xmp", "<exif:GPSLatitude>48</exif:GPSLatitude>")
    metadata = _metadata(encoded(scene(1, 90, 60), "PNG", pnginfo=info))
    assert metadata.software == "Game Bar"
    assert json.loads(metadata.text or "") == {
        "Software": "Game Bar",
        "Microsoft.GameDVR.Extended": '{"startTime":"x"}',
        "XML:com.adobe.xmp": "(39 characters)",
    }
    for kind in ("JPEG", "GIF"):
        commented = _metadata(encoded(scene(1, 90, 60), kind, comment=b"well played"))
        assert json.loads(commented.text or "") == {"comment": "well played"}


def test_transparency_is_told_in_every_mode():
    image = scene(1, 90, 60)
    hidden = image.quantize(8)
    assert _metadata(encoded(image.convert("RGBA"), "PNG")).has_alpha
    assert _metadata(encoded(image.convert("LA"), "PNG")).has_alpha
    assert _metadata(encoded(hidden, "PNG", transparency=3)).has_alpha
    assert _metadata(encoded(hidden, "GIF", transparency=3)).has_alpha
    assert _metadata(encoded(image, "PNG", transparency=(1, 2, 3))).has_alpha
    assert not _metadata(encoded(hidden, "PNG")).has_alpha
    assert not _metadata(encoded(hidden, "PNG", transparency=b"\xff" * 8)).has_alpha
    assert not _metadata(encoded(image.convert("L"), "PNG")).has_alpha


def test_hidden_pixels_count_for_the_hashes_but_not_for_the_colours():
    image = Image.new("RGBA", (900, 600), (255, 0, 0, 0))
    image.paste((0, 128, 0, 255), (0, 0, 450, 600))
    content = encoded(image, "PNG")
    products = analyse_image(content, OPTIONS)
    assert products.metadata is not None
    colours = json.loads(products.metadata.dominant_colors or "")
    assert colours == [{"hex": "#008000", "share": 1.0, "name": "green"}]
    assert products.metadata.phash == str(imagehash.phash(image))
    assert products.thumbnail is not None
    shown = decoded(products.thumbnail.content)
    assert shown.getpixel((300, 100)) == pytest.approx((128, 128, 128), abs=3)  # and no red


def _words(top: int) -> np.ndarray:
    """A grey ramp from 0 to the top value, 300 x 200."""
    return np.tile(np.linspace(0, top, 300), (200, 1))


DEEP_IMAGES = {
    "16-bit PNG": (lambda: Image.fromarray(_words(65535).astype(np.uint16)), "PNG"),
    "16-bit TIFF": (lambda: Image.fromarray(_words(65535).astype(np.uint16)), "TIFF"),
    "12 bits in 16": (lambda: Image.fromarray(_words(4095).astype(np.uint16)), "TIFF"),
    "32-bit integers": (lambda: Image.fromarray(_words(65535).astype(np.int32)), "TIFF"),
    "negative integers": (lambda: Image.fromarray((_words(900) - 450).astype(np.int32)), "TIFF"),
    "floats to 1": (lambda: Image.fromarray(_words(1).astype(np.float32)), "TIFF"),
    "floats to 255": (lambda: Image.fromarray(_words(255).astype(np.float32)), "TIFF"),
}


@pytest.mark.parametrize(("make", "kind"), DEEP_IMAGES.values(), ids=DEEP_IMAGES)
def test_deep_greys_are_scaled_and_not_clipped(make, kind):
    products = analyse_image(encoded(make(), kind), OPTIONS)
    assert products.thumbnail is not None
    grey = np.asarray(decoded(products.thumbnail.content).convert("L"), int)[100]
    assert np.abs(grey - _words(255)[0]).max() < 12


def test_values_that_are_no_numbers_do_not_matter():
    ramp = _words(1).astype(np.float32)
    ramp[0, :5] = [np.nan, np.inf, -np.inf, np.nan, np.nan]
    metadata = _metadata(encoded(Image.fromarray(ramp), "TIFF"))
    assert (metadata.detail or 0) > 50


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_shown_in_its_colours(kind):
    red = Image.new("RGB", (64, 64), (220, 20, 60)).convert("CMYK")
    metadata = _metadata(encoded(red, kind))
    (colour,) = json.loads(metadata.dominant_colors or "")
    assert metadata.color_mode == "CMYK"
    assert colour["name"] == "crimson"


def test_lab_is_shown_in_its_colours():
    lab = Image.merge("LAB", [Image.new("L", (32, 32), value) for value in (138, 209, 195)])
    metadata = _metadata(encoded(lab, "TIFF"))
    (colour,) = json.loads(metadata.dominant_colors or "")
    assert colour["name"] == "red"


@pytest.mark.parametrize("size", [(1, 1), (1, 10_000), (10_000, 1), (5000, 12), (7, 5)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_narrow_and_tiny_images_give_products_too(size, kind):
    products = analyse_image(encoded(Image.new("RGB", size, (9, 90, 200)), kind), OPTIONS)
    assert products.metadata is not None
    assert (products.metadata.width, products.metadata.height) == size
    assert products.metadata.low_detail is True
    assert products.thumbnail is not None
    assert max(products.thumbnail.width, products.thumbnail.height) == min(320, max(size))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP"])  # WebP has no header without all
def test_a_cut_file_gives_its_header_and_says_why_the_rest_is_missing(kind):
    exif = {} if kind in {"GIF", "BMP"} else {"exif": _oriented(scene(1, 90, 60), 6)}
    content = encoded(scene(1, 300, 200), kind, **exif)
    products = analyse_image(content[: len(content) * 2 // 3], OPTIONS)
    assert isinstance(products.problem, CorruptMediaError)
    assert "pixels cannot be read" in str(products.problem)
    assert products.thumbnail is products.vector is None
    metadata = products.metadata
    assert metadata is not None
    assert (metadata.width, metadata.height) == ((200, 300) if exif else (300, 200))
    assert metadata.format == kind
    assert [getattr(metadata, name) for name in PIXEL_COLUMNS] == [None] * 7


def test_a_flipped_bit_in_a_large_png_is_a_problem():
    content = bytearray(encoded(scene(1, 1280, 720), "PNG"))
    content[len(content) // 2] ^= 16
    assert isinstance(analyse_image(bytes(content), OPTIONS).problem, CorruptMediaError)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_shows_its_first_frame(kind):
    first, second = menu(1, 400, 300), menu(2, 400, 300)
    content = encoded(first, kind, save_all=True, append_images=[second, first])
    metadata = _metadata(content)
    assert metadata.frames == 3
    assert different_bits(metadata.phash or "", str(imagehash.phash(first))) <= 2


def test_equal_files_give_equal_products():
    content = encoded(scene(8, 800, 600), "JPEG")
    one, other = analyse_image(content, OPTIONS), analyse_image(content, OPTIONS)
    assert one.metadata == other.metadata
    assert one.thumbnail == other.thumbnail
    assert np.array_equal(one.vector, other.vector)


def test_a_larger_thumbnail_is_decoded_large_enough():
    image = scene(2, 2000, 1000)
    options = dataclasses.replace(OPTIONS, thumbnail_size=1000)
    products = analyse_image(encoded(image, "JPEG", quality=95), options)
    assert products.thumbnail is not None
    shown = decoded(products.thumbnail.content)
    small = image.resize(shown.size, Image.Resampling.LANCZOS)
    assert shown.size == (1000, 500)
    assert np.abs(np.asarray(shown, int) - np.asarray(small, int)).mean() < 4


def test_the_import_does_not_load_what_few_images_need():
    code = (
        "import sys, media_assets.captures.image; "
        "print([name for name in ('scipy', 'av', 'pillow_heif', 'polars') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
