"""Tempos and keys of a music library as a picture."""

from collections.abc import Sequence
from typing import cast

import dagster as dg

from media_assets.music.sound.tonality import NAMES
from media_assets.orchestration.plots import BLUE, ORANGE, finish, new_figure

_STEP = 5  # beats/min of a bar
_SLOWEST, _FASTEST = 40, 240


def tempos_and_keys(
    tempos: Sequence[tuple[object, ...]], keys: Sequence[tuple[object, ...]]
) -> dg.MarkdownMetadataValue:
    """Bars of tracks by tempo, above bars by key, major beside minor.

    Rows: bpm; and key, scale, tracks.
    """
    if not tempos and not keys:
        return dg.MetadataValue.md("*no tempo and no key*")
    figure, (above, below) = new_figure(4.4, panels=2)
    found = [min(max(cast(float, bpm), _SLOWEST), _FASTEST) for (bpm,) in tempos]
    above.hist(found, bins=range(_SLOWEST, _FASTEST + _STEP, _STEP), color=BLUE, rwidth=0.9)
    above.set_xlabel("beats a minute")
    above.set_ylabel("tracks")
    counts = {(key, scale): cast(int, tracks) for key, scale, tracks in keys}
    places = range(len(NAMES))
    for shift, scale, color in ((-0.2, "major", BLUE), (0.2, "minor", ORANGE)):
        heights = [counts.get((name, scale), 0) for name in NAMES]
        below.bar([place + shift for place in places], heights, 0.38, color=color, label=scale)
    below.set_xticks(list(places), list(NAMES))
    below.set_ylabel("tracks")
    below.legend(frameon=False, fontsize=9, loc="upper right", ncols=2)
    for axes in (above, below):
        axes.locator_params(axis="y", integer=True)
    return finish("tracks by tempo, and by key", figure, above)
