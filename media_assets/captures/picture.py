"""An encoded picture: the posters of images and clips."""

import io
from dataclasses import dataclass

from PIL import Image

JPEG_QUALITY = 80
REDUCING_GAP = 2.0  # Pillow's own default for thumbnails: "very close to fair resampling"
GROUND = (128, 128, 128, 255)
"""What transparent pictures are laid on: dark and light ones can both be seen on it, whatever page
shows them."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture without metadata; `extension` is `.jpg`, `.gif` or `.webp`."""

    content: bytes
    extension: str
    width: int
    height: int
    frames: int = 1


def fitted_size(width: int, height: int, size: int) -> tuple[int, int]:
    """Width and height in pixels with the longest side `size`; never enlarged, no side below 1."""
    longest = max(width, height)
    if longest <= size:
        return width, height
    return max(1, round(width * size / longest)), max(1, round(height * size / longest))


def encode_poster(image: Image.Image, size: int) -> Picture:
    """A JPEG whose longest side is `size`, or less where the image is smaller; 0.3 ms at 320.

    What is transparent lies on grey. The orientation must have been applied before. Equal pixels
    give equal bytes.
    """
    small = opaque(resized(_displayable(image), fitted_size(*image.size, size)))
    stream = io.BytesIO()
    _without_metadata(small).save(stream, "JPEG", quality=JPEG_QUALITY)
    return Picture(stream.getvalue(), ".jpg", *small.size)


def opaque(image: Image.Image) -> Image.Image:
    """The image as `L` or `RGB`, on `GROUND` where it is transparent."""
    if image.has_transparency_data:
        on_ground = Image.new("RGBA", image.size, GROUND)
        return Image.alpha_composite(on_ground, image.convert("RGBA")).convert("RGB")
    return image if image.mode in {"L", "RGB"} else image.convert("RGB")


def resized(image: Image.Image, target: tuple[int, int]) -> Image.Image:
    """The image at the width and height of `target`, which are not larger than its own."""
    if target == image.size:
        return image
    # From 480 pixels, against Lanczos on the full image: 42 dB in 1.2 ms; bicubic 44 dB in 2.0 ms.
    # The JPEG of it is at 37 dB either way.
    return image.resize(target, Image.Resampling.HAMMING, reducing_gap=REDUCING_GAP)


def _displayable(image: Image.Image) -> Image.Image:
    """The image in a mode whose pixels can be averaged: `L`, `RGB` or `RGBA`."""
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    return opaque(image)


def _without_metadata(image: Image.Image) -> Image.Image:
    """A copy that carries pixels only: the encoder writes comments and profiles it finds."""
    bare = image.copy()
    bare.info = {}
    return bare
