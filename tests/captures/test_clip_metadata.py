"""What the container of a clip says, without decoding it."""

import dataclasses
import io
import json
import struct
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from clip_samples import header_first, make_clip, make_sound, pattern, remux

from media_assets.captures.clip import ClipOptions, ClipProducts, analyse_clip
from media_assets.captures.clip_metadata import (
    LONGEST_TAG,
    MOST_TAGS,
    ClipMetadata,
    parsed_creation_time,
)
from media_assets.errors import CorruptMediaError, LimitExceededError, UnsupportedMediaError
from media_assets.settings import LimitSettings
from media_assets.store.tables.analysis import VIDEO_METADATA

METADATA = ClipOptions(320, "gif", LimitSettings(), frozenset({"metadata"}))


def products(clip: bytes) -> ClipProducts:
    return analyse_clip(io.BytesIO(clip), len(clip), ".mp4", METADATA)


def metadata(clip: bytes) -> ClipMetadata:
    found = products(clip)
    assert found.problem is None
    assert found.metadata is not None
    return found.metadata


def test_the_fields_are_the_columns() -> None:
    fields = tuple(field.name for field in dataclasses.fields(ClipMetadata))
    assert ("media_id", *fields) == VIDEO_METADATA.column_names


def test_an_mp4_is_described() -> None:
    clip = make_clip(audio=True, tags={"title": "Ace", "creation_time": "2024-01-31T20:05:33Z"})
    found = metadata(clip)
    assert found.container == "mp4"
    assert (found.video_codec, found.audio_codec, found.has_audio) == ("h264", "aac", True)
    assert (found.width, found.height, found.rotation) == (160, 90, 0)
    assert found.pixel_format == "yuv420p"
    assert found.frame_rate == 30
    assert found.duration_seconds == pytest.approx(40 / 30, abs=0.1)
    assert found.bit_rate == round(len(clip) * 8 / found.duration_seconds)
    assert found.creation_time == datetime(2024, 1, 31, 20, 5, 33, tzinfo=UTC)
    assert found.creation_time_raw == "2024-01-31T20:05:33.000000Z"
    assert json.loads(found.tags or "{}")["title"] == "Ace"
    assert found.frame_hashes is None


@pytest.mark.parametrize(
    ("container", "encoder", "name", "codec", "pixel_format"),
    [
        ("mov", "libx264", "mov", "h264", "yuv420p"),
        ("matroska", "libx264", "matroska", "h264", "yuv420p"),
        ("webm", "libvpx-vp9", "webm", "vp9", "yuv420p"),
        ("avi", "mpeg4", "avi", "mpeg4", "yuv420p"),
        ("mp4", "libx265", "mp4", "hevc", "yuv420p"),
        ("mpegts", "libx264", "mpegts", "h264", "yuv420p"),
        ("flv", "libx264", "flv", "h264", "yuv420p"),
    ],
)
def test_every_container_gives_the_same_description(
    container: str, encoder: str, name: str, codec: str, pixel_format: str
) -> None:
    found = metadata(make_clip(container, encoder))
    assert (found.container, found.video_codec) == (name, codec)
    assert (found.width, found.height, found.pixel_format) == (160, 90, pixel_format)
    assert found.frame_rate == 30
    assert found.duration_seconds == pytest.approx(40 / 30, abs=0.1)
    assert (found.has_audio, found.audio_codec) == (False, None)


@pytest.mark.parametrize(
    ("codec", "pixel_format", "container"),
    [
        ("libx264", "yuv420p10le", "mp4"),
        ("libx264", "yuv444p", "mp4"),
        ("libx264", "gray", "mp4"),
        ("libx265", "yuv420p10le", "mp4"),
        ("ffv1", "yuv422p", "matroska"),
    ],
)
def test_rarer_pixel_formats_are_told(codec: str, pixel_format: str, container: str) -> None:
    found = metadata(make_clip(container, codec, pixel_format=pixel_format, frames=12))
    # High profile in grey is described by its header as if it had colours.
    assert found.pixel_format == ("yuv420p" if pixel_format == "gray" else pixel_format)


def test_the_name_of_full_range_is_that_of_its_format() -> None:
    clip = make_clip("avi", "mjpeg", pixel_format="yuvj420p", frames=12)
    assert metadata(clip).pixel_format == "yuv420p"


@pytest.mark.parametrize("container", ["mp4", "mov", "matroska"])
@pytest.mark.parametrize(
    ("rotation", "size"), [(90, (90, 160)), (180, (160, 90)), (270, (90, 160))]
)
def test_sizes_are_those_shown(container: str, rotation: int, size: tuple[int, int]) -> None:
    found = metadata(make_clip(container, rotation=rotation, frames=12))
    assert (found.width, found.height) == size
    assert found.rotation == rotation


def test_pixels_that_are_not_square_are_stretched() -> None:
    assert metadata(make_clip(aspect=Fraction(4, 3), frames=12)).width == 213
    assert metadata(make_clip(aspect=Fraction(4096, 4095), frames=12)).width == 160


@pytest.mark.parametrize("rate", [Fraction(24_000, 1001), Fraction(60_000, 1001), 25, 1000])
def test_odd_frame_rates(rate: Fraction | int) -> None:
    assert metadata(make_clip(rate=rate)).frame_rate == pytest.approx(float(rate), rel=1e-4)


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_a_rate_that_varies_is_told_as_its_average(container: str) -> None:
    """Every other picture stays four times as long: 40 pictures in 100 units of a thirtieth."""
    clip = make_clip(container, when=lambda index: index // 2 * 5 + index % 2)
    found = metadata(clip)
    assert found.duration_seconds == pytest.approx(100 / 30, abs=0.15)
    if container == "mp4":  # Matroska names the rate that was meant
        assert found.frame_rate == pytest.approx(12, abs=0.5)


def test_fragments_and_a_header_at_the_start_change_nothing() -> None:
    plain = make_clip()
    described = metadata(plain)
    fragmented = remux(plain, "mp4", {"movflags": "frag_keyframe+empty_moov"})
    for copy in (header_first(plain), fragmented):
        found = metadata(copy)
        assert found.duration_seconds == pytest.approx(described.duration_seconds, abs=0.1)
        assert (found.width, found.frame_rate) == (described.width, described.frame_rate)


def test_a_recording_without_duration_is_measured() -> None:
    live = remux(make_clip(frames=90), "matroska", {"live": "1"})
    found = metadata(live)
    assert found.duration_seconds == pytest.approx(3.0, abs=0.1)
    cut = metadata(live[: len(live) // 2])
    assert cut.duration_seconds == pytest.approx(1.5, abs=0.5)


def test_sound_alone_has_no_size() -> None:
    found = metadata(make_sound())
    assert (found.video_codec, found.audio_codec, found.has_audio) == (None, "aac", True)
    assert (found.width, found.height, found.rotation, found.frame_rate) == (None,) * 4
    assert found.duration_seconds == pytest.approx(1.0, abs=0.1)


def test_a_container_with_nothing_in_it_is_corrupt() -> None:
    empty = b"\0\0\0\x10ftypisom\0\0\0\0" + struct.pack(">I4s", 8, b"moov")
    assert isinstance(products(empty).problem, CorruptMediaError)


@pytest.mark.parametrize("seconds", [0, 2_082_844_800, 2_082_844_800 + 3600])
def test_unset_creation_times_are_null(seconds: int) -> None:
    found = metadata(with_movie_time(make_clip(), seconds))
    assert found.creation_time is None


def test_a_creation_time_counts_from_1904() -> None:
    found = metadata(with_movie_time(make_clip(), 2_082_844_800 + 1_706_735_133))
    assert found.creation_time == datetime(2024, 1, 31, 21, 5, 33, tzinfo=UTC)


def with_movie_time(clip: bytes, seconds: int) -> bytes:
    changed = bytearray(clip)
    place = clip.index(b"mvhd") + 8
    changed[place : place + 4] = struct.pack(">I", seconds)
    return bytes(changed)


@pytest.mark.parametrize(
    ("stored", "parsed"),
    [
        (None, None),
        ("", None),
        ("2024-01-31T20:05:33.250000Z", datetime(2024, 1, 31, 20, 5, 33, 250_000, UTC)),
        ("2024-01-31T21:05:33+01:00", datetime(2024, 1, 31, 20, 5, 33, tzinfo=UTC)),
        ("1904-01-01T00:00:00.000000Z", None),
        ("1970-01-01T00:00:00.000000Z", None),
        ("2024-01-31 21:05:33", None),  # AVI: the zone is not known
        ("Wed Jan 31 21:05:33 2024", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("30828-09-14T02:48:05Z", None),
    ],
)
def test_creation_times_are_utc_or_nothing(stored: str | None, parsed: datetime | None) -> None:
    assert parsed_creation_time(stored) == parsed


def test_tags_that_are_not_utf_8_are_kept_readable() -> None:
    clip = make_clip("avi", "mpeg4", frames=12, tags={"title": "Spiel XY"})
    damaged = clip.replace(b"Spiel XY", b"Spiel \xfc\xff")
    assert damaged != clip
    tags = json.loads(metadata(damaged).tags or "{}")
    assert tags["title"] == "Spiel \ufffd\ufffd"


def test_tags_over_the_limit_are_refused() -> None:
    clip = make_clip(frames=12, tags={"title": "x" * 2000})
    strict = dataclasses.replace(METADATA, limits=LimitSettings(max_embedded_bytes=1000))
    with pytest.raises(LimitExceededError, match="tags"):
        analyse_clip(io.BytesIO(clip), len(clip), ".mp4", strict)


class CountedBytes(io.BytesIO):
    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        content = super().read(size)
        self.taken += len(content)
        return content


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_metadata_alone_reads_little_and_decodes_nothing(container: str) -> None:
    clip = make_clip(container, picture=lambda n: pattern(n, 640, 360), frames=50, crf=0)
    stream = CountedBytes(clip)
    found = analyse_clip(stream, len(clip), ".mp4", METADATA)
    assert found.problem is None
    assert stream.taken < len(clip) / 2
    # Pictures that cannot be decoded are not noticed, for they are not looked at.
    middle = len(clip) // 2
    damaged = clip[: middle - 20_000] + bytes(40_000) + clip[middle + 20_000 :]
    assert products(damaged).problem is None


def test_a_stream_without_decoder_has_what_is_known() -> None:
    clip = make_clip().replace(b"avc1", b"zzz1")
    found = products(clip)
    assert found.metadata is not None
    assert (found.metadata.container, found.metadata.video_codec) == ("mp4", None)
    asked = dataclasses.replace(METADATA, parts=frozenset({"metadata", "thumbnail"}))
    pictured = analyse_clip(io.BytesIO(clip), len(clip), ".mp4", asked)
    assert isinstance(pictured.problem, UnsupportedMediaError)
    assert pictured.poster is None


def test_what_is_kept_of_tags_has_an_end() -> None:
    tags = {f"key{number}": "x" * 20_000 for number in range(300)}
    clip = make_clip("matroska", frames=12, tags=tags)
    kept = json.loads(metadata(clip).tags or "{}")
    assert len(kept) == MOST_TAGS
    assert set(map(len, kept.values())) <= {LONGEST_TAG + 1, *range(100)}


@pytest.mark.parametrize("shape", [Fraction(2**31 - 1), Fraction(1, 2**31 - 1)])
def test_pixels_of_a_shape_that_cannot_be_are_taken_for_square(shape: Fraction) -> None:
    """The width would not fit its column, and the batch would fail with it."""
    clip = make_clip(frames=12, aspect=Fraction(4, 3))
    place = clip.index(b"pasp") + 4
    numbers = shape.numerator.to_bytes(4) + shape.denominator.to_bytes(4)
    found = metadata(clip[:place] + numbers + clip[place + 8 :])
    assert (found.width, found.height) == (160, 90)
