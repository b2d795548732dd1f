"""When the three players meet: fixed sessions in the autumn of 2026, and what they play."""

from dataclasses import dataclass
from datetime import UTC, datetime

from media_assets.demo.people import AMELIE, KETAN, NORTH, OWNERS, Owner


@dataclass(frozen=True, slots=True)
class Session:
    """An evening. `plays` names playlist and mode of each match, in order."""

    start: datetime
    owners: tuple[Owner, ...]
    plays: tuple[str, ...]


def _at(month: int, day: int, hour: int, minute: int, second: int) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)


# The clocks go back in Paris on 25 October at 01:00 UTC and in New York on 1 November at 06:00 UTC;
# the second and the ninth session are played through those hours.
SESSIONS = (
    Session(_at(10, 23, 19, 4, 11), OWNERS,
            ("quick:slayer", "quick:ctf", "quick:strongholds", "quick:slayer")),
    Session(_at(10, 25, 0, 18, 40), (AMELIE, NORTH),
            ("ranked:slayer", "ranked:oddball", "ranked:ctf", "ranked:slayer", "ranked:strongholds",
             "ranked:slayer", "ranked:oddball", "ranked:slayer")),
    Session(_at(10, 25, 14, 10, 5), (KETAN,), ("bots:slayer", "rumble:ffa", "quick:slayer")),
    Session(_at(10, 26, 20, 1, 33), OWNERS,
            ("quick:slayer", "custom:slayer", "custom:slayer", "quick:ctf")),
    Session(_at(10, 27, 18, 31, 2), (AMELIE,), ("rumble:ffa", "ranked:slayer", "ranked:ctf")),
    Session(_at(10, 28, 23, 5, 47), (NORTH,), ("ranked:oddball", "ranked:slayer", "rumble:ffa")),
    Session(_at(10, 29, 16, 44, 20), (AMELIE, KETAN),
            ("quick:oddball", "quick:slayer", "quick:strongholds", "quick:slayer")),
    Session(_at(10, 30, 19, 28, 9), OWNERS,
            ("ranked:slayer", "ranked:strongholds", "ranked:slayer", "ranked:ctf")),
    Session(_at(11, 1, 5, 31, 51), (NORTH, KETAN),
            ("quick:slayer", "quick:oddball", "quick:slayer", "quick:strongholds", "quick:ctf",
             "quick:slayer")),
    Session(_at(11, 1, 15, 12, 26), OWNERS, ("quick:slayer", "quick:ctf", "quick:slayer")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attendance:
    """Someone who was not there for the whole of a match: `position` is (session, match)."""

    position: tuple[int, int]
    owner: Owner
    seconds: float


LATE = Attendance((3, 0), NORTH, 140.0)  # joined so many seconds into the match
EARLY = Attendance((7, 2), KETAN, 210.0)  # left so many seconds into the match
# This match begins 2 s after the one before it has ended: a rematch without a lobby.
REMATCH = (3, 2)


def place_of(position: tuple[int, int]) -> int:
    """Where a match of the schedule stands among all matches."""
    session, play = position
    return sum(len(one.plays) for one in SESSIONS[:session]) + play
