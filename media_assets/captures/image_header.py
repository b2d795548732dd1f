"""What an image says about itself before its pixels are decoded."""

from dataclasses import dataclass, replace

from PIL import ImageFile

from media_assets.captures.exif import Exif, JsonValue, clean_text, parse_exif
from media_assets.captures.image_frames import count_frames
from media_assets.captures.image_pixels import upright_size
from media_assets.captures.image_png import SIGNATURE, PngChunks, read_chunks
from media_assets.errors import LimitExceededError
from media_assets.settings import LimitSettings

MAX_TEXTS = 64
MAX_KEYWORD = 79  # by the PNG standard
BULKY_TEXTS = ("Raw profile type ", "XML:com.adobe.xmp")
"""Metadata of other kinds packed into text, noted by length: XMP may hold the place, like GPS."""


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """Sizes in pixels with the orientation applied; `orientation` as it is stored."""

    width: int
    height: int
    format: str
    mime_type: str | None
    color_mode: str
    has_alpha: bool
    frames: int
    orientation: int | None
    exif: Exif
    text: dict[str, JsonValue]


def png_chunks(content: bytes, limits: LimitSettings) -> PngChunks | None:
    """The texts and EXIF of a PNG, None for other formats; before Pillow unpacks them too.

    Raises:
        LimitExceededError: more text than `limits.max_embedded_bytes`.
    """
    if not content.startswith(SIGNATURE):
        return None
    return read_chunks(content, limits.max_embedded_bytes)


def read_header(
    image: ImageFile.ImageFile, content: bytes, chunks: PngChunks | None, limits: LimitSettings
) -> ImageHeader:
    """All that is known of an opened image without its pixels.

    Raises:
        LimitExceededError: more EXIF or comment than `limits.max_embedded_bytes`, or more frames
            than `limits.max_frames`.
    """
    exif = _exif(image, content, chunks, limits)
    stored = image.info.get("original_orientation")  # HEIC: its decoder turns, and notes it here
    if isinstance(stored, int):
        exif = replace(exif, tags=exif.tags | {"Orientation": stored})
    orientation = exif.orientation
    width, height = upright_size(image, orientation)
    return ImageHeader(
        width=width,
        height=height,
        format=image.format or "",
        mime_type=image.get_format_mimetype(),
        color_mode=image.mode,
        has_alpha=_has_alpha(image),
        frames=count_frames(image, content, limits.max_frames),
        orientation=orientation,
        exif=exif,
        text=_texts(image, chunks, limits),
    )


def _exif(
    image: ImageFile.ImageFile, content: bytes, chunks: PngChunks | None, limits: LimitSettings
) -> Exif:
    if image.format == "TIFF":
        return Exif() if content[2:4] in {b"+\0", b"\0+"} else parse_exif(content)
    block = chunks.exif if chunks else image.info.get("exif")
    if not isinstance(block, bytes) or not block:
        return Exif()
    _refuse_bulk(block, "EXIF", limits)
    return parse_exif(block)


def _refuse_bulk(block: bytes, what: str, limits: LimitSettings) -> None:
    if len(block) > limits.max_embedded_bytes:
        raise LimitExceededError(
            f"holds {len(block):,} bytes of {what}, the limit is {limits.max_embedded_bytes:,} "
            "(limits.max_embedded_bytes)"
        )


def _has_alpha(image: ImageFile.ImageFile) -> bool:
    """An alpha channel, a transparent colour, or a palette with an entry that is not opaque."""
    opacities = image.info.get("transparency")
    if image.mode == "P" and isinstance(opacities, bytes):
        return any(opacity < 255 for opacity in opacities)
    return image.has_transparency_data


def _texts(
    image: ImageFile.ImageFile, chunks: PngChunks | None, limits: LimitSettings
) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    comment = image.info.get("comment")
    if isinstance(comment, bytes):
        _refuse_bulk(comment, "comment", limits)
        found["comment"] = clean_text(comment.decode("utf-8", "replace"))
    for keyword, value in list(chunks.text.items())[:MAX_TEXTS] if chunks else []:
        bulky = keyword.startswith(BULKY_TEXTS)
        shown = f"({len(value)} characters)" if bulky else clean_text(value)
        found[clean_text(keyword[:MAX_KEYWORD])] = shown
    return found
