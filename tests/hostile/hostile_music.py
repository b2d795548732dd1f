"""Music files that are made to harm who reads their tags. Each is small on disk, or nearly so."""

import struct
import zlib

import music_samples as samples
from hostile_images import deflated_zeros
from mutagen import id3


def synchsafe(number: int) -> bytes:
    """Four bytes of seven bits."""
    return bytes(number >> shift & 127 for shift in (21, 14, 7, 0))


# ID3


def id3_tag(body: bytes, *, version: int = 3, flags: int = 0, size: int | None = None) -> bytes:
    """A tag, whose size may be another than it has, before an MP3 stream."""
    length = synchsafe(len(body) if size is None else size)
    return b"ID3" + bytes([version, 0, flags]) + length + body + samples.audio("mp2")


def id3_frame(name: bytes, content: bytes, *, size: int | None = None, flags: int = 0) -> bytes:
    """A frame of version 2.3."""
    length = len(content) if size is None else size
    return name + struct.pack(">IH", length, flags) + content


def id3_packed(name: bytes, size: int) -> bytes:
    """An MP3 with a packed frame of `size` bytes."""
    packed = size.to_bytes(4) + deflated_zeros(size)
    return id3_tag(id3_frame(name, packed, flags=0x80))


def mp3_with_cover(picture: bytes) -> bytes:
    """An MP3 with this as its cover."""
    tag = id3.ID3()
    tag.add(id3.APIC(encoding=0, mime="image/png", type=3, desc="", data=picture))
    return samples.with_id3(samples.audio("mp3"), tag)


# Vorbis comments: FLAC and Ogg


def vorbis_comment(count: int, lengths: int, text: bytes = b"TITLE=x") -> bytes:
    """A comment block that says it has `count` comments of `lengths` bytes."""
    vendor = struct.pack("<I", 1) + b"x"
    return vendor + struct.pack("<I", count) + (struct.pack("<I", lengths) + text)


def flac_block(kind: int, content: bytes, *, size: int | None = None) -> bytes:
    """A metadata block of FLAC."""
    length = len(content) if size is None else size
    return bytes([kind]) + length.to_bytes(3) + content


def flac(*blocks: bytes) -> bytes:
    """A FLAC file with these blocks behind its first one."""
    content = samples.audio("flac")
    return content[: 4 + 4 + 34] + b"".join(blocks) + flac_block(0x81, bytes(4)) + bytes(100)


def flac_picture(claimed: int) -> bytes:
    """A picture block that says it has so many bytes of picture."""
    head = struct.pack(">II", 3, 9) + b"image/png" + struct.pack(">IIIII", 0, 1, 1, 24, 0)
    return flac_block(6, head + struct.pack(">I", claimed) + b"\x89PNG\r\n\x1a\n")


def ogg_file(first: bytes, comment: bytes) -> bytes:
    """Pages of one stream: the header of a codec, its comments, and a little audio."""
    size = 255 * 255
    parts = [comment[start : start + size] for start in range(0, len(comment), size)]
    pages = [_ogg_page(0, 2, first, whole=True)]
    for number, part in enumerate(parts, 1):
        pages.append(_ogg_page(number, int(number > 1), part, whole=number == len(parts)))
    return b"".join([*pages, _ogg_page(len(pages), 4, bytes(50), whole=True)])


def _ogg_page(number: int, flags: int, content: bytes, *, whole: bool) -> bytes:
    """A page with its packet, or a part of it. Nobody looks at the checksum."""
    full, rest = divmod(len(content), 255)
    lacing = b"\xff" * full + (bytes([rest]) if whole or rest else b"")
    header = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, 5, 7, number, 0, len(lacing))
    return header + lacing + content


def ogg(comment: bytes) -> bytes:
    """An Ogg Vorbis file with this comment packet."""
    identification = b"\1vorbis" + struct.pack("<IBIIIIBB", 0, 2, 44100, 0, 128000, 0, 0xB8, 1)
    return ogg_file(identification, b"\3vorbis" + comment + b"\1")


def opus(comment: bytes) -> bytes:
    """An Ogg Opus file with this comment packet."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, 48000, 0, 0)
    return ogg_file(head, b"OpusTags" + comment)


def ogg_of_many_comments(count: int) -> bytes:
    """Comments of one byte, each with another name."""
    comments = b"".join(
        struct.pack("<I", len(text)) + text for text in (b"%x=" % number for number in range(count))
    )
    return ogg(struct.pack("<I", 0) + struct.pack("<I", count) + comments)


# MP4


def atom(kind: bytes, content: bytes, *, size: int | None = None) -> bytes:
    """One atom, whose size may be another than it has."""
    return struct.pack(">I4s", len(content) + 8 if size is None else size, kind) + content


def m4a_cover(size: int) -> bytes:
    """An M4A whose cover says it has so many bytes."""
    content = samples.with_mp4_cover(samples.JPEG)
    place = content.index(b"covr") - 4
    return content[:place] + struct.pack(">I", size) + content[place + 4 :]


def m4a_atoms(depth: int) -> bytes:
    """Atoms in atoms."""
    inner = b""
    for _ in range(depth):
        inner = atom(b"moov", inner)
    return atom(b"ftyp", b"M4A \0\0\0\0") + inner


# RIFF and AIFF


def wav(*chunks: bytes, size: int = 0xFFFFFFFF) -> bytes:
    """A WAV that says it is as long as can be."""
    header = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 2, 44100, 176400, 4, 16)
    return b"RIFF" + struct.pack("<I", size) + b"WAVE" + header + b"".join(chunks)


def riff_chunk(kind: bytes, content: bytes, *, size: int | None = None) -> bytes:
    """One chunk."""
    return kind + struct.pack("<I", len(content) if size is None else size) + content


def aiff_with(chunk: bytes, size: int, content: bytes = b"") -> bytes:
    """An AIFF with one more chunk, which says this size."""
    return samples.audio("aiff") + chunk + struct.pack(">I", size) + content


# ASF, APE, WavPack


def asf_object(number: str, content: bytes, *, size: int | None = None) -> bytes:
    """An object of ASF."""
    length = 24 + len(content) if size is None else size
    return bytes.fromhex(number) + struct.pack("<Q", length) + content


def asf_header(*objects: bytes, count: int | None = None) -> bytes:
    """An ASF file of these objects in its header."""
    body = b"".join(objects)
    return asf_object(
        "3026b2758e66cf11a6d900aa0062ce6c",
        struct.pack("<IBB", len(objects) if count is None else count, 1, 2) + body,
    )


def ape_tagged(kind: str, count: int, size: int, item: bytes = b"") -> bytes:
    """A stream whose APEv2 tag says it has so many items and bytes."""
    stream = samples.ape() if kind == "ape" else samples.audio(kind)
    footer = b"APETAGEX" + struct.pack("<IIII", 2000, size, count, 0) + bytes(8)
    return stream + item + footer


def ape_header(kind: str, place: int, value: int) -> bytes:
    """A stream with one number of its header changed."""
    content = bytearray(samples.ape() if kind == "ape" else samples.audio(kind))
    struct.pack_into("<I", content, place, value)
    return bytes(content)


def adts_of_noise(count: int) -> bytes:
    """Headers of AAC frames and nothing else."""
    return samples.audio("aac")[:7] * count


def packed(content: bytes) -> bytes:
    """Deflated."""
    return zlib.compress(content, 9)
