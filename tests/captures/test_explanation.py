"""Associations in plain words."""

import pytest

from media_assets.captures.explanation import explain

INSIDE = {
    "role": "main", "decision": "auto", "confidence": 0.99, "side": "inside", "inside_share": 1.0,
    "distance_seconds": 0.0, "time_quality": 0.97, "margin_seconds": 140.0, "title_factor": 1.0,
    "event_inside": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, ["Taken while the player was in the match.", "140 s", "certain (0.97 of 1)"]),
        ({"margin_seconds": None}, ["No other match is near."]),
        ({"inside_share": 0.4}, ["40 % of the clip was recorded while"]),
        ({"role": "secondary"}, ["Most of the clip shows another match."]),
        ({"role": "runner_up", "margin_seconds": -90.0}, ["Another match fits better."]),
        ({"side": "after", "inside_share": 0.0, "distance_seconds": 31.2},
         ["Taken 31 s after the player's time in the match."]),
        ({"side": "before", "inside_share": 0.0, "distance_seconds": 200.0},
         ["Taken 3 min 20 s before the player joined the match."]),
        ({"side": None, "inside_share": 0.0, "distance_seconds": None},
         ["When it was taken is not known."]),
        ({"time_quality": 0.5}, ["in doubt (0.50 of 1)"]),
        ({"title_factor": 0.0}, ["The file name tells another game."]),
        ({"event_inside": True}, ["made a kill or earned a medal during the clip"]),
        ({"event_inside": False}, ["No kill or medal of the player falls into the clip."]),
        ({"decision": "accepted"}, ["Accepted by a person."]),
        ({"decision": "rejected"}, ["Rejected by a person."]),
        ({"decision": "assigned", "distance_seconds": 90_000.0, "inside_share": 0.0,
          "side": "after"}, ["Assigned by a person.", "25 h 0 min after"]),
    ],
)  # fmt: skip
def test_what_is_said(changed: dict[str, object], words: list[str]) -> None:
    said = explain({**INSIDE, **changed})
    assert [part for part in words if part not in said] == []


def test_what_is_not_known_is_not_mentioned() -> None:
    assert explain({"decision": "assigned"}) == "Assigned by a person."


@pytest.mark.parametrize("missing", INSIDE)
def test_any_column_may_lack(missing: str) -> None:
    assert explain({name: value for name, value in INSIDE.items() if name != missing})
