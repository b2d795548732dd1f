"""Pillow's limits and warnings: its bomb warning is an error, and nothing of it leaks."""

import io
import warnings

import pytest
from cases import gif_cases, jpeg_cases, other_image_cases, png_cases
from hostile_images import png
from PIL import Image, ImageFile, PngImagePlugin, TiffImagePlugin

from media_assets.captures.image import ImageOptions, ImagePart, analyse_image
from media_assets.errors import LimitExceededError, MediaError
from media_assets.settings import LimitSettings

PARTS: frozenset[ImagePart] = frozenset({"metadata", "thumbnail", "vector"})
OPTIONS = ImageOptions(320, LimitSettings(), PARTS)


def kept() -> tuple[object, ...]:
    """All that Pillow and Python keep for the whole process."""
    return (
        Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY,
        ImageFile.LOAD_TRUNCATED_IMAGES, ImageFile.MAXBLOCK, TiffImagePlugin.READ_LIBTIFF,
        tuple(warnings.filters), warnings.showwarning,
    )  # fmt: skip


def test_no_warning_and_no_setting_leaks() -> None:
    before = kept()
    for case in (*png_cases(), *jpeg_cases(), *gif_cases(), *other_image_cases()):
        content = case.make()
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            error = error_of(content)
        assert [str(warning.message) for warning in heard] == [], case.name
        assert kept() == before, case.name
        assert error == case.error, case.name


def error_of(content: bytes) -> str | None:
    try:
        problem = analyse_image(content, OPTIONS).problem
    except MediaError as error:
        problem = error
    return type(problem).__name__ if problem else None


def test_what_pillow_only_warns_of_is_refused() -> None:
    """From the limit to twice the limit it warns; beyond, it refuses by itself."""
    limits = LimitSettings(max_pixels=10_000)
    for side in (101, 141, 142, 1000):
        content = png(side, side, pixels=b"")
        with pytest.raises(LimitExceededError, match=f"has {side * side:,} pixels"):
            analyse_image(content, ImageOptions(320, limits, PARTS))


def test_pillow_on_its_own_would_warn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the tests above could not fail."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    with pytest.warns(Image.DecompressionBombWarning):
        Image.open(io.BytesIO(png(110, 110, pixels=b"")))
