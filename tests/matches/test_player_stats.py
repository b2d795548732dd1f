"""Matches from one player's point of view."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from player_frames import (
    ALLY,
    FRIENDS,
    ME,
    RIVAL,
    STRANGER,
    at,
    match,
    medals,
    participants,
    registry,
    seat,
)

from media_assets.matches.player_stats import (
    PARTICIPANT_COLUMNS,
    REGISTRY_COLUMNS,
    player_match_stats,
)
from media_assets.store.frames import polars_schema
from media_assets.store.tables.players import PLAYER_MATCH_STATS


def stats_of(matches, seats, earned=(), friends=FRIENDS):
    return player_match_stats(
        ME, registry(*matches), participants(*seats), medals(*earned), friends
    )


def only_row(matches, seats, earned=(), friends=FRIENDS):
    frame = stats_of(matches, seats, earned, friends)
    assert frame.height == 1
    return frame.row(0, named=True)


def test_a_row_has_the_numbers_of_registry_and_participant():
    numbers = {
        "team_id": 1, "outcome": 2, "rank": 3, "score": 7, "personal_score": 1500, "kills": 14,
        "deaths": 9, "assists": 6, "kda": 7.0, "accuracy": 48.5, "damage_dealt": 4000,
        "damage_taken": 3500, "shots_fired": 300, "shots_hit": 146, "average_life_seconds": 51.5,
        "time_played_seconds": 541.25, "kills_expected": 12.5, "deaths_expected": 10.25,
        "kills_stddev": 2.5, "deaths_stddev": 1.75,
    }  # fmt: skip
    names = {
        "playlist_name": "Ranked Arena", "map_name": "Aquarius", "map_id": "map-1",
        "playlist_id": "playlist-1", "mode_category": "oddball", "is_ranked": True,
    }  # fmt: skip
    row = only_row([match("m", **names)], [seat("m", ME, **numbers), seat("m", RIVAL, kills=3)])
    assert row == {
        **names,
        **numbers,
        "match_id": "m",
        "xuid": ME,
        "start_time": at(0),
        "end_time": at(10),
        "joined_at": at(0),
        "left_at": at(10),
        "medals": 0,
        "own_team_score": None,
        "enemy_team_score": None,
        "own_team_mmr": None,
        "enemy_team_mmr": None,
        "session_id": "m",
        "with_friends": 1,
        "performance_score": None,
    }


def test_columns_and_types_are_those_of_the_table():
    assert stats_of([match("m")], [seat("m", ME)]).schema == polars_schema(PLAYER_MATCH_STATS)


def test_nothing_in_gives_an_empty_frame_of_the_table():
    frame = stats_of([], [], friends={})
    assert frame.schema == polars_schema(PLAYER_MATCH_STATS)
    assert frame.is_empty()


def test_matches_of_others_and_matches_without_a_registry_row_are_left_out():
    frame = stats_of(
        [match("theirs"), match("mine", 20)],
        [seat("theirs", ALLY), seat("mine", ME), seat("orphan", ME)],
    )
    assert frame["match_id"].to_list() == ["mine"]


def test_rows_are_in_order_of_start_then_of_match_id():
    matches = [match("c", 0), match("b", 30), match("a", 30), match("d", 15)]
    frame = stats_of(matches, [seat(one["match_id"], ME) for one in matches])
    assert frame["match_id"].to_list() == ["c", "d", "a", "b"]


@pytest.mark.parametrize(
    ("joined", "left", "present"),
    [
        (None, None, (0, 10)),
        (-1, None, (0, 10)),  # in the lobby before the match began
        (0.5, None, (0.5, 10)),
        (None, 4, (0, 4)),
        (3, 9.5, (3, 9.5)),
        (-2, -1, (0, 0)),  # gone before it began
    ],
)
def test_presence_is_from_the_first_join_to_the_last_leave(joined, left, present):
    times = {"first_joined_time": joined, "last_leave_time": left}
    values = {name: None if value is None else at(value) for name, value in times.items()}
    row = only_row([match("m")], [seat("m", ME, **values)])
    assert (row["joined_at"], row["left_at"]) == tuple(at(minute) for minute in present)


@pytest.mark.parametrize(
    ("teams_enabled", "team", "own", "enemy"),
    [
        (True, 0, 50, 38),
        (True, 1, 38, 50),
        (None, 1, 38, 50),  # taken over from a database without that column
        (True, 2, None, None),
        (True, None, None, None),
        (False, 0, None, None),  # the API numbers players without teams
    ],
)
def test_scores_are_own_and_enemy_by_the_players_team(teams_enabled, team, own, enemy):
    scored = match("m", teams_enabled=teams_enabled, team_0_score=50, team_1_score=38)
    row = only_row([scored], [seat("m", ME, team_id=team)])
    assert (row["own_team_score"], row["enemy_team_score"]) == (own, enemy)


def rated(xuid, team, rating):
    return seat("m", xuid, team_id=team, team_mmr=rating)


@pytest.mark.parametrize(
    ("seats", "own", "enemy"),
    [
        ([rated(ME, 0, 1400.1), rated(ALLY, 0, 1400.1), rated(RIVAL, 1, 1377.7)], 1400.1, 1377.7),
        ([rated(ME, 1, 1400.1), rated(RIVAL, 0, None), rated("4", 0, 1200.3)], 1400.1, 1200.3),
        ([rated(ME, 0, 1400.0), rated(RIVAL, 1, None)], 1400.0, None),
        ([rated(ME, 0, 1400.0), rated(ALLY, 0, 1.0)], 1400.0, None),
        ([rated(ME, 0, None), rated(RIVAL, 1, 1300.0)], None, 1300.0),
        ([rated(ME, None, 1400.0), rated(RIVAL, 1, 1300.0)], 1400.0, None),
        # one of the other team was rated in the player's team before changing sides
        (
            [rated(ME, 0, 1400.0), *(rated(str(n), 1, 1300.0) for n in range(4, 7)),
             rated("7", 1, 1400.0)],
            1400.0,
            1300.0,
        ),
        ([rated(ME, 0, 1400.0), rated("4", 1, 1000.0), rated("5", 2, 2000.0)], 1400.0, 1500.0),
    ],
)  # fmt: skip
def test_enemy_rating_is_that_of_the_other_team(seats, own, enemy):
    row = only_row([match("m")], seats)
    assert (row["own_team_mmr"], row["enemy_team_mmr"]) == (own, enemy)


def test_without_teams_there_is_no_enemy_rating():
    row = only_row([match("m", teams_enabled=False)], [rated(ME, 0, 1.0), rated(RIVAL, 1, 2.0)])
    assert row["enemy_team_mmr"] is None


def medal(xuid, name, count, match_id="m"):
    return {"match_id": match_id, "xuid": xuid, "medal_name_id": name, "count": count}


@pytest.mark.parametrize(
    ("earned", "loaded", "total"),
    [
        ([medal(ME, 2**40, 3), medal(ME, 1, 2), medal(ALLY, 1, 8)], True, 5),
        ([medal(ALLY, 1, 8), medal(ME, 1, 8, "other")], True, 0),
        ([], False, None),
        ([], None, None),
        ([medal(ME, 1, 2)], False, 2),
    ],
)
def test_medals_are_the_sum_and_null_while_not_known(earned, loaded, total):
    assert only_row([match("m", medals_loaded=loaded)], [seat("m", ME)], earned)["medals"] == total


@pytest.mark.parametrize(
    ("others", "friends", "number"),
    [
        ([], FRIENDS, 0),
        ([STRANGER], FRIENDS, 0),
        ([ALLY, RIVAL, STRANGER], FRIENDS, 2),
        ([ALLY], {}, 0),
        ([ALLY], {ME: "Me", ALLY: "Me"}, 0),  # a second account
        ([ALLY, RIVAL], {ALLY: "Ally", RIVAL: "Ally"}, 1),
    ],
)
def test_friends_are_the_other_configured_players_of_any_team(others, friends, number):
    seats = [seat("m", ME, team_id=0)] + [seat("m", xuid, team_id=1) for xuid in others]
    assert only_row([match("m")], seats, friends=friends)["with_friends"] == number


def test_sessions_and_scores_are_filled_in():
    matches = [match(f"m{n:02}", 15 * n) for n in range(11)] + [match("next", 1000)]
    kills = [*range(11), 4]
    seats = [
        seat(one["match_id"], ME, kills=count, time_played_seconds=600)
        for one, count in zip(matches, kills, strict=True)
    ]
    frame = stats_of(matches, seats)
    assert frame["session_id"].to_list() == ["m00"] * 11 + ["next"]
    assert frame["performance_score"].to_list() == [None] * 10 + [
        pytest.approx(100),
        pytest.approx(100 * 4.5 / 11),
    ]


def test_the_named_columns_are_enough():
    matches, seats, earned = evening()
    full = registry(*matches), participants(*seats), medals(*earned)
    needed = full[0].select(REGISTRY_COLUMNS), full[1].select(PARTICIPANT_COLUMNS), full[2]
    expected = player_match_stats(ME, *full, FRIENDS)
    assert player_match_stats(ME, *needed, FRIENDS).equals(expected)


def evening(size=24):
    """Matches of three and more players with every kind of number, the same at every call."""
    draw = np.random.default_rng(5)
    matches, seats, earned = [], [], []
    starts = np.cumsum(draw.choice([12, 20, 200], size))
    for number, start in enumerate(starts.tolist()):
        name = f"m{draw.integers(10**6):06}-{number}"
        matches.append(match(name, start, team_0_score=50, team_1_score=number))
        for xuid in (ME, RIVAL, "4", "5", *([ALLY] if draw.random() < 0.5 else [])):
            values = {
                "team_id": int(draw.integers(0, 4)), "rank": int(draw.integers(1, 9)),
                "team_mmr": float(draw.normal(1400, 80)), "kda": float(draw.normal(0, 5)),
                "kills": int(draw.integers(0, 20)), "time_played_seconds": 60 * draw.random(),
            }  # fmt: skip
            seats.append(seat(name, xuid, **values))
            earned.append(medal(xuid, 7, int(draw.integers(1, 4)), name))
    return matches, seats, earned


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(random):
    inputs = evening()
    expected = stats_of(*inputs)
    shuffled = [random.sample(rows, len(rows)) for rows in inputs]
    assert stats_of(*shuffled).equals(expected)


@pytest.mark.parametrize("known", [1, 9, 11, 23])
def test_later_matches_change_no_earlier_row(known):
    matches, seats, earned = evening()
    assert stats_of(matches[:known], seats, earned).equals(
        stats_of(matches, seats, earned).head(known)
    )


def test_ten_thousand_matches_of_eight():
    size, others = 10_000, 7
    names = pl.Series("match_id", [f"m{n:05}" for n in range(size)])
    starts = pl.Series([at(15 * n) for n in range(size)])
    matches = registry(match("m")).select(REGISTRY_COLUMNS)
    matches = pl.concat([matches] * size).with_columns(
        names, start_time=starts, end_time=starts + timedelta(minutes=10)
    )
    seats = participants(
        seat("", ME, team_id=0, team_mmr=1500.0, kda=1.0),
        *(seat("", str(n + 10), team_id=n % 2, team_mmr=1400.0 + n % 2) for n in range(others)),
    )
    everybody = pl.concat([seats] * size).with_columns(
        names.gather(np.repeat(np.arange(size), others + 1))
    )
    frame = player_match_stats(ME, matches, everybody, medals(), {ME: "Me", "10": "Ten"})
    assert frame.height == size
    assert frame["enemy_team_mmr"].unique().to_list() == [1401.0]
    assert frame["with_friends"].unique().to_list() == [1]
    assert frame["session_id"].unique().to_list() == ["m00000"]
    assert frame["performance_score"].null_count() == 10
    assert frame["performance_score"].drop_nulls().unique().to_list() == [50.0]
