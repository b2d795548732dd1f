"""Groups of duplicates side by side."""

import io
from collections.abc import Sequence

import dagster as dg
from PIL import Image, ImageDraw, ImageFont

from media_assets.orchestration.plots import MAX_BYTES, as_markdown
from media_assets.stages.duplicate_views import Shown

GROUPS, MEMBERS = 5, 4
_CELL, _GAP, _CAPTION = (168, 95), 6, 18
_GROUND, _INK, _BEST = "#202124", "#e8eaed", "#8ab4f8"


def duplicate_sheet(groups: Sequence[Sequence[Shown]]) -> dg.MarkdownMetadataValue:
    """A line a group: the best on the left, then what is the same, with its class and agreement."""
    if not groups:
        return dg.MetadataValue.md("*no duplicates of pictures or clips*")
    width, height = _CELL[0] + _GAP, _CELL[1] + _CAPTION + _GAP
    columns = max(len(group) for group in groups)
    sheet = Image.new("RGB", (columns * width - _GAP, len(groups) * height - _GAP), _GROUND)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for row, group in enumerate(groups):
        for column, member in enumerate(group):
            left, top = column * width, row * height
            _paste(sheet, member, left, top)
            color = _INK if member.media_class else _BEST
            draw.text((left + 2, top + _CELL[1] + 2), caption(member), fill=color, font=font)
    for quality, factor in ((50, 1), (30, 1), (10, 1), (10, 2)):
        buffer = io.BytesIO()
        sheet.reduce(factor).save(buffer, "WEBP", quality=quality)
        if buffer.tell() <= MAX_BYTES:
            break
    return as_markdown("groups of duplicates", "image/webp", buffer.getvalue())


def caption(member: Shown) -> str:
    """What stands below a member."""
    if member.media_class is None:
        return "best"
    if member.media_class == "exact":
        return "exact copy"
    words = [member.media_class.replace("_", " ")]
    if member.agreement is not None:
        words.append(f"{member.agreement:.0%}")
    if member.seconds_apart:
        words.append(f"{member.seconds_apart:,.0f} s apart")
    return ", ".join(words)


def _paste(sheet: Image.Image, member: Shown, left: int, top: int) -> None:
    try:
        with Image.open(member.poster) as image:
            image.thumbnail(_CELL)
            small = image.convert("RGB")
    except OSError:
        return  # swept since it was listed
    place = (left + (_CELL[0] - small.width) // 2, top + (_CELL[1] - small.height) // 2)
    sheet.paste(small, place)
