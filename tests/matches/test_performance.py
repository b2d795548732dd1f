"""The performance score against the player's own past."""

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from player_frames import at

from media_assets.matches.performance import METRICS, earlier_percentiles, performance_scores
from media_assets.store.frames import empty_frame, frame_of
from media_assets.store.tables.players import PLAYER_MATCH_STATS


def stats(rows):
    """A match every 15 minutes with the values of each row."""
    return frame_of(
        PLAYER_MATCH_STATS,
        [
            {"match_id": f"m{n:03}", "start_time": at(15 * n), "time_played_seconds": 600, **row}
            for n, row in enumerate(rows)
        ],
    )


def scores(rows):
    return performance_scores(stats(rows))["performance_score"].to_list()


def repeated(name, values):
    return [{name: value} for value in values]


def test_the_weights_are_one_together():
    assert math.isclose(sum(metric.weight for metric in METRICS), 1)


def test_before_ten_earlier_matches_there_is_no_score():
    found = scores(repeated("kills", range(11)))
    assert found[:10] == [None] * 10
    assert found[10] == pytest.approx(100)


@pytest.mark.parametrize(
    ("value", "share"),
    [(0, 0), (1, 0.05), (8, 0.75), (8.5, 0.8), (10, 0.95), (11, 1)],
)
def test_percentile_is_the_share_below_and_half_of_the_equal(value, share):
    assert earlier_percentiles([*range(1, 11), value])[-1] == pytest.approx(share)


def test_half_of_all_equal_values_is_the_middle():
    assert earlier_percentiles([3] * 11)[-1] == 0.5


@pytest.mark.parametrize(
    ("name", "last", "score"),
    [
        ("kills", 8, 75),
        ("deaths", 8, 25),  # fewer is better
        ("assists", 8, 75),
        ("kda", 8, 75),
        ("accuracy", 8, 75),
        ("personal_score", 8, 75),
        ("damage_dealt", 8, 75),
    ],
)
def test_one_metric_alone_is_its_percentile(name, last, score):
    assert scores(repeated(name, [*range(1, 11), last]))[-1] == pytest.approx(score)


@pytest.mark.parametrize("name", ["kills", "deaths", "assists", "personal_score", "damage_dealt"])
def test_rates_are_by_minute_played(name):
    past = repeated(name, [1, 2, 3, 4] * 3)  # in ten minutes each
    found = scores([*past, {name: 10, "time_played_seconds": 6000}])[-1]
    share = 10.5 / 12 if name == "deaths" else 1.5 / 12  # equal to the three lowest rates
    assert found == pytest.approx(100 * share)


@pytest.mark.parametrize(
    ("rank", "own", "enemy", "score"),
    [
        (4, 1500, 1500, 55),  # 0.5 better than expected: five below, one equal
        (4, 1500, 1300, 45),  # expected 3.5: 0.5 worse
        (4, 1300, 1500, 65),  # expected 5.5: 1.5 better
        (1, 1500, 1500, 85),
        (8, 1500, 1500, 15),
        (1, 1000, 3000, 100),
        (4, None, 1500, None),
        (None, 1500, 1500, None),
    ],
)
def test_rank_is_measured_against_expectation(rank, own, enemy, score):
    # earlier ranks of equal teams: better than expected by 4.5 to -4.5
    past = [{"rank": n, "own_team_mmr": 1400, "enemy_team_mmr": 1400} for n in range(10)]
    found = scores([*past, {"rank": rank, "own_team_mmr": own, "enemy_team_mmr": enemy}])[-1]
    assert found == (None if score is None else pytest.approx(score))


def test_the_score_is_the_weighted_mean_of_what_is_there():
    past = [{"kills": n, "kda": n, "accuracy": None} for n in range(1, 11)]
    found = scores([*past, {"kills": 8, "kda": 3, "accuracy": 50}])[-1]
    assert found == pytest.approx(100 * (0.22 * 0.75 + 0.15 * 0.25) / (0.22 + 0.15))


def test_all_metrics_together():
    names = ("kills", "deaths", "assists", "kda", "accuracy", "personal_score", "damage_dealt")
    equal = {"own_team_mmr": 1400, "enemy_team_mmr": 1400}
    past = [dict.fromkeys(names, n) | {"rank": 9 - n, **equal} for n in range(1, 9)] * 2
    last = dict.fromkeys(names, 20) | {"rank": 1, **equal}
    # best of all but deaths; the rank equals two of sixteen
    expected = 100 * (0.22 + 0.10 + 0.15 + 0.08 + 0.12 + 0.10 + 0.05 * 15 / 16)
    assert scores([*past, last])[-1] == pytest.approx(expected)
    assert scores([*past, last | {"deaths": 0, "rank": 0}])[-1] == pytest.approx(100)


def test_a_metric_counts_from_its_own_tenth_earlier_value():
    rows = [{"kills": n, "accuracy": None if n % 2 else n} for n in range(22)]
    found = scores(rows)
    assert found[19] == pytest.approx(100)
    worse = scores([*rows[:20], {"kills": 0, "accuracy": 100}])[20]
    assert worse == pytest.approx(100 * (0.22 * 0.5 / 20 + 0.08) / 0.30)
    still_alone = scores([*rows[:18], {"kills": 0, "accuracy": 100}])[18]
    assert still_alone == pytest.approx(100 * 0.5 / 18)


@pytest.mark.parametrize("seconds", [0, None, math.nan])
def test_without_time_played_there_are_no_rates(seconds):
    rows = repeated("kills", range(10))
    unplayed = {"kills": 5, "time_played_seconds": seconds}
    assert scores([*rows, unplayed, {"kills": 5}])[10:] == [None, pytest.approx(55)]


def test_no_matches_have_no_scores():
    frame = performance_scores(empty_frame(PLAYER_MATCH_STATS))
    assert frame.schema == {"match_id": pl.String(), "performance_score": pl.Float64()}
    assert frame.is_empty()


numbers = st.one_of(st.none(), st.integers(-3, 3).map(float))


@settings(max_examples=200, deadline=None)
@given(st.lists(numbers, max_size=60))
def test_percentiles_follow_the_definition(values):
    expected = []
    for position, value in enumerate(values):
        earlier = [other for other in values[:position] if other is not None]
        if value is None or len(earlier) < 10:
            expected.append(None)
            continue
        below = sum(other < value for other in earlier)
        equal = sum(other == value for other in earlier)
        expected.append(pytest.approx((below + equal / 2) / len(earlier)))
    assert earlier_percentiles(values) == expected


rows_of_matches = st.lists(
    st.fixed_dictionaries(
        {
            "kills": st.none() | st.integers(0, 9),
            "deaths": st.integers(0, 9),
            "kda": st.none() | st.floats(-20, 20),
            "time_played_seconds": st.none() | st.sampled_from([0.0, 60.0, 600.0]),
        }
    ),
    max_size=40,
)


@settings(max_examples=50, deadline=None)
@given(rows_of_matches, st.integers(0, 40))
def test_later_matches_change_no_score(rows, known):
    frame = stats(rows)
    assert performance_scores(frame).head(known).equals(performance_scores(frame.head(known)))


@settings(max_examples=50, deadline=None)
@given(rows_of_matches, st.integers(0, 2**32))
def test_the_order_of_the_rows_changes_nothing_and_scores_are_in_range(rows, seed):
    frame = stats(rows)
    expected = performance_scores(frame)
    shuffled = frame.sample(fraction=1, shuffle=True, seed=seed)
    assert performance_scores(shuffled).equals(expected)
    assert expected["performance_score"].drop_nulls().is_between(0, 100).all()


def test_ten_thousand_matches():
    size = 10_000
    frame = pl.DataFrame(
        {"match_id": [f"m{n:05}" for n in range(size)], "start_time": range(size)}
    ).with_columns(
        *(pl.lit(1.0).alias(name) for name in ("kills", "deaths", "assists", "personal_score")),
        *(pl.lit(1.0).alias(name) for name in ("accuracy", "damage_dealt", "rank")),
        *(pl.lit(60.0).alias(name) for name in ("own_team_mmr", "enemy_team_mmr")),
        kda=pl.int_range(size),
        time_played_seconds=600,
    )
    found = performance_scores(frame)["performance_score"]
    assert found.null_count() == 10
    assert found[-1] == pytest.approx(100 * (0.15 + 0.85 / 2))
