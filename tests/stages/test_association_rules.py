"""Which capture belongs to which match: the rules, on small tables made by hand."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import duckdb
import polars as pl
import pytest

from media_assets.captures.association import Weights, title_factor
from media_assets.store.associations import associate

Row = dict[str, object]
MINUTE = 60.0
START = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # only the last rule looks at it
CON = duckdb.connect(":memory:")
MATCHES = {"first": (1000.0, 1600.0), "second": (1740.0, 2400.0), "third": (5000.0, 5600.0)}
"""Seconds of the player's presence; 140 s lie between the first two, as in real histories."""


@dataclass(frozen=True)
class Shot:
    """A capture."""

    begins: float | None
    ends: float | None
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
) -> dict[str, Row]:
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
            },
            schema_overrides={"begins": pl.Float64, "ends": pl.Float64},
        ),
        "presences": pl.DataFrame(
            {
                "match_id": list(chosen),
                "match_start_time": [START] * len(chosen),
                "joins": [joins for joins, _ in chosen.values()],
                "leaves": [leaves for _, leaves in chosen.values()],
            },
            schema_overrides={
                "match_id": pl.String, "match_start_time": pl.Datetime("us"), "joins": pl.Float64,
                "leaves": pl.Float64,
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
    rows = associate(CON, frames, {**Weights().parameters(), "tolerance": tolerance})
    return {row["match_id"]: row for row in rows.to_dicts()}


def main_of(found: dict[str, Row]) -> str | None:
    mains = [match for match, row in found.items() if row["role"] == "main"]
    assert len(mains) <= 1
    return mains[0] if mains else None


def roles(found: dict[str, Row]) -> dict[str, object]:
    return {match: row["role"] for match, row in found.items()}


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
        (clip(1400, 1595), "first"),
        (clip(1610, 1680), "first"),
        (clip(1610, 1735), "second"),
        (at(700), "first"),  # at the edge of the tolerance
        (at(699), None),
    ],
)
def test_the_match_that_a_capture_shows(shot: Shot, match: str | None) -> None:
    assert main_of(decide(shot)) == match


@pytest.mark.parametrize(
    ("shot", "side", "share", "distance", "margin"),
    [
        (at(1300), "inside", 1, 0, None),
        (at(1500), "inside", 1, 0, 240),
        (at(1600), "inside", 1, 0, 140),
        (at(1630), "after", 0, 30, 80),
        (at(1720), "before", 0, 20, 100),
        (at(5610), "after", 0, 10, None),
        (clip(1550, 1650), "inside", 0.5, 0, 90),
        (clip(1610, 1640), "after", 0, 10, 90),
    ],
)
def test_the_components_of_the_confidence(
    shot: Shot, side: str, share: float, distance: float, margin: float | None
) -> None:
    found = decide(shot)
    row = found[main_of(found) or ""]
    told = (row["side"], row["inside_share"], row["distance_seconds"], row["margin_seconds"])
    assert told == (side, share, distance, margin)


def test_inside_with_a_good_time_is_taken_as_it_is() -> None:
    assert decide(at(1300))["first"]["decision"] == "auto"


def test_a_near_match_beside_the_right_one_is_a_mere_candidate() -> None:
    found = decide(at(1590))
    assert (found["first"]["decision"], found["second"]["decision"]) == ("auto", "candidate")
    assert roles(found) == {"first": "main", "second": "runner_up"}
    assert found["second"]["confidence"] < 0.05
    assert found["second"]["margin_seconds"] == -150


def test_a_clip_over_two_matches_shows_both() -> None:
    found = decide(clip(1590, 1760))
    assert roles(found) == {"first": "secondary", "second": "main"}
    assert {row["decision"] for row in found.values()} == {"auto"}
    assert {row["inside_share"] for row in found.values()} == {
        round(10 / 170, 4), round(20 / 170, 4),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("shot", "shown"),
    [
        (clip(1598, 1750), True),  # two seconds
        (clip(1598.5, 1750), False),
        (clip(1599.5, 1600.5), True),  # half of a clip of a second
    ],
)
def test_how_much_of_a_match_a_clip_must_have(shot: Shot, shown: bool) -> None:
    assert (decide(shot)["first"]["role"] != "runner_up") is shown


def test_a_recording_of_an_evening_shows_every_match() -> None:
    evening = {f"match {n}": (1000.0 + 700 * n, 1600.0 + 700 * n) for n in range(5)}
    found = decide(clip(900, 4800), matches=evening)
    assert sorted(map(str, roles(found).values())) == ["main"] + 4 * ["secondary"]
    assert all(row["decision"] == "auto" for row in found.values())


def test_an_image_shows_one_match_however_presences_lie() -> None:
    """A damaged history may have a player in two matches at once."""
    found = decide(at(1500), matches={"one": (1000, 1600), "other": (1400, 2000)})
    assert roles(found) == {"one": "main", "other": "runner_up"}


@pytest.mark.parametrize("distance", [0.5, 10.0, 30.0, 60.0, 120.0, 240.0])
@pytest.mark.parametrize("shot", [at(0), clip(0, 30)])
def test_confidence_falls_with_the_distance(distance: float, shot: Shot) -> None:
    def after(seconds: float) -> float:
        moved = replace(shot, begins=5600 + seconds, ends=5600 + seconds + shot.ends)
        return float(decide(moved)["third"]["confidence"])

    assert after(distance + 10) < after(distance) < decide(at(5590))["third"]["confidence"]


def test_a_match_that_has_just_ended_is_likelier_than_one_that_begins() -> None:
    only = {"third": MATCHES["third"]}
    after, before = decide(at(5620), matches=only), decide(at(4980), matches=only)
    assert after["third"]["confidence"] > before["third"]["confidence"]


def test_between_two_matches_nothing_is_taken_without_asking() -> None:
    found = decide(at(1670))
    assert all(row["decision"] == "candidate" for row in found.values())


@pytest.mark.parametrize(("better", "worse"), [(0.95, 0.9), (0.9, 0.7), (0.7, 0.5), (0.5, 0.2)])
def test_a_time_that_is_trusted_less_makes_less_sure(better: float, worse: float) -> None:
    found = [decide(replace(at(1300), quality=quality))["first"] for quality in (better, worse)]
    assert found[0]["confidence"] > found[1]["confidence"]


@pytest.mark.parametrize("quality", [0.0, 0.01, 0.99, 1.0])
def test_no_quality_makes_certain_or_fails(quality: float) -> None:
    confidence = decide(replace(at(1300), quality=quality))["first"]["confidence"]
    assert 0 <= confidence < 1
    assert (confidence == 0) is (quality == 0)


def test_another_match_nearby_makes_less_sure() -> None:
    shot = replace(at(1590), quality=0.7)
    alone = decide(shot, matches={"first": MATCHES["first"]})["first"]
    assert alone["confidence"] > decide(shot)["first"]["confidence"]


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


def test_a_clip_without_any_kill_is_less_sure() -> None:
    shot = replace(clip(1300, 1320), quality=0.6)
    unknown = decide(shot)["first"]
    assert unknown["event_inside"] is None
    with_kill = decide(shot, events={"first": [1100, 1310]})["first"]
    without = decide(shot, events={"first": [1299, 1321]})["first"]
    assert (with_kill["event_inside"], without["event_inside"]) == (True, False)
    assert with_kill["confidence"] == unknown["confidence"] > without["confidence"]


def test_kills_say_nothing_about_an_image() -> None:
    assert decide(at(1300), events={"first": [1100]})["first"]["event_inside"] is None


def test_no_tolerance_means_inside_only() -> None:
    assert main_of(decide(at(1601), tolerance=0)) is None
    assert main_of(decide(at(1600), tolerance=0)) == "first"
    assert main_of(decide(at(1000), tolerance=0)) == "first"


@pytest.mark.parametrize(("begins", "found"), [(10_800, "far"), (10_801, None), (-3600, "far")])
def test_a_tolerance_of_hours(begins: float, found: str | None) -> None:
    assert main_of(decide(at(begins), tolerance=3600, matches={"far": (0, 7200)})) == found


def test_a_rejected_match_is_never_proposed_again_and_the_next_best_is() -> None:
    found = decide(at(1605), decisions={"first": "rejected"})
    assert (found["first"]["decision"], found["first"]["confidence"]) == ("rejected", 0)
    assert roles(found) == {"first": "runner_up", "second": "main"}
    assert found["second"]["margin_seconds"] is None
    alone = decide(at(1300), decisions={"first": "rejected"})
    assert main_of(alone) is None


def test_rejecting_one_match_of_a_clip_leaves_the_other() -> None:
    found = decide(clip(1590, 1760), decisions={"second": "rejected"})
    assert roles(found) == {"first": "main", "second": "runner_up"}
    assert found["first"]["decision"] == "auto"


def test_what_a_person_decided_stands_above_the_rules() -> None:
    found = decide(at(1590), decisions={"second": "accepted"})
    assert main_of(found) == "second"
    assert (found["second"]["decision"], found["second"]["confidence"]) == ("accepted", 1)
    assert (found["first"]["decision"], found["first"]["confidence"]) == ("candidate", 0)


def test_both_matches_of_a_clip_may_be_accepted() -> None:
    found = decide(clip(1590, 1610), decisions={"first": "accepted", "second": "accepted"})
    assert roles(found) == {"first": "main", "second": "secondary"}


def test_a_clip_that_was_assigned_elsewhere_shows_nothing_else() -> None:
    found = decide(clip(1200, 1300), decisions={"third": "assigned"})
    assert roles(found) == {"first": "runner_up", "third": "main"}


def test_a_person_may_name_a_match_that_is_far_away() -> None:
    found = decide(at(1300), decisions={"third": "assigned"})
    assert main_of(found) == "third"
    assert (found["third"]["decision"], found["third"]["confidence"]) == ("assigned", 1)


def test_a_person_may_name_the_match_of_a_capture_without_a_time() -> None:
    timeless = Shot(None, None, quality=0)
    assert decide(timeless) == {}
    found = decide(timeless, decisions={"third": "assigned", "first": "rejected"})
    assert main_of(found) == "third"
    assert found["third"]["distance_seconds"] is None


def test_a_decision_about_a_match_that_is_not_known_waits() -> None:
    assert main_of(decide(at(1300), decisions={"unheard of": "assigned"})) == "first"


def test_without_matches_there_is_nothing() -> None:
    assert decide(at(1300), matches={}) == {}
