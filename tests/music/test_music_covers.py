"""Which embedded picture is the cover."""

import base64

import music_samples as samples
import pytest
from mutagen import id3
from mutagen.id3 import ID3

from media_assets.music.covers import (
    Picture,
    ape_picture,
    asf_picture,
    base64_flac_picture,
    base64_picture,
    choose_cover,
    flac_picture,
    looks_like_image,
)
from media_assets.music.music_file import MusicProducts, read_music
from media_assets.settings import LimitSettings

JPEG, PNG = samples.JPEG, samples.PNG
FRONT, BACK, OTHER = 3, 4, 0


def products(data: bytes) -> MusicProducts:
    return read_music(data, "", LimitSettings())


@pytest.mark.parametrize(
    ("pictures", "cover"),
    [
        ([], None),
        ([(BACK, PNG), (FRONT, JPEG)], JPEG),
        ([(FRONT, b"not an image"), (BACK, PNG)], PNG),
        ([(FRONT, JPEG), (FRONT, JPEG * 2)], JPEG * 2),
        ([(OTHER, PNG), (BACK, JPEG * 9)], PNG),
        ([(FRONT, b"<html>"), (BACK, b"text")], None),
    ],
)
def test_choose_cover(pictures, cover):
    chosen = choose_cover([Picture(kind, data) for kind, data in pictures])
    assert (chosen and chosen.data) == cover


@pytest.mark.parametrize(
    ("data", "image"),
    [
        (JPEG, True),
        (PNG, True),
        (b"GIF89a", True),
        (b"RIFF\0\0\0\0WEBP", True),
        (b"BM\0\0", True),
        (b"II*\0", True),
        (b"\0\0\0\x1cftypavif", True),
        (b"", False),
        (b"RIFF\0\0\0\0WAVE", False),
        (b"\0\0\0\x1cftypM4A ", False),
        (b"http://example.org/a.jpg", False),
    ],
)
def test_looks_like_image(data, image):
    assert looks_like_image(data) is image


def test_a_flac_block():
    block = samples.flac_picture(JPEG, BACK).write()
    assert flac_picture(block) == Picture(BACK, JPEG)
    assert base64_flac_picture(base64.b64encode(block).decode()) == Picture(BACK, JPEG)
    for length in range(len(block)):
        assert flac_picture(block[:length]) is None
    assert base64_flac_picture("not base64 é!") is None


def test_a_link_is_no_picture():
    link = samples.flac_picture(b"http://example.org/a.jpg")
    link.mime = "-->"
    assert flac_picture(link.write()) is None
    tag = ID3()
    tag.add(id3.APIC(encoding=0, mime="-->", type=3, desc="", data=b"http://example.org/a.jpg"))
    found = products(samples.with_id3(samples.audio("mp2"), tag))
    assert (found.metadata.has_cover, found.cover) == (False, None)


def test_an_image_alone_in_base64():
    encoded = base64.b64encode(JPEG).decode()
    assert base64_picture(encoded) == Picture(FRONT, JPEG)
    assert products(samples.speex([("COVERART", encoded)])).cover == JPEG


def test_an_ape_item():
    assert ape_picture("Cover Art (Front)", b"a.jpg\0" + JPEG) == Picture(FRONT, JPEG)
    assert ape_picture("COVER ART (BACK)", b"\0" + PNG) == Picture(OTHER, PNG)
    assert ape_picture("Cover Art (Front)", JPEG) == Picture(FRONT, JPEG)
    assert ape_picture("Cover Art (Front)", b"no image") == Picture(FRONT, b"")


def test_an_asf_attribute():
    value = samples.asf_picture(JPEG, BACK).value
    assert asf_picture(value) == Picture(BACK, JPEG)
    for length in range(len(value)):
        assert asf_picture(value[:length]) is None


def test_a_picture_that_is_no_image_is_there_and_is_no_cover():
    """So that whoever stores covers can say that this one is broken."""
    found = products(samples.with_flac_picture(b"broken"))
    assert (found.metadata.has_cover, found.cover) == (True, None)


def test_an_empty_picture_is_none():
    found = products(samples.with_flac_picture(b""))
    assert (found.metadata.has_cover, found.cover) == (False, None)
