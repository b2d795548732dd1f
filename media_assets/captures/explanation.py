"""Why a capture is said to show a match, in plain words."""

from collections.abc import Mapping
from typing import Any

_BY_PEOPLE = {
    "accepted": "Accepted by a person.",
    "rejected": "Rejected by a person.",
    "assigned": "Assigned by a person.",
}
_CERTAIN, _LIKELY = 0.9, 0.7
"""From here on a time is called so: a source that tells it to the second; one of the others."""


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
    if "inside_share" not in association or "distance_seconds" not in association:
        return ""
    share, distance = association["inside_share"], association["distance_seconds"]
    if share is None or distance is None:
        return "When it was taken is not known."
    if share >= 1:
        return "Taken while the player was in the match."
    if share > 0:
        return f"{100 * share:.0f} % of the clip was recorded while the player was in the match."
    if distance == 0:
        return "Taken at the moment at which the player joined or left the match."
    side = {
        "after": "after the player's time in the match",
        "before": "before the player joined the match",
    }.get(association.get("side") or "", "away from the player's time in the match")
    return f"Taken {_span(distance)} {side}."


def _other_match(association: Mapping[str, Any]) -> str:
    role = association.get("role")
    if association.get("decision") in _BY_PEOPLE:
        return ""
    if role == "runner_up":
        return "Another match fits better."
    if role == "secondary":
        return "Most of the clip shows another match."
    if "margin_seconds" not in association:
        return ""
    margin = association["margin_seconds"]
    if margin is None:
        return "No other match is near."
    if margin <= 0:
        return "Another match is as near."
    return f"The next best match is {_span(margin)} farther away."


def _time(association: Mapping[str, Any]) -> str:
    quality = association.get("time_quality")
    if not quality:
        return ""
    words = "certain" if quality >= _CERTAIN else "likely" if quality >= _LIKELY else "in doubt"
    return f"The time of the capture is {words} ({quality:.2f} of 1)."


def _title(association: Mapping[str, Any]) -> str:
    return "The file name tells another game." if association.get("title_factor") == 0 else ""


def _event(association: Mapping[str, Any]) -> str:
    inside = association.get("event_inside")
    if inside is None:
        return ""
    if inside:
        return "The player made a kill or earned a medal during the clip."
    return "No kill or medal of the player falls into the clip."


def _span(seconds: float) -> str:
    """Seconds below three minutes, then minutes and seconds, then hours and minutes."""
    whole = round(seconds)
    if whole < 180:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
