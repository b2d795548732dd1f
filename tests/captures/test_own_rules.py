"""Rules of a user's own for file names: what they read, and that they go before the others."""

# ruff: noqa: DTZ001 - wall clocks are naive on purpose here

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_assets.capture_settings import CaptureSettings, NameRuleSettings
from media_assets.captures.name_rules import RuleBook, own_rules, rule_book
from media_assets.captures.names import NameTime, own_rule, read_name

NOW = datetime(2026, 6, 1, tzinfo=UTC)
T = datetime(2024, 1, 31, 21, 5, 33)


def book(**rule: object) -> RuleBook:
    made = NameRuleSettings(**{"name": "mine", **rule})  # type: ignore[arg-type]  # whatever a test says
    return rule_book(own_rules(CaptureSettings(name_rules=(made,))))


def read(name: str, rules: RuleBook, folder: str = "") -> NameTime | None:
    video = name.endswith(".mp4")
    return read_name("video" if video else "image", name, folder, NOW, rules)


@pytest.mark.parametrize(
    ("rule", "name", "title", "time", "precision"),
    [
        ({"pattern": "{title} @{year}{month}{day}-{hour}h"}, "Halo @20240131-21h.mp4", "Halo",
         T.replace(minute=0, second=0), 3600),
        ({"pattern": "hi{year2}{month}{day}{hour}{minute}"}, "HI2401312105.mp4", None,
         T.replace(second=0), 60),
        ({"pattern": "shot_{epoch_ms}", "zone": "utc"}, "shot_1706735133123.png", None,
         T + timedelta(milliseconds=123), 0.001),
        ({"pattern": "{year}-{month}-{day} {hour}{minute}", "precision_seconds": 300},
         "2024-01-31 2105.png", None, T.replace(second=0), 300),
        ({"pattern": "{title} day {year}.{month}.{day}"}, "Halo day 2024.01.31.png", "Halo",
         datetime(2024, 1, 31), 86_400),
        ({"regex": r"(?P<title>[a-z ]+)#(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d\d) "
                   r"(?P<hour>\d{1,2})(?::|\.)(?P<minute>\d\d)"},
         "Halo Infinite#31.1.24 21.05.mp4", "Halo Infinite", T.replace(second=0), 60),
        ({"regex": r"(?P<month>\d+)x(?P<day>\d+)x(?P<year>\d{4})(?:_(?P<hour>.) (?P<half>.m))?"},
         "1x31x2024_9 PM.png", None, T.replace(minute=0, second=0), 3600),
        ({"regex": r"(?P<month>\d+)x(?P<day>\d+)x(?P<year>\d{4})(?:_(?P<hour>.) (?P<half>.m))?"},
         "1x31x2024.png", None, datetime(2024, 1, 31), 86_400),
        ({"regex": r"v(?P<epoch>\d{10}).*", "zone": "utc"}, "v1706735133 best.mp4", None, T, 1),
    ],
)  # fmt: skip
def test_what_a_rule_reads(rule, name, title, time, precision):
    found = read(name, book(**rule))

    assert found is not None
    assert (found.rule.name, found.title, found.time) == ("mine", title, time)
    assert found.precision_seconds == precision


def test_what_a_rule_says_of_the_time():
    found = read("@20240131-21h.mp4", book(pattern="@{year}{month}{day}-{hour}h", zone="utc",
                                           anchor="end", quality=0.7))  # fmt: skip

    assert found is not None
    assert (found.zone, found.anchor, found.quality) == ("utc", "end", 0.7)


def test_an_image_is_an_instant_whatever_its_rule_says():
    found = read("@20240131-21h.png", book(pattern="@{year}{month}{day}-{hour}h", anchor="end"))

    assert found is not None
    assert found.anchor == "instant"


def test_a_rule_goes_before_those_that_are_built_in():
    """Also where its name has an ending that must be stripped first."""
    rules = book(pattern="{title} {year}-{month}-{day} {hour}-{minute}-{second}", anchor="end")

    for name in ("Halo 2024-01-31 21-05-33.mp4", "Halo 2024-01-31 21-05-33 - Copy_trim (2).mp4"):
        found = read(name, rules)
        assert found is not None
        assert (found.rule.name, found.anchor, found.time) == ("mine", "end", T)


def test_the_built_in_rules_read_what_no_own_one_reads():
    rules = book(pattern="@{year}{month}{day}", kind="image")

    for name in ("Halo 2024-01-31 21-05-33.mp4", "Halo 2024-01-31 21-05-33.png"):
        found = read(name, rules)
        assert found is not None
        assert found.rule.name.startswith("game_bar")
    assert read("@20240131.mp4", rules) is None
    assert read("@20240131.png", rules) is not None


def test_the_first_of_several_that_fits_decides():
    day = "{title} {year}-{month}-{day}"
    first, second, other = (
        NameRuleSettings(name=name, pattern=pattern)
        for name, pattern in (("first", day), ("second", day), ("other", "{year}{month}{day}"))
    )
    rules = rule_book(own_rules(CaptureSettings(name_rules=(other, first, second))))

    found = read("Halo 2024-01-31.png", rules)

    assert found is not None
    assert found.rule.name == "first"


@pytest.mark.parametrize(
    "name", ["Halo @20240230-21h.mp4", "Halo @19990131-21h.mp4", "Halo @20280101-00h.mp4",
             "Halo @20240131-24h.mp4"],
)  # fmt: skip
def test_what_is_no_time_is_none_for_a_user_either(name):
    assert read(name, book(pattern="{title} @{year}{month}{day}-{hour}h")) is None


@pytest.mark.parametrize(
    "regex",
    [
        r"(?P<year>.*)-(?P<month>..)-(?P<day>..)",
        r"(?P<year>\d{4})(?:-(?P<month>..))?(?:-(?P<day>..))?",
        r"(?P<year>\d*)-(?P<month>\d\d)-(?P<day>\d\d)(?P<hour>)?",
        r"(?P<year>\d{4})-(?P<month>..)-(?P<day>..) ?(?P<hour>.*)(?P<half>.*)",
        r"(?P<epoch>[\d-]*)",
        r"(?P<epoch>\d+).*",
    ],
)
@pytest.mark.parametrize(
    "name",
    ["2024", "2024-01", "x-01-31", "-01-31", "2024-01-31", "2024-01-31 x", "2024-01-31 9q",
     "٢٠٢٤-٠١-٣١", "9" * 200, "²024-01-31", "2024-01-31 " + "9" * 200],
)  # fmt: skip
def test_whatever_an_expression_lets_through_nothing_raises(regex, name):
    rules = book(regex=regex, zone="utc" if "epoch" in regex else "local")

    found = read(f"{name}.png", rules)

    assert found is None or 2000 <= found.time.year <= 2027


def test_the_rule_of_a_name_is_told_without_reading_the_rest():
    rules = book(pattern="@{year}{month}{day}", kind="image")

    rule = own_rule("image", "@20240131 (2).png", NOW, rules)

    assert rule is not None
    assert rule.name == "mine"
    assert own_rule("video", "@20240131.mp4", NOW, rules) is None
    assert own_rule("image", "Halo 2024-01-31 21-05-33.png", NOW, rules) is None
    assert own_rule("image", "@20240231.png", NOW, rules) is None


def test_a_rule_that_differs_in_anything_has_another_digest():
    base = {"name": "mine", "pattern": "{title} {year}{month}{day} {hour}"}
    changes = ({}, {"name": "other"}, {"kind": "image"}, {"zone": "utc"}, {"anchor": "end"},
               {"precision_seconds": 60.0}, {"quality": 0.5},
               {"pattern": "{title} {year}-{month}-{day}"})  # fmt: skip

    rules = own_rules(
        CaptureSettings(name_rules=tuple(NameRuleSettings(**base | change) for change in changes))
    )

    assert len({rule.digest for rule in rules}) == len(changes)
    assert own_rules(CaptureSettings(name_rules=(NameRuleSettings(**base),)))[0].digest == (
        rules[0].digest
    )


@settings(max_examples=40, deadline=None)
@given(
    title=st.text("abz _-.#", min_size=1, max_size=20),
    time=st.datetimes(datetime(2000, 1, 1), datetime(2027, 12, 31)),
)
def test_what_a_tool_of_the_user_writes_is_read_back(title, time):
    name = f"{title}~{time:%d%m%y}~{time.hour}.{time:%M.%S},{time.microsecond // 1000:03}.mp4"
    rules = book(pattern="{title}~{day}{month}{year2}~{hour1}.{minute}.{second},{milli}")

    found = read(name, rules)

    assert found is not None
    assert found.time == time.replace(microsecond=time.microsecond // 1000 * 1000)
