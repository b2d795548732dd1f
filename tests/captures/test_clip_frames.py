"""Pictures of single frames: colours, sizes, and which of them say nothing."""

import av
import numpy as np
import pytest
from clip_samples import pattern
from PIL import Image

from media_assets.captures.clip_frames import ClipFrame, Display, FramePictures
from media_assets.captures.clip_layout import Turn

Signal = tuple[int, int, int]


def plain(width: int, height: int, signal: Signal) -> av.VideoFrame:
    """A frame of one colour without any word on its colour space, limited range."""
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane, value in zip(frame.planes, signal, strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    return frame


# The signals of pure red: ITU-R BT.709, and ITU-R BT.601 for pictures that are not HD.
@pytest.mark.parametrize(
    ("size", "signal"), [((1280, 720), (63, 102, 240)), ((640, 480), (81, 90, 240))]
)
def test_untagged_colours_are_those_of_the_size(size: tuple[int, int], signal: Signal) -> None:
    image = FramePictures(Display(size), 64).image(plain(*size, signal))
    red, green, blue = np.asarray(image).reshape(-1, 3).mean(axis=0)
    assert red > 250
    assert green < 4
    assert blue < 4


@pytest.mark.parametrize(
    ("matrix", "signal"), [(1, (63, 102, 240)), (6, (81, 90, 240)), (9, (74, 97, 240))]
)
def test_untagged_colours_are_those_that_the_container_names(matrix: int, signal: Signal) -> None:
    """The third is pure red of ITU-R BT.2020, the others as above: size does not count here."""
    for size in ((1280, 720), (640, 480)):
        image = FramePictures(Display(size, matrix=matrix), 64).image(plain(*size, signal))
        red, green, blue = np.asarray(image).reshape(-1, 3).mean(axis=0)
        assert red > 250
        assert max(green, blue) < 4


def test_high_range_that_only_the_container_names_is_brought_down() -> None:
    """A signal of 0.58 is paper white in PQ, and a middling grey in anything else."""
    frame = plain(640, 480, (16 + round(0.58 * 219), 128, 128))
    for transfer, low, high in ((2, 140, 155), (16, 210, 240)):
        image = FramePictures(Display((640, 480), transfer=transfer), 64).image(frame)
        assert low < np.asarray(image).mean() < high


@pytest.mark.parametrize(("level", "expected"), [(16, 0), (235, 255)])
def test_grey_values_span_the_whole_range(level: int, expected: int) -> None:
    grey = FramePictures(Display((640, 480)), 64).grey(plain(640, 480, (level, 128, 128)))
    assert grey.mode == "L"
    assert grey.getextrema() == (expected, expected)


@pytest.mark.parametrize(
    ("rotation", "shown", "image", "grey"),
    [(0, (640, 480), (64, 48), (400, 300)), (90, (480, 640), (48, 64), (300, 400))],
)
def test_both_pictures_have_their_own_size(
    rotation: int, shown: tuple[int, int], image: tuple[int, int], grey: tuple[int, int]
) -> None:
    pictures = FramePictures(Display(shown, Turn(rotation)), 64)
    made = pictures.clip_frame(plain(640, 480, (80, 90, 100)), 2.5, inside=True)
    assert (made.image.size, made.grey.size) == (image, grey)
    assert (made.seconds, made.inside, made.pixel_format) == (2.5, True, "yuv420p")


def frame_of(grey: np.ndarray) -> ClipFrame:
    picture = Image.fromarray(grey.astype(np.uint8))
    return ClipFrame(0.0, picture.convert("RGB"), picture, inside=True, pixel_format="yuv420p")


def test_black_and_blank_frames_say_little() -> None:
    loading = np.zeros((100, 100))
    loading[:3, :40] = 255  # a turning wheel on black: 1.2 % of the picture
    assert frame_of(loading).says_little
    assert frame_of(np.full((100, 100), 255)).says_little
    dark = np.zeros((100, 100))
    dark[:20] = 90
    assert not frame_of(dark).says_little
    assert not frame_of(pattern(0)[:, :, 0]).says_little
