"""Pictures in metadata: small enough for the event log, drawn only when there is something new."""

import base64
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from PIL import Image

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_BYTES = 60_000
"""A picture above this size makes the event log heavy; it is drawn with less quality instead."""

_COLUMNS, _ROWS, _CELL = 4, 3, (160, 90)


def contact_sheet(files: Sequence[Path]) -> dg.MarkdownMetadataValue:
    """The first twelve posters side by side."""
    cells = [cell for file in files if (cell := _cell(file)) is not None][: _COLUMNS * _ROWS]
    if not cells:
        return dg.MetadataValue.md("*no thumbnails*")
    rows = -(-len(cells) // _COLUMNS)
    sheet = Image.new("RGB", (_COLUMNS * _CELL[0], rows * _CELL[1]), "#202124")
    for place, cell in enumerate(cells):
        column, row = place % _COLUMNS, place // _COLUMNS
        left = column * _CELL[0] + (_CELL[0] - cell.width) // 2
        sheet.paste(cell, (left, row * _CELL[1] + (_CELL[1] - cell.height) // 2))
    for quality in (75, 60, 40, 20):
        buffer = io.BytesIO()
        sheet.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() <= MAX_BYTES:
            break
    return _image("newest captures", "image/jpeg", buffer.getvalue())


def plot(title: str, figure: "Figure") -> dg.MarkdownMetadataValue:
    """A figure as PNG."""
    for dots in (110, 80, 50):
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=dots, bbox_inches="tight")
        if buffer.tell() <= MAX_BYTES:
            break
    return _image(title, "image/png", buffer.getvalue())


def new_figure(width: float = 8.0, height: float = 3.0) -> "Figure":
    """An empty figure, in inches. matplotlib takes 0.4 s to load, so only a plot loads it."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="tight")


def files_by_month(rows: Sequence[tuple[datetime, str, int]]) -> dg.MarkdownMetadataValue:
    """Bars of files by month of their mtime, stacked by kind. Rows: month, kind, files."""
    figure = new_figure()
    axes = figure.add_subplot()
    months = sorted({month for month, _, _ in rows})
    bottom = dict.fromkeys(months, 0)
    for kind, color in (("image", "#4c78a8"), ("video", "#f58518"), ("audio", "#54a24b")):
        counts = {month: count for month, name, count in rows if name == kind}
        heights = [counts.get(month, 0) for month in months]
        axes.bar(
            [f"{month:%Y-%m}" for month in months],
            heights,
            bottom=[bottom[month] for month in months],
            label=kind,
            color=color,
        )
        for month, height in zip(months, heights, strict=True):
            bottom[month] += height
    axes.set_ylabel("files")
    axes.legend(frameon=False, ncols=3)
    axes.tick_params(axis="x", rotation=45)
    return plot("files by month", figure)


def form_over_time(rows: Sequence[tuple[datetime, float, int]]) -> dg.MarkdownMetadataValue:
    """KDA of each match, coloured by outcome. Rows: start, kda, outcome."""
    figure = new_figure()
    axes = figure.add_subplot()
    for outcome, label, color in (
        (2, "win", "#54a24b"),
        (3, "loss", "#e45756"),
        (0, "other", "#9d9d9d"),
    ):
        chosen = [
            (start, kda)
            for start, kda, found in rows
            if found == outcome or (outcome == 0 and found not in (2, 3))
        ]
        if chosen:
            x, y = zip(*chosen, strict=True)
            axes.scatter(x, y, s=18, label=label, color=color)
    axes.axhline(0, color="#888888", linewidth=0.8)
    axes.set_ylabel("KDA")
    axes.legend(frameon=False, ncols=3)
    figure.autofmt_xdate()
    return plot("form over time", figure)


def match_timeline(
    matches: Sequence[tuple[datetime, datetime]],
    captures: Sequence[tuple[datetime, str]],
) -> dg.MarkdownMetadataValue:
    """Matches as bars by time of day (UTC), one line a day, and captures on them by decision."""
    figure = new_figure(8.0, 3.5)
    axes = figure.add_subplot()
    days = sorted({start.date() for start, _ in matches} | {taken.date() for taken, _ in captures})
    line = {day: place for place, day in enumerate(days[-14:])}
    for start, end in matches:
        if start.date() in line:
            hours = max((end - start).total_seconds() / 3600, 0.02)
            axes.broken_barh(
                [(_hour(start), hours)], (line[start.date()] - 0.35, 0.7), color="#b9cbe0"
            )
    colors = {"auto": "#2f7d31", "review": "#f58518"}
    for decision in ("auto", "review", "none"):
        chosen = [
            (_hour(taken), line[taken.date()])
            for taken, said in captures
            if taken.date() in line and (said if said in colors else "none") == decision
        ]
        if chosen:
            x, y = zip(*chosen, strict=True)
            axes.scatter(
                x,
                y,
                s=20,
                zorder=3,
                label={"none": "no match"}.get(decision, decision),
                color=colors.get(decision, "#9d9d9d"),
            )
    axes.set_yticks(list(line.values()), [f"{day:%m-%d}" for day in line])
    axes.set_xlim(0, 24)
    axes.set_xlabel("hour (UTC)")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, ncols=3, loc="upper left", bbox_to_anchor=(0, 1.15))
    return plot("matches and captures", figure)


def _hour(moment: datetime) -> float:
    return moment.hour + moment.minute / 60 + moment.second / 3600


def _cell(file: Path) -> Image.Image | None:
    try:
        with Image.open(file) as image:
            image.thumbnail(_CELL)
            return image.convert("RGB")
    except OSError:
        return None  # swept since it was listed


def _image(title: str, media_type: str, content: bytes) -> dg.MarkdownMetadataValue:
    data = base64.b64encode(content).decode("ascii")
    return dg.MetadataValue.md(f"![{title}](data:{media_type};base64,{data})")
