import json
import struct

import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from media_assets.captures.exif import MAX_TAGS, MAX_TEXT, MAX_VALUES, parse_exif

TAG = ExifTags.Base


def _camera() -> Image.Exif:
    """EXIF as Pillow writes it: a writer that is not ours."""
    exif = Image.Exif()
    exif[TAG.Make] = "Xiaomi"
    exif[TAG.Model] = "Mi 9"
    exif[TAG.Orientation] = 6
    exif[TAG.Software] = "Photo 1.2"
    exif[TAG.XResolution] = IFDRational(72, 1)
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    inner[TAG.DateTimeOriginal] = "2024:01:31 21:05:33"
    inner[TAG.OffsetTimeOriginal] = "+01:00"
    inner[TAG.SubsecTimeOriginal] = "123"
    inner[TAG.ExposureTime] = IFDRational(1, 125)
    inner[TAG.ExifVersion] = b"0232"
    inner[TAG.MakerNote] = bytes(range(256)) * 4
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = (IFDRational(48), IFDRational(51), IFDRational(2964, 100))
    return exif


def _block(*entries: bytes, order: str = "<", tail: bytes = b"") -> bytes:
    """A block with one directory of n raw 12-byte entries; the tail begins at 14 + 12 n."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    head = mark + struct.pack(order + "IH", 8, len(entries))
    return head + b"".join(entries) + struct.pack(order + "I", 0) + tail


def _entry(tag: int, kind: int, count: int, value: bytes | int, order: str = "<") -> bytes:
    inline = value.ljust(4, b"\0") if isinstance(value, bytes) else struct.pack(order + "I", value)
    return struct.pack(order + "HHI", tag, kind, count) + inline


def test_both_directories_are_read_and_gps_is_apart():
    exif = parse_exif(_camera().tobytes())
    assert exif.problem is None
    assert exif.tags == {
        "Make": "Xiaomi",
        "Model": "Mi 9",
        "Orientation": 6,
        "Software": "Photo 1.2",
        "XResolution": 72,
        "DateTimeOriginal": "2024:01:31 21:05:33",
        "OffsetTimeOriginal": "+01:00",
        "SubsecTimeOriginal": "123",
        "ExposureTime": 0.008,
        "ExifVersion": "0232",
        "MakerNote": "(1024 bytes)",
    }
    assert exif.gps == {"GPSLatitudeRef": "N", "GPSLatitude": [48, 51, 29.64]}
    assert exif.orientation == 6
    assert "GPS" not in str(exif.tags_json())
    assert json.loads(str(exif.gps_json()))["GPSLatitudeRef"] == "N"


def test_a_bare_block_is_read_like_one_with_its_name_in_front():
    named = _camera().tobytes()
    bare = named.removeprefix(b"Exif\0\0")
    assert parse_exif(bare) == parse_exif(named) == parse_exif(b"Exif\0\0" + named)


def test_both_byte_orders_are_read():
    for order in "<>":
        entry = _entry(TAG.Orientation, 3, 1, struct.pack(order + "H", 8), order)
        assert parse_exif(_block(entry, order=order)).orientation == 8


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_is_not_defined_is_none(value):
    exif = parse_exif(_block(_entry(TAG.Orientation, 3, 1, struct.pack("<H", value))))
    assert exif.orientation is None
    assert exif.tags["Orientation"] == value


@pytest.mark.parametrize(
    "block", [b"", b"Exif\0\0", b"garbage", b"II*\0", b"II*\0\xff\xff\xff\xff"]
)
def test_a_broken_block_is_a_problem_in_the_json_and_no_error(block):
    exif = parse_exif(block)
    assert exif.problem
    assert exif.tags == exif.gps == {}
    assert json.loads(str(exif.tags_json())) == {"_error": exif.problem}
    assert exif.gps_json() is None


def test_what_leads_out_of_the_block_is_dropped_and_counted_and_the_rest_stays():
    exif = parse_exif(
        _block(
            _entry(TAG.Make, 2, 400, 10_000),
            _entry(TAG.Model, 2, 3, b"ZX\0"),
            _entry(TAG.Software, 99, 1, 0),
            _entry(TAG.ExifOffset, 4, 1, 0x7FFFFFFF),
        )
    )
    assert exif.tags == {"Model": "ZX"}
    assert exif.problem == "1 EXIF directories lie outside the block; 2 EXIF tags cannot be read"


def test_a_directory_that_names_itself_ends():
    exif = parse_exif(_block(_entry(TAG.ExifOffset, 4, 1, 8), _entry(TAG.Make, 2, 2, b"A\0")))
    assert exif.tags == {"Make": "A"}


def test_every_truncation_is_survived():
    block = _camera().tobytes()
    for end in range(len(block)):
        parse_exif(block[:end])


def test_numbers_that_json_does_not_know_become_null_or_are_left_out():
    tail = struct.pack("<II", 0, 0) + struct.pack("<ff", float("inf"), 1.5)
    exif = parse_exif(
        _block(_entry(TAG.XResolution, 5, 1, 38), _entry(0xC000, 11, 2, 46), tail=tail)
    )
    assert exif.tags == {"0xC000": [None, 1.5]}
    assert json.loads(str(exif.tags_json())) == {"0xC000": [None, 1.5]}


def test_signed_values_stay_signed():
    tail = struct.pack("<ii", -1, 3)
    exif = parse_exif(_block(_entry(TAG.ExposureBiasValue, 10, 1, 26), tail=tail))
    assert exif.tags == {"ExposureBiasValue": -0.3333333333}


def test_long_values_are_cut():
    text, numbers = b"x" * (MAX_TEXT + 500), struct.pack("<200H", *range(200))
    exif = parse_exif(
        _block(
            _entry(TAG.ImageDescription, 2, len(text), 38),
            _entry(0xC001, 3, 200, 38 + len(text)),
            tail=text + numbers,
        )
    )
    assert exif.tags["ImageDescription"] == "x" * MAX_TEXT + "…"
    assert exif.tags["0xC001"] == [*range(MAX_VALUES), "…"]


def test_a_directory_with_too_many_entries_is_read_up_to_the_limit():
    entries = [_entry(0xC000 + index, 3, 1, b"\1\0") for index in range(MAX_TAGS + 50)]
    assert len(parse_exif(_block(*entries)).tags) == MAX_TAGS


def _texts(tag: int, kind: int, data: bytes, order: str = "<") -> object:
    block = _block(_entry(tag, kind, len(data), 26, order), order=order, tail=data)
    (value,) = parse_exif(block).tags.values()
    return value


def test_texts_are_decoded_by_what_they_are():
    assert _texts(0x9C9B, 1, "Größe\0".encode("utf-16-le")) == "Größe"
    assert _texts(0x9286, 7, b"ASCII\0\0\0hello there ") == "hello there"
    assert _texts(0x9286, 7, b"UNICODE\0" + "привет".encode("utf-16-be"), ">") == "привет"
    assert _texts(TAG.Artist, 2, "Zoë Ångström\0".encode("latin-1")) == "Zoë Ångström"
    assert _texts(TAG.Copyright, 2, b"Photographer\0Editor\0") == "Photographer Editor"
    assert _texts(0xC002, 7, b"\x01\x02\x03\x00\x05") == [1, 2, 3, 0, 5]


def test_a_text_where_a_number_is_expected_does_not_pass_for_one():
    exif = parse_exif(_block(_entry(TAG.Make, 3, 1, b"\7\0"), _entry(TAG.Model, 2, 1, b"\0")))
    assert exif.text("Make") is None
    assert exif.text("Model") is None
    assert exif.text("Software") is None


def test_tags_that_share_their_bytes_do_not_become_megabytes():
    """500 texts of 8 KiB, all the same ones: a block of 14 KiB would be a row of 4 MB."""
    start = 14 + 12 * 501
    entries = [_entry(0xC000 + index, 2, 8000, start) for index in range(500)]
    exif = parse_exif(_block(*entries, _entry(TAG.Orientation, 3, 1, b"\6\0"), tail=b"x" * 8000))
    assert len(exif.tags_json() or "") < 220_000
    assert exif.orientation == 6
    assert exif.problem == "475 EXIF tags cannot be read"
