import io
import struct

import pillow_heif
import pytest
from drawn_pictures import encoded, menu
from PIL import Image

from media_assets.captures.image_claims import MAX_BOXES, claimed_sizes

SIZE = (64, 64)  # HEIC codes whole blocks of 64 pixels and says how they are cropped


def _heic(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    pillow_heif.from_pillow(image).save(stream, quality=50)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        encoded(menu(1, *SIZE), "WEBP"),
        encoded(menu(1, *SIZE), "WEBP", lossless=True),
        encoded(menu(1, *SIZE), "WEBP", save_all=True, append_images=[menu(2, *SIZE)]),
        encoded(menu(1, *SIZE), "AVIF"),
        _heic(menu(1, *SIZE)),
    ],
    ids=["lossy", "lossless", "animated", "avif", "heic"],
)
def test_the_size_in_the_header_is_told(content):
    assert set(claimed_sizes(content)) == {SIZE}


def test_a_canvas_of_24_bits_is_told():
    chunk = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\xff\xff\xff\xff\xff"
    content = b"RIFF" + struct.pack("<I", 22) + b"WEBP" + chunk
    assert list(claimed_sizes(content)) == [(2**24, 2**24)]


def test_other_formats_claim_nothing_here():
    for kind in ("PNG", "JPEG", "GIF", "TIFF", "BMP"):
        assert list(claimed_sizes(encoded(menu(1, *SIZE), kind))) == []


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
def test_a_cut_file_claims_what_is_there(kind):
    content = encoded(menu(1, *SIZE), kind)
    for length in range(0, len(content), 7):
        assert set(claimed_sizes(content[:length])) <= {SIZE}


def test_boxes_that_lead_nowhere_end():
    start = b"\0\0\0\x10ftypavif\0\0\0\0"
    assert list(claimed_sizes(start + struct.pack(">I4s", 7, b"meta"))) == []
    assert list(claimed_sizes(start + struct.pack(">I4sQ", 1, b"meta", 2**64 - 1))) == []
    assert list(claimed_sizes(start + struct.pack(">I4s", 8, b"free") * (MAX_BOXES + 5))) == []
