"""Opening an image: what it is, told by its decoder, and whether it may be decoded at all."""

import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from media_assets.captures.image_claims import claimed_sizes
from media_assets.captures.image_jpeg import count_scans
from media_assets.captures.image_kind import is_heif_box, refusal
from media_assets.errors import (
    CorruptMediaError,
    LimitExceededError,
    MediaError,
    UnsupportedMediaError,
)
from media_assets.settings import LimitSettings

# Naming the plugins registers their formats; Pillow would otherwise import all 45 at the first
# file that none of the common ones takes, and among them are some that start other programs.
_PLUGINS = (
    PngImagePlugin.PngImageFile,
    JpegImagePlugin.JpegImageFile,
    WebPImagePlugin.WebPImageFile,
    GifImagePlugin.GifImageFile,
    BmpImagePlugin.BmpImageFile,
    TiffImagePlugin.TiffImageFile,
    AvifImagePlugin.AvifImageFile,
)
FORMATS = tuple(str(plugin.format) for plugin in _PLUGINS)
JPEG_FORMATS = frozenset({"JPEG", "MPO"})

DECODER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow's decoders raise on broken files: in practice nearly every class of error."""

WORKER = "a worker may use (engine.worker_memory_mib)"

_PIXELS = re.compile(r"\d+")
_CODE = re.compile(r"decoder error -\d+")  # of Pillow's C code: 9 is memory, 2 broken data


@contextmanager
def decoding(limits: LimitSettings) -> Iterator[None]:
    """Pillow with these limits: its bomb warning is an error, all its other warnings are silent.

    Pillow keeps its limits in its modules. They are put back at the end; another thread that
    decodes at the same time would see them, which is why the work is spread over processes.
    """
    before = Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY
    Image.MAX_IMAGE_PIXELS = limits.max_pixels
    # The texts are measured on their own; Pillow's 1 MiB would refuse the whole image for one.
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = limits.max_embedded_bytes
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    finally:
        Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY = (
            before
        )


def open_image(content: bytes, limits: LimitSettings) -> ImageFile.ImageFile:
    """The opened image, nothing decoded yet. To be called within `decoding`.

    Raises:
        EmptyMediaError: no bytes, or only zero bytes.
        LimitExceededError: more bytes, pixels, pixels a side, or scans than the limits allow.
        DisguisedMediaError: a text, a document, a video, music, or an archive.
        UnsupportedMediaError: an image format that is not decoded, or none that is known.
        CorruptMediaError: the format is known, the header cannot be read.
    """
    if len(content) > limits.max_image_bytes:
        raise LimitExceededError(
            f"has {len(content):,} bytes, the limit is {limits.max_image_bytes:,} "
            "(limits.max_image_bytes)"
        )
    for claimed in claimed_sizes(content):
        _refuse_size(*claimed, limits)
    image = _identify(content)
    _refuse_size(*image.size, limits)
    if image.format in JPEG_FORMATS:
        _refuse_scans(content, limits)
    return image


def decoder_error(error: BaseException, what: str) -> MediaError:
    """The error for what a decoder raised while it read `what`."""
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        pixels = _PIXELS.search(str(error))
        has = f"{int(pixels[0]):,}" if pixels else "more"
        return LimitExceededError(f"has {has} pixels, more than limits.max_pixels allows")
    if isinstance(error, MemoryError):
        return LimitExceededError(f"the {what} need more memory than {WORKER}")
    reason = str(error).strip() or f"it does not hang together ({type(error).__name__})"
    if reason == "decoder error -9":
        return LimitExceededError(f"the {what} need more memory than {WORKER}")
    if _CODE.fullmatch(reason):
        return CorruptMediaError(f"the {what} cannot be read: their data is broken ({reason})")
    if reason.lower().startswith("unsupported"):
        return UnsupportedMediaError(f"the {what} cannot be read: {reason}")
    return CorruptMediaError(f"the {what} cannot be read: {reason}")


def _identify(content: bytes) -> ImageFile.ImageFile:
    if not content:
        raise refusal(content)
    formats = [*FORMATS, _heif()] if is_heif_box(content) else FORMATS
    try:
        return Image.open(io.BytesIO(content), formats=formats)
    except UnidentifiedImageError as error:
        raise refusal(content) from error
    except DECODER_ERRORS as error:
        raise decoder_error(error, "header") from error


@cache
def _heif() -> str:
    """HEIC for Pillow, by libheif: loaded with the first such file, since that takes 45 ms."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    return "HEIF"


def _refuse_size(width: int, height: int, limits: LimitSettings) -> None:
    if max(width, height) > limits.max_side:
        raise LimitExceededError(
            f"is {width:,} x {height:,} pixels, the limit is {limits.max_side:,} a side "
            "(limits.max_side)"
        )
    if width * height > limits.max_pixels:
        raise LimitExceededError(
            f"has {width * height:,} pixels, the limit is {limits.max_pixels:,} (limits.max_pixels)"
        )
    if width < 1 or height < 1:
        raise CorruptMediaError(f"is {width} x {height} pixels: the header cannot be right")


def _refuse_scans(content: bytes, limits: LimitSettings) -> None:
    if count_scans(content, limits.max_scans + 1) > limits.max_scans:
        raise LimitExceededError(
            f"goes over its pixels in more than {limits.max_scans} scans (limits.max_scans)"
        )
