"""The picture of a player's latest matches with the captures on them."""

import base64
import io
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from PIL import Image

from media_assets.orchestration.plots import MAX_BYTES
from media_assets.orchestration.timeline import (
    LONGEST,
    PAUSE,
    Match,
    clock,
    match_timeline,
    sittings,
    stacked,
)


def utc(*parts: int) -> datetime:
    """A moment as the tables have it: UTC, naive."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[arg-type,misc]


EVENING = utc(2026, 10, 31, 18)
PARIS = ZoneInfo("Europe/Paris")


def after(minutes: float) -> datetime:
    return EVENING + timedelta(minutes=minutes)


def match(begins: float, ends: float, name: str | None = "Bazaar") -> Match:
    return after(begins), after(ends), name


def picture(value: dg.MarkdownMetadataValue) -> Image.Image:
    content = base64.b64decode(value.md_str.removesuffix(")").partition(";base64,")[2])
    assert len(content) <= MAX_BYTES
    return Image.open(io.BytesIO(content))


class TestSittings:
    def test_a_long_pause_begins_a_row(self) -> None:
        pause = PAUSE.total_seconds() / 60
        together = sittings([match(0, 10), match(10 + pause, 90)], [])
        apart = sittings([match(0, 10), match(10.1 + pause, 90)], [])
        assert [len(row.matches) for row in together] == [2]
        assert [len(row.matches) for row in apart] == [1, 1]

    def test_captures_lie_in_the_row_of_their_time(self) -> None:
        first, second = sittings(
            [match(200, 210), match(0, 10)],
            [(after(205), "auto"), (after(12), "review"), (after(-20), "none")],
        )
        assert (first.begins, first.ends) == (after(-20), after(12))
        assert first.captures == ((after(-20), "none"), (after(12), "review"))
        assert second.captures == ((after(205), "auto"),)

    def test_a_row_has_an_end(self) -> None:
        rows = sittings([match(12 * n, 12 * n + 10) for n in range(60)], [])
        assert sum(len(row.matches) for row in rows) == 60
        assert all(row.ends - row.begins <= LONGEST for row in rows)
        assert all(one.ends < other.begins for one, other in pairwise(rows))

    def test_a_match_longer_than_a_row_has_its_own(self) -> None:
        rows = sittings([match(0, 10), match(11, 600), match(601, 610)], [])
        assert [len(row.matches) for row in rows] == [1, 1, 1]

    def test_a_capture_alone_is_a_row_without_matches(self) -> None:
        (row,) = sittings([], [(EVENING, "none")])
        assert (row.matches, row.captures) == ((), ((EVENING, "none"),))


class TestClock:
    def test_it_is_the_local_one(self) -> None:
        shown = clock(EVENING, timedelta(minutes=100), ZoneInfo("Asia/Kolkata"))
        assert shown == [(0, "23:30"), (30, "00:00"), (60, "00:30"), (90, "01:00")]

    def test_an_hour_that_comes_twice_stands_there_twice(self) -> None:
        """In Paris the clock goes from 03:00 to 02:00 at 01:00 UTC."""
        shown = clock(utc(2026, 10, 25, 0), timedelta(hours=2), PARIS)
        assert [text for _, text in shown] == ["02:00", "02:30", "02:00", "02:30"]

    def test_an_hour_that_is_left_out_is_left_out(self) -> None:
        shown = clock(utc(2026, 3, 29, 0, 30), timedelta(hours=1, minutes=30), PARIS)
        assert [text for _, text in shown] == ["01:30", "03:00", "03:30"]


def test_marks_that_would_hide_each_other_are_stacked() -> None:
    taken = [0, 0.2, 0.4, 0.6, 30]
    (row,) = sittings([match(0, 60)], [(after(minutes), "auto") for minutes in taken])
    levels = [level for _, level, _ in stacked(row, EVENING, timedelta(hours=1))]
    assert levels == [0, 1, 2, 0, 0]


class TestPicture:
    @pytest.mark.parametrize(
        "decision", ["auto", "review", "candidate", "none", "accepted", "assigned", "rejected"]
    )
    def test_every_decision_has_a_mark(self, decision: str) -> None:
        with_mark = match_timeline([match(0, 0)], [(EVENING, decision)], "UTC").md_str
        assert with_mark != match_timeline([match(0, 0)], [], "UTC").md_str

    def test_thousands_of_matches_fit(self) -> None:
        names = ["Bazaar", "$x_1$", "日本 🗺", "", None, "x" * 500, "a\nb"]
        matches = [match(14 * n, 14 * n + 12, names[n % 7]) for n in range(5000)]
        captures = [(after(14 * n + 3), "auto") for n in range(5000)]
        drawn = picture(match_timeline(matches, captures, "Europe/Paris"))
        assert drawn.width > 700
        assert drawn.height > 400

    def test_the_same_rows_give_the_same_picture(self) -> None:
        rows = [match(0, 10)], [(after(3), "auto")]
        assert match_timeline(*rows, "UTC") == match_timeline(*rows, "UTC")
        assert match_timeline(*rows, "UTC") != match_timeline(*rows, "Asia/Kathmandu")

    def test_without_matches_nothing_is_drawn(self) -> None:
        assert match_timeline([], [], "UTC").md_str == "*no matches; captures: 0*"
        alone = match_timeline([], [(EVENING, "none")], "UTC")
        assert alone.md_str == "*no matches; captures: 1*"
