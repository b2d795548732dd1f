"""Clips that are made to harm who opens them. Each is small on disk."""

import struct
import zlib
from fractions import Fraction
from functools import cache

from clip_samples import header_first, make_clip


@cache
def clip(container: str = "mp4", codec: str = "libx264") -> bytes:
    """A harmless clip of 160 x 90 pixels."""
    made = make_clip(container, codec, frames=12)
    return header_first(made) if container == "mp4" else made


# MP4 and QuickTime


def box(kind: bytes, *content: bytes) -> bytes:
    """One box with its length."""
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def boxes_in_boxes(depth: int) -> bytes:
    """An MP4 whose header is boxes within boxes."""
    inner = b""
    for _ in range(depth):
        inner = box(b"moov", inner)
    return box(b"ftyp", b"isom\0\0\2\0") + inner


def with_count(content: bytes, kind: bytes, count: int, *, at: int = 4) -> bytes:
    """The clip with another number of entries in one of its tables."""
    place = content.index(kind) + 4 + at
    return content[:place] + struct.pack(">I", count) + content[place + 4 :]


def with_length(content: bytes, kind: bytes, length: int) -> bytes:
    """The clip with another length of a box."""
    place = content.index(kind) - 4
    return content[:place] + struct.pack(">I", length) + content[place + 4 :]


def with_header(content: bytes, old: bytes, new: bytes) -> bytes:
    """The clip with the movie header as `new` box; lengths fit as before."""
    assert old in content
    return content.replace(old, new, 1)


def movie_of(content: bytes) -> bytes:
    """The box `moov` of an MP4."""
    place = content.index(b"moov") - 4
    return content[place : place + struct.unpack_from(">I", content, place)[0]]


def compressed_movie(claimed: int, *, zeros: int = 0) -> bytes:
    """A QuickTime file with a packed header, which says that it unpacks to `claimed` bytes."""
    header = movie_of(clip()) + box(b"free", bytes(zeros)) if zeros else movie_of(clip())
    packed = struct.pack(">I", claimed) + zlib.compress(header, 9)
    movie = box(b"cmov", box(b"dcom", b"zlib"), box(b"cmvd", packed))
    return box(b"ftyp", b"qt  \0\0\2\0") + box(b"moov", movie) + box(b"mdat", bytes(100))


def with_data_reference(content: bytes, kind: bytes, address: bytes) -> bytes:
    """The clip with its pictures elsewhere: the entry of `dref` names an address (`url `, `alis`).

    The clip must have its header behind the pictures, or no place in it is right any more.
    """
    place = content.index(b"dref") - 4
    old = struct.unpack_from(">I", content, place)[0]
    entry = struct.pack(">I4sI", 12 + len(address), kind, 0) + address
    new = struct.pack(">I4sII", 16 + len(entry), b"dref", 0, 1) + entry
    return _grown(content, place, old, new, (b"moov", b"trak", b"mdia", b"minf", b"dinf"))


def with_pixel_shape(wide: int, high: int) -> bytes:
    """A clip with pixels of this shape."""
    content = header_first(make_clip(frames=12, aspect=Fraction(4, 3)))
    place = content.index(b"pasp") + 4
    return content[:place] + struct.pack(">II", wide, high) + content[place + 8 :]


def with_tags(count: int, length: int) -> bytes:
    """An MP4 with so many tags of its own kind, each with a name of its own."""
    content = make_clip(frames=12)
    keys = b"".join(box(b"mdta", f"name.{number}".encode()) for number in range(count))
    values = b"".join(
        struct.pack(">I", 24 + length) + struct.pack(">I", number + 1)
        + box(b"data", struct.pack(">II", 1, 0), b"x" * length)
        for number in range(count)
    )  # fmt: skip
    handler = box(b"hdlr", bytes(8), b"mdta", bytes(13))
    table = box(b"keys", struct.pack(">II", 0, count), keys)
    meta = box(b"meta", handler, table, box(b"ilst", values))
    place = content.index(b"moov") - 4
    size = struct.unpack_from(">I", content, place)[0]
    return _grown(content, place + size, 0, meta, (b"moov",))


def _grown(content: bytes, place: int, old: int, new: bytes, around: tuple[bytes, ...]) -> bytes:
    """The content with a part replaced, and the boxes around it as much longer."""
    changed = bytearray(content)
    changed[place : place + old] = new
    at = 0
    for kind in around:
        at = changed.index(kind, at)
        length = struct.unpack_from(">I", changed, at - 4)[0]
        struct.pack_into(">I", changed, at - 4, length + len(new) - old)
    return bytes(changed)


# Matroska


def element(number: int, content: bytes = b"", *, size: int | None = None) -> bytes:
    """One EBML element, whose size may be another than it has."""
    name = number.to_bytes((number.bit_length() + 7) // 8)
    length = len(content) if size is None else size
    return name + (length | 1 << 56).to_bytes(8) + content


EBML_HEAD = element(0x1A45DFA3, element(0x4282, b"matroska"))
SEGMENT, TRACKS, TRACK, INFO, TAGS, ATTACHMENTS = (
    0x18538067, 0x1654AE6B, 0xAE, 0x1549A966, 0x1254C367, 0x1941A469,
)  # fmt: skip


def matroska(*parts: bytes, size: int | None = None) -> bytes:
    """A Matroska file of one segment, with one picture that is none."""
    picture = element(0x1F43B675, element(0xE7, b"\0") + element(0xA3, b"\x81\0\0\x80" + bytes(50)))
    return EBML_HEAD + element(SEGMENT, b"".join([*parts, picture]), size=size)


def matroska_track(width: int, height: int, *more: bytes, codec: bytes = b"V_VP8") -> bytes:
    """The header of one video track."""
    size = element(0xB0, width.to_bytes(8)) + element(0xBA, height.to_bytes(8))
    parts = [element(0xD7, b"\1"), element(0x73C5, b"\1"), element(0x83, b"\1")]
    return element(
        TRACKS, element(TRACK, b"".join([*parts, element(0x86, codec), element(0xE0, size), *more]))
    )


def matroska_packed_header(size: int) -> bytes:
    """The private data of its codec is deflated and unpacks to `size` bytes."""
    packing = element(0x4254, b"\0")  # zlib
    encoding = element(0x5032, b"\2") + element(0x5033, b"\0") + element(0x5034, packing)
    packed = zlib.compress(bytes(size), 9)
    encodings = element(0x6D80, element(0x6240, encoding))
    return matroska(matroska_track(160, 90, encodings, element(0x63A2, packed)))


def matroska_tags(count: int, length: int) -> bytes:
    """So many tags, each with a name of its own."""
    tags = b"".join(
        element(0x67C8, element(0x45A3, f"N{number}".encode()) + element(0x4487, b"x" * length))
        for number in range(count)
    )
    return matroska(matroska_track(160, 90), element(TAGS, element(0x7373, tags)))


def matroska_elsewhere(name: bytes) -> bytes:
    """Says that it goes on in another file."""
    linked = element(0x3CB923, bytes(16)) + element(0x3EB923, bytes(16)) + element(0x3E83BB, name)
    return matroska(element(INFO, linked), matroska_track(160, 90))


# AVI


def with_avi_index(content: bytes, entries: int) -> bytes:
    """The AVI with an index that names one picture again and again."""
    place = content.index(b"idx1")
    entry = content[place + 8 : place + 24]
    index = b"idx1" + struct.pack("<I", 16 * entries) + entry * entries
    size = struct.pack("<I", len(content[:place]) + len(index) - 8)
    return b"RIFF" + size + content[8:place] + index


def with_avi_size(content: bytes, width: int, height: int) -> bytes:
    """The AVI with another size in the header of its stream."""
    place = content.index(b"strf") + 8 + 4
    return content[:place] + struct.pack("<ii", width, height) + content[place + 8 :]
