import struct

import pytest
from drawn_pictures import encoded, menu, scene

from media_assets.captures.image_jpeg import count_scans

MOST = 1000


def test_a_plain_jpeg_has_one_scan():
    assert count_scans(encoded(menu(1, 64, 48), "JPEG"), MOST) == 1
    assert count_scans(encoded(menu(1, 64, 48).convert("L"), "JPEG"), MOST) == 1
    assert count_scans(encoded(scene(1, 640, 480), "JPEG", restart_marker_rows=1), MOST) == 1


def test_the_scans_of_a_progressive_jpeg_are_counted():
    content = encoded(scene(1, 640, 480), "JPEG", progressive=True)
    assert count_scans(content, MOST) == content.count(b"\xff\xda") == 10
    assert count_scans(content, 4) == 4
    restarted = encoded(scene(1, 640, 480), "JPEG", progressive=True, restart_marker_rows=1)
    assert count_scans(restarted, MOST) == 10


def test_what_stands_in_other_segments_or_behind_the_picture_is_no_scan():
    content = encoded(scene(1, 640, 480), "JPEG", progressive=True)
    comment = b"\xff\xfe" + struct.pack(">H", 302) + b"\xff\xda" * 150
    assert count_scans(content[:2] + comment + content[2:] + b"\xff\xda" * 500, MOST) == 10


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8", b"\xff\xd8\xff\xda", b"\xff\xd8\xff\xc2\0\3\1"]
)
def test_what_is_cut_off_ends(content):
    assert count_scans(content, MOST) <= 1
