"""Wall clock times to UTC."""

# ruff: noqa: DTZ001 - wall clocks are naive on purpose here

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_assets.captures.zones import UtcTime, day_in, to_utc, zone_of
from media_assets.errors import ConfigurationError

ZONES = [
    "UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
    "Africa/Casablanca", "America/Havana", "Asia/Beirut", "Pacific/Apia", "Europe/Dublin",
    "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Chatham", "Asia/Gaza",
]  # fmt: skip


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("local", "zone", "expected"),
    [
        (datetime(2024, 1, 31, 21, 5), "Europe/Paris", utc(2024, 1, 31, 20, 5)),
        (datetime(2024, 7, 31, 21, 5), "Europe/Paris", utc(2024, 7, 31, 19, 5)),
        (datetime(2024, 1, 31, 21, 5), "America/New_York", utc(2024, 2, 1, 2, 5)),
        (datetime(2024, 1, 31, 21, 5), "Asia/Kolkata", utc(2024, 1, 31, 15, 35)),
        (datetime(2024, 1, 31, 21, 5, 33, 120_000), "UTC", utc(2024, 1, 31, 21, 5, 33, 120_000)),
        # The nights of the change, on both sides of it.
        (datetime(2024, 3, 31, 1, 59, 59), "Europe/Paris", utc(2024, 3, 31, 0, 59, 59)),
        (datetime(2024, 3, 31, 3, 0), "Europe/Paris", utc(2024, 3, 31, 1, 0)),
        (datetime(2024, 10, 27, 1, 59, 59), "Europe/Paris", utc(2024, 10, 26, 23, 59, 59)),
        (datetime(2024, 10, 27, 3, 0), "Europe/Paris", utc(2024, 10, 27, 2, 0)),
        # Brazil had summer time until 2019: the offset of the date counts, not today's.
        (datetime(2018, 12, 1, 12), "America/Sao_Paulo", utc(2018, 12, 1, 14)),
        (datetime(2023, 12, 1, 12), "America/Sao_Paulo", utc(2023, 12, 1, 15)),
    ],
)
def test_an_unambiguous_time(local, zone, expected):
    assert to_utc(local, zone) == UtcTime(expected, "", True)


@pytest.mark.parametrize(
    ("local", "zone", "expected"),
    [
        (datetime(2024, 3, 31, 2, 0), "Europe/Paris", utc(2024, 3, 31, 1, 0)),
        (datetime(2024, 3, 31, 2, 30), "Europe/Paris", utc(2024, 3, 31, 1, 30)),
        (datetime(2024, 3, 10, 2, 30), "America/New_York", utc(2024, 3, 10, 7, 30)),
        (datetime(2024, 10, 6, 2, 10), "Australia/Lord_Howe", utc(2024, 10, 5, 15, 40)),
        (datetime(2018, 11, 4, 0, 30), "America/Sao_Paulo", utc(2018, 11, 4, 3, 30)),
    ],
)
def test_a_time_in_the_spring_gap_is_shifted_forward(local, zone, expected):
    found = to_utc(local, zone)

    assert found == UtcTime(expected, "dst_gap", False)
    assert expected.astimezone(ZoneInfo(zone)).replace(tzinfo=None) > local


FOLD = datetime(2024, 10, 27, 2, 30)
FIRST, SECOND = utc(2024, 10, 27, 0, 30), utc(2024, 10, 27, 1, 30)


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        ([], UtcTime(FIRST, "dst_fold", False)),
        ([FIRST + timedelta(seconds=30)], UtcTime(FIRST, "dst_fold", True)),
        ([SECOND - timedelta(minutes=20)], UtcTime(SECOND, "dst_fold", True)),
        ([SECOND + timedelta(minutes=50)], UtcTime(SECOND, "dst_fold", True)),
        ([FIRST - timedelta(hours=2)], UtcTime(FIRST, "dst_fold", True)),
        # A copy made a day later is nearer to the second, and says nothing.
        ([SECOND + timedelta(days=1)], UtcTime(FIRST, "dst_fold", False)),
        ([SECOND + timedelta(days=1), SECOND + timedelta(seconds=4)],
         UtcTime(SECOND, "dst_fold", True)),
        ([FIRST + timedelta(minutes=30)], UtcTime(FIRST, "dst_fold", False)),
    ],
)  # fmt: skip
def test_in_the_autumn_fold_the_nearer_hint_chooses(hints, expected):
    assert to_utc(FOLD, "Europe/Paris", hints) == expected


def test_a_fold_of_half_an_hour():
    local = datetime(2024, 4, 7, 1, 45)
    first, second = utc(2024, 4, 6, 14, 45), utc(2024, 4, 6, 15, 15)

    assert to_utc(local, "Australia/Lord_Howe") == UtcTime(first, "dst_fold", False)
    assert to_utc(local, "Australia/Lord_Howe", [second]) == UtcTime(second, "dst_fold", True)


def test_hints_do_nothing_to_an_unambiguous_time():
    hint = utc(2024, 1, 31, 23, 0)

    found = to_utc(datetime(2024, 1, 31, 21, 5), "Europe/Paris", [hint])

    assert found == UtcTime(utc(2024, 1, 31, 20, 5), "", True)


@settings(max_examples=400, deadline=None)
@given(
    time=st.datetimes(datetime(1999, 12, 31), datetime(2037, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(ZONES),
)
def test_what_a_wall_clock_showed_comes_back(time, zone):
    local = time.astimezone(ZoneInfo(zone))

    found = to_utc(local.replace(tzinfo=None, fold=0), zone, [time])

    assert found.time == time
    assert found.flag in ("", "dst_fold")


@pytest.mark.parametrize("zone", ZONES)
def test_every_half_hour_of_years_of_changes_comes_back(zone):
    """The offset that is kept for whole days must be right on each day around each change."""
    place, step = ZoneInfo(zone), timedelta(minutes=30)
    time, wrong = utc(2010, 12, 31), []
    while time < utc(2012, 1, 2):
        local = time.astimezone(place)
        found = to_utc(local.replace(tzinfo=None, fold=0), zone, [time])
        if found.time != time or (found.flag == "") != (
            local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset()
        ):
            wrong.append(local)
        time += step

    assert wrong == []


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "/etc/passwd", "../UTC", "a\0b", "localtime"])
def test_what_is_no_zone_is_refused_in_words(name):
    with pytest.raises(ConfigurationError, match="Europe/Paris"):
        zone_of(name)


def test_the_day_is_that_of_the_wall_clock():
    time = utc(2024, 1, 31, 23, 30)

    assert day_in("UTC", time) == "2024-01-31"
    assert day_in("Europe/Paris", time) == "2024-02-01"
    assert day_in("America/New_York", time) == "2024-01-31"
