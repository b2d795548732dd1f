"""How many frames or pages an image file has, without decoding them.

Pillow counts the frames of GIF and TIFF by going through them with the bookkeeping of a decoder,
and without an end. Here only the lengths are followed, and no further than the limit.
"""

import struct

from PIL import ImageFile

from media_assets.errors import LimitExceededError

GIF_IMAGE, GIF_EXTENSION = 0x2C, 0x21


def count_frames(image: ImageFile.ImageFile, content: bytes, most: int) -> int:
    """Frames of an opened image, at least 1.

    Raises:
        LimitExceededError: more than `most`.
    """
    if image.format == "GIF":
        counted = gif_frames(content, most + 1)
    elif image.format == "TIFF":
        counted = tiff_pages(content, most + 1)
    else:
        counted = int(getattr(image, "n_frames", 1))  # the others have it in their header
    if counted > most:
        raise LimitExceededError(f"has more than {most:,} frames (limits.max_frames)")
    return max(1, counted)


def gif_frames(content: bytes, most: int) -> int:
    """Image blocks of a GIF, counted up to `most`; of a cut file those before its end."""
    frames = 0
    try:
        place = 13 + _colour_table(content[10])
        while frames < most:
            block = content[place]
            if block == GIF_IMAGE:
                frames += 1
                place = _after_blocks(content, place + 11 + _colour_table(content[place + 9]))
            elif block == GIF_EXTENSION:
                place = _after_blocks(content, place + 2)
            else:
                break
    except IndexError:  # the file ends within a block
        pass
    return frames


def _colour_table(flags: int) -> int:
    """Bytes of the colour table that the flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(content: bytes, place: int) -> int:
    """The place behind a chain of sub-blocks, each with its length in front, the last one empty."""
    while length := content[place]:
        place += length + 1
    return place + 1


def tiff_pages(content: bytes, most: int) -> int:
    """Directories in the main chain of a TIFF or BigTIFF, each once, counted up to `most`."""
    order = "<" if content[:2] == b"II" else ">"
    big = content[2:4] in {b"+\0", b"\0+"}
    first, number, offset, entry = (8, "Q", "Q", 20) if big else (4, "H", "I", 12)
    seen: set[int] = set()
    try:
        (place,) = struct.unpack_from(order + offset, content, first)
        while place and place not in seen and len(seen) < most:
            (entries,) = struct.unpack_from(order + number, content, place)
            seen.add(place)
            after = place + struct.calcsize(order + number) + entries * entry
            (place,) = struct.unpack_from(order + offset, content, after)
    except (struct.error, OverflowError):  # the chain leads out of the file, or of all files
        pass
    return len(seen)
