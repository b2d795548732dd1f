"""JSON is read fast, and just as the standard library reads it."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_assets.errors import MatchDataError
from media_assets.matches.responses import parse_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-8-sig"]), st.booleans())
def test_every_value_in_every_encoding(value, encoding, escaped):
    data = json.dumps(value, ensure_ascii=escaped).encode(encoding, "surrogatepass")
    assert parse_json(data) == json.loads(data)


@pytest.mark.parametrize(
    "data",
    [b'{"a": 1, "a": 2}', b'"\\ud800"', b'{"n": 123456789012345678901234567890}', b"[-0.0, 1e999]",
     b" \n[]\t", b'{"a": -Infinity}'],
)  # fmt: skip
def test_odd_values_are_read_as_ever(data):
    assert parse_json(data) == json.loads(data)


def test_nan_is_a_number():
    assert math.isnan(parse_json(b"[NaN]")[0])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "line 1, column 1"),
        (b'{"a": 1\n,}', "line 2"),
        (b"[1] 2", "Extra data"),
        (b"\xff\xfe\xff", "not"),
        (b"[" * 100_000, "nested too deeply"),
        (b"1" * 5000, "digits"),
    ],
)
def test_what_is_no_json_is_named(data, words):
    with pytest.raises(MatchDataError, match=words):
        parse_json(data)
