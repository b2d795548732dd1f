"""What the UI shows of a player's associations: the newest with pictures, and how sure they are."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import dagster as dg

from media_assets.captures.association import Weights
from media_assets.captures.explanation import explain
from media_assets.orchestration.pictures import inline_pictures
from media_assets.orchestration.plots import BLUE, GREEN, INK, RED, finish, new_figure
from media_assets.orchestration.tables import escaped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROWS = 10
"""The dialog of the UI opens at its end where it is higher than the window: twenty rows are."""
MAX_LENGTH = 58_000
"""Characters of the whole table, pictures included: above 60 KB the event log grows heavy."""
_REASON_LENGTH = 260
_THUMBNAIL = (112, 63)
_BINS = 10
_Z = 1.96  # of a normal distribution: 95 % lie within

_WORDS = {
    "auto": "found",
    "review": "**to review**",
    "accepted": "accepted",
    "assigned": "assigned",
    "rejected": "rejected",
}


def association_table(rows: Sequence[Mapping[str, Any]], zone: str) -> dg.MarkdownMetadataValue:
    """At most ten associations with small pictures and, in words, why.

    Rows as `newest_associations` gives them, `thumbnail_file` absolute; times are shown in `zone`.
    Text from files is escaped. Pictures are made coarser, and at last left out, until all fit.
    """
    if not rows:
        return dg.MetadataValue.md("*no associations*")
    rows, local = rows[:ROWS], ZoneInfo(zone)
    head = ["", "file", f"taken ({zone})", "match", "sure", "because"]
    cells = [_cells(row, local) for row in rows]
    text = sum(len(cell) + 1 for line in cells for cell in line) + 200
    files = [row["thumbnail_file"] for row in rows]
    pictures = inline_pictures(
        [Path(file) if file else None for file in files], _THUMBNAIL, MAX_LENGTH - text
    )
    lines = [[picture, *line] for picture, line in zip(pictures, cells, strict=True)]
    table = [head, ["---"] * len(head), *lines]
    return dg.MetadataValue.md("\n".join(f"|{'|'.join(line)}|" for line in table))


def _cells(row: Mapping[str, Any], zone: ZoneInfo) -> list[str]:
    begins, taken = _local(row["match_start_time"], zone), row["capture_start_utc"]
    parts = (row["map_name"] or "unknown map", row["mode_category"], f"{begins:%H:%M}")
    return [
        escaped(row["file_name"]),
        escaped(f"{_local(taken, zone):%a %Y-%m-%d %H:%M:%S}" if taken else "not known"),
        escaped(", ".join(part for part in parts if part)),
        f"{row['confidence']:.2f} {_WORDS.get(row['decision'], escaped(row['decision']))}",
        escaped(explain(row), _REASON_LENGTH),
    ]


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(zone)


def calibration_plot(
    judged: Sequence[tuple[float, bool | None]],
) -> dg.MarkdownMetadataValue:
    """How many captures there are at each confidence, and how many of those are right.

    `judged`: the confidence of the best match of a capture, and whether people say it is right.
    """
    if not judged:
        return dg.MetadataValue.md("*no captures near a match*")
    decided = [(confidence, right) for confidence, right in judged if right is not None]
    figure, panels = new_figure(4.6 if decided else 2.6, panels=2 if decided else 1)
    _counts(panels[0], judged)
    if decided:
        _shares(panels[1], decided)
    for axes in panels:
        axes.set_xlim(0, 1)
        axes.set_xticks([place / _BINS for place in range(_BINS + 1)])
    panels[-1].set_xlabel("confidence without the help of people")
    note = f"{len(decided)} decided by people" if decided else "nobody has decided about any yet"
    return finish(f"captures by confidence of their match; {note}", figure, panels[0])


def _counts(axes: "Axes", judged: Sequence[tuple[float, bool | None]]) -> None:
    low = [0] * _BINS
    middles = [(place + 0.5) / _BINS for place in range(_BINS)]
    for name, color, wanted in (("nobody decided", BLUE, None), ("people: right", GREEN, True),
                                ("people: wrong", RED, False)):  # fmt: skip
        heights = [0] * _BINS
        for confidence, right in judged:
            heights[_bin(confidence)] += right is wanted
        if any(heights):
            axes.bar(middles, heights, width=0.9 / _BINS, bottom=low, color=color,
                     label=f"{name} ({sum(heights)})")  # fmt: skip
        low = [before + height for before, height in zip(low, heights, strict=True)]
    for middle, count in zip(middles, low, strict=True):
        if count:
            axes.text(middle, count, f"{count:,}", ha="center", va="bottom", fontsize=8, color=INK)
    for name, share in (("to review from here", Weights().review), ("found", Weights().auto)):
        axes.axvline(share, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.text(share + 0.006, max(low) * 1.16, name, fontsize=8, color=INK, va="top")
    axes.set_ylim(0, max(low) * 1.18)
    axes.set_ylabel("captures")
    axes.locator_params(axis="y", integer=True)


def _shares(axes: "Axes", decided: Sequence[tuple[float, bool]]) -> None:
    """Of each tenth the share that is right, with its 95 % interval, on what it should be."""
    axes.plot([0, 1], [0, 100], color="#b8bcc2", linewidth=1.2, linestyle=(0, (4, 3)))
    axes.text(0.02, 33, "right as often as it is sure", fontsize=8, color="#7b838c")
    for place in range(_BINS):
        found = [(confidence, right) for confidence, right in decided if _bin(confidence) == place]
        if not found:
            continue
        mean = sum(confidence for confidence, _ in found) / len(found)
        right = sum(right for _, right in found)
        low, high = wilson(right, len(found))
        axes.vlines(mean, 100 * low, 100 * high, color=BLUE, linewidth=1.4)
        axes.scatter([mean], [100 * right / len(found)], s=26, color=BLUE, zorder=3)
        left = mean > 0.9  # else it would be cut off
        axes.text(mean + (-0.01 if left else 0.01), 100 * right / len(found),
                  f"{right} of {len(found)}", ha="right" if left else "left", va="center",
                  fontsize=8, color=INK)  # fmt: skip
    axes.set_ylim(-4, 104)
    axes.set_ylabel("right, %")


def wilson(right: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson, 1927), 0 to 1: good for few cases, too."""
    share, unit = right / total, _Z**2 / total
    middle = (share + unit / 2) / (1 + unit)
    half = _Z / (1 + unit) * sqrt(share * (1 - share) / total + unit / (4 * total))
    return max(0.0, middle - half), min(1.0, middle + half)


def _bin(confidence: float) -> int:
    return min(_BINS - 1, int(confidence * _BINS))
