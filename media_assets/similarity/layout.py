"""The built-in vector space `image.layout`: what is where in a picture, without a learned model.

Four parts, each softly normalised, weighted and joined, then scaled to length 1:

- brightness of an 8 x 8 grid and colour (Cb, Cr) of a 4 x 4 grid, as in the Color Layout Descriptor
  of MPEG-7 but on the grid itself, less their means;
- how edges are oriented in a 4 x 4 grid (8 directions, weighted by strength), as in histograms of
  oriented gradients, less the even spread;
- the mean colour;
- a constant, so that a blank picture has a vector too.

The picture is squeezed to 32 x 32 first: size and proportions do not count, and transparent areas
are taken for grey.

Comparable by cosine. Measured on 68 drawn scenes, menus and photographs: copies scaled to a third
or compressed hard are above 0.97, brightened, cropped or grey ones mostly above 0.8, and 99 % of
the pairs of different pictures below 0.45. It takes 0.35 ms from a thumbnail.
"""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SPACE = "image.layout"
MODEL = "media_assets.layout"
VERSION = 1
DIM = 228

GRID = 32
LUMA_CELLS = 8
CHROMA_CELLS = 4
EDGE_CELLS = 4
DIRECTIONS = 8
NEUTRAL = 128.0

# Contrast below which a part fades out instead of being blown up: noise has no layout.
LUMA_FLOOR = 6.0
CHROMA_FLOOR = 3.0
EDGE_FLOOR = 0.5

LUMA_WEIGHT, CHROMA_WEIGHT, EDGE_WEIGHT, MEAN_WEIGHT, CONSTANT = 1.0, 0.7, 0.9, 0.4, 0.1

Plane = NDArray[np.float32]

_INNER = np.arange(1, GRID - 1) * EDGE_CELLS // GRID
EDGE_BINS = (_INNER[:, None] * EDGE_CELLS + _INNER[None, :]) * DIRECTIONS


def layout_vector(image: Image.Image) -> NDArray[np.float32]:
    """The vector of a picture: `DIM` float32 values of length 1.

    A blank picture is valid: its vector holds its mean colour and the constant alone, so blank
    pictures of one colour are equal and far from all that show something.
    """
    luma, blue, red = _planes(image)
    parts = (
        LUMA_WEIGHT * _contrast(_cells(luma, LUMA_CELLS), LUMA_FLOOR),
        CHROMA_WEIGHT * _chroma(blue, red),
        EDGE_WEIGHT * _edges(luma),
        MEAN_WEIGHT * _mean(luma, blue, red),
        np.array([CONSTANT], dtype=np.float32),
    )
    vector = np.concatenate(parts).astype(np.float32)
    unit: Plane = vector / np.float32(np.linalg.norm(vector))
    return unit


def _planes(image: Image.Image) -> tuple[Plane, Plane, Plane]:
    """Brightness 0 to 255, and the two colour differences around 0, each 32 x 32."""
    small = _opaque(image).resize((GRID, GRID), Image.Resampling.BOX).convert("YCbCr")
    pixels = np.asarray(small, dtype=np.float32)
    return pixels[:, :, 0], pixels[:, :, 1] - NEUTRAL, pixels[:, :, 2] - NEUTRAL


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    grey = Image.new("RGBA", image.size, (int(NEUTRAL),) * 3 + (255,))
    return Image.alpha_composite(grey, image.convert("RGBA")).convert("RGB")


def _cells(plane: Plane, cells: int) -> Plane:
    """Means of `cells` x `cells` equal squares, row by row."""
    side = GRID // cells
    means: Plane = plane.reshape(cells, side, cells, side).mean(axis=(1, 3)).ravel()
    return means


def _contrast(values: Plane, floor: float) -> Plane:
    """The values less their mean, of length below 1: near 1 where they vary more than `floor`."""
    centred = values - values.mean()
    length = math.sqrt(float(np.dot(centred, centred)))
    soft: Plane = centred / np.float32(length + floor * math.sqrt(values.size))
    return soft


def _chroma(blue: Plane, red: Plane) -> Plane:
    both = np.stack([_cells(blue, CHROMA_CELLS), _cells(red, CHROMA_CELLS)])
    centred = both - both.mean(axis=1, keepdims=True)
    return _contrast(centred.ravel(), CHROMA_FLOOR)


def _edges(luma: Plane) -> Plane:
    """Strength of the edges by cell and direction, less what an even spread would give."""
    across = luma[1:-1, 2:] - luma[1:-1, :-2]
    down = luma[2:, 1:-1] - luma[:-2, 1:-1]
    turn = np.arctan2(down, across) * np.float32(DIRECTIONS / np.pi)
    direction = np.floor(turn).astype(np.int64) % DIRECTIONS  # a line and its negative are one
    counts = np.bincount(
        (EDGE_BINS + direction).ravel(),
        weights=np.hypot(down, across).ravel(),
        minlength=EDGE_CELLS**2 * DIRECTIONS,
    )
    mean = counts / (GRID // EDGE_CELLS) ** 2
    return _contrast(np.sqrt(mean).astype(np.float32), EDGE_FLOOR)


def _mean(luma: Plane, blue: Plane, red: Plane) -> Plane:
    means = [luma.mean() - NEUTRAL, blue.mean(), red.mean()]
    return np.array(means, dtype=np.float32) / np.float32(NEUTRAL)
