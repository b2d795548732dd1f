import struct

import pytest
from drawn_pictures import decoded, encoded, menu
from PIL import Image

from media_assets.captures.image_frames import count_frames, gif_frames, tiff_pages
from media_assets.errors import LimitExceededError

MOST = 1000


def _pages(number: int) -> list[Image.Image]:
    return [menu(seed, 64, 48) for seed in range(number)]


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "PNG", "WEBP", "MPO"])
@pytest.mark.parametrize("number", [1, 2, 5])
def test_frames_are_counted_in_every_format(kind, number):
    first, *rest = _pages(number)
    content = encoded(first, kind, save_all=True, append_images=rest)
    assert count_frames(decoded(content), content, MOST) == number


def test_a_still_format_has_one_frame():
    content = encoded(_pages(1)[0], "JPEG")
    assert count_frames(decoded(content), content, MOST) == 1


def test_a_cut_gif_has_the_frames_that_are_there():
    first, *rest = _pages(4)
    content = encoded(first, "GIF", save_all=True, append_images=rest)
    assert gif_frames(content[: len(content) * 3 // 5], MOST) in {2, 3}
    assert gif_frames(content[:10], MOST) == 0


def test_an_endless_gif_is_counted_up_to_the_limit():
    content = encoded(_pages(1)[0], "GIF")
    start = content.index(b"\x2c")
    frame = content[start:-1]
    long = content[:start] + frame[:11] + b"\0" + (frame[:11] + b"\0") * (MOST + 10)
    assert gif_frames(long, MOST) == MOST
    with pytest.raises(LimitExceededError, match=r"more than 1,000 frames \(limits.max_frames\)"):
        count_frames(decoded(content), long, MOST)


def test_a_tiff_whose_pages_go_round_is_counted_once():
    content = bytearray(encoded(_pages(1)[0], "TIFF"))
    (place,) = struct.unpack_from("<I", content, 4)
    (entries,) = struct.unpack_from("<H", content, place)
    struct.pack_into("<I", content, place + 2 + 12 * entries, place)
    assert tiff_pages(bytes(content), MOST) == 1


def test_a_big_tiff_is_counted_too():
    first, *rest = _pages(3)
    content = encoded(first, "TIFF", save_all=True, append_images=rest, big_tiff=True)
    assert content[2] == 43
    assert tiff_pages(content, MOST) == 3


def test_a_tiff_that_leads_nowhere_has_no_pages():
    assert tiff_pages(b"II*\0\xff\xff\xff\x7f", MOST) == 0
    assert tiff_pages(b"II*\0", MOST) == 0
    page = struct.pack("<4sHHQQ", b"II+\0", 8, 0, 16, 2**64 - 1)
    assert tiff_pages(page, MOST) == 1  # a page whose entries would end behind all addresses
    assert tiff_pages(struct.pack("<4sHHQ", b"II+\0", 8, 0, 2**64 - 1), MOST) == 0
