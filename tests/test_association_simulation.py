"""The labelled simulation: it is what it says, and the platform keeps its promises on a part of it.

The seeds are some of those that the weights were fitted to: the held-out ones are for reports.
"""

from collections import Counter
from itertools import pairwise
from statistics import median

import polars as pl
import pytest

from benchmarks.simulation.figures import Results
from benchmarks.simulation.fitting import fit
from benchmarks.simulation.judging import Judged, judge
from benchmarks.simulation.mix import HELD_OUT_SEEDS, TUNING_SEEDS, Mix
from benchmarks.simulation.player import SimulatedPlayer, simulate
from benchmarks.simulation.recorders import ELSEWHERE, RECORDERS, SETUPS, SHARES
from benchmarks.simulation.tables import calibration, headline, situations, sources, troubles
from benchmarks.simulation.todays_rule import todays_rule
from benchmarks.simulation.zones import ZoneTrial, try_zones
from media_assets.captures.association import Weights

SEEDS = TUNING_SEEDS[:8]


@pytest.fixture(scope="module")
def players() -> list[SimulatedPlayer]:
    return [simulate(seed, Mix()) for seed in SEEDS]


@pytest.fixture(scope="module")
def judged(players: list[SimulatedPlayer]) -> Judged:
    return judge(players)


@pytest.fixture(scope="module")
def results(judged: Judged) -> Results:
    return Results(judged)


def test_seeds_for_tuning_are_not_those_that_are_shown() -> None:
    assert not set(TUNING_SEEDS) & set(HELD_OUT_SEEDS)


def test_a_seed_is_always_the_same_player(players: list[SimulatedPlayer]) -> None:
    assert simulate(SEEDS[0], Mix()) == players[0]
    assert simulate(SEEDS[1], Mix()) != players[0]


def test_gaps_and_durations_are_those_of_recorded_histories(
    players: list[SimulatedPlayer],
) -> None:
    gaps, outros = [], []
    for player in players:
        for session in player.history.sessions:
            gaps += [b.start - a.leaves for a, b in pairwise(session)]
            outros += [match.end - match.start - match.duration for match in session]
    assert 125 < median(gaps) < 155
    assert max(outros) <= 55


def test_a_capture_shows_the_matches_that_it_overlaps(players: list[SimulatedPlayer]) -> None:
    matches = {m.match_id: m for player in players for m in player.history.matches}
    for player in players:
        for capture in player.captures:
            scene = capture.scene
            for match in map(matches.__getitem__, capture.truth if scene.inside else ()):
                assert scene.begins <= match.leaves
                assert scene.ends >= match.joins
            assert scene.inside <= bool(scene.shows)
            assert capture.decidable <= scene.inside


def test_everything_that_the_mix_promises_occurs(players: list[SimulatedPlayer]) -> None:
    captures = [capture for player in players for capture in player.captures]
    situations_seen = Counter(capture.scene.situation for capture in captures)
    assert set(situations_seen) == {
        "play", "scoreboard", "aftermath", "menu", "other_game", "campaign", "both", "evening",
        "clock_change",
    }  # fmt: skip
    assert {"mtime lost", "renamed", "trimmed", "dst night"} <= {
        trouble for capture in captures for trouble in capture.trouble
    }


def test_every_recorder_is_used_somewhere() -> None:
    used = {name for weights in (*SETUPS.values(), ELSEWHERE) for name in weights}
    assert used == set(RECORDERS)
    assert set(SHARES) == set(SETUPS)


def test_the_promises_are_kept(results: Results) -> None:
    score = results.ours(results.captures)
    assert score.rate is not None
    assert score.rate > 0.90
    assert score.precision is not None
    assert score.precision >= 0.98
    assert score.recall is not None
    assert score.recall >= 0.95


def test_confidence_means_what_it_says(results: Results) -> None:
    """Few cases: the lower nine tenths are put together in three."""
    deciles = list(results.deciles())
    for part in (deciles[:3], deciles[3:6], deciles[6:9], deciles[9:]):
        cases = sum(one.cases for one in part)
        told = sum(one.cases * (one.confidence or 0) for one in part) / cases
        right = sum(one.cases * (one.right or 0) for one in part) / cases
        # A tenth for chance where there are some fifty, next to nothing where there are thousands.
        assert abs(told - right) < 0.10 * (50 / cases) ** 0.5 + 0.05 * (cases < 1000)


def test_todays_rule_does_not_keep_them(results: Results) -> None:
    score = results.theirs(results.captures)
    assert score.precision is not None
    assert score.precision < 0.9
    assert score.recall is not None
    assert score.recall < 0.8


def test_a_wrong_zone_is_found_and_mended() -> None:
    trial = try_zones(simulate(seed, Mix(wrong_zone=True)) for seed in SEEDS[:4])
    assert (trial.players, trial.named) == (4, 4)
    assert trial.before.rate is not None
    assert trial.after.rate is not None
    assert trial.after.rate > 0.85 > trial.before.rate


def test_todays_rule_takes_the_nearest_start() -> None:
    matches = pl.DataFrame({
        "match_id": ["one", "other"], "start": [0.0, 740.0], "duration": [600.0, 600.0],
    })  # fmt: skip
    captures = pl.DataFrame({
        "media_id": ["early", "late", "never"], "modified": [100.0, 590.0, 2000.0],
        "truth": [["one"], ["one"], ["other"]],
    })  # fmt: skip
    found = todays_rule(captures, matches).rows()
    assert found == [("early", "one", True), ("late", "other", False)]


def test_fitting_finds_the_weights_that_made_the_labels(judged: Judged) -> None:
    rows = judged.rows.with_columns(right=pl.col("confidence"))
    found = fit(judged._replace(rows=rows))
    assert {str(row["weight"]) for row in found} == set(Weights().parameters()) - {
        "surest", "astray", "reach", "gap", "short", "auto", "review",
    }  # fmt: skip
    assert [row["fits best"] for row in found] == pytest.approx(
        [row["in use"] for row in found], abs=0.1
    )


def test_the_tables_have_a_row_for_each_part(results: Results) -> None:
    score = results.ours(results.captures)
    rows = headline(results, results, results, ZoneTrial(20, 19, score, score))
    assert [row["met"] for row in rows if row["target"] and "decile" not in str(row["what"])] == [
        "yes"
    ] * 5
    assert len(calibration(results)) == 10
    assert {row[""] for row in sources(results)} >= {"file_name", "mtime"}
    assert {row[""] for row in situations(results)} >= {"play", "menu"}
    assert {row[""] for row in troubles(results)} >= {"nothing", "mtime lost"}
