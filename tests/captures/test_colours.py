import pytest
from drawn_pictures import scene
from PIL import Image

from media_assets.captures.colours import SAMPLES, dominant_colours, sampled


def _stripes(*parts: tuple[tuple[int, ...], int], mode: str = "RGB") -> Image.Image:
    """Stripes of 100 lines, each so many pixels wide."""
    image = Image.new(mode, (sum(width for _, width in parts), 100))
    left = 0
    for colour, width in parts:
        image.paste(colour, (left, 0, left + width, 100))
        left += width
    return image


def test_colours_come_with_their_shares_and_names_most_frequent_first():
    found = dominant_colours(_stripes(((255, 0, 0), 60), ((0, 0, 128), 30), ((250, 128, 114), 10)))
    assert [(colour.hex, colour.share, colour.name) for colour in found] == [
        ("#ff0000", 0.6, "red"),
        ("#000080", 0.3, "navy"),
        ("#fa8072", 0.1, "salmon"),
    ]


def test_a_large_picture_is_sampled_without_mixing_colours():
    found = dominant_colours(_stripes(((255, 0, 0), 1200), ((0, 0, 255), 400)))
    assert [colour.hex for colour in found] == ["#ff0000", "#0000ff"]
    assert found[0].share == pytest.approx(0.75, abs=0.01)


def test_transparent_pixels_do_not_count():
    image = _stripes(((255, 0, 0, 0), 90), ((0, 128, 0, 255), 10), mode="RGBA")
    (only,) = dominant_colours(image)
    assert (only.hex, only.share, only.name) == ("#008000", 1.0, "green")


def test_transparent_palette_entries_do_not_count():
    image = _stripes(((255, 0, 0), 50), ((0, 128, 0), 50)).quantize(2)
    red = image.getpixel((0, 0))
    image.info["transparency"] = red
    assert [colour.hex for colour in dominant_colours(image)] == ["#008000"]


def test_an_invisible_image_has_no_colours():
    assert dominant_colours(Image.new("RGBA", (30, 30), (200, 10, 10, 0))) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_scene_has_five_colours_whose_shares_are_falling_and_at_most_one(seed):
    found = dominant_colours(scene(seed))
    shares = [colour.share for colour in found]
    assert len(found) == 5
    assert shares == sorted(shares, reverse=True)
    assert 0.2 < sum(shares) <= 1


def test_grey_images_have_colours_too():
    assert [c.name for c in dominant_colours(Image.new("L", (5, 5), 255))] == ["white"]


@pytest.mark.parametrize("size", [(1, 1), (100_000, 1), (1, 40_000), (3840, 2160), (150, 100)])
def test_a_sample_has_at_most_so_many_pixels(size):
    sample = sampled(Image.new("L", size))
    assert 1 <= sample.width * sample.height <= SAMPLES


def test_a_small_image_is_its_own_sample():
    image = scene(1, 150, 100)
    assert sampled(image) is image
