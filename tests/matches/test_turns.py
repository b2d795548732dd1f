"""Streaks and impact, on cases that were computed by hand."""

import polars as pl
import pytest
from player_frames import ME, RIVAL, at
from stats_frames import own, stats

from media_assets.matches.turns import match_impact, match_streaks

WON, LOST, TIED, LEFT = 2, 3, 1, 4


def streaks(*outcomes: int | None) -> list[tuple[object, ...]]:
    """Kind, first and last match, length, whether it runs; a match is called by its place."""
    rows = [own(str(place), 20 * place, outcome=outcome) for place, outcome in enumerate(outcomes)]
    found = match_streaks(stats(*reversed(rows)))
    return found.select("kind", "first_match_id", "last_match_id", "matches", "is_running").rows()


def test_a_streak_is_matches_with_the_same_outcome() -> None:
    assert streaks(WON, WON, LOST, WON) == [
        ("win", "0", "1", 2, False), ("loss", "2", "2", 1, False), ("win", "3", "3", 1, True),
    ]  # fmt: skip


@pytest.mark.parametrize("other", [TIED, LEFT, 5, None])
def test_another_outcome_ends_a_streak_and_makes_none(other: int | None) -> None:
    assert streaks(WON, other, WON, other) == [
        ("win", "0", "0", 1, False), ("win", "2", "2", 1, False),
    ]  # fmt: skip


def test_times_and_kda_of_a_streak() -> None:
    rows = [own("a", 0, outcome=LOST, kda=1.0), own("b", 30, outcome=LOST, kda=4.0),
            own("c", 60, outcome=LOST)]  # fmt: skip
    (row,) = match_streaks(stats(*rows)).iter_rows(named=True)
    assert (row["start_time"], row["end_time"], row["kda_mean"]) == (at(0), at(70), 2.5)


def test_nothing_gives_no_streak() -> None:
    assert streaks() == []


def impact(outcome: int | None, first: str | None, last: str | None, dead: str | None) -> object:
    turns = pl.DataFrame(
        {"match_id": ["a"], "first_killer": [first], "last_killer": [last], "last_victim": [dead]},
        schema_overrides=dict.fromkeys(["first_killer", "last_killer", "last_victim"], pl.String),
    )
    (row,) = match_impact(ME, stats(own("a", outcome=outcome)), turns).iter_rows(named=True)
    assert row["start_time"] == at(0)
    return row["impact"], row["first_blood"], row["last_kill"], row["last_death"]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ((WON, ME, ME, ME), (3, True, True, False)),
        ((LOST, ME, ME, ME), (0, True, False, True)),
        ((WON, RIVAL, ME, RIVAL), (2, False, True, False)),
        ((LOST, RIVAL, RIVAL, ME), (-1, False, False, True)),
        ((TIED, RIVAL, ME, ME), (0, False, False, False)),
        ((LEFT, ME, ME, ME), (1, True, False, False)),
        ((None, ME, ME, ME), (1, True, False, False)),
        ((WON, None, None, None), (0, False, False, False)),
    ],
)
def test_what_a_match_turned_on(case: tuple[int, str, str, str], expected: object) -> None:
    assert impact(*case) == expected


def test_a_match_without_a_film_has_no_impact() -> None:
    turns = pl.DataFrame(schema=dict.fromkeys(
        ["match_id", "first_killer", "last_killer", "last_victim"], pl.String))  # fmt: skip
    assert match_impact(ME, stats(own("a")), turns).height == 0
