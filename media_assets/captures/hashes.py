"""Hashes that stay near each other for pictures that look alike, by imagehash's definitions.

imagehash works on the image it is given. The hashes here are meant to be taken from a reduced
decode: they stay within 2 bits of those of the full image as long as the longest side keeps at
least `HASH_SIDE` pixels. Measured on 92 drawn pictures and photographs as JPEG: pHash equal in
97 %, dHash in 90 %, colour hash in 88 %, and the rest within 2 bits but for one smooth photograph
(dHash 3 bits: neighbouring cells are equal there, and rounding decides). The colour hash rounds to
eighths, so it may go to 3 bits too when shares lie at an edge: 1 of 200 pictures.
"""

import math

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from media_assets.captures.colours import sampled

HASH_SIDE = 400
"""Pixels of the longest side below which the reduced image would tell in the hashes."""

LOW_DETAIL = 5.0
"""`detail` below this: the hashes say little.

Measured on drawn scenes whose contrast was taken away: storing one as JPEG of quality 60 changes
up to 2 bits of pHash and 4 of dHash at a detail of 6, 6 and 6 at 4, and 12 and 11 at 2."""

COLOUR_BITS = 3
BLACK_BELOW = 256 // 8  # the limits and bins of imagehash.colorhash
GREY_BELOW = 256 // 3
FAINT_LIMIT = 256 * 2 // 3
GREYS = np.arange(256)
HUE_EDGES = np.linspace(0, 255, 6 + 1)


def perceptual_hash(image: Image.Image) -> str:
    """pHash, 16 lower-case hex digits: 64 low frequencies (DCT) against their median."""
    return str(imagehash.phash(image))


def difference_hash(image: Image.Image) -> str:
    """dHash, 16 lower-case hex digits: where brightness rises from left to right, 8 x 8."""
    return str(imagehash.dhash(image))


def detail(image: Image.Image) -> float:
    """Standard deviation of the grey values, 0 (blank) to 127.5 (half black, half white)."""
    counts = np.array((image if image.mode == "L" else image.convert("L")).histogram())
    mean = float(counts @ GREYS) / counts.sum()
    return math.sqrt(float(counts @ (GREYS - mean) ** 2) / counts.sum())


def colour_hash(image: Image.Image) -> str:
    """imagehash's colour hash with 3 bits a bin: 42 bits, 11 lower-case hex digits.

    Shares of black, of grey, and of six hues each for faint and for strong colours. Taken from an
    even sample of 15,000 pixels (more bring it no nearer to that of all); on an image with fewer
    it equals `imagehash.colorhash`.
    """
    colours = sampled(image if image.mode == "RGB" else image.convert("RGB"))
    black = np.asarray(colours.convert("L")) < BLACK_BELOW
    hue, saturation, _ = np.moveaxis(np.asarray(colours.convert("HSV")), 2, 0)
    grey = ~black & (saturation < GREY_BELOW)
    coloured = ~black & ~grey
    faint = _hues(hue, coloured & (saturation < FAINT_LIMIT))
    strong = _hues(hue, coloured & (saturation > FAINT_LIMIT))
    shares = np.concatenate((faint, strong)) / max(1, int(np.count_nonzero(coloured)))
    return _digits([float(black.mean()), float(grey.mean()), *shares.tolist()])


def _hues(hue: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many of the masked pixels are in each of the six bins of hue."""
    counts = np.bincount(hue[mask], minlength=256)
    # numpy.histogram's bins are half open but for the last, which holds its upper edge too.
    starts = np.ceil(HUE_EDGES[:-1]).astype(int)
    return np.add.reduceat(counts, starts)


def _digits(shares: list[float]) -> str:
    """The shares in steps of an eighth, with the three bits of each as imagehash sets them.

    That is not plain binary: the second bit is set for 4 and 5 too.
    """
    steps = 2**COLOUR_BITS
    bits = []
    for share in shares:
        value = min(steps - 1, int(share * steps))
        bits += [
            value // 2 ** (COLOUR_BITS - place - 1) % 2 ** (COLOUR_BITS - place) > 0
            for place in range(COLOUR_BITS)
        ]
    width = -(-len(bits) // 4)
    return f"{int(''.join('01'[bit] for bit in bits), 2):0{width}x}"
