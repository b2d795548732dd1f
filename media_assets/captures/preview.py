"""The animated preview of a clip: a few frames, each shown for half a second, for ever."""

import io
from collections.abc import Sequence
from typing import Literal

from PIL import Image

from media_assets.captures.picture import Picture

PreviewKind = Literal["gif", "webp"]

FRAME_MILLISECONDS = 500
GIF_COLOURS = 128
"""Half of what GIF allows: 146 KB instead of 190 KB at 320 pixels, and hardly to be told apart."""

WEBP_QUALITY = 70
WEBP_METHOD = 1  # 23 ms; methods 2 and 4 take 31 and 65 ms and save 8 and 15 % of the bytes
_SHEET_COLUMNS = 4


def encode_preview(images: Sequence[Image.Image], kind: PreviewKind) -> Picture:
    """An animation of RGB images of one size, in their order; frames that repeat are shown longer.

    The frames of a GIF share one palette: 14 ms for 8 frames of 320 x 180 without dithering, which
    would make the file twice as large. A WebP is a third of its size. One image gives a still.

    Raises:
        ValueError: there are no images.
    """
    if not images:
        raise ValueError("a preview needs at least one image")
    frames = _with_shared_palette(images) if kind == "gif" else list(images)
    stream = io.BytesIO()
    options = {"quality": WEBP_QUALITY, "method": WEBP_METHOD} if kind == "webp" else {}
    frames[0].save(
        stream,
        kind.upper(),
        save_all=True,
        append_images=frames[1:],
        duration=FRAME_MILLISECONDS,
        loop=0,
        **options,
    )
    return Picture(stream.getvalue(), f".{kind}", *images[0].size, frames=_frames(stream))


def _with_shared_palette(images: Sequence[Image.Image]) -> list[Image.Image]:
    palette = _contact_sheet(images).quantize(GIF_COLOURS, Image.Quantize.FASTOCTREE)
    return [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]


def _contact_sheet(images: Sequence[Image.Image]) -> Image.Image:
    """All images at a quarter of their size: what the palette has to serve."""
    cells = [image.reduce(4) for image in images]
    width, height = cells[0].size
    columns = min(len(cells), _SHEET_COLUMNS)
    rows = -(-len(cells) // columns)
    # The cells that stay empty repeat the first image: black would take colours away from it.
    sheet = Image.new("RGB", (columns * width, rows * height))
    for place in range(columns * rows):
        cell = cells[place] if place < len(cells) else cells[0]
        sheet.paste(cell, (place % columns * width, place // columns * height))
    return sheet


def _frames(stream: io.BytesIO) -> int:
    """How many frames were written: the encoders join those that repeat."""
    with Image.open(stream) as written:
        return int(getattr(written, "n_frames", 1))
