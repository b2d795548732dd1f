"""Pictures of a land."""

import io
from collections.abc import Sequence

import dagster as dg
from PIL import Image, ImageDraw, ImageFont

from media_assets.orchestration.plots import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MAX_BYTES,
    ORANGE,
    RED,
    as_markdown,
    finish,
    label,
    new_figure,
)
from media_assets.stages.land_views import Cluster

Row = dict[str, object]

_OF_KIND = {"image": BLUE, "video": ORANGE, "audio": GREEN}
_COLUMNS, _CELL, _GAP, _CAPTION = 4, (176, 110), 6, 18
_GROUND, _TEXT = "#202124", "#e8eaed"


def colours(rows: Sequence[Row]) -> dg.MarkdownMetadataValue:
    """Bars of the colours that most of the pictures' area has, each in its colour."""
    if not rows:
        return dg.MetadataValue.md("*no pictures*")
    figure, (axes,) = new_figure(0.6 + 0.28 * len(rows))
    total = sum(float(str(row["share"])) for row in rows)
    shares = [100 * float(str(row["share"])) / total for row in rows][::-1]
    bars = axes.barh(
        [label(str(row["name"])) for row in rows][::-1], shares, height=0.75,
        color=[str(row["hex"]) for row in rows][::-1], edgecolor=GREY, linewidth=0.5,
    )  # fmt: skip
    axes.bar_label(bars, labels=[f"{share:.0f} %" for share in shares], padding=3, color=INK)
    axes.set_xlim(0, max(shares) * 1.15)
    axes.set_xlabel("% of the area of all pictures")
    return finish("colours of the land", figure, axes)


def sizes(rows: Sequence[tuple[int, int, int]]) -> dg.MarkdownMetadataValue:
    """Widths and heights of pictures and videos; a larger dot has more media."""
    if not rows:
        return dg.MetadataValue.md("*no pictures or videos*")
    figure, (axes,) = new_figure(3.2)
    widths, heights, counts = zip(*rows, strict=True)
    most = max(counts)
    axes.scatter(
        widths, heights, s=[12 + 160 * count / most for count in counts], color=BLUE, alpha=0.5,
        linewidths=0,
    )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:,.0f}")
        axis.set_minor_formatter("{x:,.0f}")
    axes.set_xlabel("width in pixels")
    axes.set_ylabel("height in pixels")
    return finish("sizes of pictures and videos", figure, axes)


def formats(rows: Sequence[Row]) -> dg.MarkdownMetadataValue:
    """Bars of the formats that the decoders found, by kind."""
    if not rows:
        return dg.MetadataValue.md("*nothing was analysed yet*")
    shown = rows[:12]
    figure, (axes,) = new_figure(2.4)
    names = [label(str(row["format"])) for row in shown]
    counts = [int(str(row["media"])) for row in shown]
    bars = axes.bar(names, counts, color=[_OF_KIND[str(row["kind"])] for row in shown], width=0.7)
    axes.bar_label(bars, padding=2)
    axes.set_ylim(0, max(counts) * 1.2)
    axes.set_ylabel("media")
    return finish("formats (blue: pictures, orange: videos, green: sound)", figure, axes)


def failing_hosts(rows: Sequence[Row]) -> dg.MarkdownMetadataValue:
    """Bars of the URLs that failed, by host, with what happened most."""
    if not rows:
        return dg.MetadataValue.md("*no host fails*")
    figure, (axes,) = new_figure(0.7 + 0.3 * len(rows))
    names = [label(str(row["host"])) for row in rows][::-1]
    failed = [int(str(row["failed"])) for row in rows][::-1]
    bars = axes.barh(names, failed, color=RED, height=0.7)
    told = [f"{row['failed']} of {row['urls']}, mostly {label(str(row['mostly'] or 'unknown'))}"
            for row in rows][::-1]  # fmt: skip
    axes.bar_label(bars, labels=told, padding=3, color=INK)
    axes.set_xlim(0, max(failed) * 1.8)
    axes.locator_params(axis="x", integer=True)
    axes.set_xlabel("URLs that failed or were refused")
    return finish("failures by host", figure, axes)


def cluster_sheet(clusters: Sequence[Cluster]) -> dg.MarkdownMetadataValue:
    """One poster of each cluster, with how many pages have it and how many media it is."""
    if not clusters:
        return dg.MetadataValue.md("*no medium stands on several pages*")
    columns = min(_COLUMNS, len(clusters))
    width, height = _CELL[0] + _GAP, _CELL[1] + _CAPTION + _GAP
    rows = -(-len(clusters) // columns)
    sheet = Image.new("RGB", (columns * width - _GAP, rows * height - _GAP), _GROUND)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for place, cluster in enumerate(clusters):
        row, column = divmod(place, columns)
        _paste(sheet, cluster, column * width, row * height)
        same = "1 medium" if cluster.media == 1 else f"{cluster.media} alike"
        caption = f"{cluster.pages} pages, {same}"
        draw.text((column * width + 2, row * height + _CELL[1] + 2), caption, _TEXT, font)
    for quality in (50, 30, 10):
        buffer = io.BytesIO()
        sheet.save(buffer, "WEBP", quality=quality)
        if buffer.tell() <= MAX_BYTES:
            break
    return as_markdown("what stands on several pages", "image/webp", buffer.getvalue())


def _paste(sheet: Image.Image, cluster: Cluster, left: int, top: int) -> None:
    for poster in cluster.posters:
        try:
            with Image.open(poster) as image:
                image.thumbnail(_CELL)
                small = image.convert("RGB")
        except OSError:
            continue  # swept since it was listed
        sheet.paste(small, (left + (_CELL[0] - small.width) // 2, top))
        return
