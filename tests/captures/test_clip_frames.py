"""Pictures of single frames: colours, sizes, and which of them say nothing."""

import av
import numpy as np
import pytest
from clip_samples import pattern
from PIL import Image

from media_assets.captures.clip_frames import ClipFrame, FramePictures

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
    image = FramePictures(size, 0, 64).image(plain(*size, signal))
    red, green, blue = np.asarray(image).reshape(-1, 3).mean(axis=0)
    assert red > 250
    assert green < 4
    assert blue < 4


@pytest.mark.parametrize(("level", "expected"), [(16, 0), (235, 255)])
def test_grey_values_span_the_whole_range(level: int, expected: int) -> None:
    grey = FramePictures((640, 480), 0, 64).grey(plain(640, 480, (level, 128, 128)))
    assert grey.mode == "L"
    assert grey.getextrema() == (expected, expected)


@pytest.mark.parametrize(
    ("rotation", "shown", "image", "grey"),
    [(0, (640, 480), (64, 48), (400, 300)), (90, (480, 640), (48, 64), (300, 400))],
)
def test_both_pictures_have_their_own_size(
    rotation: int, shown: tuple[int, int], image: tuple[int, int], grey: tuple[int, int]
) -> None:
    pictures = FramePictures(shown, rotation, 64)
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
