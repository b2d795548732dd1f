from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from match_shapes import utc

from media_assets.errors import MatchDataError
from media_assets.matches.times import seconds, utc_time

MOMENTS = st.datetimes(utc("1970-01-01"), utc("2200-01-01"))


@given(MOMENTS, st.integers(1, 7))
def test_a_fraction_of_any_length_is_kept_to_microseconds(moment, digits):
    fraction = f"{moment.microsecond:06d}7"[:digits]
    kept = int(fraction.ljust(6, "0")[:6])
    text = f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction}Z"
    assert utc_time(text) == moment.replace(microsecond=kept)
    assert utc_time(text).tzinfo is None


@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_another_offset_is_converted(moment, minutes):
    offset = timedelta(minutes=minutes)
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    text = f"{(moment + offset).isoformat()}{sign}{hours:02d}:{rest:02d}"
    assert utc_time(text) == moment


def test_a_time_without_fraction_or_offset_is_utc():
    assert utc_time("2025-01-29T04:07:25") == utc("2025-01-29T04:07:25")
    assert utc_time("2025-01-29T04:07:25Z") == utc("2025-01-29T04:07:25")


@pytest.mark.parametrize("text", ["", "yesterday", "2025-13-01T00:00:00Z", None, 5])
def test_what_is_no_time_is_named(text):
    with pytest.raises(MatchDataError, match="is not a time"):
        utc_time(text)


def test_a_time_that_leaves_the_calendar_is_named():
    with pytest.raises(MatchDataError, match="is not a time"):
        utc_time("0001-01-01T00:00:00+14:00")


@given(
    st.integers(0, 9), st.integers(0, 99), st.integers(0, 99), st.integers(0, 59),
    st.integers(0, 9_999_999),
)  # fmt: skip
def test_a_duration_is_the_sum_of_its_parts(days, hours, minutes, whole, fraction):
    exact = Fraction(days * 86_400 + hours * 3600 + minutes * 60 + whole)
    exact += Fraction(fraction, 10_000_000)
    text = f"P{days}DT{hours}H{minutes}M{whole}.{fraction:07d}S"
    assert seconds(text) == pytest.approx(float(exact), abs=1e-9)
    assert seconds("-" + text) == -seconds(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT9M9.4211615S", 549.4211615),
        ("PT0S", 0.0),
        ("PT26S", 26.0),
        ("PT1H", 3600.0),
        ("P1D", 86_400.0),
        ("PT4M", 240.0),
    ],
)
def test_parts_may_be_left_out(text, expected):
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "P", "PT", "P1DT", "9M", "PT9X", "PT1S1M", "PT٣S", None, 3.5])
def test_what_is_no_duration_is_named(text):
    with pytest.raises(MatchDataError, match="is not a duration"):
        seconds(text)
