"""A zone that is wrong is found and named, a right one is left in peace."""

# ruff: noqa: DTZ001 - wall clocks are naive on purpose here

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_assets.captures.known_zones import ZONES
from media_assets.captures.zone_detector import (
    MIN_CAPTURES,
    OFFSET_HOURS,
    ZoneFinding,
    detect_zone,
    seconds_ahead,
)
from media_assets.captures.zones import to_utc, zone_of

NEW_YEAR = datetime(2024, 1, 1)
MEDIAN_GAP = 139.0
"""Seconds between two matches of a session, as in recorded histories."""
PLACES = (
    "UTC", "Europe/Paris", "Europe/London", "America/New_York", "America/Los_Angeles",
    "America/Sao_Paulo", "Asia/Kolkata", "Asia/Tokyo", "Australia/Sydney", "Australia/Adelaide",
)  # fmt: skip


@dataclass
class Player:
    """Matches and captures in seconds since 1970, UTC, and where they were made."""

    zone: str
    joins: list[float] = field(default_factory=list)
    leaves: list[float] = field(default_factory=list)
    captures: list[tuple[float, float]] = field(default_factory=list)

    def read_in(self, configured: str) -> tuple[ZoneFinding, set[float]]:
        """What the detector finds when the wall clock is read in a zone; hours that would mend it.

        Those of a tenth of the captures or more: a zone with another summer time has several.
        """
        walls = np.array([_wall(begin, self.zone) for begin, _ in self.captures])
        begins = np.array([_read(wall, configured) for wall in walls])
        lengths = np.array([end - begin for begin, end in self.captures])
        found = detect_zone(begins, begins + lengths, self.joins, self.leaves, walls - begins)
        shifts = np.array([begin for begin, _ in self.captures]) - begins
        hours, counts = np.unique(np.round(shifts / 3600, 2), return_counts=True)
        return found, set(hours[counts * 10 >= len(begins)].tolist())


def _wall(moment: float, zone: str) -> float:
    there = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(zone))
    return there.replace(tzinfo=UTC).timestamp()


def _read(wall: float, zone: str) -> float:
    return to_utc(datetime.fromtimestamp(wall, UTC).replace(tzinfo=None), zone).time.timestamp()


def play(rng: random.Random, zone: str, days: int, *, related: bool = True) -> Player:
    """Evenings of matches with captures within them, some in menus, some of other things."""
    player = Player(zone)
    hour, keen = rng.choice([13, 17, 19, 20, 21, 22]), rng.uniform(0.3, 0.7)
    for day in range(days):
        if rng.random() < keen:
            evening = NEW_YEAR + timedelta(days=day, hours=hour, minutes=rng.gauss(0, 60))
            _session(rng, player, to_utc(evening, zone).time.timestamp(), related)
    return player


def _session(rng: random.Random, player: Player, now: float, related: bool) -> None:
    for _ in range(1 + int(rng.expovariate(1 / 8))):
        length = rng.uniform(300, 900)
        player.joins.append(now)
        player.leaves.append(now + length)
        while related and rng.random() < 0.3:
            begin = now + rng.random() * length
            player.captures.append((begin, begin + rng.choice([0, 30])))
        now += length
        gap = MEDIAN_GAP * float(np.exp(rng.gauss(0, 1)))
        if rng.random() < 0.05:
            player.captures.append((now + gap / 2, now + gap / 2))
        now += gap
    for _ in range(rng.choice([0, 0, 1] if related else [1, 2, 3])):
        begin = now + rng.uniform(-9, 5) * 3600
        player.captures.append((begin, begin))


def players(seed: int, count: int, days: int, *, related: bool = True) -> list[Player]:
    rng = random.Random(seed)
    return [play(rng, rng.choice(PLACES), days, related=related) for _ in range(count)]


def test_a_wrong_zone_is_named_for_nineteen_of_twenty_players():
    rng = random.Random(5)
    wrong = [(player, rng.choice([zone for zone in PLACES if zone != player.zone]))
             for player in players(5, 60, 120)]  # fmt: skip

    named = 0
    for player, configured in wrong:
        found, hours = player.read_in(configured)
        named += found.clear and any(abs(found.best.shift_hours - h) <= 0.25 for h in hours)

    assert named >= 57


def test_a_right_zone_is_left_in_peace():
    fired = [player for player in players(6, 60, 120) if player.read_in(player.zone)[0].clear]

    assert fired == []


def test_captures_that_show_no_match_say_nothing():
    many = players(7, 40, 120, related=False)

    assert sum(player.read_in(player.zone)[0].clear for player in many) == 0


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), kept=st.integers(0, MIN_CAPTURES - 1))
def test_few_captures_say_too_little(seed, kept):
    (player,) = players(seed, 1, 40)
    player.captures = player.captures[:kept]

    found, _ = player.read_in("Pacific/Chatham")

    assert not found.clear
    assert found.captures <= kept


def test_many_captures_of_few_evenings_say_too_little():
    player = Player("UTC", [0.0, 86_400.0], [36_000.0, 122_400.0])
    player.captures = [
        (day + 200.0 * n, day + 200.0 * n) for day in (0, 86_400) for n in range(100)
    ]

    found, _ = player.read_in("America/New_York")

    assert (found.captures, found.sessions, found.best_rate) == (200, 2, 1.0)
    assert not found.clear


@pytest.mark.parametrize(
    ("captures", "matches"), [([], []), ([], [(0.0, 600.0)]), ([(1000.0, 1030.0)] * 50, [])]
)
def test_without_captures_or_matches_nothing_is_found(captures, matches):
    begins, ends = [begin for begin, _ in captures], [end for _, end in captures]

    found = detect_zone(
        begins, ends, [join for join, _ in matches], [leave for _, leave in matches]
    )

    assert (found.captures, found.configured_rate, found.best_rate, found.clear) == (0, 0, 0, False)
    assert (found.best.shift_hours, found.best.zone) == (0.0, None)
    assert found.inside == (0,) * 57


def test_the_offsets_are_those_of_the_specification():
    assert len(OFFSET_HOURS) == 57
    assert (OFFSET_HOURS[0], OFFSET_HOURS[28], OFFSET_HOURS[-1]) == (-14, 0, 14)
    assert {b - a for a, b in pairwise(OFFSET_HOURS)} == {0.5}


def test_a_shift_is_added_and_the_edges_of_a_match_belong_to_it():
    joins, leaves = [36_000.0], [36_600.0]

    found = detect_zone(
        [34_200.0, 38_400.0, 38_401.0], [34_200.0, 38_400.0, 38_401.0], joins, leaves
    )

    assert found.inside[OFFSET_HOURS.index(0.5)] == 1
    assert found.inside[OFFSET_HOURS.index(-0.5)] == 1
    assert found.inside[OFFSET_HOURS.index(0.0)] == 0


def test_presences_may_overlap_and_stand_in_any_order():
    found = detect_zone([5000.0], [5030.0], [4000.0, 0.0], [4100.0, 9000.0])

    assert found.inside[OFFSET_HOURS.index(0.0)] == 1


def test_a_zone_with_another_summer_time_is_named_as_a_zone():
    player = play(random.Random(8), "Europe/Paris", 365)

    found, hours = player.read_in("UTC")

    assert hours == {-2.0, -1.0}
    assert found.clear
    assert found.best.zone == "Europe/Paris"
    assert found.best.shift_hours in hours
    assert 'Set timezone = "Europe/Paris" in the section of Ada' in found.words("Ada", "UTC")


def test_a_clock_that_no_zone_has_is_named_by_its_offset():
    player = play(random.Random(9), "UTC", 200)
    player.captures = [(begin + 5400, end + 5400) for begin, end in player.captures]

    found, _ = player.read_in("UTC")

    assert found.clear
    assert (found.best.shift_hours, found.best.zone) == (-1.5, None)
    assert found.words("Ada", "UTC").endswith(
        "when they are read 1.5 h earlier, as in no zone: the device's clock was probably wrong"
    )


def test_a_zone_that_is_like_the_configured_one_is_no_finding():
    player = play(random.Random(10), "Europe/Berlin", 120)

    found, _ = player.read_in("Europe/Berlin")

    assert (found.best.shift_hours, found.best.zone, found.clear) == (0, None, False)


def offsets(zone: str, first: int, last: int, step: int) -> bytes:
    begin, end = (datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (first, last))
    return seconds_ahead(zone, np.arange(begin, end, step * 86_400.0)).tobytes()


def test_known_zones_are_different_zones():
    assert set(ZONES) <= available_timezones()
    assert len({offsets(zone, 2000, 2026, 5) for zone in ZONES}) == len(ZONES)


def test_hardly_anybody_lives_in_a_zone_that_is_not_known():
    known = {offsets(zone, 2024, 2026, 7) for zone in ZONES}
    machine = {"localtime", "posixrules"}
    places = (z for z in available_timezones() - machine if not z.startswith("Etc/"))

    assert {zone for zone in places if offsets(zone, 2024, 2026, 7) not in known} <= {
        "America/Coyhaique", "America/Scoresbysund", "Antarctica/Troll", "Australia/Eucla",
        "Pacific/Gambier", "Pacific/Pitcairn",
    }  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(zone=st.sampled_from(ZONES), day=st.integers(10_957, 20_000))
def test_seconds_ahead_are_those_of_noon(zone, day):
    noon = datetime(1970, 1, 1, 12) + timedelta(days=day)
    offset = zone_of(zone).utcoffset(noon)

    assert offset is not None
    assert seconds_ahead(zone, np.array([day * 86_400.0, day * 86_400.0 + 80_000])).tolist() == (
        [offset.total_seconds()] * 2
    )


def test_a_large_library_takes_seconds_at_most():
    rng = np.random.default_rng(1)
    joins = np.cumsum(rng.uniform(400, 8000, 20_000)) + 1.5e9
    begins = rng.uniform(joins[0], joins[-1], 100_000)

    begin = time.process_time()
    found = detect_zone(begins, begins + 30, joins, joins + 600, 3600.0)

    assert found.captures == 100_000
    assert time.process_time() - begin < 5, "about half a second"
