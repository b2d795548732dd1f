"""All products of a clip: pictures, hashes, vector, and what becomes of bad files."""

import dataclasses
import io
import json
import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from clip_samples import (
    OPTIONS,
    analyse,
    black,
    make_clip,
    make_high_range,
    pattern,
    poster,
    remux,
    with_parts,
)
from PIL import Image

from media_assets.captures.clip import (
    ClipOptions,
    ClipProducts,
    analyse_clip,
)
from media_assets.captures.clip_between import decode_frames
from media_assets.captures.clip_container import open_clip
from media_assets.captures.clip_keyframes import key_times
from media_assets.captures.clip_signature import identify
from media_assets.captures.clip_timeline import timeline
from media_assets.settings import LimitSettings
from media_assets.similarity.layout import layout_vector


def complete(clip: bytes, options: ClipOptions = OPTIONS) -> ClipProducts:
    found = analyse(clip, options)
    assert found.problem is None
    assert found.poster is not None
    assert found.preview is not None
    return found


def preview(found: ClipProducts) -> Image.Image:
    assert found.preview is not None
    return Image.open(io.BytesIO(found.preview.content))


def hashes(found: ClipProducts) -> list[tuple[float, str]]:
    assert found.metadata is not None
    assert found.metadata.frame_hashes is not None
    return [(seconds, code) for seconds, code in json.loads(found.metadata.frame_hashes)]


def difference(one: Image.Image, other: Image.Image) -> float:
    pixels = [np.asarray(image.convert("RGB"), dtype=int) for image in (one, other)]
    return float(np.abs(pixels[0] - pixels[1]).mean())


def test_a_clip_gives_everything_at_once() -> None:
    found = complete(make_clip(frames=100, audio=True))
    assert poster(found).size == (160, 90)
    assert found.preview is not None
    assert (found.preview.extension, found.preview.frames) == (".gif", 8)
    times = [seconds for seconds, _ in hashes(found)]
    assert 5 <= len(times) <= 9
    assert times == sorted(set(times))
    duration = found.metadata.duration_seconds if found.metadata else None
    assert duration is not None
    assert all(0.09 * duration <= seconds <= 0.91 * duration for seconds in times)
    assert found.vector is not None
    assert float(np.linalg.norm(found.vector)) == pytest.approx(1, abs=1e-5)


def test_the_poster_is_the_key_frame_at_a_tenth() -> None:
    found = complete(make_clip(frames=100))
    assert difference(poster(found), Image.fromarray(pattern(10))) < 12
    assert difference(poster(found), Image.fromarray(pattern(40))) > 30


def test_the_preview_goes_through_the_clip_in_order() -> None:
    shown = preview(complete(make_clip(frames=100)))
    for place, expected in ((0, 10), (7, 90)):
        shown.seek(place)
        assert difference(shown, Image.fromarray(pattern(expected))) < 20


def test_hashes_belong_to_their_times() -> None:
    found = hashes(complete(make_clip(frames=100)))
    later = hashes(complete(make_clip(frames=100, picture=lambda index: pattern(index + 100))))
    assert found[0][0] == pytest.approx(10 / 30, abs=0.01)
    assert len({code for _, code in found}) == len(found)
    assert {code for _, code in found}.isdisjoint(code for _, code in later)


@pytest.mark.parametrize("container", ["matroska", "mov", "flv", "mpegts", "avi"])
def test_a_copy_in_another_container_has_the_same_hashes(container: str) -> None:
    clip = make_clip(frames=240, gop=30)
    copy = complete(remux(clip, container))
    original = {code for _, code in hashes(complete(clip))}
    same = {code for _, code in hashes(copy)} & original
    assert len(same) >= 0.8 * len(original)


def test_hashes_do_not_depend_on_the_size_of_thumbnails() -> None:
    clip = make_clip(frames=60)
    small = dataclasses.replace(OPTIONS, thumbnail_size=16)
    assert hashes(complete(clip)) == hashes(complete(clip, small))


def test_reordered_frames_do_not_move_the_key_frames() -> None:
    """With B-frames the index of an MP4 has other times than the pictures."""
    clip = make_clip("mp4", "libx265", frames=100)
    times = [round(seconds * 30) for seconds, _ in hashes(complete(clip))]
    assert times[0] == 10
    assert all(time % 10 == 0 for time in times)


@pytest.mark.parametrize("size", [32, 100, 160, 4096])
def test_thumbnails_are_fitted_and_never_enlarged(size: int) -> None:
    found = complete(make_clip(frames=40), dataclasses.replace(OPTIONS, thumbnail_size=size))
    longest = min(size, 160)
    for picture in (found.poster, found.preview):
        assert picture is not None
        assert (picture.width, picture.height) == (longest, round(longest * 90 / 160))
        assert Image.open(io.BytesIO(picture.content)).size == (picture.width, picture.height)


@pytest.mark.parametrize("container", ["mp4", "matroska"])
@pytest.mark.parametrize(("rotation", "turn"), [(0, 0), (90, 3), (180, 2), (270, 1)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_pictures_are_upright(container: str, rotation: int, turn: int, mirrored: bool) -> None:
    found = complete(make_clip(container, rotation=rotation, mirrored=mirrored, frames=100))
    stored = np.fliplr(pattern(10)) if mirrored else pattern(10)
    upright = Image.fromarray(np.rot90(stored, turn).copy())
    assert poster(found).size == upright.size
    assert preview(found).size == upright.size
    assert difference(poster(found), upright) < 12


@pytest.mark.parametrize(
    ("container", "codec", "pixel_format"),
    [
        ("webm", "libvpx-vp9", "yuv420p"),
        ("avi", "mpeg4", "yuv420p"),
        ("avi", "mjpeg", "yuvj420p"),
        ("mp4", "libx265", "yuv420p"),
        ("mp4", "libx265", "yuv420p10le"),
        ("mp4", "libx264", "yuv444p"),
        ("mpegts", "mpeg2video", "yuv420p"),
        ("flv", "libx264", "yuv420p"),
    ],
)
def test_every_codec_gives_the_picture(container: str, codec: str, pixel_format: str) -> None:
    found = complete(make_clip(container, codec, pixel_format=pixel_format, frames=100))
    shown = poster(found)
    # The edges of the mosaic lose colour where it is stored at half the resolution.
    apart = sorted(difference(shown, Image.fromarray(pattern(at))) for at in (0, 10, 20))
    assert apart[0] < 20 < 40 < apart[1]
    assert found.preview is not None
    assert found.preview.frames >= 5


def test_a_black_beginning_is_no_poster_and_has_no_hash() -> None:
    def late(index: int) -> np.ndarray:
        return black(index) if index < 45 else pattern(index)

    found = complete(make_clip(picture=late, frames=100))
    assert difference(poster(found), Image.fromarray(pattern(60))) < 12
    assert hashes(found)[0][0] == pytest.approx(60 / 30, abs=0.02)
    only_vector = analyse(make_clip(picture=late, frames=100), with_parts("vector")).vector
    assert only_vector is not None
    assert found.vector is not None
    np.testing.assert_allclose(only_vector, found.vector, atol=1e-6)


def test_a_black_clip_has_a_black_poster_and_no_hashes() -> None:
    found = complete(make_clip(picture=black, frames=40))
    assert np.asarray(poster(found)).max() < 10
    assert hashes(found) == []
    assert found.preview is not None
    assert found.preview.frames == 1  # the frames are equal


@pytest.mark.parametrize("container", ["mp4", "matroska", "mpegts", "flv"])
def test_one_frame_is_enough(container: str) -> None:
    found = complete(make_clip(container, frames=1))
    assert difference(poster(found), Image.fromarray(pattern(0))) < 12
    assert found.preview is not None
    assert found.preview.frames == 1
    assert [seconds for seconds, _ in hashes(found)] == [0.0]


@pytest.mark.parametrize("container", ["mp4", "matroska", "mpegts"])
@pytest.mark.parametrize("gop", [1000, 60])
def test_where_key_frames_are_few_others_are_shown_too(container: str, gop: int) -> None:
    """What an editor wrote has a key frame at its start, and perhaps one more."""
    found = complete(make_clip(container, frames=100, gop=gop))
    assert difference(poster(found), Image.fromarray(pattern(10))) < 12
    shown = preview(found)
    assert shown.n_frames == 8  # type: ignore[attr-defined]  # of an animation
    shown.seek(7)
    assert difference(shown, Image.fromarray(pattern(90))) < 20
    times = [seconds for seconds, _ in hashes(found)]
    assert times == sorted(set(times))
    assert len(times) >= 7
    only_vector = analyse(make_clip(container, frames=100, gop=gop), with_parts("vector")).vector
    assert only_vector is not None
    assert found.vector is not None
    np.testing.assert_array_equal(only_vector, found.vector)


@pytest.mark.parametrize(("share", "frames"), [(1.0, 8), (0.5, 5), (0.0, 1)])
def test_a_clip_is_decoded_on_up_to_a_budget(share: float, frames: int) -> None:
    """What lies behind the budget is not shown; what was found before counts."""
    clip, limits = make_clip(frames=100, gop=1000), LimitSettings()
    signature = identify(clip[:4096], ".mp4")
    with open_clip(io.BytesIO(clip), signature, limits) as container:
        stream = container.streams.video[0]
        line = timeline(stream, 100 / 30)
        where = key_times(container, line, described=True)
        pixels = round(share * 100 * 160 * 90)
        found = list(decode_frames(container, stream, line, where, limits, pixels))
    assert len(found) - 1 == pytest.approx(frames, abs=1)


def test_damage_behind_the_only_key_frame_leaves_what_comes_before() -> None:
    clip = bytearray(make_clip(frames=100, gop=1000))
    start, end = clip.index(b"mdat"), clip.index(b"moov")
    half = (start + end) // 2
    clip[half : end - 8] = random.Random(3).randbytes(end - 8 - half)
    found = complete(bytes(clip))
    assert difference(poster(found), Image.fromarray(pattern(10))) < 12
    assert 2 <= len(hashes(found)) <= 8


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_intra_refresh_has_one_complete_picture(container: str) -> None:
    """The points from which such a clip can be played are no pictures of their own."""
    refresh = {"preset": "veryfast", "x264-params": "intra-refresh=1:keyint=30"}
    found = complete(make_clip(container, frames=100, encoder=refresh))
    assert min(difference(poster(found), Image.fromarray(pattern(at))) for at in (0, 10)) < 12


@pytest.mark.parametrize("container", ["mp4", "matroska", "mpegts"])
def test_open_groups_of_pictures_and_reordering(container: str) -> None:
    open_groups = "open-gop=1:bframes=3:keyint=12:min-keyint=12:scenecut=0"
    encoder = {"preset": "medium", "x264-params": open_groups}
    found = complete(make_clip(container, frames=100, encoder=encoder))
    times = [seconds * 30 for seconds, _ in hashes(found)]
    assert len(times) >= 6
    assert round(times[-1]) == 84
    assert all(abs(time / 12 - round(time / 12)) < 0.02 for time in times)


def test_a_recording_that_was_cut_off_is_shown() -> None:
    live = remux(make_clip(frames=100), "matroska", {"live": "1"})
    found = complete(live[: len(live) * 3 // 4])
    assert found.preview is not None
    assert found.preview.frames >= 3


@pytest.mark.parametrize("rate", [Fraction(24_000, 1001), 1000])
def test_odd_frame_rates(rate: Fraction | int) -> None:
    found = complete(make_clip(rate=rate, frames=100))
    assert difference(poster(found), Image.fromarray(pattern(10))) < 12
    assert hashes(found)[0][0] == pytest.approx(10 / float(rate), abs=0.002)
    assert preview(found).n_frames == 8  # type: ignore[attr-defined]  # of an animation


def test_a_rate_that_varies() -> None:
    """Half of the clip shows its last ten pictures: what is shown goes by time, not by number."""
    clip = make_clip(frames=100, when=lambda index: index if index < 90 else 10 * index - 810)
    shown = preview(complete(clip))
    shown.seek(shown.n_frames - 1)  # type: ignore[attr-defined]  # of an animation
    assert difference(shown, Image.fromarray(pattern(90))) < 20
    assert hashes(complete(clip))[-1][0] == pytest.approx(3.0, abs=0.1)


def test_a_portrait_clip_is_shown_as_one() -> None:
    found = complete(make_clip(picture=lambda index: pattern(index, 90, 160), frames=100))
    assert poster(found).size == preview(found).size == (90, 160)
    assert difference(poster(found), Image.fromarray(pattern(10, 90, 160))) < 12


@pytest.mark.parametrize("size", [(16, 2), (2, 1000), (1000, 4)])
def test_narrow_and_tiny_clips(size: tuple[int, int]) -> None:
    found = complete(make_clip(picture=lambda index: pattern(index, *size), frames=20))
    longest = max(size)
    assert max(poster(found).size) == min(longest, 320)
    assert min(poster(found).size) >= 1
    assert preview(found).size == poster(found).size


def test_webp_previews() -> None:
    found = complete(make_clip(frames=100), dataclasses.replace(OPTIONS, preview="webp"))
    assert found.preview is not None
    assert found.preview.extension == ".webp"
    assert preview(found).format == "WEBP"
    assert found.preview.frames == 8


def test_high_dynamic_range_looks_as_it_should() -> None:
    """Signal 0.58 is paper white in PQ: light, not the grey that undecoded HDR gives."""
    shown = np.asarray(poster(complete(make_high_range((0.0, 0.3, 0.58, 0.75)))).convert("L"))
    row = shown[45, [20, 60, 100, 140]].tolist()
    assert row == sorted(row)
    assert row[0] < 12
    assert 210 < row[2] < 240
    assert row[3] > 240
    hlg = np.asarray(poster(complete(make_high_range((0.0, 0.75), 18))).convert("L"))
    assert hlg[45, 20] < 12
    assert 210 < hlg[45, 140] < 240


def test_only_the_parts_that_are_asked_for_are_made() -> None:
    clip = make_clip(frames=100)
    whole = complete(clip)
    metadata = analyse(clip, with_parts("metadata"))
    assert metadata.metadata is not None
    assert whole.metadata is not None
    assert metadata.metadata == dataclasses.replace(whole.metadata, frame_hashes=None)
    assert (metadata.poster, metadata.preview, metadata.vector) == (None, None, None)
    thumbnail = analyse(clip, with_parts("thumbnail"))
    assert thumbnail == dataclasses.replace(whole, metadata=None, vector=None)
    vector = analyse(clip, with_parts("vector"))
    assert (vector.metadata, vector.poster, vector.preview) == (None, None, None)
    assert vector.vector is not None
    np.testing.assert_array_equal(vector.vector, whole.vector)


def test_the_vector_is_that_of_the_poster() -> None:
    found = complete(make_clip(frames=100))
    assert found.vector is not None
    assert float(found.vector @ layout_vector(poster(found))) > 0.98


def test_equal_content_gives_equal_bytes() -> None:
    clip = make_clip(frames=60)
    one, other = complete(clip), complete(clip)
    assert (one.poster, one.preview, one.metadata) == (other.poster, other.preview, other.metadata)


def test_the_stream_is_read_from_its_start_and_left_open() -> None:
    clip = make_clip(frames=40)
    stream = io.BytesIO(clip)
    stream.seek(100)
    assert analyse_clip(stream, len(clip), ".mp4", OPTIONS).problem is None
    assert not stream.closed
    assert stream.getvalue() == clip


@pytest.mark.parametrize("name", [b"odd \xff\xfe name?.mp4", b"-i concat:x.mp4"])
def test_names_are_none_of_the_decoders_business(tmp_path: Path, name: bytes) -> None:
    clip = make_clip(frames=20)
    path = bytes(tmp_path) + b"/" + name
    with open(path, "wb") as stream:
        stream.write(clip)
    with open(path, "rb") as stream:
        assert analyse_clip(stream, len(clip), ".mp4", OPTIONS).problem is None
