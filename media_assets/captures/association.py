"""The weights of an association, each with its reason. The rules themselves are set-based SQL."""

from dataclasses import asdict, dataclass

GAME_TITLES = ("haloinfinite",)
"""Titles of the game whose matches are known, in letters and digits only."""

NEUTRAL_TITLES = ("desktop", "screenshot", "replay", "recording", "capture", "clip")
"""What tools put where a title belongs when they do not know the game."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Constants of the confidence.

    near, tau: a capture outside of every presence is worth `near` at its edge and decays with
        `tau` seconds: in recorded histories the median gap between two matches is 139 s, so
        after that time the next match is as likely.
    short: a clip of which this many seconds lie in a second match shows that one as well.
    spread: seconds by which two distances must differ before one is clearly the nearer.
    runner_up: what a near match is worth while another one holds the capture.
    quiet: a clip without any kill or medal of the player is a little less likely to be a
        highlight of that match.
    auto, review: from here on taken as it is, or shown to a person.
    """

    near: float = 0.9
    tau: float = 139.0
    short: float = 2.0
    spread: float = 30.0
    runner_up: float = 0.3
    quiet: float = 0.95
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
