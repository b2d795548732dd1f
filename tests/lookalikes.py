"""Pictures and what becomes of them: copies, marked, cropped, and others that look alike."""

import io
import random
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from media_assets.captures.hashes import difference_hash, grey_cells, perceptual_hash
from media_assets.demo.scenes import scoreboard
from media_assets.similarity.near_hashes import hashes_of

WIDTH, HEIGHT = 640, 360


def compressed(picture: Image.Image, quality: int = 40) -> Image.Image:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    return Image.open(io.BytesIO(stream.getvalue()))


def smaller(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 3, picture.height // 3), Image.Resampling.BILINEAR)


def cropped(picture: Image.Image, share: float = 0.02) -> Image.Image:
    across, down = int(picture.width * share), int(picture.height * share)
    left, top = across // 3, down // 2
    return picture.crop((left, top, picture.width - across + left, picture.height - down + top))


def moved(picture: Image.Image) -> Image.Image:
    """The view turned by 2 %: as wide as before, with something new at the border."""
    shift = picture.width // 50
    turned = Image.new("RGB", picture.size, (90, 90, 90))
    turned.paste(picture, (-shift, 0))
    return turned


def marked(picture: Image.Image) -> Image.Image:
    drawn = picture.copy()
    box = (
        picture.width // 40,
        picture.height * 9 // 10,
        picture.width // 7,
        picture.height * 13 // 14,
    )
    ImageDraw.Draw(drawn).rectangle(box, fill=(200, 200, 200))
    return drawn


def brighter(picture: Image.Image) -> Image.Image:
    return picture.point(lambda value: int(value * 0.9 + 20))


def board(seed: int) -> Image.Image:
    return scoreboard(f"board {seed}", WIDTH, HEIGHT, "POSTGAME")


def grey_of(picture: Image.Image) -> NDArray[np.uint8]:
    return np.frombuffer(grey_cells(picture.convert("RGB")).tobytes(), np.uint8)


def hashes_of_pictures(pictures: list[Image.Image]):
    """The pHashes and the dHashes."""
    plain = [picture.convert("RGB") for picture in pictures]
    return (
        hashes_of([perceptual_hash(picture) for picture in plain]),
        hashes_of([difference_hash(picture) for picture in plain]),
    )


def shuffled(count: int, seed: int) -> list[int]:
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return order


Change = Callable[[Image.Image], Image.Image]
