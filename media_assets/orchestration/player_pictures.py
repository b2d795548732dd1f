"""Plots of one player's matches: form, maps, hours of the week, expectations."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import dagster as dg

from media_assets.orchestration.plots import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    RED,
    finish,
    label,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FORM_MATCHES, _FORM_WINDOW = 100, 10
_MAPS = 12
_EXPECTED_MATCHES = 60
_Compared: TypeAlias = tuple[int, float, float | None]
"""What came, what was expected, and its standard deviation."""
Expected: TypeAlias = tuple[datetime, int, float, float | None, int, float, float | None]
"""Start of a match; kills, expected, standard deviation; the same of deaths."""

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def form_over_time(rows: Sequence[tuple[datetime, float, int]]) -> dg.MarkdownMetadataValue:
    """KDA of the last hundred matches, coloured by outcome, and its mean over ten matches.

    Rows by time: start, kda, outcome. The matches stand side by side: by the clock, the ones of an
    evening would lie on top of each other.
    """
    if not rows:
        return dg.MetadataValue.md("*no matches*")
    rows = rows[-_FORM_MATCHES:]
    figure, (axes,) = new_figure(3.0)
    for outcome, color in (("win", GREEN), ("loss", RED), ("other", GREY)):
        chosen = [
            (place, kda)
            for place, (_, kda, found) in enumerate(rows)
            if {2: "win", 3: "loss"}.get(found, "other") == outcome
        ]
        if chosen:
            x, y = zip(*chosen, strict=True)
            axes.scatter(x, y, s=16, label=outcome, color=color, zorder=3)
    means = [
        _mean([kda for _, kda, _ in rows[: end + 1][-_FORM_WINDOW:]]) for end in range(len(rows))
    ]
    axes.plot(means, color=BLUE, linewidth=1.8, label=f"mean of {_FORM_WINDOW}")
    axes.axhline(0, color="#666666", linewidth=0.8)
    axes.set_ylabel("KDA")
    places = range(0, len(rows), -(-len(rows) // 6) or 1)
    axes.set_xticks(list(places), [f"{rows[place][0]:%Y-%m-%d}" for place in places])
    return finish("KDA of each match", figure, axes)


def win_rate_by_map(rows: Sequence[tuple[str, int, int, int]]) -> dg.MarkdownMetadataValue:
    """A bar for each of the maps played most, as long as the share of matches won there.

    Rows, the most matches first: map, matches, wins, losses.
    """
    rows = [row for row in rows if row[2] + row[3]][:_MAPS]
    if not rows:
        return dg.MetadataValue.md("*no matches won or lost*")
    figure, (axes,) = new_figure(0.9 + 0.3 * max(len(rows), 3))
    shares = [100 * wins / (wins + losses) for _, _, wins, losses in rows]
    places = range(len(rows))
    axes.barh(
        places, shares, height=0.62, color=[GREEN if share >= 50 else RED for share in shares]
    )
    axes.axvline(50, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    for place, share, (_, _, wins, losses) in zip(places, shares, rows, strict=True):
        axes.text(max(share, 0) + 1, place, f"{share:.0f} %   {wins} : {losses}", va="center",
                  fontsize=9, color=INK)  # fmt: skip
    axes.set_yticks(list(places), [label(name) for name, *_ in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, 118)
    axes.set_xticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    return finish("matches won, of those won or lost, by map (won : lost)", figure, axes)


def hours_of_the_week(
    rows: Sequence[tuple[int, int, int, int, int]], zone: str
) -> dg.MarkdownMetadataValue:
    """Every hour of the week: how many matches, and by colour how many of them were won.

    Rows: weekday (1 Monday), hour, matches, wins, losses. `zone` is that of the hours. Where few
    matches were won or lost the colour is pale: they say little.
    """
    if not rows:
        return dg.MetadataValue.md("*no matches*")
    from matplotlib.colors import LinearSegmentedColormap

    scale = LinearSegmentedColormap.from_list("won", [ORANGE, "#e4e6e9", BLUE])
    figure, (axes,) = new_figure(3.0)
    axes.fill_between([0, 24], 0, 7, facecolor="#f7f8f9", linewidth=0)
    for weekday, hour, matches, wins, losses in rows:
        decided = wins + losses
        share = wins / decided if decided else 0.5
        color = scale(0.5 + (share - 0.5) * min(1.0, 0.3 + 0.1 * decided))
        axes.fill_between([hour, hour + 1], weekday - 1, weekday, facecolor=color,
                          edgecolor="white", linewidth=1.2)  # fmt: skip
        axes.text(hour + 0.5, weekday - 0.5, str(matches), ha="center", va="center", fontsize=8,
                  color="#16191d")  # fmt: skip
    for text, tone in (("mostly won", BLUE), ("even", "#e4e6e9"), ("mostly lost", ORANGE)):
        axes.scatter([], [], marker="s", s=60, color=tone, label=text)
    axes.set_xlim(0, 24)
    axes.set_ylim(7, 0)
    axes.set_xticks(range(0, 25, 3), [f"{hour:02d}:00" for hour in range(0, 25, 3)])
    axes.set_yticks([day + 0.5 for day in range(7)], list(_WEEKDAYS))
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_xlabel(f"start of the match, {zone}")
    return finish("matches by hour of the week", figure, axes)


def expected_and_actual(rows: Sequence[Expected]) -> dg.MarkdownMetadataValue:
    """Kills and deaths of the latest matches on what the skill model expected, with its spread.

    Rows by time.
    """
    if not rows:
        return dg.MetadataValue.md("*no match with an expectation*")
    rows = rows[-_EXPECTED_MATCHES:]
    figure, (kills, deaths) = new_figure(4.6, panels=2)
    _against(kills, "kills", [row[1:4] for row in rows], more_is_better=True)
    _against(deaths, "deaths", [row[4:7] for row in rows], more_is_better=False)
    places = range(0, len(rows), -(-len(rows) // 6) or 1)
    kills.set_xticks(list(places), [""] * len(places))
    deaths.set_xticks(list(places), [f"{rows[place][0]:%Y-%m-%d}" for place in places])
    return finish("kills and deaths against what the skill model expected", figure, kills)


def _against(axes: "Axes", name: str, rows: Sequence[_Compared], *, more_is_better: bool) -> None:
    """Points of what came on steps of what was expected."""
    places = range(len(rows))
    expected = [mean for _, mean, _ in rows]
    low = [max(0.0, mean - (width or 0)) for _, mean, width in rows]
    high = [mean + (width or 0) for _, mean, width in rows]
    axes.fill_between(places, low, high, step="mid", color="#dfe3e8", linewidth=0,
                      label="expected, with its spread")  # fmt: skip
    axes.step(places, expected, where="mid", color=GREY, linewidth=1.2)
    better = [(came > mean) is more_is_better and came != mean for came, mean, _ in rows]
    for wanted, color, text in ((True, GREEN, "better"), (False, RED, "not better")):
        chosen = [place for place in places if better[place] is wanted]
        axes.scatter(chosen, [rows[place][0] for place in chosen], s=18, color=color, zorder=3,
                     label=text)  # fmt: skip
    above = _mean([came - mean for came, mean, _ in rows])
    axes.set_ylabel(name)
    axes.set_ylim(bottom=0)
    axes.text(1, 1.02, f"{above:+.1f} on average", transform=axes.transAxes, ha="right",
              fontsize=9, color=INK)  # fmt: skip


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
