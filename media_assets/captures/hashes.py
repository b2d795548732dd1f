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
from PIL import Image

from media_assets.captures.colours import sampled

HASH_SIDE = 400
"""Pixels of the longest side below which the reduced image would tell in the hashes."""

PHASH_SIDE = 32
"""Pixels a side to which imagehash brings the picture for a pHash."""

LOW_DETAIL = 5.0
"""`detail` below this: the hashes say little.

Measured on drawn scenes whose contrast was taken away: storing one as JPEG of quality 60 changes
up to 2 bits of pHash and 4 of dHash at a detail of 6, 6 and 6 at 4, and 12 and 11 at 2."""

COLOUR_BITS = 3
BLACK_BELOW = 256 // 8  # the limits and bins of imagehash.colorhash
GREY_BELOW = 256 // 3
FAINT_LIMIT = 256 * 2 // 3
GREYS = np.arange(256)
HUE_STARTS = np.ceil(np.linspace(0, 255, 6 + 1)[:-1]).astype(int)
BLACK, GREY, FAINT, STRONG, BETWEEN = range(5)
_CLASS_OF_SATURATION = np.select(
    [GREYS < GREY_BELOW, GREYS < FAINT_LIMIT, GREYS > FAINT_LIMIT], [GREY, FAINT, STRONG], BETWEEN
).astype(np.uint16)
"""For what is not black. imagehash counts the one saturation between as coloured, in no hue."""


def grey_cells(image: Image.Image) -> Image.Image:
    """The picture squeezed to 32 x 32 grey values: what the pHash looks at.

    Its pHash is that of the picture, so making both costs no more than the pHash alone.
    """
    # As imagehash does it: the same filter, and grey first.
    grey = image if image.mode == "L" else image.convert("L")
    return grey.resize((PHASH_SIDE, PHASH_SIDE), Image.Resampling.LANCZOS)


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
    tones = colours.convert("HSV")
    classes = _CLASS_OF_SATURATION[np.asarray(tones.getchannel("S"))]
    classes[np.asarray(colours.convert("L")) < BLACK_BELOW] = BLACK
    both = classes * np.uint16(256) + np.asarray(tones.getchannel("H"))
    counts = np.bincount(both.ravel(), minlength=5 * 256).reshape(5, 256)
    # numpy.histogram's bins are half open but for the last, which holds its upper edge too.
    hues = np.add.reduceat(counts[FAINT:BETWEEN], HUE_STARTS, axis=1)
    shares = hues.ravel() / max(1, int(counts[FAINT:].sum()))
    black, grey = counts[:FAINT].sum(axis=1) / counts.sum()
    return _digits([float(black), float(grey), *shares.tolist()])


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
