"""ID3v1 and ID3v2 tags: read by mutagen, frame by frame into `Tags`."""

import re
from collections.abc import Callable
from io import BytesIO
from math import isfinite
from typing import Any

from mutagen.id3 import (
    APIC,
    COMM,
    GEOB,
    ID3,
    MCDI,
    PCNT,
    POPM,
    PRIV,
    RVA2,
    SYLT,
    UFID,
    USER,
    USLT,
    Frame,
    Frames,
    Frames_2_2,
    ID3NoHeaderError,
    PairedTextFrame,
    TextFrame,
    UrlFrame,
)

from media_assets.errors import CorruptMediaError, LimitExceededError
from media_assets.music.containers import Stream, id3_size
from media_assets.music.covers import LINK, Picture
from media_assets.music.id3_cost import refuse_costly
from media_assets.music.tag_values import id3_genre
from media_assets.music.tags import Json, Tags, clean

ID3V1_BYTES = 128 + 3
"""mutagen looks three bytes further, to tell `TAG` from the `APETAGEX` of another tag."""

MASTER_CHANNEL = 1
# Comments in which programs keep their own numbers.
_INTERNAL_COMMENT = re.compile(r"iTun|Songs-DB_|MusicMatch_", re.IGNORECASE)
_DAY_AND_MONTH = re.compile(r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])")
_YEAR = re.compile(r"\d{4}")


def _date_frame(name: str) -> type[Frame]:
    """A date as the text that it is: mutagen's own class drops what it cannot parse."""
    return type(name, (TextFrame,), {})


_PLAIN = (TextFrame, UrlFrame, PairedTextFrame)
_OTHERS = (APIC, COMM, GEOB, MCDI, PCNT, POPM, PRIV, RVA2, SYLT, UFID, USER, USLT)
# Frames of tables and frames in frames (chapters) nest without end or cost the square of their
# size, and no column needs them: mutagen hands them over unread.
KNOWN_FRAMES: dict[str, type[Frame]] = {
    name: frame
    for name, frame in {**Frames, **Frames_2_2}.items()
    if issubclass(frame, _PLAIN + _OTHERS)
} | {name: _date_frame(name) for name in ("TDRC", "TDOR", "TDRL", "TDEN", "TDTG")}


def _names(kind: type[Frame]) -> frozenset[str]:
    return frozenset(name for name, frame in KNOWN_FRAMES.items() if issubclass(frame, kind))


TEXT_FRAMES = _names(TextFrame)
URL_FRAMES = _names(UrlFrame)
PAIRED_FRAMES = _names(PairedTextFrame)

_open_id3: Callable[..., Any] = ID3


def read_id3(stream: Stream, start: int, limit: int, *, with_id3v1: bool) -> Tags:
    """The ID3v2 tag at `start` of the stream, and ID3v1 at its end for what that leaves out.

    Raises:
        CorruptMediaError: the file ends within the tag.
        LimitExceededError: the tag, or what it inflates to, is over `limit` bytes.
        mutagen.MutagenError: the tag is broken.
    """
    tag = _id3v2_bytes(stream, start, limit)
    if with_id3v1:
        stream.seek(max(0, stream.seek(0, 2) - ID3V1_BYTES))
        tag += stream.read(ID3V1_BYTES)
    tags = Tags()
    try:
        frames = _open_id3(
            BytesIO(tag), known_frames=KNOWN_FRAMES, translate=False, load_v1=with_id3v1
        )
    except ID3NoHeaderError:
        return tags
    for frame in frames.values():
        _read_frame(frame, tags)
    name_size, header_size = (3, 6) if frames.version == (2, 2, 0) else (4, 10)
    for unknown in frames.unknown_frames:
        tags.add_binary(unknown[:name_size].decode("latin-1"), len(unknown) - header_size)
    _complete_date(tags)
    return tags


def _id3v2_bytes(stream: Stream, start: int, limit: int) -> bytes:
    """The tag as stored, checked; nothing if there is none."""
    stream.seek(start)
    header = stream.read(10)
    if len(header) < 10 or not header.startswith(b"ID3"):
        return b""
    size = id3_size(header)
    if size > limit:
        raise LimitExceededError(f"The ID3 tag has {size} bytes; the limit is {limit}")
    tag = header + stream.read(size - 10)
    if len(tag) < size:
        raise CorruptMediaError(
            f"The file ends within its ID3 tag: of {size} bytes there are {len(tag)}"
        )
    refuse_costly(tag, limit)
    return tag


def _read_frame(frame: Any, tags: Tags) -> None:  # noqa: ANN401  mutagen declares no attributes
    match frame.FrameID:
        case "TXXX":
            tags.add(f"TXXX:{frame.desc}", frame.text, free=frame.desc)
        case "COMM":
            tags.add(_described(frame), frame.text, native=_comment_name(frame.desc))
        case "TCON":
            tags.add("TCON", frame.text)
            tags.native["TCON"] = [id3_genre(clean(text)) for text in frame.text]
        case name if name in TEXT_FRAMES:
            tags.add(name, frame.text, native=name)
        case "USLT":
            tags.add(_described(frame), [frame.text], native="USLT")
        case "SYLT":
            lines = "\n".join(text for text, _ in frame.text)
            tags.add(_described(frame), [lines], native="SYLT")
        case "UFID":
            name = f"UFID:{frame.owner}"
            tags.add(name, [frame.data.decode("latin-1")], native=name)
        case "APIC":
            picture = None if frame.mime == LINK else Picture(int(frame.type), frame.data)
            tags.add_picture(_described(frame), picture, len(frame.data))
        case name if name in URL_FRAMES:
            tags.add(_described(frame), [frame.url])
        case name if name in PAIRED_FRAMES:
            tags.add(name, [": ".join(pair) for pair in frame.people])
        case _:
            _read_structure(frame, tags)


def _described(frame: Any) -> str:  # noqa: ANN401  see above
    """The name that a tagger would show: with description and language where the frame has them."""
    parts = [frame.FrameID, getattr(frame, "desc", None), getattr(frame, "lang", None)]
    return ":".join(part.strip("\0") for part in parts if part)


def _comment_name(description: str) -> str | None:
    if not description:
        return "COMM"
    return None if _INTERNAL_COMMENT.match(description) else "COMM:other"


def _read_structure(frame: Any, tags: Tags) -> None:  # noqa: ANN401  see above
    """A frame that is neither text nor picture: its parts, and the length of binary ones."""
    if frame.FrameID == "RVA2" and frame.channel == MASTER_CHANNEL:
        tags.native.setdefault(f"RVA2:{frame.desc.lower()}", [f"{frame.gain:.2f}"])
    parts: dict[str, Json] = {}
    for name, value in vars(frame).items():
        if isinstance(value, bytes):
            parts[name] = {"bytes": len(value)}
            tags.embedded += len(value)
        elif isinstance(value, float):
            parts[name] = value if isfinite(value) else str(value)
        elif isinstance(value, int):
            # JSON readers take numbers for doubles.
            parts[name] = int(value) if abs(value) < 2**53 else "over 2^53"
        elif isinstance(value, str):
            parts[name] = clean(value)
    tags.add_raw(frame.FrameID, parts)


def _complete_date(tags: Tags) -> None:
    """ID3v2.3 has the year in one frame and `DDMM` in another."""
    years, days = tags.native.get("TYER"), tags.native.get("TDAT")
    if not years or not days or not _YEAR.fullmatch(years[0]):
        return
    if found := _DAY_AND_MONTH.fullmatch(days[0]):
        day, month = found.groups()
        tags.native["TYER"] = [f"{years[0]}-{month}-{day}"]
