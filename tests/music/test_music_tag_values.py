"""Numbers, dates, ids and genres as people and programs write them."""

import pytest

from media_assets.music import tag_values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", (3, None)),
        ("03/12", (3, 12)),
        ("3 / 12", (3, 12)),
        ("3 of 12", (3, 12)),
        ("/12", (None, 12)),
        ("3/", (3, None)),
        ("0", (None, None)),
        ("0/0", (None, None)),
        ("A1", (None, None)),
        ("", (None, None)),
        ("-1", (None, None)),
        ("999999999999", (None, None)),
        ("3/12/4", (None, None)),
        ("٣", (3, None)),
    ],
)
def test_position(text, expected):
    assert tag_values.position(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2004", 2004),
        ("2004-05-06T07:08:09", 2004),
        ("06/05/2004", 2004),
        ("6.5.2004", 2004),
        ("20040506", 2004),
        ("May 1968", 1968),
        ("1791", 1791),
        ("0000", None),
        ("9999", None),
        ("04", None),
        ("20049999", None),
        ("123456", None),
        ("unknown", None),
        ("þÿ", None),
    ],
)
def test_year_and_date(text, expected):
    assert tag_values.year(text) == expected
    assert tag_values.date(text) == (text if expected else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("128", 128.0),
        ("128.53", 128.53),
        ("128,5", 128.5),
        ("0", None),
        ("-3", None),
        ("65535", None),
        ("fast", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("9" * 5000, None),
    ],
)
def test_bpm(text, expected):
    assert tag_values.bpm(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-7.30 dB", -7.3),
        ("+0.25 DB", 0.25),
        ("-7.3", -7.3),
        ("-7,3db", -7.3),
        ("0.00 dB", 0.0),
        ("-70 dB", None),
        ("loud", None),
        ("nan dB", None),
        ("", None),
    ],
)
def test_gain(text, expected):
    assert tag_values.gain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 5.0), ("-256", 4.0), ("-1869", -2.3), ("99999", None), ("x", None)],
)
def test_r128_gain_counts_in_256ths_from_another_reference(text, expected):
    assert tag_values.r128_gain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", True),
        ("True", True),
        ("YES", True),
        ("0", False),
        ("no", False),
        ("2", None),
        ("", None),
    ],
)
def test_flag(text, expected):
    assert tag_values.flag(text) is expected


ID = "8f3471b5-7e6a-48da-86a9-c1c07a0f47ae"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ID, ID),
        (ID.upper(), ID),
        (f"http://musicbrainz.org/artist/{ID}", ID),
        (f"{ID}/11111111-1111-1111-1111-111111111111", ID),
        (f"{ID}0", None),
        ("8f3471b57e6a48da86a9c1c07a0f47ae", None),
        ("none", None),
    ],
)
def test_uuid(text, expected):
    assert tag_values.uuid(text) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["(17)"], ["Rock"]),
        (["(4)Eurodisco"], ["Disco", "Eurodisco"]),
        (["(51)(39)"], ["Techno-Industrial", "Noise"]),
        (["(RX)", "(CR)"], ["Remix", "Cover"]),
        (["(17)Rock"], ["Rock"]),
        (["((My own)"], ["(My own)"]),
        (["(255)"], []),
        (["(nope)"], ["(nope)"]),
        (["Rock", "rock", "Rock", " "], ["Rock", "rock"]),
        (["17"], ["17"]),
    ],
)
def test_genres(texts, expected):
    assert tag_values.genres(texts) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("17", "(17)"), ("RX", "(RX)"), ("2020", "2020"), ("²", "²"), ("House", "House"), ("", "")],
)
def test_a_bare_reference_in_a_genre_frame(text, expected):
    assert tag_values.id3_genre(text) == expected
