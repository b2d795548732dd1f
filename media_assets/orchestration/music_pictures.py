"""Plots of a player's music."""

from collections.abc import Sequence

import dagster as dg

from media_assets.orchestration.plots import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    finish,
    label,
    new_figure,
)

_COLORS = (BLUE, ORANGE, GREEN, RED, "#8a6fb0", "#b8860b")
COVER_CELL = (120, 120)
SHEET_COVERS = 12


def tracks_by_decade(rows: Sequence[tuple[int, str | None, int]]) -> dg.MarkdownMetadataValue:
    """Bars of tracks by decade, stacked by genre: the most frequent ones, and all others.

    Rows: decade, genre, tracks.
    """
    if not rows:
        return dg.MetadataValue.md("*no track has a year*")
    totals: dict[str, int] = {}
    for _, genre, tracks in rows:
        if genre is not None:
            totals[genre] = totals.get(genre, 0) + tracks
    shown = sorted(totals, key=lambda genre: (-totals[genre], genre))[: len(_COLORS)]
    decades = sorted({decade for decade, _, _ in rows})
    figure, (axes,) = new_figure(2.8)
    names = [f"{decade}s" for decade in decades]
    bottom = [0] * len(decades)
    layers: list[tuple[str | None, str, str]] = [
        *((genre, label(genre), color) for genre, color in zip(shown, _COLORS, strict=False)),
        (None, "other or none", GREY),
    ]
    for genre, text, color in layers:
        heights = [
            sum(tracks for when, of, tracks in rows
                if when == decade and (of == genre if genre else of not in shown))
            for decade in decades
        ]  # fmt: skip
        if any(heights):
            axes.bar(names, heights, bottom=bottom, label=text, color=color, width=0.7)
        bottom = [low + height for low, height in zip(bottom, heights, strict=True)]
    axes.bar_label(axes.containers[-1], labels=[str(height) for height in bottom], padding=2)  # type: ignore[arg-type]  # bars are containers of bars
    axes.set_ylim(0, max(bottom) * 1.2)
    axes.set_ylabel("tracks")
    axes.locator_params(axis="y", integer=True)
    axes.tick_params(axis="x", rotation=45 if len(decades) > 9 else 0)
    return finish("tracks by decade and genre", figure, axes)
