"""A cover as it is embedded in music: what it is, and whether it can be decoded."""

from dataclasses import dataclass

from media_assets.captures.image import decode_image, fitted
from media_assets.captures.picture import Picture, encode_poster
from media_assets.errors import CorruptMediaError
from media_assets.settings import LimitSettings

_EXTENSIONS = {"JPEG": ".jpg", "TIFF": ".tif"}


@dataclass(frozen=True, slots=True)
class CoverImage:
    """Width and height in pixels, orientation applied; the format that the decoder found."""

    width: int
    height: int
    format: str
    poster: Picture

    @property
    def extension(self) -> str:
        """Of a file with the picture as it is."""
        return _EXTENSIONS.get(self.format, f".{self.format.lower()}")


def read_cover(content: bytes, limits: LimitSettings, size: int) -> CoverImage:
    """Decode a picture once, for its size, its format and its poster.

    Args:
        content: the picture.
        limits: what is refused before it is decoded.
        size: the longest side of the poster, in pixels.

    Raises:
        MediaError: the header or the pixels cannot be read, or it is over a limit.
    """
    decoded = decode_image(content, limits, size)
    if decoded.pixels is None:
        raise decoded.problem or CorruptMediaError("the pixels cannot be read")
    header = decoded.header
    poster = encode_poster(fitted(header, decoded.pixels, size), size)
    return CoverImage(header.width, header.height, header.format, poster)
