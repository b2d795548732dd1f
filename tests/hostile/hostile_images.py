"""Image files that are made to harm who decodes them. Each is small on disk."""

import io
import struct
import zlib
from functools import cache

import numpy as np
import pillow_heif
from PIL import Image

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@cache
def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    """A harmless picture of noise."""
    pixels = np.random.default_rng(5).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    stream = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(Image.fromarray(pixels)).save(stream, quality=50)
    else:
        Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


# PNG


def png_chunk(kind: bytes, data: bytes = b"") -> bytes:
    """One chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int = 64, height: int = 48, *more: bytes, depth: int = 8, colour: int = 2,
    pixels: bytes | None = None,
) -> bytes:  # fmt: skip
    """A PNG whose header says this; without `pixels` they are black, and as many as it says."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    if pixels is None:
        pixels = deflated_zeros(height * (1 + (width * channels * depth + 7) // 8))
    parts = [png_chunk(b"IHDR", header), *more, png_chunk(b"IDAT", pixels), png_chunk(b"IEND")]
    return PNG_SIGNATURE + b"".join(parts)


@cache
def deflated_zeros(count: int) -> bytes:
    """So many zero bytes, deflated: a thousandth of them."""
    packer = zlib.compressobj(9)
    block = bytes(2**20)
    parts = [packer.compress(block) for _ in range(count // 2**20)]
    return b"".join([*parts, packer.compress(bytes(count % 2**20)), packer.flush()])


def png_text_bomb(kind: bytes, size: int) -> bytes:
    """A PNG with a packed text or colour profile of `size` bytes."""
    packed = deflated_zeros(size)
    before = {b"zTXt": b"Comment\0\0", b"iTXt": b"Comment\0\1\0\0\0", b"iCCP": b"profile\0\0"}
    return png(64, 48, png_chunk(kind, before[kind] + packed))


def png_of_one_word(count: int, length: int) -> bytes:
    """Texts of one keyword, which a reader joins: each time all that came before is copied."""
    return png(64, 48, *[png_chunk(b"tEXt", b"Comment\0" + b"x" * length)] * count)


def png_endless_animation(frames: int) -> bytes:
    """An animation that says it has so many frames."""
    return png(64, 48, png_chunk(b"acTL", struct.pack(">II", frames, 0)))


# JPEG


def jpeg_segment(marker: int, data: bytes) -> bytes:
    """One segment with its length."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg_sized(width: int, height: int) -> bytes:
    """A JPEG whose header says this, of other pixels."""
    content = picture("JPEG")
    place = content.index(b"\xff\xc0") + 5
    return content[:place] + struct.pack(">HH", height, width) + content[place + 4 :]


def jpeg_many_scans(width: int, height: int, scans: int) -> bytes:
    """A progressive JPEG that goes over all its pixels again and again, for some bytes each time.

    Each scan says of all blocks at once that there is nothing more in them.
    """
    header = struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"
    blocks = -(-width // 8) * -(-height // 8)
    first = b"\1\1\0" + b"\0\0\0"  # direct current of the one component
    refining = b"\1\1\0" + b"\1\x3f\0"  # alternating current
    codes = bytes([1] + [0] * 15) + b"\0"
    runs = bytes([0, 1] + [0] * 14) + b"\xe0"  # one code of two bits: 16,384 blocks or more end
    body = b"\xff\xda" + struct.pack(">H", 2 + len(first)) + first
    body += bytes(-(-blocks // 8))
    once = b"\xff\xda" + struct.pack(">H", 2 + len(refining)) + refining + _end_of_blocks(blocks)
    return b"".join(
        [
            b"\xff\xd8", jpeg_segment(0xDB, b"\0" + bytes([1] * 64)), jpeg_segment(0xC2, header),
            jpeg_segment(0xC4, b"\0" + codes), jpeg_segment(0xC4, b"\x10" + runs), body,
            once * scans, b"\xff\xd9",
        ]
    )  # fmt: skip


def _end_of_blocks(blocks: int) -> bytes:
    """Runs of 32,767 blocks without coefficients: the code 00 and 14 ones."""
    bits = "0011111111111111" * (-(-blocks // 32_767))
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return data.replace(b"\xff", b"\xff\0")


def jpeg_exif(block: bytes) -> bytes:
    """A JPEG with this EXIF block."""
    content = picture("JPEG")
    return content[:2] + jpeg_segment(0xE1, b"Exif\0\0" + block) + content[2:]


def exif_echo(tags: int, length: int) -> bytes:
    """An EXIF block whose many texts are all the same bytes: 60 KiB that read as megabytes."""
    start = 8 + 2 + 12 * tags + 4
    entries = b"".join(
        struct.pack("<HHII", 0xC000 + number, 2, length, start) for number in range(tags)
    )
    return b"II*\0\x08\0\0\0" + struct.pack("<H", tags) + entries + bytes(4) + b"x" * length


# GIF


def gif(canvas: tuple[int, int], *blocks: bytes) -> bytes:
    """A GIF of two colours."""
    header = b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return header + b"".join(blocks) + b";"


def gif_comment(size: int) -> bytes:
    """A GIF with about so many bytes of comment."""
    comment = b"!\xfe" + (b"\xff" + b"x" * 255) * (size // 255) + b"\0"
    return gif((1, 1), comment, gif_frame())


def gif_frame(size: tuple[int, int] = (1, 1), at: tuple[int, int] = (0, 0)) -> bytes:
    """A frame, whose data has one pixel."""
    return b"," + struct.pack("<HHHHB", *at, *size, 0) + b"\2\2\x44\1\0"


# BMP


def bmp(width: int, height: int, pixels: bytes, *, bits: int = 24, packing: int = 0) -> bytes:
    """A BMP; packing 1 is the run lengths of 8 bits."""
    palette = bytes(1024) if bits == 8 else b""
    start = 14 + 40 + len(palette)
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, len(pixels), 0, 0,
                         256 if bits == 8 else 0, 0)  # fmt: skip
    return (
        b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + header + palette + pixels
    )


# TIFF


def tiff(
    entries: list[tuple[int, int, int, int]], *, following: int = 0, body: bytes = b""
) -> bytes:
    """A TIFF of one directory: tag, type, count, value; `body` lies behind it."""
    rows = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return (
        b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + rows
        + struct.pack("<I", following) + body
    )  # fmt: skip


def tiff_entries(
    width: int, height: int, *more: tuple[int, int, int, int], packing: int = 1
) -> list[tuple[int, int, int, int]]:
    """Of a grey picture: sizes, packing (1 none, 8 deflate), one strip."""
    plain = {
        256: (256, 4, 1, width), 257: (257, 4, 1, height), 258: (258, 3, 1, 8),
        259: (259, 3, 1, packing), 262: (262, 3, 1, 1), 273: (273, 4, 1, 8), 277: (277, 3, 1, 1),
        278: (278, 4, 1, height), 279: (279, 4, 1, 100),
    }  # fmt: skip
    return [*(plain | {entry[0]: entry for entry in more}).values()]


def tiff_bomb(width: int, height: int, count: int) -> bytes:
    """One strip of so many zeros, deflated."""
    packed = deflated_zeros(count)
    start = 8 + 2 + 12 * 9 + 4
    place, size = (273, 4, 1, start), (279, 4, 1, len(packed))
    return tiff(tiff_entries(width, height, place, size, packing=8), body=packed)


# WebP


def webp(*chunks: bytes) -> bytes:
    """A RIFF file of these chunks."""
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk, padded."""
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def webp_animation(canvas: tuple[int, int], frames: int) -> bytes:
    """An animation of one small frame, repeated, on a canvas that may be huge."""
    stream = io.BytesIO()
    Image.new("RGB", (16, 16), (200, 30, 90)).save(stream, "WEBP", lossless=True)
    image = stream.getvalue()[12:]
    size = struct.pack("<I", canvas[0] - 1)[:3] + struct.pack("<I", canvas[1] - 1)[:3]
    frame = bytes(6) + struct.pack("<I", 15)[:3] * 2 + struct.pack("<I", 40)[:3] + b"\0" + image
    return webp(
        webp_chunk(b"VP8X", b"\x02\0\0\0" + size),
        webp_chunk(b"ANIM", bytes(6)),
        *[webp_chunk(b"ANMF", frame)] * frames,
    )


# HEIC and AVIF


def heif_sized(kind: str, width: int, height: int) -> bytes:
    """A HEIC or AVIF file whose header says this, of other pixels."""
    content = picture(kind)
    place = content.index(b"ispe") + 8
    return content[:place] + struct.pack(">II", width, height) + content[place + 8 :]


def heif_of_a_million_items(kind: str) -> bytes:
    """Its list of places says that there are as many items as the numbers allow."""
    content = bytearray(picture(kind))
    place = content.index(b"iloc") + 4
    count = place + 6
    content[count : count + 2] = b"\xff\xff"
    return bytes(content)
