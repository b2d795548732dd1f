"""Pictures in metadata: small enough for the event log, drawn only when there is something new."""

import base64
import io
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from pathlib import Path

import dagster as dg
from PIL import Image

from media_assets.captures.picture import opaque
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
_MONTHS = 24


def contact_sheet(
    files: Sequence[Path], name: str = "newest captures", size: tuple[int, int] = _CELL
) -> dg.MarkdownMetadataValue:
    """The first twelve posters side by side, each within `size`."""
    cells = [cell for file in files if (cell := _cell(file, size)) is not None][: _COLUMNS * _ROWS]
    if not cells:
        return dg.MetadataValue.md("*no thumbnails*")
    columns = min(_COLUMNS, len(cells))
    rows = -(-len(cells) // columns)
    width, height = size[0] + _GAP, size[1] + _GAP
    sheet = Image.new("RGB", (columns * width - _GAP, rows * height - _GAP), "#202124")
    for place, cell in enumerate(cells):
        row, column = divmod(place, columns)
        left = column * width + (size[0] - cell.width) // 2
        sheet.paste(cell, (left, row * height + (size[1] - cell.height) // 2))
    for quality in (50, 30, 10):
        buffer = io.BytesIO()
        sheet.save(buffer, "WEBP", quality=quality)
        if buffer.tell() <= MAX_BYTES:
            break
    return as_markdown(name, "image/webp", buffer.getvalue())


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


def inline_pictures(files: Sequence[Path | None], size: tuple[int, int], room: int) -> list[str]:
    """Each picture within `size` as Markdown that carries it, all together at most `room` long.

    They are made coarser until they fit; if nothing helps, the last ones are left out. A file that
    is not there, or no more, is an empty text.
    """
    images = [None if file is None else _cell(file, size) for file in files]
    pictures: list[str] = []
    for quality in (60, 40, 20, 5):
        pictures = ["" if image is None else _inline(image, quality) for image in images]
        if sum(map(len, pictures)) <= room:
            return pictures
    lengths = accumulate(map(len, pictures))
    return [text if end <= room else "" for text, end in zip(pictures, lengths, strict=True)]


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


def _inline(image: Image.Image, quality: int) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=4)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f"![](data:image/webp;base64,{data})"


def _cell(file: Path, size: tuple[int, int] = _CELL) -> Image.Image | None:
    try:
        with Image.open(file) as image:
            image.thumbnail(size)
            return opaque(image).convert("RGB")
    except OSError:
        return None  # swept since it was listed
