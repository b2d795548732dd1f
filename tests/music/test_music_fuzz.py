"""Whatever the bytes, there are products that fit the table, or a `MediaError`."""

import json
import random

import music_samples as samples
import pytest

from media_assets.errors import MediaError
from media_assets.music.music_file import AudioMetadata, MusicProducts, read_music
from media_assets.settings import LimitSettings
from media_assets.store.tables.analysis import AUDIO_METADATA

LIMITS = LimitSettings(max_embedded_bytes=2_000_000)
HIGHEST = {"INTEGER": 2**31 - 1, "SMALLINT": 2**15 - 1}
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


def fits(metadata: AudioMetadata) -> bool:
    """Every value is one that its column takes."""
    for column in AUDIO_METADATA.columns[1:]:
        value = getattr(metadata, column.name)
        if value is None:
            assert not column.required, column.name
        elif column.type in HIGHEST:
            assert type(value) is int, column.name
            assert 0 <= value <= HIGHEST[column.type], column.name
        elif column.type == "DOUBLE":
            assert type(value) is float, column.name
            assert abs(value) < 1e12, column.name
        elif column.type == "BOOLEAN":
            assert type(value) is bool, column.name
        elif column.type == "VARCHAR[]":
            assert value, column.name
            assert all(is_text(text) for text in value), column.name
        else:
            assert is_text(value), column.name
            if column.type == "JSON":
                assert isinstance(json.loads(value), dict)
    return True


def is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value.encode("utf-8").decode()


def check(data: bytes, extension: str) -> None:
    try:
        products = read_music(data, extension, LIMITS)
    except MediaError as error:
        assert str(error)
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
