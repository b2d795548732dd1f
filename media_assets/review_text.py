"""An association in words, for a person who decides about it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from media_assets.captures.review import SOURCES

Row = Mapping[str, Any]
"""A row of `stages.review.find`."""


def heading(row: Row) -> str:
    """The file, whose it is, and what is thought of it."""
    sure = "" if row["confidence"] is None else f", confidence {row['confidence']:.2f}"
    gone = "" if row["status"] == "present" else f", {row['status']}"
    return f"{row['file_name']}  ({row['player']}, {row['kind']}{gone})  {row['decision']}{sure}"


def facts(row: Row) -> dict[str, str]:
    """All that helps to decide, by what it is."""
    told = {
        "media": row["media_id"],
        "taken": _taken(row),
        "match": f"{_match(row, '')}  {row['match_id']}",
        "because": row["explanation"],
        "best other": _runner_up(row),
    }
    if row["decided_at"] is not None:
        told["decided"] = _decided(row)
    return {name: text for name, text in told.items() if text}


def line(row: Row) -> dict[str, object]:
    """The same as one row of a table."""
    return {
        "player": row["player"],
        "file": row["file_name"],
        "taken (UTC)": row["capture_start_utc"],
        "match": _match(row, ""),
        "decision": row["decision"],
        "confidence": None if row["confidence"] is None else round(row["confidence"], 2),
        "media id": row["media_id"],
        "match id": row["match_id"],
    }


def _taken(row: Row) -> str:
    start, end = row["capture_start_utc"], row["capture_end_utc"]
    if start is None:
        return "at an unknown time"
    return f"{_span(start, end)}, as {SOURCES.get(row['capture_source'], 'it seems')}"


def _match(row: Row, prefix: str) -> str:
    """Map, mode and time of a match, as far as they are known."""
    start = row[f"{prefix}match_start_time"]
    end = row.get(f"{prefix}match_end_time")
    parts = (
        row[f"{prefix}map_name"],
        (row.get(f"{prefix}mode_category") or "").replace("_", " "),
        "" if start is None else _span(start, end or start),
    )
    return ", ".join(part for part in parts if part) or "not one of the known matches"


def _runner_up(row: Row) -> str:
    if row["runner_up_match_id"] is None:
        return ""
    sure = f"confidence {row['runner_up_confidence']:.2f}"
    return f"{_match(row, 'runner_up_')}, {sure}  {row['runner_up_match_id']}"


def _decided(row: Row) -> str:
    by = f" by {row['decided_by']}" if row["decided_by"] else ""
    note = f": {row['note']}" if row["note"] else ""
    return f"{row['decided_at']:%Y-%m-%d %H:%M} UTC{by}{note}"


def _span(start: datetime, end: datetime) -> str:
    if f"{start:%Y-%m-%d %H:%M:%S}" == f"{end:%Y-%m-%d %H:%M:%S}":
        return f"{start:%Y-%m-%d %H:%M:%S} UTC"
    return f"{start:%Y-%m-%d %H:%M:%S} to {end:%H:%M:%S} UTC"
