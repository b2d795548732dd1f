"""ID3v1 and ID3v2 tags: mutagen finds the frames, `id3_frames` reads them."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

from mutagen.id3 import ID3, Frame, Frames, Frames_2_2, ParseID3v1

from media_assets.errors import CorruptMediaError, LimitExceededError
from media_assets.music.containers import Stream, id3_size
from media_assets.music.id3_cost import refuse_costly
from media_assets.music.id3_frames import read_frame
from media_assets.music.tags import Tags

ID3V1_BYTES = 128

_DAY_AND_MONTH = re.compile(r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])")
_YEAR = re.compile(r"\d{4}")


class ContentFrame(Frame):
    """A frame as mutagen finds it: without its header, inflated, and not yet taken apart."""

    content = b""

    def _readData(self, header: object, data: bytes) -> bytes:  # noqa: N802  mutagen's name
        self.content = data
        return b""

    @property
    def HashKey(self) -> str:  # noqa: N802  mutagen's name
        """Of its own for each: frames of one name are not merged."""
        return str(id(self))


def _frame_class(name: str) -> type[ContentFrame]:
    return type(name, (ContentFrame,), {})


def _modern_name(old: str) -> str:
    """The four letters of a frame that ID3v2.2 has three for; a picture there has another shape."""
    parent = Frames_2_2[old].__base__
    return old if old == "PIC" or parent is None else parent.__name__
