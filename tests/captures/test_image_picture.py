import io

import pytest
from drawn_pictures import decoded, encoded, scene
from PIL import Image, PngImagePlugin

from media_assets.captures.picture import encode_poster, fitted_size


@pytest.mark.parametrize(
    ("size", "fitted"),
    [
        ((1920, 1080), (320, 180)),
        ((1080, 1920), (180, 320)),
        ((1366, 768), (320, 180)),
        ((320, 320), (320, 320)),
        ((319, 5), (319, 5)),
        ((50_000, 3), (320, 1)),
        ((1, 1), (1, 1)),
    ],
)
def test_sizes_fit_and_are_never_enlarged(size, fitted):
    assert fitted_size(*size, 320) == fitted


def test_an_opaque_image_becomes_a_small_jpeg():
    poster = encode_poster(scene(1, 1280, 720), 320)
    image = decoded(poster.content)
    assert (image.format, image.size) == ("JPEG", (320, 180))
    assert (poster.extension, poster.width, poster.height, poster.frames) == (".jpg", 320, 180, 1)
    assert len(poster.content) < 40_000


@pytest.mark.parametrize("shade", [0, 255])
def test_what_is_transparent_lies_on_a_ground_that_all_shades_show_on(shade):
    image = Image.new("RGBA", (400, 300), (255, 0, 255, 0))  # a colour that is hidden
    image.paste((shade, shade, shade, 255), (200, 0, 300, 300))
    image.paste((shade, shade, shade, 128), (300, 0, 400, 300))
    poster = encode_poster(image, 100)
    shown = decoded(poster.content)
    assert (poster.extension, shown.format, shown.size) == (".jpg", "JPEG", (100, 75))
    left, middle, right = (shown.getpixel((x, 40)) for x in (20, 62, 87))
    assert left == pytest.approx((128, 128, 128), abs=3)
    assert middle == pytest.approx((shade, shade, shade), abs=3)
    assert right == pytest.approx(((128 + shade) / 2,) * 3, abs=4)


def test_an_alpha_channel_that_hides_nothing_changes_nothing():
    image = scene(1, 90, 60)
    assert encode_poster(image.convert("RGBA"), 320) == encode_poster(image, 320)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr"])
def test_other_modes_are_converted(mode):
    poster = encode_poster(scene(1, 90, 60).convert(mode), 40)
    assert decoded(poster.content).size == (40, 27)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_entry_of_a_palette_lies_on_the_ground(kind):
    image = Image.new("P", (90, 60), 1)
    image.putpalette([255, 0, 255, 20, 200, 20])
    image.paste(0, (0, 0, 45, 60))
    poster = encode_poster(decoded(encoded(image, kind, transparency=0)), 90)
    shown = decoded(poster.content)
    assert shown.getpixel((10, 30)) == pytest.approx((128, 128, 128), abs=4)
    assert shown.getpixel((80, 30)) == pytest.approx((20, 200, 20), abs=4)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_nothing_but_pixels_is_written(mode):
    image = scene(1, 90, 60).convert(mode)
    if mode == "RGBA":
        image.putalpha(90)
    exif = Image.Exif()
    exif[0x0110] = "SecretCamera"
    content = encoded(image, "PNG", exif=exif, icc_profile=b"SecretProfile", pnginfo=_text())
    loaded = decoded(content)
    loaded.info["comment"] = b"SecretComment"
    poster = encode_poster(loaded, 80)
    assert b"Secret" not in poster.content
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(decoded(poster.content).info)


def _text() -> PngImagePlugin.PngInfo:
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "SecretAuthor")
    return text


def test_equal_pixels_give_equal_bytes():
    one, other = scene(4, 700, 400), scene(4, 700, 400)
    other.info["dpi"] = (72, 72)
    assert encode_poster(one, 320) == encode_poster(other, 320)


def test_the_given_image_is_left_as_it_was():
    image = scene(1, 90, 60)
    image.info["comment"] = b"kept"
    before = image.tobytes()
    encode_poster(image, 40)
    assert (image.tobytes(), image.info["comment"], image.size) == (before, b"kept", (90, 60))


def test_the_poster_looks_like_the_image():
    image = scene(6, 960, 540)
    poster = Image.open(io.BytesIO(encode_poster(image, 320).content))
    small = image.resize((320, 180), Image.Resampling.LANCZOS)
    difference = [abs(a - b) for a, b in zip(poster.tobytes(), small.tobytes(), strict=True)]
    assert sum(difference) / len(difference) < 6
