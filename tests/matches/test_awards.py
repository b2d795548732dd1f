"""Personal scores by kind, career ranks, and expectations, computed by hand."""

from datetime import UTC, datetime

import polars as pl
import pytest
from stats_frames import own, stats

from media_assets.matches.awards import career_ranks, personal_score_awards, score_names
from media_assets.matches.expectations import expectations
from media_assets.store.frames import frame_of
from media_assets.store.tables.matches import CAREER_PROGRESS, PERSONAL_SCORES

KILL, BETRAYAL, NOBODY_KNOWS = 1_024_030_246, 911_992_497, 5_000_000_000


def scores(*rows: tuple[str, int, int, int]) -> pl.DataFrame:
    names = ("match_id", "score_name_id", "count", "points")
    return frame_of(
        PERSONAL_SCORES, [{"xuid": "1", **dict(zip(names, row, strict=True))} for row in rows]
    )


def test_awards_are_added_up_by_kind() -> None:
    found = personal_score_awards(
        scores(("a", KILL, 3, 300), ("b", KILL, 1, 100), ("b", BETRAYAL, 2, -200),
               ("c", NOBODY_KNOWS, 1, 100))
    )  # fmt: skip
    assert found.rows() == [
        (KILL, "Killed Player", 2, 4, 400, 0.8),
        (NOBODY_KNOWS, None, 1, 1, 100, 0.2),
        (BETRAYAL, "Betrayed Player", 1, 2, -200, None),
    ]


def test_points_of_nothing_have_no_share() -> None:
    assert personal_score_awards(scores()).height == 0
    assert personal_score_awards(scores(("a", KILL, 1, 0))).row(0)[-1] is None


def test_the_names_are_those_of_the_game() -> None:
    assert score_names()[601966503] == "Flag Captured"
    assert len(score_names()) > 50


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC).replace(tzinfo=None)


def progress(*rows: tuple[int, int, bool, int]) -> pl.DataFrame:
    names = ("rank", "progress", "is_highest")
    return frame_of(
        CAREER_PROGRESS,
        [{"xuid": "1", "recorded_at": day(when), **dict(zip(names, row, strict=True))}
         for *row, when in rows],
    )  # fmt: skip


NAMES = pl.DataFrame({"number": [1, 2, 3], "name": ["Recruit", "Cadet", "Hero"]})


def test_a_rank_counts_when_it_was_first_recorded() -> None:
    found = career_ranks(progress((1, 50, False, 3), (0, 20, False, 1), (0, 20, False, 2)), NAMES)
    assert found.rows() == [
        (0, 20, "Recruit", False, day(1)), (1, 50, "Cadet", False, day(3)),
    ]  # fmt: skip


def test_who_has_completed_all_has_the_last() -> None:
    assert career_ranks(progress((3, 0, True, 1)), NAMES).row(0) == (3, 0, "Hero", True, day(1))


def test_without_the_list_of_ranks_there_is_no_name() -> None:
    found = career_ranks(progress((5, 1, False, 1)), NAMES.clear())
    assert found.row(0) == (5, 1, None, False, day(1))
    assert career_ranks(progress(), NAMES).height == 0


def test_what_was_expected_and_what_came() -> None:
    found = expectations(
        stats(
            own("b", 20, kills=12, kills_expected=10.0, kills_stddev=4.0, deaths=5,
                deaths_expected=8.0, deaths_stddev=2.0, own_team_mmr=1200.0,
                enemy_team_mmr=1300.0),
            own("a", 0, kills=3, kills_expected=5.0, kills_stddev=0.0),
            own("c", 40, kills=3),
        )
    )  # fmt: skip
    assert found["match_id"].to_list() == ["a", "b"]
    assert found.drop("start_time").row(1) == (
        "b", 12, 10.0, 2.0, 0.5, 5, 8.0, -3.0, -1.5, 1200.0, 1300.0,
    )  # fmt: skip
    assert found.select("kills_above", "kills_deviation", "deaths_above").row(0) == (
        pytest.approx(-2.0), None, None,
    )  # fmt: skip
