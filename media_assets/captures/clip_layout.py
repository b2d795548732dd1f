"""What the file's own structure says and the demuxer does not hand out.

How a clip is turned stands in the movie header (ISO base media, QuickTime: the matrix of `tkhd`) or
in the track entry (Matroska: `ProjectionPoseYaw` and `ProjectionPoseRoll`). Bindings to FFmpeg give
it only with a decoded frame, which costs 10 ms; reading the few bytes here takes 0.05 ms. The same
walk tells whether the file ends before its own structure does.
"""

import errno
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from media_assets.captures.clip_signature import Signature

MAX_PARTS = 512
"""Boxes or elements that are looked at on one level; a long fragmented clip has thousands."""

_EBML, _SEGMENT, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1F43B675
_TRACKS, _TRACK_ENTRY, _TRACK_TYPE = 0x1654AE6B, 0xAE, 0x83
_VIDEO, _PROJECTION, _POSE_YAW, _POSE_ROLL = 0xE0, 0x7670, 0x7673, 0x7675
_VIDEO_TRACK = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """How stored pictures become upright: mirrored left to right if at all, and then rotated.

    `rotation` is clockwise: 0, 90, 180 or 270.
    """

    rotation: int = 0
    mirrored: bool = False


UPRIGHT = Turn()


@dataclass(frozen=True, slots=True)
class Layout:
    """How the pictures are turned; `missing` bytes are declared but not there."""

    turn: Turn = UPRIGHT
    missing: int = 0


@dataclass(frozen=True, slots=True)
class _Part:
    """A box or element: its content lies at `start` to `end` in the file."""

    kind: bytes | int
    start: int
    end: int


def read_layout(stream: BinaryIO, size: int, signature: Signature) -> Layout:
    """Walk the top of a file of `size` bytes. What is damaged is left out, never an error."""
    if signature.demuxer == "mov":
        return _iso_layout(stream, size)
    if signature.demuxer == "matroska":
        return _matroska_layout(stream, size)
    if signature.demuxer == "avi":
        return Layout(missing=_avi_missing(stream, size))
    return Layout()


def quarter_turns(degrees: float) -> int:
    """The nearest of 0, 90, 180 and 270."""
    return round(degrees / 90) % 4 * 90


def _iso_layout(stream: BinaryIO, size: int) -> Layout:
    movie, missing = None, 0
    for box in _boxes(stream, 0, size):
        if box.kind in {b"mdat", b"moov", b"moof"}:
            missing = max(missing, box.end - size)
        if box.kind == b"moov" and movie is None:
            movie = box
    return Layout(_iso_turn(stream, movie) if movie else UPRIGHT, missing)


def _iso_turn(stream: BinaryIO, movie: _Part) -> Turn:
    """That of the first video track, by its matrix (ISO/IEC 14496-12, 8.3.2)."""
    for track in _boxes(stream, movie.start, movie.end):
        if track.kind != b"trak":
            continue
        parts = {part.kind: part for part in _boxes(stream, track.start, track.end)}
        header, media = parts.get(b"tkhd"), parts.get(b"mdia")
        if header and media and _is_video(stream, media):
            return _matrix_turn(_read(stream, header.start, 88))
    return UPRIGHT


def _is_video(stream: BinaryIO, media: _Part) -> bool:
    for part in _boxes(stream, media.start, media.end):
        if part.kind == b"hdlr":
            return _read(stream, part.start, 12)[8:12] == b"vide"
    return False


def _matrix_turn(header: bytes) -> Turn:
    """From the content of a `tkhd` box; its times have 8 bytes from version 1.

    A point goes to (ax + cy, bx + dy). Where that turns the plane over, x was mirrored first.
    """
    offset = 52 if header[:1] == b"\x01" else 40
    if len(header) < offset + 20:
        return UPRIGHT
    a, b, c, d = struct.unpack_from(">ii4xii", header, offset)
    mirrored = a * d - b * c < 0
    degrees = math.degrees(math.atan2(-b, -a) if mirrored else math.atan2(b, a))
    return Turn(quarter_turns(degrees), mirrored)


def _boxes(stream: BinaryIO, start: int, end: int) -> Iterator[_Part]:
    """The boxes between two positions; the last one may reach behind `end`."""
    for _ in range(MAX_PARTS):
        head = _read(stream, start, 16)
        if start + 8 > end or len(head) < 8:
            return
        length, kind = struct.unpack_from(">I4s", head)
        body = 8
        if length == 1 and len(head) == 16:
            length, body = struct.unpack_from(">Q", head, 8)[0], 16
        elif length == 0:
            length = end - start
        if length < body:
            return
        yield _Part(kind, start + body, start + length)
        start += length


def _matroska_layout(stream: BinaryIO, size: int) -> Layout:
    for element in _elements(stream, 0, size):
        if element.kind == _SEGMENT:
            return Layout(_matroska_turn(stream, element), max(0, element.end - size))
    return Layout()


def _matroska_turn(stream: BinaryIO, segment: _Part) -> Turn:
    for element in _elements(stream, segment.start, segment.end):
        if element.kind == _CLUSTER:
            break
        if element.kind == _TRACKS:
            return _tracks_turn(stream, element)
    return UPRIGHT


def _tracks_turn(stream: BinaryIO, tracks: _Part) -> Turn:
    """The pose of the first video track (RFC 9559).

    A yaw of half a turn shows the picture from behind; the roll comes after it and is counted
    counter-clockwise.
    """
    for entry in _elements(stream, tracks.start, tracks.end):
        parts = {part.kind: part for part in _elements(stream, entry.start, entry.end)}
        kind, video = parts.get(_TRACK_TYPE), parts.get(_VIDEO)
        if not kind or not video or _read(stream, kind.start, 1) != bytes([_VIDEO_TRACK]):
            continue
        projection = _child(stream, video, _PROJECTION)
        return _pose_turn(stream, projection) if projection else UPRIGHT
    return UPRIGHT


def _pose_turn(stream: BinaryIO, projection: _Part) -> Turn:
    yaw, roll = (_angle(stream, projection, kind) for kind in (_POSE_YAW, _POSE_ROLL))
    return Turn(quarter_turns(-roll), mirrored=quarter_turns(yaw) == 180)


def _angle(stream: BinaryIO, projection: _Part, kind: int) -> float:
    element = _child(stream, projection, kind)
    return _float(stream, element) if element else 0.0


def _child(stream: BinaryIO, parent: _Part, kind: int) -> _Part | None:
    children = _elements(stream, parent.start, parent.end)
    return next((child for child in children if child.kind == kind), None)


def _float(stream: BinaryIO, element: _Part) -> float:
    content = _read(stream, element.start, min(8, element.end - element.start))
    form = {4: ">f", 8: ">d"}.get(len(content))
    value = float(struct.unpack(form, content)[0]) if form else 0.0
    return value if math.isfinite(value) else 0.0


def _elements(stream: BinaryIO, start: int, end: int) -> Iterator[_Part]:
    """The EBML elements between two positions; one of unknown size reaches to `end`."""
    for _ in range(MAX_PARTS):
        head = _read(stream, start, 12)
        kind = _leading_length(head, 0)
        if start >= end or not kind or kind > 4:
            return
        width = _leading_length(head, kind)
        if not width or len(head) < kind + width:
            return
        length = int.from_bytes(head[kind : kind + width], "big") & ((1 << 7 * width) - 1)
        body = start + kind + width
        unknown = length == (1 << 7 * width) - 1
        after = end if unknown else body + length
        yield _Part(int.from_bytes(head[:kind], "big"), body, after)
        start = after


def _leading_length(head: bytes, at: int) -> int:
    """Bytes of the variable-length number at a position; 0 where there is none (RFC 8794, 4)."""
    return 9 - head[at].bit_length() if len(head) > at and head[at] else 0


def _avi_missing(stream: BinaryIO, size: int) -> int:
    """Bytes that the first RIFF chunk promises and the file lacks; 0 in a recording in progress."""
    head = _read(stream, 0, 8)
    declared = struct.unpack_from("<I", head, 4)[0] if len(head) == 8 else 0
    return 0 if declared in {0, 0xFFFFFFFF} else max(0, declared + 8 - size)


def _read(stream: BinaryIO, position: int, count: int) -> bytes:
    """What is there; nothing behind the end, also where no system can have a file so long."""
    try:
        stream.seek(position)
    except OverflowError:
        return b""
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return b""
    return stream.read(count)
