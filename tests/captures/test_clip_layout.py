"""Rotation and missing bytes, read from the structure of the file."""

import io
import random
import struct
from pathlib import Path

import pytest
from clip_samples import header_first, make_clip, remux

from media_assets.captures.clip_layout import UPRIGHT, Layout, Turn, quarter_turns, read_layout
from media_assets.captures.clip_signature import Signature, identify

ISO = Signature("mp4", "mov", described=True)
MATROSKA = Signature("matroska", "matroska", described=True)


def layout(content: bytes, size: int | None = None) -> Layout:
    signature = identify(content[:4096], ".mp4")
    return read_layout(io.BytesIO(content), size or len(content), signature)


@pytest.mark.parametrize("container", ["mp4", "mov", "matroska"])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_rotation_is_clockwise_after_mirroring(
    container: str, rotation: int, mirrored: bool
) -> None:
    clip = make_clip(container, rotation=rotation, mirrored=mirrored, frames=3, audio=True)
    assert layout(clip) == Layout(Turn(rotation, mirrored))


def test_a_clip_without_matrix_is_not_rotated() -> None:
    for container, codec in (("mp4", "libx264"), ("webm", "libvpx-vp9"), ("avi", "mpeg4")):
        assert layout(make_clip(container, codec, frames=3)) == Layout()


def test_movie_headers_of_version_1_and_boxes_of_64_bits() -> None:
    matrix = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30)
    header = box(b"tkhd", b"\x01" + bytes(51) + matrix + bytes(8))
    track = box(b"trak", header + box(b"mdia", box(b"hdlr", bytes(8) + b"vide" + bytes(12))))
    movie = box(b"moov", box(b"mvhd", bytes(100)) + sound_track() + track)
    content = struct.pack(">I4sQ", 1, b"mdat", 16 + 20) + bytes(20) + movie
    assert read_layout(io.BytesIO(content), len(content), ISO) == Layout(Turn(90))


def sound_track() -> bytes:
    """A track that is not shown, with a matrix that must not count."""
    matrix = struct.pack(">9i", -65536, 0, 0, 0, -65536, 0, 0, 0, 1 << 30)
    header = box(b"tkhd", bytes(40) + matrix + bytes(8))
    return box(b"trak", header + box(b"mdia", box(b"hdlr", bytes(8) + b"soun" + bytes(12))))


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


@pytest.mark.parametrize(
    ("container", "codec"),
    [("mp4", "libx264"), ("matroska", "libx264"), ("avi", "mpeg4")],
)
def test_missing_bytes_are_counted(container: str, codec: str) -> None:
    clip = make_clip(container, codec)
    clip = header_first(clip) if container == "mp4" else clip
    assert layout(clip).missing == 0
    assert layout(clip[:-500]).missing == 500


def test_a_recording_of_unknown_length_misses_nothing() -> None:
    live = remux(make_clip(), "matroska", {"live": "1"})
    assert layout(live[:-500]).missing == 0
    avi = bytearray(make_clip("avi", "mpeg4"))
    avi[4:8] = bytes(4)
    assert layout(bytes(avi)).missing == 0


def test_bytes_behind_the_last_box_do_not_matter() -> None:
    assert layout(make_clip() + b"\xff\xff\xff\xffjunk and more").missing == 0


@pytest.mark.parametrize(
    ("degrees", "turned"),
    [(0, 0), (89.6, 90), (-90, 270), (180, 180), (-180, 180), (359, 0), (271, 270)],
)
def test_rotation_is_rounded_to_quarter_turns(degrees: float, turned: int) -> None:
    assert quarter_turns(degrees) == turned


def test_damage_is_left_out_and_never_raises() -> None:
    chance = random.Random(5)
    for signature, clip in ((ISO, make_clip(rotation=90)), (MATROSKA, make_clip("matroska"))):
        for _ in range(300):
            damaged = bytearray(clip[: chance.randrange(1, len(clip))])
            for _ in range(5):
                damaged[chance.randrange(len(damaged))] = chance.choice((0, 1, 127, 255))
            found = read_layout(io.BytesIO(bytes(damaged)), len(damaged), signature)
            assert found.turn.rotation in {0, 90, 180, 270}
            assert found.missing >= 0


class CountedReads(io.BytesIO):
    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        return super().read(size)


def test_a_file_of_nothing_but_small_boxes_is_not_walked_for_ever() -> None:
    stream = CountedReads(box(b"ftyp", b"isom") + box(b"free", b"") * 50_000)
    assert read_layout(stream, len(stream.getvalue()), ISO) == Layout()
    assert stream.reads < 1000


def test_a_box_that_ends_behind_all_files_is_read_as_far_as_it_goes() -> None:
    for length in (2**62, 2**63 - 1, 2**63, 2**64 - 1):
        inner = struct.pack(">I4sQ", 1, b"free", length)
        movie = struct.pack(">I4sQ", 1, b"moov", length) + inner
        assert read_layout(io.BytesIO(movie), len(movie), ISO).turn == UPRIGHT
    track = b"\xae\x01" + b"\xff" * 7
    segment = b"\x18\x53\x80\x67\x01" + b"\xfe" * 7 + b"\x16\x54\xae\x6b\x01" + b"\xfe" * 7
    content = segment + track
    assert read_layout(io.BytesIO(content), len(content), MATROSKA).turn == UPRIGHT


def test_a_place_that_no_file_system_has_is_behind_the_end(tmp_path: Path) -> None:
    """A seek to it is refused as an invalid argument, not as a disk that fails."""
    file = tmp_path / "clip.mp4"
    file.write_bytes(
        struct.pack(">I4sQ", 1, b"moov", 2**63 - 1) + struct.pack(">I4sQ", 1, b"free", 2**62)
    )
    with file.open("rb") as stream:
        assert read_layout(stream, file.stat().st_size, ISO).missing > 0
