"""Pictures that tests draw: scenes with soft ground and hard shapes, and flat menus."""

import io
import random

import numpy as np
from PIL import Image, ImageDraw


def scene(seed: int, width: int = 960, height: int = 540) -> Image.Image:
    """Soft ground of several scales, some shapes, some text: like a game."""
    values = np.random.default_rng(seed)
    ground = np.zeros((135, 240, 3), np.float32)
    for octave in (4, 12, 40):
        noise = values.integers(0, 256, (octave // 2, octave, 3), np.uint8)
        small = Image.fromarray(noise).resize((240, 135), Image.Resampling.BICUBIC)
        ground += np.asarray(small) / octave**0.6
    ground = 230 * (ground - ground.min()) / (ground.max() - ground.min())
    image = Image.fromarray((ground * values.uniform(0.5, 1.0, 3)).astype(np.uint8))
    large = image.resize((width, height), Image.Resampling.BILINEAR)
    return _shapes(large, random.Random(seed), 25)


def menu(seed: int, width: int = 960, height: int = 540) -> Image.Image:
    """Flat panels on a dark ground, with text."""
    values = random.Random(seed)
    ground = tuple(values.randrange(60) for _ in range(3))
    return _shapes(Image.new("RGB", (width, height), ground), values, 12)


def _shapes(image: Image.Image, values: random.Random, number: int) -> Image.Image:
    draw = ImageDraw.Draw(image)
    width, height = image.size
    for index in range(number):
        left, top = values.randrange(width), values.randrange(height)
        colour = tuple(values.randrange(256) for _ in range(3))
        right = left + values.randrange(10, width // 4)
        bottom = top + values.randrange(8, height // 4)
        draw.rectangle((left, top, right, bottom), fill=colour)
        draw.text((top, left // 2), f"Spartan {index} kills", fill=(255, 255, 255))
    return image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of the image as a file of that format."""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def decoded(content: bytes) -> Image.Image:
    """The image of those bytes, loaded."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def different_bits(one: str, other: str) -> int:
    """Bits in which two hashes in hex differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
