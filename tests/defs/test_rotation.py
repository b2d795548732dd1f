"""Whose turn it is, and what is remembered: without Dagster, disk and clock."""

import base64
import json
import random
from collections import Counter
from collections.abc import Callable

import pytest

from media_assets.defs.automation.cursor import Memory
from media_assets.defs.automation.due import TICKS_AN_HOUR, Tick, choose, oldest
from media_assets.defs.automation.rotation import TOO_LARGE, Round, look_around
from media_assets.library.look import Look

PLAYERS = ("a", "b", "c", "d", "e")
SAME, OLD, NEW = "5a" * 8, "01" * 8, "0e" * 8
Eyes = Callable[[str], Look]


def looks(count: int, digest: str = SAME) -> Eyes:
    """Looks that all see the same; after `count` of them the time is over."""
    left = iter(range(count))
    return lambda player: Look(None if next(left, None) is None else digest)


def around(
    seen: dict[str, str],
    eyes: Eyes,
    *,
    limit: int = 20,
    busy: tuple[str, ...] = (),
    scanned: tuple[str, ...] = (),
    players: tuple[str, ...] = PLAYERS,
) -> Round:
    return look_around(
        players, seen, eyes, lambda player, sight: player in scanned, busy=busy, limit=limit
    )


class TestTime:
    """Who is looked at when the time does not reach for all."""

    def test_everybody_has_a_turn_although_nothing_changes(self) -> None:
        seen, turns = dict.fromkeys(PLAYERS, SAME), []
        for _ in range(3):
            found = around(seen, looks(2))
            seen = found.seen
            turns.append(list(seen)[-found.looked :])
        assert turns == [["a", "b"], ["c", "d"], ["e", "a"]]

    def test_new_players_come_first(self) -> None:
        found = around({"a": SAME, "b": SAME}, looks(3))
        assert set(found.changed) == {"c", "d", "e"}
        assert list(found.seen) == ["a", "b", "c", "d", "e"]

    def test_a_library_that_takes_all_the_time_is_reported_once_and_stops_nobody(self) -> None:
        def eyes(player: str) -> Look:
            return Look(None if player == "a" else SAME)

        first = around(dict.fromkeys(PLAYERS, SAME), eyes)
        assert first.changed == {"a": TOO_LARGE}
        second = around(first.seen, eyes)
        assert not second.changed
        assert second.looked == 4
        third = around(second.seen, eyes)
        assert not third.changed
        assert third.looked == 1

    def test_what_comes_after_a_long_look_is_looked_at_next_time(self) -> None:
        found = around(dict.fromkeys(PLAYERS, SAME), looks(1))
        assert found.looked == 1
        assert list(found.seen) == ["b", "c", "d", "e", "a"]


class TestLimit:
    """How many runs are asked for."""

    def test_a_change_above_the_limit_is_not_lost(self) -> None:
        seen, asked = dict.fromkeys(PLAYERS, OLD), []
        for _ in range(3):
            found = around(seen, looks(5, NEW), limit=2)
            seen = found.seen
            asked.append(list(found.changed))
        assert asked == [["a", "b"], ["c", "d"], ["e"]]

    def test_without_room_nobody_is_looked_at_and_nothing_is_forgotten(self) -> None:
        seen = dict.fromkeys(PLAYERS, OLD)
        found = around(seen, looks(5, NEW), limit=0)
        assert (found.looked, found.changed, found.seen) == (0, {}, seen)

    def test_players_who_change_all_the_time_starve_nobody(self) -> None:
        """Thirty change all the time and three once: all have their run within two ticks."""
        busy = tuple(f"busy {number:02}" for number in range(30))
        calm = tuple(f"calm {number}" for number in range(3))
        tick = 0
        seen = dict.fromkeys([*busy, *calm], f"{tick:016x}")
        asked: Counter[str] = Counter()
        for tick in range(1, 7):

            def eyes(player: str, tick: int = tick) -> Look:
                return Look(f"{tick if player in busy else 1:016x}")

            found = around(seen, eyes, players=busy + calm)
            seen = found.seen
            asked.update(list(found.changed))
            if tick == 2:
                assert set(asked) == {*busy, *calm}
        assert {asked[player] for player in calm} == {1}
        assert max(asked[player] for player in busy) - min(asked[player] for player in busy) <= 1


class TestWhatCountsAsAChange:
    def test_who_is_in_a_run_keeps_the_old_digest_until_it_has_ended(self) -> None:
        during = around(dict.fromkeys(PLAYERS, OLD), looks(9, NEW), busy=("b",))
        assert "b" not in during.changed
        assert during.seen["b"] == OLD
        assert list(around(during.seen, looks(9, NEW)).changed) == ["b"]

    def test_a_new_player_who_is_in_a_run_is_not_forgotten(self) -> None:
        during = around({}, looks(9), players=("b",), busy=("b",))
        assert during.seen == {}
        assert list(around(during.seen, looks(9), players=("b",)).changed) == ["b"]

    def test_folders_that_are_gone_are_no_change_and_the_same_when_they_are_back(self) -> None:
        away = around({"a": SAME}, lambda player: Look(NEW, is_absent=True), players=("a",))
        assert (away.changed, away.absent, away.seen) == ({}, ["a"], {"a": SAME})
        back = around(away.seen, looks(1), players=("a",))
        assert (back.changed, back.absent) == ({}, [])
        assert list(around(away.seen, looks(1, NEW), players=("a",)).changed) == ["a"]

    def test_a_new_player_without_folders_has_one_run_for_the_matches(self) -> None:
        first = around({}, lambda player: Look(NEW, is_absent=True), players=("a",))
        assert (list(first.changed), first.absent) == (["a"], ["a"])
        again = around(first.seen, lambda player: Look(NEW, is_absent=True), players=("a",))
        assert not again.changed

    def test_what_a_run_has_seen_is_taken_over_without_another(self) -> None:
        found = around({}, looks(5), scanned=("a", "b", "c"))
        assert set(found.changed) == {"d", "e"}
        assert set(found.seen) == set(PLAYERS)

    def test_a_change_is_one_whatever_the_runs_have_seen(self) -> None:
        assert set(around(dict.fromkeys(PLAYERS, OLD), looks(5, NEW), scanned=PLAYERS).changed) == {
            *PLAYERS
        }

    def test_who_is_gone_is_forgotten(self) -> None:
        assert list(around(dict.fromkeys(PLAYERS, SAME), looks(5), players=("a",)).seen) == ["a"]

    def test_unreadable_folders_are_kept_for_the_log(self) -> None:
        found = around({}, lambda player: Look(SAME, unreadable=(f"/{player}/x",)))
        assert found.unreadable["c"] == ("/c/x",)
        assert found.looked == 5


class TestCursor:
    def test_what_is_written_is_read(self) -> None:
        memory = Memory(7, {"Ada Lovelace": NEW, "Бен": OLD, "c": SAME})
        read = Memory.read(memory.written(), ["c", "Ada Lovelace", "Бен"])
        assert read == memory
        assert list(read.seen) == list(memory.seen)  # the order is that of the looks

    def test_who_is_gone_is_forgotten(self) -> None:
        written = Memory(1, {"a": NEW, "b": OLD}).written()
        assert Memory.read(written, ["b", "c"]).seen == {"b": OLD}

    @pytest.mark.parametrize("length", [5, 200])
    def test_it_is_small_for_a_thousand_players_whatever_their_names(self, length: int) -> None:
        chance = random.Random(1)
        seen = {
            f"{number:05}".ljust(length, "é"): f"{chance.getrandbits(64):016x}"
            for number in range(1000)
        }
        written = Memory(10**6, seen).written()
        assert len(written.encode()) < 25_000
        assert Memory.read(written, seen).seen == seen

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "cannot be read"),
            ("nonsense", "cannot be read"),
            ("[]", "cannot be read"),
            ("null", "cannot be read"),
            ('{"Ada": "0123456789abcdef", "Ben": "too large to look at"}', "cannot be read"),
            ('{"version": 1, "turn": 3, "seen": ""}', "version 1, this program writes 2"),
            ('{"version": 2, "turn": 3}', "cannot be read"),
            ('{"version": 2, "turn": "x", "seen": ""}', "cannot be read"),
            ('{"version": 2, "turn": -1, "seen": ""}', "cut short"),
            ('{"version": 2, "turn": 3, "seen": "####"}', "cannot be read"),
            ('{"version": 2, "turn": 3, "seen": 5}', "cannot be read"),
            ('{"version": 2, "turn": 3, "seen": "QUJD"}', "cut short"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_says_why(self, text: str, reason: str) -> None:
        with pytest.raises(ValueError, match=reason):
            Memory.read(text, ["Ada"])

    def test_any_cut_is_noticed_or_leaves_whole_players(self) -> None:
        seen = dict.fromkeys(PLAYERS, NEW)
        written = Memory(1, seen).written()
        for end in range(len(written)):
            with pytest.raises(ValueError, match="it "):
                Memory.read(written[:end], PLAYERS)
        records = base64.b64decode(json.loads(written)["seen"])
        assert len(records) == 16 * len(PLAYERS)


class TestDue:
    """Whom the full rescan asks for."""

    NAMES = tuple(f"Player {number:04}" for number in range(1000))

    @staticmethod
    def hour(number: int = 0) -> list[Tick]:
        return [Tick.at(number * 3600 + 300 * tick + 17) for tick in range(TICKS_AN_HOUR)]

    def test_everybody_has_one_tick_an_hour(self) -> None:
        for number in (0, 1, 494_000):
            turns = [tick.in_turn(self.NAMES) for tick in self.hour(number)]
            assert sorted(name for turn in turns for name in turn) == sorted(self.NAMES)
            assert max(map(len, turns)) < 2 * len(self.NAMES) / TICKS_AN_HOUR

    def test_who_is_last_in_a_tick_is_not_last_every_hour(self) -> None:
        last = {self.hour(number)[3].in_turn(self.NAMES)[-1] for number in range(10)}
        assert len(last) > 3

    @pytest.mark.parametrize("an_hour", [0, 1, 5, 12, 48, 50, 240])
    def test_the_shares_of_an_hour_add_up(self, an_hour: int) -> None:
        shares = [tick.share(an_hour) for tick in self.hour()]
        assert sum(shares) == an_hour
        assert max(shares) - min(shares) <= 1

    def test_the_oldest_come_first_and_the_recent_not_at_all(self) -> None:
        order = {"a": 50, "b": 20, "c": 90, "d": 60}  # e never had a scan
        recent = {"c", "d"}
        assert oldest(PLAYERS, order, recent.__contains__, 9) == ["e", "b", "a"]
        assert oldest(PLAYERS, order, recent.__contains__, 2) == ["e", "b"]
        assert oldest(PLAYERS, order, recent.__contains__, 0) == []

    def test_a_thousand_players_have_their_turn_within_a_day(self) -> None:
        """Nothing changes; each run is over before the next tick."""
        order: dict[str, int] = {}
        for number in range(21):
            for tick in self.hour(number):
                chosen = oldest(self.NAMES, order, lambda name: False, tick.share(48))
                order |= {name: len(order) + place for place, name in enumerate(chosen)}
        assert set(order) == set(self.NAMES)

    def test_touched_players_are_asked_for_beside_the_oldest(self) -> None:
        tick = self.hour()[4]
        turn = tick.in_turn(self.NAMES)
        due = choose(list(self.NAMES), tick, ["Player 0001"], set(turn[:3]).__contains__, 20)
        assert due.players == ["Player 0001", *turn[:3]]
        assert (due.looked, due.of) == (len(turn), len(turn))

    def test_nobody_is_asked_for_twice_and_no_more_than_the_limit(self) -> None:
        tick = self.hour()[4]
        turn = tick.in_turn(self.NAMES)
        due = choose(list(self.NAMES), tick, turn[:4], lambda name: True, 20)
        assert len(due.players) == len(set(due.players)) == 20
        assert due.players[:4] == turn[:4]
        assert choose(list(self.NAMES), tick, turn[:4], lambda name: True, 2).players == turn[:2]

    def test_when_the_time_is_over_the_tick_ends_with_what_it_has(self) -> None:
        tick = self.hour()[4]
        turn = tick.in_turn(self.NAMES)
        answers = iter([True, False, None])
        due = choose(list(self.NAMES), tick, [], lambda name: next(answers), 20)
        assert due.players == turn[:1]
        assert (due.looked, due.of) == (2, len(turn))
