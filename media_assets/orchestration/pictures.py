"""Pictures in metadata: small enough for the event log, drawn only when there is something new."""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
from PIL import Image

from media_assets.captures.zone_detector import OFFSET_HOURS, ZoneFinding
from media_assets.orchestration.plots import (
    BLUE,
    GREEN,
    GREY,
    MAX_BYTES,
    ORANGE,
    as_markdown,
    finish,
    new_figure,
)

_COLUMNS, _ROWS, _CELL, _GAP = 4, 3, (176, 99), 4
_MONTHS, _DAYS = 24, 14


def contact_sheet(files: Sequence[Path]) -> dg.MarkdownMetadataValue:
    """The first twelve posters side by side."""
    cells = [cell for file in files if (cell := _cell(file)) is not None][: _COLUMNS * _ROWS]
    if not cells:
        return dg.MetadataValue.md("*no thumbnails*")
    columns = min(_COLUMNS, len(cells))
    rows = -(-len(cells) // columns)
    width, height = _CELL[0] + _GAP, _CELL[1] + _GAP
    sheet = Image.new("RGB", (columns * width - _GAP, rows * height - _GAP), "#202124")
    for place, cell in enumerate(cells):
        row, column = divmod(place, columns)
        left = column * width + (_CELL[0] - cell.width) // 2
        sheet.paste(cell, (left, row * height + (_CELL[1] - cell.height) // 2))
    for quality in (50, 30, 10):
        buffer = io.BytesIO()
        sheet.save(buffer, "WEBP", quality=quality)
        if buffer.tell() <= MAX_BYTES:
            break
    return as_markdown("newest captures", "image/webp", buffer.getvalue())


def files_by_month(rows: Sequence[tuple[datetime, str, int]]) -> dg.MarkdownMetadataValue:
    """Bars of files by month of their mtime, stacked by kind: the last months that have files.

    Rows: month, kind, files.
    """
    if not rows:
        return dg.MetadataValue.md("*no files*")
    figure, (axes,) = new_figure(2.8)
    months = sorted({month for month, _, _ in rows})[-_MONTHS:]
    names = [f"{month:%Y-%m}" for month in months]
    counts = {(month, kind): count for month, kind, count in rows}
    bottom = [0] * len(months)
    for kind, color in (("image", BLUE), ("video", ORANGE), ("audio", GREEN)):
        heights = [counts.get((month, kind), 0) for month in months]
        if any(heights):
            axes.bar(names, heights, bottom=bottom, label=kind, color=color, width=0.7)
        bottom = [low + height for low, height in zip(bottom, heights, strict=True)]
    axes.bar_label(axes.containers[-1], labels=[str(height) for height in bottom], padding=2)  # type: ignore[arg-type]  # bars are containers of bars
    axes.set_ylim(0, max(bottom, default=0) * 1.2 + 0.1)
    axes.set_ylabel("files")
    axes.locator_params(axis="y", integer=True)
    axes.tick_params(axis="x", rotation=45 if len(months) > 9 else 0)
    return finish("files by month of their modification time", figure, axes)


def match_timeline(
    matches: Sequence[tuple[datetime, datetime]],
    captures: Sequence[tuple[datetime, str]],
    zone: str,
) -> dg.MarkdownMetadataValue:
    """Matches as bars by time of day, a line a day, and captures on them by decision.

    Times are naive UTC and shown in `zone`. The last fourteen days that have either.
    """
    if not matches and not captures:
        return dg.MetadataValue.md("*no matches and no captures*")
    local = ZoneInfo(zone)
    played = [piece for start, end in matches for piece in by_day(start, end, local)]
    taken = [(*day_and_hour(moment, local), decision) for moment, decision in captures]
    days = sorted({day for day, _, _ in played} | {day for day, _, _ in taken})[-_DAYS:]
    line = {day: place for place, day in enumerate(days)}
    figure, (axes,) = new_figure(1.0 + 0.22 * max(len(days), 5))
    for day, begin, hours in played:
        if day in line:
            axes.broken_barh([(begin, hours)], (line[day] - 0.35, 0.7), color="#c9d8ea")
    for label, color, decisions in _DECISIONS:
        chosen = [
            (hour, line[day])
            for day, hour, decision in taken
            if day in line and decision in decisions
        ]
        if chosen:
            x, y = zip(*chosen, strict=True)
            axes.scatter(x, y, s=20, zorder=3, label=f"{label} ({len(chosen)})", color=color)
    axes.set_yticks(list(line.values()), [f"{day:%a %Y-%m-%d}" for day in line])
    axes.set_xlim(0, 24)
    axes.set_xticks(range(0, 25, 3), [f"{hour:02d}:00" for hour in range(0, 25, 3)])
    axes.set_xlabel(f"time of day, {zone}")
    return finish("matches (bars) and captures (points)", figure, axes)


def rate_by_offset(found: ZoneFinding) -> dg.MarkdownMetadataValue:
    """Bars of the share of captures inside a match, by what is added to their times."""
    figure, (axes,) = new_figure(2.2)
    rates = [100 * number / max(1, found.captures) for number in found.inside]
    best = max(found.inside)
    colors = [
        BLUE if hours == 0 else GREEN if number == best else GREY
        for hours, number in zip(OFFSET_HOURS, found.inside, strict=True)
    ]
    axes.bar(OFFSET_HOURS, rates, width=0.4, color=colors)
    axes.set_xticks(range(-14, 15, 2), [f"{hours:+d} h" for hours in range(-14, 15, 2)])
    axes.set_ylabel("% in a match")
    return finish("captures in a match by offset (blue: as configured, green: best)", figure, axes)


_DECISIONS = (
    ("match found", GREEN, frozenset({"auto"})),
    ("match given by people", BLUE, frozenset({"accepted", "assigned"})),
    ("to review", ORANGE, frozenset({"review"})),
    ("no match", GREY, frozenset({"none", "candidate", "rejected"})),
)


def by_day(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[date, float, float]]:
    """A span as day, first hour and length in hours; one that crosses midnight is cut there."""
    day, begin = day_and_hour(start, zone)
    hours = max((end - start).total_seconds() / 3600, 0.02)
    while begin + hours > 24:
        yield day, begin, 24 - begin
        day, begin, hours = day + timedelta(days=1), 0.0, begin + hours - 24
    yield day, begin, hours


def day_and_hour(moment: datetime, zone: ZoneInfo) -> tuple[date, float]:
    """The local day of a naive UTC moment, and the hours since its midnight.

    They are counted, not read off the clock, so a capture stays on its match also in the hour that
    comes twice.
    """
    aware = moment.replace(tzinfo=UTC)
    day = aware.astimezone(zone).date()
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return day, (aware - midnight).total_seconds() / 3600


def _cell(file: Path) -> Image.Image | None:
    try:
        with Image.open(file) as image:
            image.thumbnail(_CELL)
            return image.convert("RGB")
    except OSError:
        return None  # swept since it was listed
