"""The chunks of RIFF, RF64, AIFF and DSDIFF, and the texts that WAV and AIFF keep in them.

mutagen reads the ID3 chunk of these files; `LIST INFO` and AIFF's text chunks it does not.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from media_assets.music.containers import Stream
from media_assets.music.tags import Tags

MOST_CHUNKS = 10_000
TEXT_CHUNKS = frozenset({"NAME", "AUTH", "ANNO", "(c) "})


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk. `start` is where its content is; `size` ends with the file, whatever it says."""

    name: str
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class ChunkLayout:
    """How a family of files writes the header of a chunk."""

    header: struct.Struct
    first: int
    """Where the first chunk of the file is."""


RIFF = ChunkLayout(struct.Struct("<4sI"), 12)
AIFF = ChunkLayout(struct.Struct(">4sI"), 12)
DSDIFF = ChunkLayout(struct.Struct(">4sQ"), 16)


def read_chunks(stream: Stream, layout: ChunkLayout) -> list[Chunk]:
    """The chunks of the file in order, without their content; an odd size is padded by a byte."""
    end = stream.seek(0, 2)
    return list(_walk(stream, layout.header, layout.first, end))


def _walk(stream: Stream, header: struct.Struct, position: int, end: int) -> Iterator[Chunk]:
    for _ in range(MOST_CHUNKS):
        if position + header.size > end:
            return
        stream.seek(position)
        name, size = header.unpack(stream.read(header.size))
        start = position + header.size
        yield Chunk(name.decode("latin-1"), start, min(size, end - start))
        position = start + size + size % 2


def chunk_content(stream: Stream, chunk: Chunk) -> bytes:
    """The bytes of a chunk."""
    stream.seek(chunk.start)
    return stream.read(chunk.size)


def find_chunk(chunks: list[Chunk], *names: str) -> Chunk | None:
    """The first chunk of one of these names."""
    return next((chunk for chunk in chunks if chunk.name in names), None)


def read_info(content: bytes, tags: Tags) -> None:
    """The texts of one `LIST` chunk of the type `INFO`, by their four letters."""
    position = 4
    for _ in range(MOST_CHUNKS):
        if position + 8 > len(content):
            return
        name, size = RIFF.header.unpack_from(content, position)
        _add_text(tags, name.decode("latin-1"), content[position + 8 : position + 8 + size])
        position += 8 + size + size % 2


def read_text_chunks(stream: Stream, chunks: list[Chunk], tags: Tags) -> None:
    """The texts of an AIFF file without ID3: name, author, annotations, copyright."""
    for chunk in chunks:
        if chunk.name in TEXT_CHUNKS:
            _add_text(tags, chunk.name, chunk_content(stream, chunk))


def _add_text(tags: Tags, name: str, value: bytes) -> None:
    """Neither format says which encoding: UTF-8 where it is, else Windows-1252."""
    value = value.partition(b"\0")[0]
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    if text.strip():
        tags.add(name, [text], native=name)
