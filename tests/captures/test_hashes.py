import imagehash
import numpy as np
import pytest
from drawn_pictures import different_bits, menu, scene
from PIL import Image

from media_assets.captures.hashes import (
    HASH_SIDE,
    LOW_DETAIL,
    colour_hash,
    detail,
    difference_hash,
    grey_cells,
    perceptual_hash,
)


def _small_pictures():
    values = np.random.default_rng(7)
    for index in range(60):
        height, width = values.integers(1, 110), values.integers(1, 130)
        if index % 3 == 0:
            pixels = values.integers(0, 256, (height, width, 3), np.uint8)
        elif index % 3 == 1:
            pixels = np.full((height, width, 3), values.integers(0, 256, 3), np.uint8)
        else:
            few = values.integers(0, 256, (5, 3), np.uint8)
            pixels = few[values.integers(0, 5, (height, width))]
        yield Image.fromarray(pixels)


def test_hashes_are_those_of_imagehash_on_the_same_image():
    for image in _small_pictures():
        assert perceptual_hash(image) == str(imagehash.phash(image))
        assert difference_hash(image) == str(imagehash.dhash(image))
        assert colour_hash(image) == str(imagehash.colorhash(image, 3))


def test_the_grey_cells_have_the_phash_of_the_picture():
    for image in _small_pictures():
        cells = grey_cells(image)
        assert (cells.mode, cells.size) == ("L", (32, 32))
        assert perceptual_hash(cells) == str(imagehash.phash(image))


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "1"])
def test_colour_hash_takes_every_mode_like_imagehash(mode):
    image = scene(3, 160, 90).convert(mode)
    assert colour_hash(image) == str(imagehash.colorhash(image, 3))


def test_hashes_are_lower_case_hex_of_fixed_length():
    blank = Image.new("RGB", (40, 40))
    hashes = perceptual_hash(blank), difference_hash(blank), colour_hash(blank)
    assert [len(text) for text in hashes] == [16, 16, 11]
    assert all(text == text.lower() for text in hashes)
    assert colour_hash(blank).startswith("3")  # 111 and zeros in 44 digits: all black
    assert perceptual_hash(blank) == "0" * 16


@pytest.mark.parametrize("draw", [scene, menu])
@pytest.mark.parametrize("seed", range(4))
def test_the_reduced_image_has_nearly_the_same_hashes(draw, seed):
    full = draw(seed, 1600, 900)
    reduced = full.reduce(full.width // HASH_SIDE)
    assert different_bits(perceptual_hash(reduced), str(imagehash.phash(full))) <= 2
    assert different_bits(difference_hash(reduced), str(imagehash.dhash(full))) <= 2
    assert different_bits(colour_hash(reduced), str(imagehash.colorhash(full, 3))) <= 2


def test_different_pictures_have_different_hashes():
    one, other = scene(1), scene(2)
    assert different_bits(perceptual_hash(one), perceptual_hash(other)) > 12
    assert different_bits(difference_hash(one), difference_hash(other)) > 12


def test_detail_is_the_deviation_of_grey():
    halves = Image.new("L", (100, 10))
    halves.paste(255, (0, 0, 50, 10))
    assert detail(halves) == pytest.approx(127.5)
    assert detail(Image.new("RGB", (9, 9), (12, 200, 3))) == 0
    picture = scene(5).convert("L")
    assert detail(picture) == pytest.approx(float(np.asarray(picture).std()))


def test_low_detail_tells_blank_from_menu():
    faint = Image.new("L", (100, 100), 20)
    faint.paste(28, (0, 0, 50, 100))
    assert detail(faint) < LOW_DETAIL < detail(menu(1))
