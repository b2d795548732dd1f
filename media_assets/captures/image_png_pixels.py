"""Decoding large plain PNGs, which screenshots are, in two thirds of the time that Pillow takes.

Most of a PNG's decode is unpacking, and libdeflate unpacks at twice the speed of the zlib that
Pillow and FFmpeg bring. The lines are then handed to FFmpeg in a PNG that is not packed, since it
undoes their filters with vector instructions. The pixels are the same, byte for byte. Only the
plain kind goes this way, and checksums must be right; what is refused here is decoded by Pillow,
whose word on it counts.
"""

import struct

from PIL import Image

from media_assets.captures.image_png import PngChunks

MIN_PIXELS = 500_000
"""Below, both take the same time."""
MAX_PIXELS = 20_000_000
"""Above, the copies of the pixels would take too much of a worker's memory: five are made."""

DEPTH_PLACE, COLOUR_PLACE, INTERLACE_PLACE = 24, 25, 28  # of the header chunk, always the first
HEADER_END = 33
CHANNELS = {2: 3, 6: 4}
"""Bytes a pixel of the two plain kinds of colour: with and without transparency."""
FORMATS = {"rgb24": "RGB", "rgba": "RGBA"}
"""FFmpeg's names of what it decodes to, and Pillow's."""
SPECIAL_CHUNKS = frozenset({b"acTL", b"tRNS"})
"""Animation, and a colour that stands for transparency: the two decoders show them differently."""


def is_plain(content: bytes, chunks: PngChunks, size: tuple[int, int]) -> bool:
    """Whether a PNG of these chunks and pixels is one that `decode_plain` is for."""
    return (
        MIN_PIXELS <= size[0] * size[1] <= MAX_PIXELS
        and content[DEPTH_PLACE] == 8
        and content[COLOUR_PLACE] in CHANNELS
        and content[INTERLACE_PLACE] == 0
        and b"IEND" in chunks.kinds
        and not chunks.kinds & SPECIAL_CHUNKS
    )


def decode_plain(content: bytes, chunks: PngChunks, size: tuple[int, int]) -> Image.Image | None:
    """The pixels as `RGB` or `RGBA`; None when anything is not exactly right."""
    unpacked = _unpacked(content, chunks, size)
    return None if unpacked is None else _decoded(unpacked, size)


def _unpacked(content: bytes, chunks: PngChunks, size: tuple[int, int]) -> bytes | None:
    """The same picture as a PNG whose lines are stored as they are."""
    import deflate

    parts = [memoryview(content)[span] for span in chunks.pixels]
    for part, span in zip(parts, chunks.pixels, strict=True):
        (checksum,) = struct.unpack_from(">I", content, span.stop)
        if deflate.crc32(part, deflate.crc32(b"IDAT")) != checksum:
            return None
    width, height = size
    length = (width * CHANNELS[content[COLOUR_PLACE]] + 1) * height  # one byte a line: its filter
    try:
        lines = deflate.zlib_decompress(b"".join(parts), length)
    except deflate.DeflateError:
        return None
    if len(lines) != length:
        return None
    stored = deflate.zlib_compress(lines, 0)
    head = struct.pack(">I4s", len(stored), b"IDAT")
    return b"".join((content[:HEADER_END], head, stored, bytes(4), _END))


def _decoded(png: bytes, size: tuple[int, int]) -> Image.Image | None:
    import av  # 90 ms
    from av.error import FFmpegError

    context = av.VideoCodecContext.create("png", "r")
    context.thread_count = 1  # the files are spread over processes already
    context.options = {"err_detect": "explode"}
    try:
        frames = context.decode(av.Packet(png)) or context.decode(None)
    except FFmpegError:
        return None
    if len(frames) != 1 or frames[0].is_corrupt or (frames[0].width, frames[0].height) != size:
        return None
    mode = FORMATS.get(frames[0].format.name)
    if mode is None:
        return None
    plane = frames[0].planes[0]
    return Image.frombuffer(mode, size, plane, "raw", mode, plane.line_size, 1)  # type: ignore[arg-type]  # any buffer will do


_END = struct.pack(">I4sI", 0, b"IEND", 0xAE426082)
