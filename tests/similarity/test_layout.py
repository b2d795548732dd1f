import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from media_assets.similarity.layout import DIM, layout_vector


def _scene(seed: int) -> Image.Image:
    values = np.random.default_rng(seed)
    noise = Image.fromarray(values.integers(0, 256, (5, 8, 3), np.uint8))
    image = noise.resize((480, 270), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        left, top, size = values.integers(0, 400), values.integers(0, 220), values.integers(10, 90)
        box = [int(left), int(top), int(left + size), int(top + size)]
        draw.rectangle(box, fill=tuple(int(part) for part in values.integers(0, 256, 3)))
    return image


def _compressed(image: Image.Image) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=30)
    return Image.open(stream)


COPIES = {
    "small": (lambda image: image.resize((160, 90)), 0.97),
    "compressed": (_compressed, 0.97),
    "brighter": (lambda image: ImageEnhance.Brightness(image).enhance(1.2), 0.9),
    "cropped": (lambda image: image.crop((12, 7, 468, 263)), 0.85),
    "grey": (lambda image: image.convert("L"), 0.75),
}


@pytest.mark.parametrize(("copy", "least"), COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("seed", range(5))
def test_copies_are_near(seed, copy, least):
    image = _scene(seed)
    assert float(layout_vector(image) @ layout_vector(copy(image))) > least


def test_different_pictures_are_apart():
    vectors = np.stack([layout_vector(_scene(seed)) for seed in range(12)])
    cosines = (vectors @ vectors.T)[np.triu_indices(12, 1)]
    assert cosines.max() < 0.6
    assert np.median(cosines) < 0.3


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "LA"])
def test_vectors_have_length_one_in_every_mode(mode):
    vector = layout_vector(_scene(1).convert(mode))
    assert vector.shape == (DIM,)
    assert vector.dtype == np.float32
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("colour", [(0, 0, 0), (128, 128, 128), (255, 255, 255), (200, 30, 30)])
def test_a_blank_picture_has_a_vector_too(colour):
    vector = layout_vector(Image.new("RGB", (64, 36), colour))
    assert np.isfinite(vector).all()
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-6)
    assert float(vector @ layout_vector(_scene(3))) < 0.5


def test_a_single_pixel_is_enough():
    assert layout_vector(Image.new("RGB", (1, 1), (9, 9, 9))).shape == (DIM,)


def test_what_is_transparent_says_nothing():
    shown = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    hidden = shown.copy()
    hidden.paste((255, 0, 0, 0), (0, 0, 32, 64))
    assert np.array_equal(layout_vector(shown), layout_vector(hidden))


def test_left_and_right_are_told_apart():
    image = _scene(2)
    mirrored = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert float(layout_vector(image) @ layout_vector(mirrored)) < 0.6
