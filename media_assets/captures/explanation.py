"""Why a capture is said to show a match, in plain words."""

from collections.abc import Mapping
from typing import Any

_BY_PEOPLE = {
    "accepted": "Accepted by a person.",
    "rejected": "Rejected by a person.",
    "assigned": "Assigned by a person.",
}


def explain(association: Mapping[str, Any]) -> str:
    """One line for one row of `media_matches`: where the capture lies, and what speaks for or
    against the match. A column that the mapping lacks is not mentioned.
    """
    parts = (
        _BY_PEOPLE.get(association.get("decision", ""), ""),
        _place(association),
        _other_match(association),
        _time(association),
        _title(association),
        _event(association),
    )
    return " ".join(part for part in parts if part)


def _place(association: Mapping[str, Any]) -> str:
    share, distance = association.get("inside_share"), association.get("distance_seconds")
    if share is None or distance is None:
        return ""
    if share >= 1:
        return "Taken while the player was in the match."
    if share > 0:
        return f"{share:.0%} of the clip was recorded while the player was in the match."
    if distance == 0:
        return "Taken at the moment at which the player joined or left the match."
    side = {
        "after": "after the player's time in the match",
        "before": "before the player joined the match",
    }.get(association.get("position", ""), "away from the player's time in the match")
    return f"Taken {_span(distance)} {side}."


def _other_match(association: Mapping[str, Any]) -> str:
    role = association.get("role")
    if role == "runner_up":
        return "Another match fits better."
    if role == "secondary":
        return "Most of the clip shows another match."
    if "margin_seconds" not in association:
        return ""
    margin = association["margin_seconds"]
    if margin is None:
        return "No other match is near."
    if margin == 0:
        return "Another match is as near."
    return f"The next best match is {_span(margin)} farther away."


def _time(association: Mapping[str, Any]) -> str:
    quality = association.get("time_quality")
    if quality is None:
        return ""
    words = "certain" if quality >= 0.9 else "likely" if quality >= 0.7 else "in doubt"
    return f"The time of the capture is {words} ({quality:.2f} of 1)."


def _title(association: Mapping[str, Any]) -> str:
    return "The file name tells another game." if association.get("title_factor") == 0 else ""


def _event(association: Mapping[str, Any]) -> str:
    return {
        True: "The player made a kill or earned a medal during the clip.",
        False: "No kill or medal of the player falls into the clip.",
    }.get(association.get("event_inside"), "")  # type: ignore[arg-type]  # NULL: not known


def _span(seconds: float) -> str:
    """Seconds below two minutes, then minutes and seconds, then hours and minutes."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
