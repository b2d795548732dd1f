"""A player's latest sittings as a picture: matches as bars, captures as marks on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

import dagster as dg

from media_assets.orchestration.plots import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    finish,
    label,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Match: TypeAlias = tuple[datetime, datetime, str | None]
"""Start and end, naive UTC, and the map."""
Capture: TypeAlias = tuple[datetime, str]
"""When it was taken, naive UTC, and what was decided about it."""

PAUSE = timedelta(hours=1)
"""After a longer one the next row begins."""
LONGEST = timedelta(hours=3)
"""What one row shows: matches of ten minutes are still told apart."""
STEP = timedelta(minutes=30)
SHORTEST_BAR = timedelta(seconds=40)
_ROWS = 8
_FIRST_WIDTH = 6.4  # inches of the plot beside its labels
_LETTER = 0.052  # inches of a letter of a map's name
_HALF = 0.17  # of a bar's height, where a row is 1
_CROWDED = 1.6  # per cent of the width: marks that are nearer stand above each other
_TINTS = ("#c9d8ea", "#aec6e3")

_DECISIONS = (
    ("match found", GREEN, "o", frozenset({"auto"})),
    ("given by people", BLUE, "D", frozenset({"accepted", "assigned"})),
    ("to review", ORANGE, "^", frozenset({"review"})),
    ("no match", GREY, "X", frozenset({"none", "candidate", "rejected"})),
)


@dataclass(frozen=True, slots=True)
class Sitting:
    """Matches and captures without a long pause between them, each in order of time."""

    begins: datetime
    ends: datetime
    matches: tuple[Match, ...]
    captures: tuple[Capture, ...]


def match_timeline(
    matches: Sequence[Match], captures: Sequence[Capture], zone: str
) -> dg.MarkdownMetadataValue:
    """The latest sittings that have matches, a row each, the newest on top.

    Each row has its own clock, which is that of `zone`, and all have one scale. Captures away from
    all matches are counted.
    """
    played = [sitting for sitting in sittings(matches, captures) if sitting.matches]
    if not played:
        return dg.MetadataValue.md(f"*no matches; captures: {len(captures)}*")
    shown = played[-_ROWS:][::-1]
    local = ZoneInfo(zone)
    starts = [_floor(sitting.begins, local) for sitting in shown]
    width = max(STEP * 2, *(s.ends - start for s, start in zip(shown, starts, strict=True)))
    figure, (axes,) = new_figure(1.0 + 0.6 * len(shown))
    for place, (sitting, start) in enumerate(zip(shown, starts, strict=True)):
        _bars(axes, place, sitting, start, width)
        _clock(axes, place, start, width, local)
    _marks(axes, shown, starts, width)
    axes.set_yticks(range(len(shown)), [_heading(sitting, local) for sitting in shown])
    axes.set_ylim(len(shown) - 0.45, -0.6)
    axes.set_xlim(0, _minutes(width))
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.tick_params(axis="y", length=0, labelsize=8.5)
    axes.spines[["left", "bottom"]].set_visible(False)
    if away := len(captures) - sum(len(sitting.captures) for sitting in played):
        axes.set_xlabel(
            f"captures away from all matches, not shown: {away}", fontsize=8.5, loc="left"
        )
    title = f"latest matches (bars) and captures (marks), local time of {zone}"
    return finish(title, figure, axes)


def sittings(matches: Sequence[Match], captures: Sequence[Capture]) -> list[Sitting]:
    """All matches and captures in rows, by time. A row spans `LONGEST` at most, or one match."""
    things: list[Match | Capture] = sorted([*matches, *captures], key=lambda thing: thing[0])
    rows: list[list[Match | Capture]] = []
    latest = datetime(1, 1, 1)  # noqa: DTZ001  # naive UTC, as all times of tables
    for thing in things:
        end = _end(thing)
        if not rows or thing[0] - latest > PAUSE or end - rows[-1][0][0] > LONGEST:
            rows.append([])
        rows[-1].append(thing)
        latest = max(latest, end)
    return [_sitting(row) for row in rows]


def _end(thing: Match | Capture) -> datetime:
    return max(thing[0], thing[1]) if len(thing) == 3 else thing[0]


def _sitting(things: Sequence[Match | Capture]) -> Sitting:
    return Sitting(
        begins=things[0][0],
        ends=max(_end(thing) for thing in things),
        matches=tuple(thing for thing in things if len(thing) == 3),
        captures=tuple(thing for thing in things if len(thing) == 2),
    )


def _floor(moment: datetime, zone: ZoneInfo) -> datetime:
    """The last full or half hour of the local clock, in UTC."""
    local = _local(moment, zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return moment - past % STEP


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(zone)


def _minutes(span: timedelta) -> float:
    return span.total_seconds() / 60


def _heading(sitting: Sitting, zone: ZoneInfo) -> str:
    first, last = _local(sitting.begins, zone), _local(sitting.ends, zone)
    count = len(sitting.matches)
    return f"{first:%a %d %b %Y}\n{first:%H:%M}-{last:%H:%M}, {count} match{'es' * (count > 1)}"


def _bars(axes: "Axes", place: int, sitting: Sitting, start: datetime, width: timedelta) -> None:
    for number, (begins, ends, name) in enumerate(sitting.matches):
        left = _minutes(begins - start)
        long = _minutes(max(ends - begins, SHORTEST_BAR))
        axes.broken_barh([(left, long)], (place - _HALF, 2 * _HALF), facecolor=_TINTS[number % 2],
                         edgecolor="white", linewidth=0.8)  # fmt: skip
        letters = int(long / _minutes(width) * _FIRST_WIDTH / _LETTER)
        if name and letters >= 4:
            text = label(name) if len(name) <= letters else label(name[: letters - 1]) + "…"
            axes.text(left + long / 2, place, text, ha="center", va="center", fontsize=6.5,
                      color="#4a5560", zorder=2)  # fmt: skip


def _clock(axes: "Axes", place: int, start: datetime, width: timedelta, zone: ZoneInfo) -> None:
    """The full and half hours of a row."""
    for at, text in clock(start, width, zone):
        axes.plot([at, at], [place - _HALF, place + 0.25], color="#d5d9de", linewidth=0.7, zorder=0)
        axes.text(at, place + 0.27, text, ha="center" if at else "left", va="top", fontsize=6.5,
                  color="#7b838c")  # fmt: skip


def clock(start: datetime, width: timedelta, zone: ZoneInfo) -> list[tuple[float, str]]:
    """Minutes since `start` and local time, every half hour; the last is not at the very end.

    Minutes are counted: in the night when the clock goes back a time stands there twice.
    """
    steps = range(ceil((width - STEP / 4) / STEP))
    return [(_minutes(n * STEP), f"{_local(start + n * STEP, zone):%H:%M}") for n in steps]


def _marks(
    axes: "Axes", shown: Sequence[Sitting], starts: Sequence[datetime], width: timedelta
) -> None:
    for name, color, marker, decisions in _DECISIONS:
        points = [
            (at, place - _HALF - 0.1 - 0.13 * level)
            for place, (sitting, start) in enumerate(zip(shown, starts, strict=True))
            for at, level, decision in stacked(sitting, start, width)
            if decision in decisions
        ]
        if points:
            x, y = zip(*points, strict=True)
            feet = [ceil(height) + _HALF for height in y]
            axes.vlines(x, y, feet, color=color, linewidth=0.7)
            axes.scatter(x, y, s=38, marker=marker, color=color, edgecolors="white", linewidths=0.5,
                         zorder=3, label=f"{name} ({len(points)})")  # fmt: skip


def stacked(sitting: Sitting, start: datetime, width: timedelta) -> list[tuple[float, int, str]]:
    """Minutes, level and decision of each capture: one right after another stands above it."""
    places = [_minutes(taken - start) for taken, _ in sitting.captures]
    near = _CROWDED / 100 * _minutes(width)
    levels = [0] * len(places)
    for place, (before, after) in enumerate(pairwise(places), 1):
        levels[place] = (levels[place - 1] + 1) % 3 if after - before < near else 0
    decisions = [decision for _, decision in sitting.captures]
    return list(zip(places, levels, decisions, strict=True))
