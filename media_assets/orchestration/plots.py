"""What all plots in metadata share: colours, figures, and their way into Markdown.

Loading matplotlib takes 0.4 s, so that is put off to the first plot.
"""

import base64
import io
from functools import lru_cache
from typing import TYPE_CHECKING

import dagster as dg
from PIL import Image

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_BYTES = 45_000
"""As base64 that is 60 KB; above that the event log grows heavy. A picture that is larger is drawn
with less quality instead."""

BLUE, ORANGE, GREEN, RED, GREY = "#4c78a8", "#f58518", "#3a8f4a", "#d64f4f", "#9d9d9d"
PAPER, INK, LINE = "#ffffff", "#33373d", "#e8e8e8"
"""Plots bring their own light ground, so they read alike in the light and the dark UI."""

_NAME_LENGTH = 26


def new_figure(height: float, panels: int = 1) -> "tuple[Figure, list[Axes]]":
    """An empty figure of 8 inches width with one plot above the other."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, height), layout="tight", facecolor=PAPER)
    plots = [figure.add_subplot(panels, 1, place + 1) for place in range(panels)]
    for axes in plots:
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color("#b8bcc2")
        axes.tick_params(colors=INK, labelsize=9)
        axes.yaxis.label.set_color(INK)
        axes.xaxis.label.set_color(INK)
        axes.grid(visible=True, color=LINE, linewidth=0.6)
        axes.set_axisbelow(True)
    return figure, plots


def finish(title: str, figure: "Figure", axes: "Axes") -> dg.MarkdownMetadataValue:
    """A figure with its title and legend, as PNG of few colours.

    That takes a third of the bytes, and nobody sees the difference: colours of a few pixels, such
    as those of single marks, are among those that are kept.
    """
    has_legend = bool(axes.get_legend_handles_labels()[0])
    axes.set_title(title, loc="left", fontsize=10, pad=26 if has_legend else 10, color=INK)
    if has_legend:
        axes.legend(frameon=False, ncols=4, loc="lower left", bbox_to_anchor=(-0.02, 0.99),
                    borderpad=0, handletextpad=0.4, fontsize=9, labelcolor=INK)  # fmt: skip
    for dots in (100, 80, 60):
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png", dpi=dots, bbox_inches="tight")
        buffer = io.BytesIO()
        with Image.open(drawn) as image:
            few = image.convert("RGB").quantize(64, Image.Quantize.MAXCOVERAGE)
            few.save(buffer, "PNG", optimize=True)
        if buffer.tell() <= MAX_BYTES:
            break
    return as_markdown(title, "image/png", buffer.getvalue())


def as_markdown(title: str, media_type: str, content: bytes) -> dg.MarkdownMetadataValue:
    """A picture inside of Markdown."""
    data = base64.b64encode(content).decode("ascii")
    return dg.MetadataValue.md(f"![{title}](data:{media_type};base64,{data})")


def label(text: str) -> str:
    """A name from a response as it can be drawn: on one line, not too long, no formula.

    What the font cannot draw becomes a box, of which matplotlib would warn.
    """
    name = " ".join(text.split()) or "?"
    if len(name) > _NAME_LENGTH:
        name = name[: _NAME_LENGTH - 1] + "…"
    drawn = _drawable()
    return "".join(letter if ord(letter) in drawn else "□" for letter in name).replace("$", r"\$")


@lru_cache(maxsize=1)
def _drawable() -> frozenset[int]:
    """The characters of the font."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties())).get_charmap())
