"""Animated previews."""

import io

import numpy as np
import pytest
from clip_samples import pattern
from PIL import Image, ImageFilter

from media_assets.captures.preview import FRAME_MILLISECONDS, PreviewKind, encode_preview

KINDS: list[PreviewKind] = ["gif", "webp"]


def images(count: int, width: int = 160, height: int = 90) -> list[Image.Image]:
    return [Image.fromarray(pattern(index * 10, width, height)) for index in range(count)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [2, 5, 8])
def test_frames_are_shown_in_order_for_ever(kind: PreviewKind, count: int) -> None:
    originals = images(count)
    made = encode_preview(originals, kind)
    assert made.extension == f".{kind}"
    assert (made.width, made.height, made.frames) == (160, 90, count)
    with Image.open(io.BytesIO(made.content)) as written:
        assert written.format == kind.upper()
        assert written.info["loop"] == 0
        for place, original in enumerate(originals):
            written.seek(place)
            written.load()
            assert written.info["duration"] == FRAME_MILLISECONDS
            shown = np.asarray(written.convert("RGB"), dtype=int)
            assert np.abs(shown - np.asarray(original, dtype=int)).mean() < 16


@pytest.mark.parametrize("kind", KINDS)
def test_frames_that_repeat_are_joined(kind: PreviewKind) -> None:
    first, second = images(2)
    made = encode_preview([first, first, second], kind)
    assert made.frames == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(1, 1), (3, 200), (160, 90)])
def test_one_image_is_a_still(kind: PreviewKind, size: tuple[int, int]) -> None:
    made = encode_preview(images(1, *size), kind)
    assert made.frames == 1
    with Image.open(io.BytesIO(made.content)) as written:
        assert written.size == size


def test_the_palette_serves_all_frames() -> None:
    """One frame is all red, the other all blue: a palette of the first alone would lose it."""
    red, blue = Image.new("RGB", (64, 64), (200, 10, 10)), Image.new("RGB", (64, 64), (10, 10, 200))
    with Image.open(io.BytesIO(encode_preview([red, blue], "gif").content)) as written:
        written.seek(1)
        pixel = written.convert("RGB").getpixel((32, 32))
    assert isinstance(pixel, tuple)
    assert pixel[2] > 150
    assert pixel[0] < 60


def test_a_webp_is_smaller() -> None:
    soft = [image.filter(ImageFilter.GaussianBlur(6)) for image in images(8, 320, 180)]
    gif, webp = (len(encode_preview(soft, kind).content) for kind in KINDS)
    assert webp < gif


def test_nothing_cannot_be_previewed() -> None:
    with pytest.raises(ValueError, match="at least one image"):
        encode_preview([], "gif")
