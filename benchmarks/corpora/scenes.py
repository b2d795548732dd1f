"""Pictures as games make them: edges, gradients, texture, and text over it. All from a number."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from media_assets.demo.scenes import landscape, with_display

Size = tuple[int, int]

# Cell in pixels and strength of each layer: large clouds, small stones, a little grain. JPEG of
# quality 90 at 1080p weighs 0.5 MB with it, PNG 2.2 MB.
_OCTAVES = ((64, 21), (16, 15), (4, 13), (2, 12), (1, 4))


def screenshot(scene: int, moment: int, size: Size) -> Image.Image:
    """A moment of a scene: the same view with another score, health and radar."""
    return with_display(view(scene, size).copy(), f"moment {moment}")


@lru_cache(1)  # 12 megapixels are 37 MB
def view(scene: int, size: Size) -> Image.Image:
    """A scene without what a game draws over it."""
    plain = np.asarray(landscape(f"scene {scene}", *size, grain=False), dtype=np.float32)
    textured = plain + _texture(scene, size)[..., None]
    return Image.fromarray(np.clip(textured, 0, 255).astype(np.uint8))


def _texture(seed: int, size: Size) -> NDArray[np.float32]:
    """Noise of several scales that comes and goes across the picture."""
    random = np.random.default_rng(seed)
    texture = np.zeros((size[1], size[0]), dtype=np.float32)
    for cell, strength in _OCTAVES:
        texture += strength * _noise(random, cell, size)
    texture *= np.clip(0.5 + 0.35 * _noise(random, size[0] // 16, size), 0, 1)
    return texture


def _noise(random: np.random.Generator, cell: int, size: Size) -> NDArray[np.float32]:
    shape = (size[1] // cell + 2, size[0] // cell + 2)
    coarse = Image.fromarray(random.standard_normal(shape, dtype=np.float32))
    return np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), dtype=np.float32)
