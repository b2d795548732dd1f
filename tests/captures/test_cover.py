"""Covers as they are embedded: size, format and poster from one decode."""

import io

import pytest
from PIL import Image

from media_assets.captures.cover import read_cover
from media_assets.errors import CorruptMediaError, DisguisedMediaError, LimitExceededError
from media_assets.settings import LimitSettings

LIMITS = LimitSettings()


def encoded(format_: str, size: tuple[int, int] = (90, 60), **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, format_, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("format_", "extension"),
    [("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".webp"), ("GIF", ".gif"), ("TIFF", ".tif")],
)
def test_a_cover_is_described_and_made_small(format_: str, extension: str) -> None:
    found = read_cover(encoded(format_), LIMITS, 30)
    assert (found.width, found.height, found.format) == (90, 60, format_)
    assert found.extension == extension
    assert (found.poster.width, found.poster.height, found.poster.extension) == (30, 20, ".jpg")


def test_its_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = read_cover(encoded("JPEG", exif=exif), LIMITS, 30)
    assert (found.width, found.height) == (60, 90)
    assert (found.poster.width, found.poster.height) == (20, 30)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (encoded("PNG")[:80], CorruptMediaError),
        (b"<html>no picture</html>", DisguisedMediaError),
        (encoded("JPEG", (300, 10)), LimitExceededError),
    ],
)
def test_what_is_none_is_refused(content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_cover(content, LimitSettings(max_side=200), 30)
