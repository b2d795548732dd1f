"""Which capture belongs to which match: the rules, on small tables made by hand."""

from dataclasses import dataclass, replace

import polars as pl
import pytest

from media_assets.captures.association import Weights, title_factor
from media_assets.store.associations import associate
from media_assets.store.connect import in_memory

MINUTE = 60.0
MATCHES = {"first": (1000.0, 1600.0), "second": (1740.0, 2400.0), "third": (5000.0, 5600.0)}
"""Seconds of the player's presence; 140 s lie between the first two, as in real histories."""


@dataclass(frozen=True)
class Shot:
    """A capture."""

    begins: float
    ends: float
    kind: str = "image"
    quality: float = 0.95
    title: str | None = None


def at(second: float) -> Shot:
    return Shot(second, second)


def clip(begins: float, ends: float) -> Shot:
    return Shot(begins, ends, "video")


def decide(
    shot: Shot,
    *,
    tolerance: float = 5 * MINUTE,
    events: dict[str, list[float]] | None = None,
    decisions: dict[str, str] | None = None,
    matches: dict[str, tuple[float, float]] | None = None,
) -> dict[str, dict[str, object]]:
    """The candidates of one capture by match."""
    chosen = MATCHES if matches is None else matches
    happened = [(match, time) for match, times in (events or {}).items() for time in times]
    decided = [("shot", match, said) for match, said in (decisions or {}).items()]
    frames = {
        "captures": pl.DataFrame(
            {
                "media_id": ["shot"], "kind": [shot.kind], "time_quality": [shot.quality],
                "begins": [shot.begins], "ends": [shot.ends],
                "title_factor": [title_factor(shot.title)],
            }
        ),
        "presences": pl.DataFrame(
            {
                "match_id": list(chosen),
                "match_start_time": [None] * len(chosen),
                "joins": [joins for joins, _ in chosen.values()],
                "leaves": [leaves for _, leaves in chosen.values()],
            },
            schema_overrides={
                "match_id": pl.String, "match_start_time": pl.Datetime("us"),
                "joins": pl.Float64, "leaves": pl.Float64,
            },
        ),
        "events": pl.DataFrame(
            happened, schema={"match_id": pl.String, "happens": pl.Float64}, orient="row"
        ),
        "decisions": pl.DataFrame(
            decided,
            schema={"media_id": pl.String, "match_id": pl.String, "decision": pl.String},
            orient="row",
        ),
    }  # fmt: skip
    with in_memory() as con:
        rows = associate(con, frames, {**Weights().parameters(), "tolerance": tolerance})
    return {row["match_id"]: row for row in rows.to_dicts()}


def main_of(found: dict[str, dict[str, object]]) -> str | None:
    return next((match for match, row in found.items() if row["role"] == "main"), None)


@pytest.mark.parametrize(
    ("shot", "match"),
    [
        (at(1300), "first"),
        (at(1599), "first"),
        (at(1740), "second"),
        (at(1610), "first"),  # nearer to the match that has just ended
        (at(1730), "second"),  # ten seconds before the next, two minutes after the last
        (at(1670), "first"),  # equally far: the match that has just ended
        (clip(1500, 1900), "second"),  # 100 s of the first, 160 s of the second
        (at(3500), None),
        (at(700), "first"),  # at the edge of the tolerance
        (at(699), None),
    ],
)
def test_the_match_that_a_capture_shows(shot: Shot, match: str | None) -> None:
    assert main_of(decide(shot)) == match


def test_inside_with_a_good_time_is_taken_as_it_is() -> None:
    found = decide(at(1300))
    assert found["first"]["decision"] == "auto"
    assert found["first"]["inside_share"] == 1
    assert found["first"]["distance_seconds"] == 0


def test_a_near_match_beside_the_right_one_is_a_mere_candidate() -> None:
    found = decide(at(1590))
    assert (found["first"]["decision"], found["second"]["decision"]) == ("auto", "candidate")
    assert found["second"]["role"] == "runner_up"


def test_a_clip_over_two_matches_shows_both() -> None:
    found = decide(clip(1590, 1760))
    assert {row["role"] for row in found.values()} == {"main", "secondary"}
    assert {row["inside_share"] for row in found.values()} == {
        round(10 / 170, 4), round(20 / 170, 4),
    }  # fmt: skip


@pytest.mark.parametrize("distance", [10.0, 30.0, 60.0, 120.0, 240.0])
def test_confidence_falls_with_the_distance(distance: float) -> None:
    nearer = decide(at(5600 + distance))["third"]["confidence"]
    farther = decide(at(5600 + distance + 10))["third"]["confidence"]
    assert farther < nearer < decide(at(5590))["third"]["confidence"]


def test_between_two_matches_nothing_is_taken_without_asking() -> None:
    found = decide(at(1670))
    assert all(row["decision"] != "auto" for row in found.values())


def test_a_time_that_is_not_trusted_is_not_taken_without_asking() -> None:
    found = decide(replace(at(1300), quality=0.5))
    assert found["first"]["decision"] != "auto"


def test_another_game_in_the_name_is_a_veto() -> None:
    shown = replace(at(1300), title="Halo Infinite")
    assert decide(shown)["first"]["decision"] == "auto"
    other = decide(replace(shown, title="Forza Horizon 5"))["first"]
    assert (other["decision"], other["confidence"]) == ("candidate", 0)


@pytest.mark.parametrize(
    ("title", "factor"),
    [
        (None, 1), ("Halo Infinite", 1), ("HaloInfinite", 1), ("Halo  INFINITE®", 1),
        ("Desktop", 1), ("", 1), ("Halo_5_Guardians", 0), ("Forza Horizon 5", 0),
    ],
)  # fmt: skip
def test_titles(title: str | None, factor: float) -> None:
    assert title_factor(title) == factor


def test_a_kill_within_the_clip_raises_the_confidence_and_none_lowers_it() -> None:
    shot = replace(clip(1300, 1320), quality=0.85)
    unknown = decide(shot)["first"]
    assert unknown["event_inside"] is None
    with_kill = decide(shot, events={"first": [1310]})["first"]
    without = decide(shot, events={"first": [1500]})["first"]
    assert with_kill["confidence"] > unknown["confidence"] > without["confidence"]


def test_no_tolerance_means_inside_only() -> None:
    assert main_of(decide(at(1601), tolerance=0)) is None
    assert main_of(decide(at(1600), tolerance=0)) == "first"


def test_a_rejected_match_is_never_proposed_again() -> None:
    found = decide(at(1700), decisions={"second": "rejected"})
    assert found["second"]["decision"] == "rejected"
    assert main_of(found) == "first"
    alone = decide(at(1300), decisions={"first": "rejected"})
    assert all(row["decision"] in ("rejected", "candidate") for row in alone.values())


def test_what_a_person_decided_stands_above_the_rules() -> None:
    found = decide(at(1590), decisions={"second": "accepted"})
    assert main_of(found) == "second"
    assert found["second"]["decision"] == "accepted"
    assert found["first"]["decision"] != "auto"


def test_a_person_may_name_a_match_that_is_far_away() -> None:
    found = decide(at(1300), decisions={"third": "assigned"})
    assert main_of(found) == "third"
    assert (found["third"]["decision"], found["third"]["confidence"]) == ("assigned", 1)


def test_without_matches_there_is_nothing() -> None:
    assert decide(at(1300), matches={}) == {}
