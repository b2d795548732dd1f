"""The weights of an association, each with its reason. The rules themselves are set-based SQL."""

from dataclasses import asdict, dataclass

GAME_TITLES = ("haloinfinite",)
"""Titles of the game whose matches are known, in letters and digits only."""

NEUTRAL_TITLES = ("desktop", "screenshot", "replay", "recording", "capture", "clip")
"""What tools put where a title belongs when they do not know the game."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Constants of the confidence, which is a sum of log-odds; seconds where it says so.

    Of a capture inside a presence the time is what is in doubt, so it starts from the odds of its
    quality, q / (1 - q), with q at most `surest`, for any clock may be wrong. `inside`: a wrong
    time seldom falls into a match, so lying in one speaks for the time. `outside_part`: taken off
    in whole for a clip of which next to nothing lies inside, in part for others. `event`: a kill or
    medal of the player within the clip, which is what most clips are kept for; `quiet`: none of
    those that are known.

    Of a capture that lies near a presence the distance is what counts. `after` and `before` hold
    at distance 0, less `after_slope` and `before_slope` for the square root of the seconds: reports
    and scoreboards are captured just after a match, and little before one.

    `crowded`: taken off when another match is as near, for a clock that is wrong by minutes leads
    to it; less with the distance of the other one, a third of it `gap` seconds away: the median gap
    between two matches of recorded histories.

    short: seconds of a clip, or half of it if that is less, that must lie in a match to show it.
    auto, review: confidence from which on it is taken as it is, or shown to a person.

    The log-odds are those that `python -m benchmarks.associations --fit` finds for the seeds that
    are set apart for it.
    """

    surest: float = 0.99
    inside: float = 4.07
    outside_part: float = 2.84
    event: float = 0.33
    quiet: float = 1.35
    after: float = 4.08
    after_slope: float = 0.59
    before: float = 1.06
    before_slope: float = 0.19
    crowded: float = 2.07
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
