import random
import struct
import zlib

import pytest
from drawn_pictures import decoded, encoded, menu, scene
from PIL import Image, PngImagePlugin

from media_assets.captures import image_png_pixels
from media_assets.captures.exif import parse_exif
from media_assets.captures.image_png import read_chunks
from media_assets.captures.image_png_pixels import is_plain
from media_assets.errors import LimitExceededError

MIB = 1024 * 1024


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _with_chunks(*chunks: bytes, after_pixels: bool = False) -> bytes:
    """A small PNG with these chunks behind its header, or behind its pixels."""
    png = encoded(Image.new("RGB", (4, 4)), "PNG")
    place = png.index(b"IEND") - 4 if after_pixels else 33
    return png[:place] + b"".join(chunks) + png[place:]


@pytest.mark.parametrize("after_pixels", [False, True])
def test_texts_of_all_kinds_are_found_before_and_after_the_pixels(after_pixels):
    content = _with_chunks(
        _chunk(b"tEXt", b"Software\0Game Bar"),
        _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"packed")),
        _chunk(b"iTXt", b"Title\0\0\0en\0Title\0" + "Größe".encode()),
        _chunk(b"iTXt", b"Packed\0\1\0\0\0" + zlib.compress("déjà".encode())),
        after_pixels=after_pixels,
    )
    found = read_chunks(content, MIB).text
    assert found == {
        "Software": "Game Bar",
        "Comment": "packed",
        "Title": "Größe",
        "Packed": "déjà",
    }


def test_it_reads_what_pillow_writes():
    info = PngImagePlugin.PngInfo()
    info.add_text("Microsoft.GameDVR.Extended", '{"startTime": "2024-01-31T21:05:33+01:00"}')
    info.add_text("Description", "long " * 100, zip=True)
    info.add_itxt("Author", "Zoë", zip=True)
    content = encoded(menu(1, 64, 48), "PNG", pnginfo=info)
    assert read_chunks(content, MIB).text == dict(decoded(content).text)


def test_text_is_latin_1_unless_it_is_utf_8():
    content = _with_chunks(
        _chunk(b"tEXt", b"One\0" + "Größe".encode("latin-1")),
        _chunk(b"tEXt", b"Two\0" + "Größe".encode()),
    )
    assert set(read_chunks(content, MIB).text.values()) == {"Größe"}


def test_repeated_keywords_keep_all_their_texts():
    content = _with_chunks(_chunk(b"tEXt", b"Comment\0one"), _chunk(b"tEXt", b"Comment\0two"))
    assert read_chunks(content, MIB).text == {"Comment": "one\ntwo"}


def test_chunks_that_are_not_valid_are_left_out():
    content = _with_chunks(
        _chunk(b"tEXt", b"no separator"),
        _chunk(b"zTXt", b"Bad\0\0not packed"),
        _chunk(b"zTXt", b"Method\0\7" + zlib.compress(b"x")),
        _chunk(b"iTXt", b"Short\0"),
        _chunk(b"tEXt", b"Good\0yes"),
    )
    assert read_chunks(content, MIB).text == {"Good": "yes"}


@pytest.mark.parametrize("after_pixels", [False, True])
def test_exif_is_found_before_and_after_the_pixels(after_pixels):
    exif = Image.Exif()
    exif[0x0112] = 6
    block = exif.tobytes().removeprefix(b"Exif\0\0")
    content = _with_chunks(_chunk(b"eXIf", block), after_pixels=after_pixels)
    assert parse_exif(read_chunks(content, MIB).exif or b"").orientation == 6


def test_exif_in_the_text_of_imagemagick_is_found():
    exif = Image.Exif()
    exif[0x0112] = 3
    block = exif.tobytes()
    text = f"\nexif\n{len(block):8}\n{block.hex()}\n".encode()
    content = _with_chunks(_chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(text)))
    assert read_chunks(content, MIB).exif == block


def test_a_text_bomb_is_refused_before_it_is_unpacked():
    bomb = zlib.compress(bytes(50 * MIB), 9)
    assert len(bomb) < 100_000
    content = _with_chunks(_chunk(b"zTXt", b"Comment\0\0" + bomb))
    with pytest.raises(LimitExceededError, match="max_embedded_bytes"):
        read_chunks(content, MIB)


def test_many_texts_are_refused_together():
    one = _chunk(b"tEXt", b"Comment\0" + b"x" * 1000)
    with pytest.raises(LimitExceededError, match=r"1,048,576 bytes of text"):
        read_chunks(_with_chunks(*[one] * 1100), MIB)


def test_a_cut_file_gives_what_is_there():
    content = _with_chunks(_chunk(b"tEXt", b"One\x001"), _chunk(b"tEXt", b"Two\x002"))
    place = content.index(b"Two")
    assert read_chunks(content[:place], MIB).text == {"One": "1"}
    assert b"IEND" not in read_chunks(content[:place], MIB).kinds
    assert b"IEND" in read_chunks(content, MIB).kinds


def decode_plain(content: bytes, size: tuple[int, int]) -> Image.Image | None:
    return image_png_pixels.decode_plain(content, read_chunks(content, MIB), size)


def _is_plain(content: bytes, size: tuple[int, int]) -> bool:
    return is_plain(content, read_chunks(content, MIB), size)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_plain_pixels_are_those_of_pillow(mode):
    image = scene(3, 1000, 601).convert(mode)
    if mode == "RGBA":
        image.putalpha(image.convert("L"))
    content = encoded(image, "PNG")
    assert _is_plain(content, image.size)
    fast = decode_plain(content, image.size)
    assert fast is not None
    assert (fast.mode, fast.size) == (mode, image.size)
    assert fast.tobytes() == image.tobytes()


def test_only_plain_files_take_the_fast_way():
    large = menu(1, 1000, 600)
    assert _is_plain(encoded(large, "PNG"), large.size)
    assert not _is_plain(encoded(large, "PNG"), (100, 100))
    assert not _is_plain(encoded(large.convert("P"), "PNG"), large.size)
    assert not _is_plain(encoded(large, "PNG", transparency=(1, 2, 3)), large.size)
    frames = encoded(large, "PNG", save_all=True, append_images=[menu(2, 1000, 600)])
    assert not _is_plain(frames, large.size)
    assert not _is_plain(encoded(large, "PNG")[:-12], large.size)


def test_the_fast_way_takes_nothing_that_is_broken():
    image = menu(4, 1000, 600)
    content = encoded(image, "PNG", compress_level=1)
    values = random.Random(11)
    first, last = content.index(b"IDAT") + 4, len(content) - 16
    for _ in range(40):
        broken = bytearray(content)
        broken[values.randrange(first, last)] ^= 1 << values.randrange(8)
        assert decode_plain(bytes(broken), image.size) is None
    assert decode_plain(content[: len(content) // 2], image.size) is None
    assert decode_plain(content, (600, 1000)) is None


def test_a_colour_profile_counts_as_text():
    content = _with_chunks(_chunk(b"iCCP", b"profile\0\0" + zlib.compress(bytes(100_000))))
    with pytest.raises(LimitExceededError, match="colour profile"):
        read_chunks(content, 50_000)
    assert read_chunks(content, MIB).text == {}


def test_many_texts_of_one_keyword_are_joined_at_once():
    """Joined one by one they took a minute: each time all that came before is copied."""
    content = _with_chunks(*[_chunk(b"tEXt", b"Comment\0" + b"x" * 500)] * 50_000)
    assert len(read_chunks(content, 64 * MIB).text["Comment"]) == 50_000 * 501 - 1
