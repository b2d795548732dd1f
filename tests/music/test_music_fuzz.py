"""Whatever the bytes, there are products that fit the table, or a `MediaError`."""

import random

import music_samples as samples
import pytest
from music_rows import fits

from media_assets.errors import MediaError
from media_assets.music.music_file import MusicProducts, read_music
from media_assets.settings import LimitSettings

LIMITS = LimitSettings(max_embedded_bytes=2_000_000)
FORMATS = {
    **{kind: kind for kind in samples.ALL_FIELDS},
    "ac3": "ac3", "wavmp3": "wav", "speex": "ogg", "oggflac": "ogg", "info": "wav", "text": "aiff",
}  # fmt: skip


def original(kind: str) -> bytes:
    makers = {
        "speex": lambda: samples.speex(samples.vorbis_comments()),
        "oggflac": lambda: samples.ogg_flac(samples.vorbis_comments()),
        "info": lambda: samples.riff_info({"INAM": "Title", "IART": "Artist"}),
        "text": lambda: samples.aiff_texts({"NAME": "Title", "AUTH": "Artist"}),
        "ac3": lambda: samples.audio("ac3"),
        "wavmp3": lambda: samples.audio("wavmp3"),
    }
    return makers[kind]() if kind in makers else samples.tagged(kind)


def check(data: bytes, extension: str) -> None:
    try:
        products = read_music(data, extension, LIMITS)
    except MediaError:
        return
    assert isinstance(products, MusicProducts)
    assert fits(products.metadata)
    assert products.cover is None or isinstance(products.cover, bytes)


@pytest.mark.parametrize("kind", FORMATS)
def test_flipped_bits(kind):
    data, random_numbers = original(kind), random.Random(kind)
    for _ in range(60):
        broken = bytearray(data)
        # Headers and tags are where parsers look; the middle is audio.
        for _ in range(random_numbers.choice((1, 3, 20))):
            reach = random_numbers.choice((64, 2000, len(data)))
            place = random_numbers.randrange(min(reach, len(data)))
            place = random_numbers.choice((place, len(data) - 1 - place))
            broken[place] ^= 1 << random_numbers.randrange(8)
        check(bytes(broken), f".{FORMATS[kind]}")


@pytest.mark.parametrize("kind", FORMATS)
def test_truncations(kind):
    data, random_numbers = original(kind), random.Random(kind)
    for _ in range(25):
        check(data[: random_numbers.randrange(min(len(data), 4000))], f".{FORMATS[kind]}")
        check(data[: random_numbers.randrange(len(data))], f".{FORMATS[kind]}")


@pytest.mark.parametrize("kind", FORMATS)
def test_sizes_that_are_extreme(kind):
    data, random_numbers = original(kind), random.Random(kind)
    for _ in range(30):
        broken = bytearray(data)
        place = random_numbers.randrange(min(1500, len(data) - 4))
        broken[place : place + 4] = random_numbers.choice((b"\0" * 4, b"\xff" * 4, b"\x7f" * 4))
        check(bytes(broken), f".{FORMATS[kind]}")


def test_bytes_of_no_format():
    random_numbers = random.Random(1)
    heads = [b"", b"ID3\4\0\0\0\0\1\0", b"fLaC", b"OggS", b"RIFF\0\1\0\0WAVE", b"FORM\0\0\1\0AIFF",
             b"\0\0\0\x20ftypM4A ", b"MAC ", b"wvpk", b"MPCK", b"MP+", b"TTA1", b"tBaK", b"OFR ",
             b"DSD ", b"FRM8", b"ADIF", b"\x0b\x77", b"\xff\xfb", b"\xff\xf1",
             bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")]  # fmt: skip
    for head in heads:
        for _ in range(20):
            check(head + random_numbers.randbytes(random_numbers.randrange(600)), ".mp3")
