"""What every reader of a container is given and gives back."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mutagen.apev2 import APEv2, error

from media_assets.music.bounded_stream import BoundedStream
from media_assets.music.id3_tags import read_id3, read_id3v1
from media_assets.music.other_tags import read_ape
from media_assets.music.tags import Tags
from media_assets.music.technical import Technical

TAIL_BYTES = 160
"""Where the footer of an APEv2 tag is, 32 bytes, and ID3v1 behind it, 128 bytes."""

Reading = tuple[Tags, Technical]


@dataclass(frozen=True, slots=True)
class Source:
    """One open file, whose tags may have `limit` bytes."""

    stream: BoundedStream
    limit: int

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.stream.size

    def at(self, position: int, size: int) -> bytes:
        """Bytes from a position on; fewer where the file ends."""
        self.stream.seek(position)
        return self.stream.read(size)


def parse(kind: Callable[..., Any], source: Source) -> Any:  # noqa: ANN401  see below
    """The file as one of mutagen's classes sees it, which do not say what attributes they have."""
    source.stream.seek(0)
    return kind(source.stream)


def read_id3_and_ape(source: Source) -> Tags:
    """ID3 at the start and the end of a stream, and what only an APEv2 tag at its end says.

    mp3gain and its like write ReplayGain into an APEv2 tag. One that is broken does not make a
    file unreadable that has ID3 as well.
    """
    tags = read_id3(source.stream, 0, source.limit)
    tail = source.at(max(0, source.size - TAIL_BYTES), TAIL_BYTES)
    if b"APETAGEX" in tail:
        items = Tags()
        with contextlib.suppress(error):
            read_ape(parse(APEv2, source), items)
        tags.add_fallback(items, "APE:")
    tags.add_fallback(read_id3v1(tail), "ID3v1:")
    return tags
