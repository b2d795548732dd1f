"""The weights of an association, each with its reason. The rules themselves are set-based SQL."""

from dataclasses import asdict, dataclass

GAME_TITLES = ("haloinfinite",)
"""Titles of the game whose matches are known, in letters and digits only."""

NEUTRAL_TITLES = ("desktop", "screenshot", "replay", "recording", "capture", "clip")
"""What tools put where a title belongs when they do not know the game."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Constants of the confidence: log-odds, but for seconds and shares where it says so.

    Of a capture inside a presence the time is what is in doubt, so it starts from the odds of its
    quality, q / (1 - q), with q at most `surest`, for any clock may be wrong. `inside`: a wrong
    time seldom falls into a match, so lying in one speaks for the time. `outside_part`: taken off
    in whole for a clip of which next to nothing lies inside, in part for others. `quiet`: taken off
    for a clip without a kill or medal of the player where those are known, for most clips are kept
    for one.

    Of a capture that lies near a presence the distance is what counts. `after` holds at distance 0,
    less `after_slope` for the square root of the seconds: reports are captured in the minute after
    a match. `after_clip` is taken off for a clip, for one of the match would reach into it.
    `before` less `before_slope` in the same way: a clock is off by seconds. However far, the share
    `astray` is right, because clocks are off by minutes; a third of it `reach` seconds away.

    `crowded_inside`, `crowded_near`: taken off when another match is as near, for a clock that is
    wrong by minutes leads to it; less with the distance of the other one, a third of it `gap`
    seconds away: the median gap between two matches of recorded histories.

    short: seconds of a clip, or half of it if that is less, that must lie in a match to show it.
    auto, review: confidence from which on it is taken as it is, or shown to a person.

    The log-odds are those that `python -m benchmarks.associations --fit` finds for the seeds that
    are set apart for it.
    """

    surest: float = 0.99
    inside: float = 3.68
    outside_part: float = 2.15
    quiet: float = 1.45
    after: float = 4.66
    after_slope: float = 0.59
    after_clip: float = 2.27
    before: float = 3.03
    before_slope: float = 1.10
    astray: float = 0.12
    reach: float = 900.0
    crowded_inside: float = 1.72
    crowded_near: float = 2.27
    gap: float = 139.0
    short: float = 2.0
    auto: float = 0.8
    review: float = 0.5

    def parameters(self) -> dict[str, float]:
        """As the statement binds them."""
        return asdict(self)


def title_factor(title: str | None) -> float:
    """1 for this game or no title, 0 for another game: a title of another game is a veto."""
    if title is None:
        return 1.0
    letters = "".join(mark for mark in title.casefold() if mark.isalnum())
    known = not letters or letters.startswith(NEUTRAL_TITLES)
    return 1.0 if known or any(game in letters for game in GAME_TITLES) else 0.0
