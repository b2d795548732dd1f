"""Which source decides when a capture was taken, and how far it is trusted."""

# ruff: noqa: DTZ001 - wall clocks are naive on purpose here

import json
import os
import time as system_time
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_assets.captures.name_rules import CERTAIN, LOW, NameRule, rule_book
from media_assets.captures.time_sources import (
    CONTAINER_QUALITY,
    EXIF_LOCAL_QUALITY,
    EXIF_QUALITY,
    FOLD_FACTOR,
    GAMEDVR_QUALITY,
    GAP_FACTOR,
    MTIME_QUALITY,
)
from media_assets.captures.times import (
    AGREEMENT_DOUBT,
    CONTRADICTION_FACTOR,
    OTHER_DAY_FACTOR,
    RULES_VERSION,
    TRIM_FACTOR,
    TRIM_REWRITTEN_FACTOR,
    TRIM_WIDENING,
    CaptureEvidence,
    CaptureTime,
    capture_time,
)
from media_assets.captures.zone_plan import Stay, ZonePlan
from media_assets.errors import ConfigurationError
from media_assets.store.tables.captures import CAPTURE_TIMES

PARIS = "Europe/Paris"
NOW = datetime(2024, 6, 1, tzinfo=UTC)
# 21:05:33 in Paris.
T = datetime(2024, 1, 31, 20, 5, 33, tzinfo=UTC)
COPIED = datetime(2024, 5, 5, 5, 5, 5, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
LENGTH = timedelta(seconds=30)


def nanoseconds(time: datetime) -> int:
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


IMAGE = CaptureEvidence(
    kind="image", file_name="a.png", folder_name="captures", mtime_ns=nanoseconds(COPIED),
    duration_seconds=None, gamedvr=None, exif_original=None, exif_offset=None, exif_subsec=None,
    creation_time=None,
)  # fmt: skip
CLIP = replace(IMAGE, kind="video", file_name="a.mp4", duration_seconds=30.0)
GAME_BAR = replace(CLIP, file_name="Halo Infinite 2024-01-31 21-05-33.mp4")
SHOT = replace(IMAGE, file_name="Halo Infinite 2024-01-31 21-05-33.png")


def taken(evidence: CaptureEvidence, zone: str = PARIS, **changes: object) -> CaptureTime:
    return capture_time(replace(evidence, **changes), zone, NOW)  # type: ignore[arg-type]


def interval(found: CaptureTime) -> tuple[datetime | None, datetime | None]:
    return found.capture_start_utc, found.capture_end_utc


def uses(found: CaptureTime) -> dict[str, str]:
    return {source: entry["use"] for source, entry in json.loads(found.evidence).items()}


def raised(quality: float) -> float:
    return round(1 - (1 - quality) * AGREEMENT_DOUBT, 4)


def test_the_fields_are_the_columns_of_the_table():
    computed = [column.name for column in CAPTURE_TIMES.columns]

    assert [field.name for field in fields(CaptureTime)] == [
        name for name in computed if name not in ("media_id", "inputs", "computed_at")
    ]
    assert RULES_VERSION >= 1


class TestEachSource:
    def test_the_recorders_own_words(self):
        text = json.dumps({"startTime": "2024-01-31T21:05:33.1234567+01:00", "localId": "x"})

        found = taken(SHOT, gamedvr=text, exif_original="2020:01:01 00:00:00")

        assert found.source == "gamedvr"
        assert interval(found) == (T.replace(microsecond=123_456),) * 2
        assert found.zone is None
        assert found.rule == "game_bar_screenshot"
        assert found.title == "Halo Infinite"
        assert found.agreement
        assert found.time_quality == raised(GAMEDVR_QUALITY)

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("{", "not JSON"),
            ("[" * 60_000, "not JSON"),
            ("[1]", "no startTime"),
            ('{"startTime": 5}', "no startTime"),
            ('{"startTime": "yesterday"}', "not a time"),
            ('{"startTime": "2024-01-31T21:05:33"}', "no offset"),
            ('{"startTime": "0001-01-01T00:00:00+01:00"}', "implausible year"),
            ('{"startTime": "9999-12-31T23:59:59-01:00"}', "implausible year"),
            (" " * 70_000 + "{}", "too long"),
        ],
    )
    def test_words_of_the_recorder_that_cannot_be_used(self, text, why):
        found = taken(SHOT, gamedvr=text)

        assert found.source == "file_name"
        assert uses(found)["gamedvr"] == f"not used: {why}"

    def test_a_file_name_in_the_players_zone(self):
        found = taken(SHOT)

        assert interval(found) == (T, T)
        assert (found.source, found.zone, found.precision_seconds) == ("file_name", PARIS, 1)
        assert (found.time_quality, found.agreement, found.flags) == (CERTAIN, False, "")
        assert taken(SHOT, "Asia/Kolkata").capture_start_utc == datetime(
            2024, 1, 31, 15, 35, 33, tzinfo=UTC
        )

    def test_a_file_name_in_utc_needs_no_zone(self):
        found = taken(CLIP, file_name="2024-01-31T20-05-33.mp4")

        assert interval(found) == (T, T + LENGTH)
        assert found.zone is None

    def test_a_folder_of_steam(self):
        found = taken(CLIP, folder_name="clip_1240440_20240131_200533")

        assert interval(found) == (T, T + LENGTH)
        assert found.rule == "steam_recording"

    @pytest.mark.parametrize(
        ("original", "offset", "subsec", "time", "precision"),
        [
            ("2024:01:31 15:05:33", "-05:00", None, T, 1),
            ("2024:01:31 15:05:33\0", "-0500", "\0", T, 1),
            ("2024:01:31 20:05:33", "Z", "5", T + SECOND / 2, 0.1),
            ("2024-01-31T20:05:33.25+00:00", None, None, T + SECOND / 4, 0.01),
            ("2024:01:31 20:05", "+00:00", None, T.replace(second=0), 60),
            ("2024:01:31 20:05:33", "+00:00", "1234567890", T.replace(microsecond=123_456), 1e-6),
        ],
    )
    def test_exif_with_offset(self, original, offset, subsec, time, precision):
        found = taken(IMAGE, exif_original=original, exif_offset=offset, exif_subsec=subsec)

        assert found.source == "exif"
        assert interval(found) == (time, time)
        assert found.precision_seconds == pytest.approx(precision)
        assert (found.zone, found.time_quality) == (None, EXIF_QUALITY)

    @pytest.mark.parametrize("offset", [None, "", "   :  ", "+25:00", "+14:30", "+01:75", "CET"])
    def test_exif_without_a_usable_offset_is_local(self, offset):
        found = taken(IMAGE, exif_original="2024:01:31 21:05:33", exif_offset=offset)

        assert interval(found) == (T, T)
        assert (found.zone, found.time_quality) == (PARIS, EXIF_LOCAL_QUALITY)

    @pytest.mark.parametrize(
        "text",
        ["0000:00:00 00:00:00", "    :  :     :  :  ", "2024:02:30 10:00:00", "1980:01:01 00:00:00",
         "9999:12:31 23:59:59", "yesterday", "\0\0", "2024:01:31"],
    )  # fmt: skip
    def test_exif_that_is_no_time(self, text):
        found = taken(IMAGE, exif_original=text)

        assert found.source == "mtime"

    def test_the_container(self):
        found = taken(CLIP, creation_time=T)

        assert found.source == "container"
        assert interval(found) == (T - LENGTH, T + LENGTH)
        assert found.time_quality == CONTAINER_QUALITY

    @pytest.mark.parametrize(
        ("modified", "expected"),
        [(T + 2 * SECOND, (T - LENGTH, T)), (T + LENGTH - SECOND, (T, T + LENGTH))],
    )
    def test_the_last_writing_tells_start_from_end_in_the_container(self, modified, expected):
        found = taken(CLIP, creation_time=T, mtime_ns=nanoseconds(modified))

        assert interval(found) == expected
        assert found.time_quality == raised(CONTAINER_QUALITY)

    @pytest.mark.parametrize(
        "unset", [datetime(1904, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)]
    )
    def test_a_container_time_that_is_not_set(self, unset):
        found = taken(CLIP, creation_time=unset)

        assert found.source == "mtime"
        assert uses(found)["container"] == "not used: unset"

    def test_a_container_time_of_another_zone_or_none_is_utc(self):
        there = T.astimezone(timezone(timedelta(hours=-7)))

        assert taken(CLIP, creation_time=there) == taken(CLIP, creation_time=T)
        assert taken(CLIP, creation_time=T.replace(tzinfo=None)) == taken(CLIP, creation_time=T)

    def test_the_last_writing_is_the_end_of_a_clip(self):
        clip, image = taken(CLIP), taken(IMAGE)

        assert interval(clip) == (COPIED - LENGTH, COPIED)
        assert interval(image) == (COPIED, COPIED)
        assert (clip.source, clip.time_quality, clip.rule) == ("mtime", MTIME_QUALITY, None)

    @pytest.mark.parametrize("length", [None, 0.0, -3.0, float("nan"), float("inf"), 1e12])
    def test_a_clip_without_a_believable_length_is_an_instant(self, length):
        assert interval(taken(GAME_BAR, duration_seconds=length)) == (T, T)


class TestAnchors:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("Halo Infinite 2024-01-31 21-05-33.mp4", (T, T + LENGTH)),
            ("Replay 2024-01-31 21-05-33.mkv", (T - LENGTH, T)),
            ("MedalTVHalo20240131210533.mp4", (T - LENGTH, T)),
            ("Halo 2024.01.31 - 21.05.33.00.DVR.mp4", (T, T + LENGTH)),
            ("Halo_20240131210533.webm", (T - LENGTH, T + LENGTH)),
        ],
    )
    def test_the_interval_follows_from_the_anchor(self, name, expected):
        assert interval(taken(CLIP, file_name=name)) == expected

    @pytest.mark.parametrize(
        ("after", "expected"),
        [
            (timedelta(0), (T - LENGTH, T)),
            (timedelta(seconds=-5), (T - LENGTH, T)),
            (timedelta(seconds=5), (T - LENGTH, T)),
            (timedelta(seconds=5.1), (T, T + LENGTH)),
            (timedelta(seconds=30), (T, T + LENGTH)),
            (timedelta(days=9), (T, T + LENGTH)),
        ],
    )
    def test_an_nvidia_replay_ends_when_it_was_written_then(self, after, expected):
        name = "Halo 2024.01.31 - 21.05.33.00.DVR.mp4"

        assert interval(taken(CLIP, file_name=name, mtime_ns=nanoseconds(T + after))) == expected

    def test_only_a_replay_does(self):
        name = "Halo 2024.01.31 - 21.05.33.00.mp4"

        assert interval(taken(CLIP, file_name=name, mtime_ns=nanoseconds(T))) == (T, T + LENGTH)

    def test_the_last_writing_tells_what_a_playstation_wrote(self):
        name = "Halo_20240131210533.webm"
        ended = taken(CLIP, file_name=name, mtime_ns=nanoseconds(T))
        started = taken(CLIP, file_name=name, mtime_ns=nanoseconds(T + LENGTH))

        assert interval(ended) == (T - LENGTH, T)
        assert interval(started) == (T, T + LENGTH)

    def test_game_bar_writes_the_end_into_the_container(self):
        # The name lies in the future, so that the container decides.
        found = taken(CLIP, file_name="Halo 2025-01-31 21-05-33.mp4", creation_time=T)

        assert interval(found) == (T - LENGTH, T)
        assert (found.source, found.flags) == ("container", "future")

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("Halo 2024-01-31 21-05-33_trim.mp4", (T, T + LENGTH + TRIM_WIDENING)),
            ("Replay 2024-01-31 21-05-33-cut-1.mkv", (T - LENGTH - TRIM_WIDENING, T)),
        ],
    )
    def test_a_trimmed_clip_is_somewhere_in_a_wider_interval(self, name, expected):
        found = taken(CLIP, file_name=name)

        assert interval(found) == expected
        assert found.flags == "trimmed"
        assert found.time_quality == round(CERTAIN * TRIM_FACTOR, 4)

    def test_a_trimmed_file_was_written_when_it_was_trimmed(self):
        found = taken(CLIP, file_name="best_trim.mp4")

        assert interval(found) == (COPIED - LENGTH - TRIM_WIDENING, COPIED)
        assert found.flags == "trimmed"
        assert found.time_quality == MTIME_QUALITY * TRIM_REWRITTEN_FACTOR


class TestAgreement:
    @pytest.mark.parametrize("apart", [-5, 0, 5, 25, 35, -25, -35])
    def test_a_second_source_within_five_seconds_or_the_clips_length(self, apart):
        found = taken(GAME_BAR, mtime_ns=nanoseconds(T + apart * SECOND))

        assert found.agreement
        assert found.time_quality == raised(CERTAIN)
        assert uses(found)["mtime"].startswith("confirms")

    @pytest.mark.parametrize("apart", [-5.1, 5.1, 24.9, 35.1, 40, 60])
    def test_others_do_not_agree(self, apart):
        found = taken(GAME_BAR, mtime_ns=nanoseconds(T + apart * SECOND))

        assert not found.agreement
        assert found.time_quality == CERTAIN

    def test_the_creation_time_counts_as_much(self):
        found = taken(GAME_BAR, creation_time=T + LENGTH)

        assert found.agreement
        assert uses(found) == {
            "file_name": "decides: the best source with a plausible time",
            "container": "confirms: same time, or apart by the clip's duration",
            "mtime": "not used: after the capture, copied or edited since",
        }

    def test_a_name_without_seconds_agrees_within_its_minute(self):
        name = "Halo_2024.01.31-21.05.mp4"

        assert taken(CLIP, file_name=name, creation_time=T).agreement
        assert not taken(CLIP, file_name=name, creation_time=T + 2 * timedelta(minutes=1)).agreement

    def test_agreement_never_makes_certain(self):
        text = '{"startTime": "2024-01-31T21:05:33+01:00"}'

        assert taken(SHOT, gamedvr=text, mtime_ns=nanoseconds(T)).time_quality < 1

    @pytest.mark.parametrize("hours", [-8, -1, 1, 0.5, 5.75])
    def test_whole_quarters_of_an_hour_say_that_the_zone_is_wrong(self, hours):
        found = taken(GAME_BAR, creation_time=T + LENGTH + hours * HOUR)

        assert "zone may be wrong" in uses(found)["container"]
        assert found.time_quality == round(CERTAIN * CONTRADICTION_FACTOR, 4)
        assert interval(found) == (T, T + LENGTH)

    def test_a_file_written_before_its_capture_contradicts_the_name(self):
        found = taken(SHOT, mtime_ns=nanoseconds(T - timedelta(minutes=7)))

        assert "before the capture" in uses(found)["mtime"]
        assert found.time_quality == round(CERTAIN * CONTRADICTION_FACTOR, 4)

    def test_exif_that_says_another_time_contradicts_the_name(self):
        found = taken(SHOT, exif_original="2024:01:31 21:08:00")

        assert uses(found)["exif"] == "contradicts: another time"
        assert found.time_quality < CERTAIN

    def test_two_times_of_the_same_clock_do_not_differ_by_a_zone(self):
        found = taken(SHOT, exif_original="2024:01:31 22:05:33")

        assert uses(found)["exif"] == "contradicts: another time"

    def test_one_that_agrees_outweighs_one_that_contradicts(self):
        # Some cameras write local time where the container asks for UTC.
        found = taken(GAME_BAR, creation_time=T + HOUR, mtime_ns=nanoseconds(T + LENGTH))

        assert found.time_quality == raised(CERTAIN)

    def test_what_needs_no_zone_is_not_contradicted_by_what_does(self):
        text = '{"startTime": "2024-01-31T21:05:33+01:00"}'

        found = taken(SHOT, "Asia/Kolkata", gamedvr=text)

        assert uses(found)["file_name"].startswith("contradicts")
        assert found.time_quality == GAMEDVR_QUALITY


class TestLocalTime:
    """Which wall clock was read, in which zone: what a change of the zone concerns."""

    def test_the_name_goes_before_exif(self):
        found = taken(SHOT, exif_original="2024:01:31 21:09:00")

        assert (found.local_time, found.local_zone) == (datetime(2024, 1, 31, 21, 5, 33), PARIS)

    def test_exif_where_the_name_has_none_or_is_in_utc(self):
        for name in ("a.png", "PXL_20240131_200533123.jpg"):
            found = taken(IMAGE, file_name=name, exif_original="2024:01:31 21:09:00")
            assert (found.local_time, found.local_zone) == (datetime(2024, 1, 31, 21, 9), PARIS)

    def test_a_source_that_only_confirms_counts(self):
        text = '{"startTime": "2024-01-31T21:05:33+01:00"}'

        found = taken(SHOT, gamedvr=text)

        assert (found.source, found.zone, found.local_zone) == ("gamedvr", None, PARIS)

    def test_a_day_counts(self):
        found = taken(IMAGE, file_name="2024-01-31_00001.jpg", mtime_ns=0)

        assert (found.source, found.local_time) == (None, datetime(2024, 1, 31))

    @pytest.mark.parametrize(
        "change",
        [{}, {"file_name": "2024-01-31T20-05-33.mp4"},
         {"exif_original": "2024:01:31 21:05:33", "exif_offset": "+01:00"},
         {"exif_original": "yesterday"}],
    )  # fmt: skip
    def test_without_a_local_time_no_zone_plays_a_part(self, change):
        found = taken(CLIP, **change)

        assert (found.zone, found.local_time, found.local_zone) == (None, None, None)
        assert found == taken(CLIP, "Asia/Kolkata", **change)


PLAN = ZonePlan(
    PARIS,
    (
        Stay(datetime(2024, 1, 10), datetime(2024, 1, 20), "America/New_York"),
        Stay(datetime(2024, 3, 8), datetime(2024, 3, 12, 15), "America/New_York"),
        Stay(datetime(2024, 3, 12, 15), datetime(2024, 3, 14), "Asia/Tokyo"),
    ),
)


class TestJourneys:
    @pytest.mark.parametrize(
        ("local", "zone", "utc"),
        [
            ("2024-01-09 23-59-59", PARIS, "2024-01-09T22:59:59"),
            ("2024-01-10 00-00-00", "America/New_York", "2024-01-10T05:00:00"),
            ("2024-01-19 23-59-59", "America/New_York", "2024-01-20T04:59:59"),
            ("2024-01-20 00-00-00", PARIS, "2024-01-19T23:00:00"),
            ("2024-03-12 14-59-59", "America/New_York", "2024-03-12T18:59:59"),
            ("2024-03-12 15-00-00", "Asia/Tokyo", "2024-03-12T06:00:00"),
            # The clock changes there during the journey, and three weeks later at home.
            ("2024-03-10 01-59-59", "America/New_York", "2024-03-10T06:59:59"),
            ("2024-03-10 03-00-00", "America/New_York", "2024-03-10T07:00:00"),
        ],
    )
    def test_the_wall_clock_tells_the_zone(self, local, zone, utc):
        found = capture_time(replace(IMAGE, file_name=f"Halo {local}.png"), PLAN, NOW)

        assert (found.zone, found.local_zone) == (zone, zone)
        assert found.capture_start_utc == datetime.fromisoformat(f"{utc}+00:00")

    def test_the_gap_is_that_of_the_journey(self):
        found = capture_time(replace(IMAGE, file_name="Halo 2024-03-10 02-30-00.png"), PLAN, NOW)

        assert found.flags == "dst_gap"
        assert found.capture_start_utc == datetime(2024, 3, 10, 7, 30, tzinfo=UTC)

    def test_all_local_times_of_a_capture_are_read_in_one_zone(self):
        """They come from one clock: EXIF just after the end of a journey is read as the name."""
        evidence = replace(IMAGE, file_name="Halo 2024-01-19 23-59-59.png",
                           exif_original="2024:01:20 00:00:01")  # fmt: skip

        found = capture_time(evidence, PLAN, NOW)

        assert found.agreement
        assert found.zone == "America/New_York"

    def test_a_day_is_that_of_the_journey(self):
        late = datetime(2024, 1, 16, 3, 30, tzinfo=UTC)  # the evening before in New York
        evidence = replace(IMAGE, file_name="2024-01-15_00001.jpg", mtime_ns=nanoseconds(late))

        assert uses(capture_time(evidence, PLAN, NOW))["file_name"] == "confirms: the same day"
        assert "another day" in uses(capture_time(evidence, PARIS, NOW))["file_name"]

    def test_what_needs_no_zone_does_not_travel(self):
        evidence = replace(CLIP, file_name="2024-01-15T20-05-33.mp4")

        assert capture_time(evidence, PLAN, NOW) == capture_time(evidence, PARIS, NOW)

    def test_an_unknown_zone_of_a_journey_is_refused_when_it_is_read(self):
        plan = ZonePlan(PARIS, (Stay(datetime(2024, 1, 1), datetime(2025, 1, 1), "Mars/Olympus"),))

        with pytest.raises(ConfigurationError, match="Mars"):
            capture_time(SHOT, plan, NOW)


class TestMonthAndDay:
    NAME = "Halo 4_3_2024 7_23_36 PM.mp4"
    APRIL = datetime(2024, 4, 3, 17, 23, 36, tzinfo=UTC)
    MARCH = datetime(2024, 3, 4, 18, 23, 36, tzinfo=UTC)

    def test_the_month_is_first_without_a_second_source(self):
        found = taken(CLIP, file_name=self.NAME)

        assert interval(found) == (self.APRIL, self.APRIL + LENGTH)
        assert found.flags == "month_day_order"
        assert found.time_quality < 0.6

    @pytest.mark.parametrize("source", ["mtime_ns", "creation_time"])
    @pytest.mark.parametrize("start", [APRIL, MARCH])
    def test_a_second_source_tells_the_order(self, source, start):
        end = start + LENGTH
        change = {source: nanoseconds(end) if source == "mtime_ns" else end}

        found = taken(CLIP, file_name=self.NAME, **change)

        assert interval(found) == (start, end)
        assert found.agreement
        assert found.flags == "month_day_order"
        assert found.local_time == start.astimezone(ZoneInfo(PARIS)).replace(tzinfo=None)

    def test_the_order_is_told_for_an_image_too(self):
        found = taken(IMAGE, file_name="Halo 4_3_2024 7_23_36 PM.png",
                      mtime_ns=nanoseconds(self.MARCH + SECOND))  # fmt: skip

        assert interval(found) == (self.MARCH, self.MARCH)

    def test_a_second_source_that_is_merely_near_tells_nothing(self):
        found = taken(CLIP, file_name=self.NAME, mtime_ns=nanoseconds(self.MARCH + 2 * HOUR))

        assert found.capture_start_utc == self.APRIL

    def test_each_reading_is_in_the_zone_of_its_date(self):
        plan = ZonePlan(PARIS, (Stay(datetime(2024, 3, 1), datetime(2024, 3, 9), "Asia/Tokyo"),))
        start = datetime(2024, 3, 4, 10, 23, 36, tzinfo=UTC)

        found = capture_time(
            replace(CLIP, file_name=self.NAME, creation_time=start + LENGTH), plan, NOW
        )

        assert (found.capture_start_utc, found.zone) == (start, "Asia/Tokyo")


class TestImplausible:
    def test_a_name_in_the_future_is_flagged_and_the_next_source_decides(self):
        found = taken(IMAGE, file_name="Halo 2024-06-02 02-00-01.png")

        assert (found.source, found.flags) == ("mtime", "future")
        assert uses(found)["file_name"] == "not used: in the future"
        assert found.rule == "game_bar_screenshot"

    def test_a_day_ahead_is_a_wrong_zone(self):
        found = taken(IMAGE, file_name="Halo 2024-06-02 02-00-00.png")

        assert (found.source, found.flags) == ("file_name", "")

    def test_a_lesser_source_in_the_future_is_not_flagged(self):
        found = taken(SHOT, mtime_ns=nanoseconds(NOW + 9 * DAY))

        assert (found.source, found.flags) == ("file_name", "")
        assert uses(found)["mtime"] == "not used: in the future"

    @pytest.mark.parametrize(
        "mtime_ns",
        [0, -1, 10**30, -(10**30), 10**400, nanoseconds(datetime(1980, 1, 1, tzinfo=UTC))],
    )
    def test_nothing_plausible_is_no_time(self, mtime_ns):
        found = taken(IMAGE, mtime_ns=mtime_ns)

        assert interval(found) == (None, None)
        assert (found.source, found.precision_seconds, found.zone) == (None, None, None)
        assert (found.time_quality, found.agreement, found.flags) == (0, False, "")
        assert uses(found) == {"mtime": "not used: implausible year"}

    def test_everything_in_the_future_is_no_time_either(self):
        found = taken(
            IMAGE, file_name="Halo 2025-01-01 00-00-00.png", mtime_ns=nanoseconds(NOW + 9 * DAY)
        )

        assert found.source is None
        assert found.flags == "future"
        assert found.title == "Halo"

    def test_a_zone_that_is_none_is_refused(self):
        with pytest.raises(ConfigurationError, match="Mars"):
            taken(CLIP, "Mars/Olympus")


class TestDayOnly:
    def test_the_day_confirms_the_source_that_decides(self):
        found = taken(IMAGE, file_name="2024-05-05_00001.jpg")

        assert (found.source, found.rule) == ("mtime", "steam_old_screenshot")
        assert interval(found) == (COPIED, COPIED)
        assert found.time_quality == round(MTIME_QUALITY + (1 - MTIME_QUALITY) * 0.4, 4)
        assert uses(found)["file_name"] == "confirms: the same day"
        assert not found.agreement

    def test_another_day_means_that_the_source_is_wrong(self):
        found = taken(IMAGE, file_name="2024-01-31_00001.jpg")

        assert found.source == "mtime"
        assert found.time_quality == round(MTIME_QUALITY * OTHER_DAY_FACTOR, 4)
        assert uses(found)["file_name"] == "contradicts: another day"

    def test_the_day_is_the_players(self):
        late = nanoseconds(datetime(2024, 1, 31, 23, 30, tzinfo=UTC))
        found = taken(IMAGE, file_name="2024-02-01_00001.jpg", mtime_ns=late)

        assert uses(found)["file_name"] == "confirms: the same day"

    def test_what_was_received_later_may_have_been_taken_before(self):
        found = taken(CLIP, file_name="VID-20240203-WA0003.mp4", creation_time=T)
        before = taken(CLIP, file_name="VID-20240130-WA0003.mp4", creation_time=T)

        assert found.time_quality == CONTAINER_QUALITY
        assert before.time_quality == round(CONTAINER_QUALITY * OTHER_DAY_FACTOR, 4)

    def test_never_enough_alone(self):
        found = taken(IMAGE, file_name="2024-01-31_00001.jpg", mtime_ns=0)

        assert interval(found) == (None, None)
        assert found.rule == "steam_old_screenshot"


class TestChangeOfClocks:
    FOLD = "Halo 2024-10-27 02-30-00.mp4"
    FIRST = datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    LATER = datetime(2025, 1, 1, tzinfo=UTC)

    def at(self, evidence: CaptureEvidence, **changes: object) -> CaptureTime:
        return capture_time(replace(evidence, **changes), PARIS, self.LATER)  # type: ignore[arg-type]

    def test_the_spring_gap_is_shifted_and_flagged(self):
        found = self.at(SHOT, file_name="Halo 2024-03-31 02-30-00.png")

        assert found.capture_start_utc == datetime(2024, 3, 31, 1, 30, tzinfo=UTC)
        assert found.flags == "dst_gap"
        assert found.time_quality == round(CERTAIN * GAP_FACTOR, 4)

    def test_the_autumn_fold_without_a_hint_is_the_first_and_in_doubt(self):
        found = self.at(CLIP, file_name=self.FOLD, mtime_ns=nanoseconds(self.LATER))

        assert interval(found) == (self.FIRST, self.FIRST + LENGTH)
        assert found.flags == "dst_fold"
        assert found.time_quality == round(CERTAIN * FOLD_FACTOR, 4)

    @pytest.mark.parametrize("hour", [0, 1])
    @pytest.mark.parametrize("source", ["mtime_ns", "creation_time"])
    def test_the_autumn_fold_with_a_hint(self, hour, source):
        start = self.FIRST + hour * HOUR
        end = start + LENGTH
        change = {source: nanoseconds(end) if source == "mtime_ns" else end}

        found = self.at(CLIP, file_name=self.FOLD, **change)

        assert interval(found) == (start, end)
        assert found.flags == "dst_fold"
        assert found.time_quality == raised(CERTAIN)

    @pytest.mark.parametrize("hour", [0, 1])
    def test_an_hour_long_recording_was_written_at_its_end(self, hour):
        start = self.FIRST + hour * HOUR
        name = "2024-10-27 02-30-00.mkv"

        found = self.at(
            CLIP, file_name=name, duration_seconds=3600.0, mtime_ns=nanoseconds(start + HOUR)
        )

        assert interval(found) == (start, start + HOUR)

    @pytest.mark.parametrize("hour", [0, 1])
    def test_a_replay_that_ends_in_the_fold(self, hour):
        end = self.FIRST + hour * HOUR
        name = "Halo 2024.10.27 - 02.30.00.00.DVR.mp4"

        found = self.at(CLIP, file_name=name, mtime_ns=nanoseconds(end + SECOND))

        assert interval(found) == (end - LENGTH, end)

    @pytest.mark.parametrize("hour", [0, 1])
    def test_exif_in_the_fold(self, hour):
        time = self.FIRST + hour * HOUR

        found = self.at(
            IMAGE, exif_original="2024:10:27 02:30:00", mtime_ns=nanoseconds(time + SECOND)
        )

        assert interval(found) == (time, time)
        assert found.flags == "dst_fold"


@pytest.fixture(params=["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata"])
def machine_zone(request):
    """The process believes that it runs in another zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    system_time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    system_time.tzset()


NIGHTS = [
    ("Halo 2024-01-31 21-05-33.mp4", "2024-01-31T20:05:33+00:00"),
    ("Halo 2024-07-14 21-05-33.mp4", "2024-07-14T19:05:33+00:00"),
    ("Halo 2024-03-31 01-59-59.mp4", "2024-03-31T00:59:59+00:00"),
    ("Halo 2024-03-31 02-30-00.mp4", "2024-03-31T01:30:00+00:00"),
    ("Halo 2024-03-31 03-00-00.mp4", "2024-03-31T01:00:00+00:00"),
    ("Halo 2024-10-27 01-59-59.mp4", "2024-10-26T23:59:59+00:00"),
    ("Halo 2024-10-27 02-30-00.mp4", "2024-10-27T00:30:00+00:00"),
    ("Halo 2024-10-27 03-00-00.mp4", "2024-10-27T02:00:00+00:00"),
    # Nights of the change where the machine may be, not where the player is.
    ("Halo 2024-03-10 02-30-00.mp4", "2024-03-10T01:30:00+00:00"),
    ("Halo 2024-11-03 01-30-00.mp4", "2024-11-03T00:30:00+00:00"),
    ("2024-03-10T02-30-00.mp4", "2024-03-10T02:30:00+00:00"),
    ("1706731533.mp4", "2024-01-31T20:05:33+00:00"),
    ("a.mp4", "2024-03-31T01:59:30+00:00"),
]


@pytest.mark.skipif(not hasattr(system_time, "tzset"), reason="only POSIX can change its zone")
@pytest.mark.parametrize(("name", "start"), NIGHTS)
def test_the_zone_of_the_machine_plays_no_part(machine_zone, name, start):
    if machine_zone != "UTC":
        assert datetime(2024, 7, 1).astimezone().utcoffset() != timedelta(0), "the test must bite"
    evidence = replace(
        CLIP,
        file_name=name,
        mtime_ns=1_711_850_400_000_000_000,  # 2024-03-31T02:00:00Z
        creation_time=None if name == "a.mp4" else datetime(2024, 12, 1, 12, 0),
    )

    found = capture_time(evidence, PARIS, datetime(2025, 1, 1, tzinfo=UTC))

    assert found.capture_start_utc is not None
    assert found.capture_start_utc.isoformat() == start
    assert found.capture_end_utc == found.capture_start_utc + LENGTH


@pytest.mark.skipif(not hasattr(system_time, "tzset"), reason="only POSIX can change its zone")
@pytest.mark.usefixtures("machine_zone")
def test_a_naive_creation_time_is_utc_on_every_machine():
    found = taken(CLIP, creation_time=T.replace(tzinfo=None))

    assert interval(found) == (T - LENGTH, T + LENGTH)


def test_rules_of_a_user():
    """Before those that are built in, to which this one would be a Game Bar clip."""
    pattern = "Halo {word} {year}-{month}-{day} {hour}-{minute}-{second}"
    own = NameRule("my_tool", "both", "utc", "end", LOW, (pattern,), precision_seconds=60.0)
    found = capture_time(GAME_BAR, PARIS, NOW, rule_book([own]))
    assert interval(found) == (T + HOUR - LENGTH, T + HOUR)
    assert (found.rule, found.precision_seconds, found.local_zone) == ("my_tool", 60, None)

    own = NameRule("my_tool", "both", "utc", "end", LOW, ("@{year}{month}{day}{hour}{minute}",))
    evidence = replace(CLIP, file_name="@202401312005.mp4")

    found = capture_time(evidence, PARIS, NOW, rule_book([own]))

    assert interval(found) == (T.replace(second=0) - LENGTH, T.replace(second=0))
    assert (found.rule, found.precision_seconds) == ("my_tool", 60)


def test_names_that_are_not_text_are_shown_so_that_a_database_takes_them():
    found = taken(CLIP, file_name="Halo \udcff \ud800 2024-01-31 21-05-33.mp4")

    assert found.title == "Halo \\xff \\ud800"
    found = taken(IMAGE, exif_original="\udcff\ud800 \0 é" + "x" * 1000)
    says = json.loads(found.evidence)["exif"]["says"]
    assert says.startswith("\\xff\\ud800  é")
    assert len(says) < 250


TEXTS = st.one_of(
    st.none(),
    st.text(st.characters(codec=None), max_size=40),
    st.sampled_from(
        ['{"startTime": "2024-01-31T21:05:33+01:00"}', '{"startTime": "2024-01-31T21:05:33\\"Z"}',
         "2024:01:31 21:05:33", "2024:10:27 02:30:00", "+01:00", "123"]
    ),
)  # fmt: skip
NAMES = st.one_of(
    st.text(st.characters(codec=None), max_size=60),
    st.sampled_from(
        ["Halo 2024-01-31 21-05-33.mp4", "Halo 2023-10-29 02-30-00_trim.mp4",
         "2024-01-31_00001.jpg", "IMG-20240131-WA0003.jpg", "Halo_20240131210533.webm",
         "Halo 2024-03-31 02-30-00.png",
         'Halo "x" \\ 2024.01.31 - 21.05.33.12.DVR.mp4']
    ),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    evidence=st.builds(
        CaptureEvidence,
        kind=st.sampled_from(["image", "video"]),
        file_name=NAMES,
        folder_name=NAMES,
        mtime_ns=st.one_of(st.integers(), st.integers(10**18, 2 * 10**18)),
        duration_seconds=st.one_of(st.none(), st.floats()),
        gamedvr=TEXTS,
        exif_original=TEXTS,
        exif_offset=TEXTS,
        exif_subsec=TEXTS,
        creation_time=st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))),
    ),
    zone=st.sampled_from(["UTC", PARIS, "America/New_York", "Asia/Kolkata", "Pacific/Apia"]),
)
def test_whatever_the_evidence_the_result_fits_the_table(evidence, zone):
    found = capture_time(evidence, zone, NOW)

    assert 0 <= found.time_quality < 1
    assert (found.source is None) == (found.capture_start_utc is None)
    if found.capture_start_utc is not None and found.capture_end_utc is not None:
        assert found.capture_start_utc <= found.capture_end_utc
        assert evidence.kind == "video" or found.capture_start_utc == found.capture_end_utc
    entries = json.loads(found.evidence)
    assert "mtime" in entries
    assert [source for source, use in uses(found).items() if use.startswith("decides")] == (
        [found.source] if found.source else []
    )
    (found.evidence + str(found.title)).encode()
    assert capture_time(evidence, zone, NOW) == found
