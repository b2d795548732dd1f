"""The map of a library, drawn."""

from collections import Counter

import dagster as dg
import numpy as np
from numpy.typing import NDArray

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
from media_assets.stages.vector_views import LibraryMap

_COLOURS = (BLUE, ORANGE, GREEN, RED, "#8e6bbf")
_MANY = 600


def draw_map(found: LibraryMap | None) -> dg.MarkdownMetadataValue:
    """A point a media: what lies together is near. The five largest groups have a colour."""
    if found is None:
        return dg.MetadataValue.md("*no two media have vectors that can be compared*")
    figure, (axes,) = new_figure(4.2)
    groups = np.array(found.groups)
    named = [name for name, _ in Counter(found.groups).most_common() if name != "none"]
    named = named[: len(_COLOURS)]
    size = 4 if len(groups) > _MANY else 14
    rest = ~np.isin(groups, named)
    if rest.any():
        axes.scatter(*_xy(found, rest), s=size, color=GREY, alpha=0.5, linewidths=0,
                     label="other")  # fmt: skip
    for name, colour in zip(named, _COLOURS, strict=False):
        axes.scatter(*_xy(found, groups == name), s=size, color=colour, alpha=0.8,
                     linewidths=0, label=label(name))  # fmt: skip
    axes.set_xticklabels([])
    axes.set_yticklabels([])
    title = f"{found.space}, by {found.by}: {found.shown:.0%} of what differs"
    return finish(title, figure, axes)


def _xy(
    found: LibraryMap, chosen: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = found.points[chosen]
    return points[:, 0], points[:, 1]
