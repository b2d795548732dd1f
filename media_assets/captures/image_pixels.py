"""One decode of an image, as small as the products allow, and upright."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile

from media_assets.captures.hashes import HASH_SIDE
from media_assets.captures.image_file import JPEG_FORMATS
from media_assets.captures.image_png import PngChunks
from media_assets.captures.image_png_pixels import decode_plain, is_plain
from media_assets.captures.picture import fitted_size

SIDE_OF_THUMBNAIL = 1.25
"""Longest side that is decoded, in thumbnail sides: below, its last step would be too coarse."""

SHORT_SIDE = 64
"""Pixels that a narrow picture keeps across: the perceptual hash looks at 32 lines."""

UPRIGHT_FORMATS = {"TIFF", "HEIF"}
"""Formats whose decoder applies the orientation by itself."""

TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

NOT_REDUCIBLE = {"1", "P", "PA", "La", "RGBa"}  # an average of palette entries is not a colour
WIDE_GREY = ("I", "F")
OPAQUE = 255
BYTE_RANGE = 255.0
GREY_RANGES = (1.0, BYTE_RANGE, 4095.0, 65535.0)


@dataclass(frozen=True, slots=True)
class Pixels:
    """The reduced picture, upright, as `L` or `RGB`.

    `colours` has no transparency: hidden pixels keep the colour that is stored, as the hashes are
    defined. `visible` is the same, but `RGBA` where something shows through.
    """

    colours: Image.Image
    visible: Image.Image


def upright_size(image: ImageFile.ImageFile, orientation: int | None) -> tuple[int, int]:
    """Width and height in pixels as the picture is shown; orientations 5 to 8 lie on the side."""
    width, height = image.size
    sideways = image.format not in UPRIGHT_FORMATS and (orientation or 1) >= 5
    return (height, width) if sideways else (width, height)


def read_pixels(
    image: ImageFile.ImageFile,
    content: bytes,
    chunks: PngChunks | None,
    thumbnail_size: int,
    orientation: int | None,
) -> Pixels:
    """Decode the opened image once, large enough for the hashes and such a thumbnail.

    `chunks` are those of a PNG, `thumbnail_size` is the longest side in pixels.

    Raises what the decoder raises, any of `DECODER_ERRORS`.
    """
    side = max(HASH_SIDE, round(SIDE_OF_THUMBNAIL * thumbnail_size))
    decoded = _decoded(image, content, chunks, side)
    method = None if image.format in UPRIGHT_FORMATS else TRANSPOSITIONS.get(orientation or 1)
    colours, visible = (_turned(part, method) for part in _reduced(decoded, side))
    return Pixels(colours, visible)


def _decoded(
    image: ImageFile.ImageFile, content: bytes, chunks: PngChunks | None, side: int
) -> Image.Image:
    if chunks and is_plain(content, chunks, image.size):
        plain = decode_plain(content, chunks, image.size)
        if plain is not None:
            return plain
    if image.format in JPEG_FORMATS:
        image.draft(None, _least_size(*image.size, side))
    image.load()
    return image


def _least_size(width: int, height: int, side: int) -> tuple[int, int]:
    """What a decode at reduced scale must not go below."""
    across, down = fitted_size(width, height, side)
    return max(across, min(width, SHORT_SIDE)), max(down, min(height, SHORT_SIDE))


def _turned(image: Image.Image, method: Image.Transpose | None) -> Image.Image:
    return image if method is None else image.transpose(method)


def _reduced(image: Image.Image, side: int) -> tuple[Image.Image, Image.Image]:
    """The picture without and with its transparency, averaged over whole squares of pixels."""
    if image.mode.startswith("I;16"):
        image = _from_words(image)
    if image.has_transparency_data:
        plain = image if image.mode == "RGBA" else image.convert("RGBA")  # convert would copy
        return _reduced_transparent(plain, side)
    if image.mode in NOT_REDUCIBLE:
        image = image.convert("RGB")
    opaque = _eight_bit(_averaged(image, side))
    return opaque, opaque


def _reduced_transparent(image: Image.Image, side: int) -> tuple[Image.Image, Image.Image]:
    """Averaging weighs colours by their transparency, so hidden ones need a pass of their own."""
    colours = _averaged(image.convert("RGB"), side)
    if image.getchannel("A").getextrema() == (OPAQUE, OPAQUE):
        return colours, colours
    return colours, _averaged(image, side)


def _averaged(image: Image.Image, side: int) -> Image.Image:
    factor = min(max(image.size) // side, max(1, min(image.size) // SHORT_SIDE))
    return image.reduce(factor) if factor > 1 else image


def _eight_bit(image: Image.Image) -> Image.Image:
    """The picture as `L` or `RGB`."""
    if image.mode in {"L", "RGB"}:
        return image
    if image.mode in WIDE_GREY:
        return Image.fromarray(_scaled(np.asarray(image)))
    if image.mode == "LAB":
        return _from_lab(image)
    return image.convert("RGB")


def _scaled(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Whole or floating point grey values of a range that no header tells, brought to 0 to 255.

    The range is taken to be 0 to 1 (floating point only), or that of 8, 12 or 16 bits, whichever
    holds all values; else it is stretched. Values that are not numbers become 0.
    """
    wide = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(wide.min()), float(wide.max())
    ranges = GREY_RANGES if values.dtype.kind == "f" else GREY_RANGES[1:]
    top = next((top for top in ranges if high <= top), None)
    if low < 0 or top is None:
        wide -= low
        top = max(high - low, 1e-9)
    grey: NDArray[np.uint8] = np.rint(wide * (BYTE_RANGE / top)).astype(np.uint8)
    return grey


def _from_words(image: Image.Image) -> Image.Image:
    """8, 12 or 16-bit grey in words, as 8 bit: Pillow would clip at 255.

    The bits are the fewest that hold all values. A grey that stands for transparency is kept.
    """
    words = np.asarray(image)
    top = int(words.max())
    shift = next(shift for shift in (0, 4, 8) if top >> shift <= OPAQUE)
    grey = Image.fromarray((words >> shift).astype(np.uint8))
    hidden = image.info.get("transparency")
    if not isinstance(hidden, int):
        return grey
    grey.putalpha(Image.fromarray(np.where(words == hidden, 0, OPAQUE).astype(np.uint8)))
    return grey


def _from_lab(image: Image.Image) -> Image.Image:
    profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, *profiles, outputMode="RGB")
    return image.convert("RGB") if converted is None else converted
