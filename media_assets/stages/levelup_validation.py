"""What is known of players whose LevelUp databases were taken over, for the UI and its checks."""

from dataclasses import dataclass
from typing import Literal

from media_assets.stages.platform import SHARED, Platform
from media_assets.store.levelup.checks import Figures
from media_assets.store.levelup.ledger import TakenOver, load
from media_assets.store.levelup.validate import figures

Promise = Literal["coverage_whole", "no_rows_lost", "no_duplicates", "no_orphans", "sums_equal"]
PROMISES: dict[Promise, str] = {
    "coverage_whole": "Every match, participant, event, medal, pair, name and skill of the "
    "player's LevelUp database is in the shared tables, and all of its values could be read.",
    "no_rows_lost": "No row of any database that was taken over is missing.",
    "no_duplicates": "Nothing stands twice in the shared tables.",
    "no_orphans": "Every row of the shared tables belongs to a match of the registry.",
    "sums_equal": "The player's kills and deaths are the same as in the LevelUp database.",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether one promise is kept, its numbers, and what to say where it is not."""

    passed: bool
    numbers: dict[str, float]
    reason: str | None = None


def taken_over(platform: Platform, player: str) -> tuple[TakenOver | None, Figures]:
    """What is recorded of one player, and the figures of the shared tables as they are."""
    with platform.reading(SHARED) as con:
        return load(con, player), figures(con)


def promise_kept(platform: Platform, player: str, promise: Promise) -> Kept:
    """Look at one promise; a player who was not taken over breaks none."""
    entry, found = taken_over(platform, player)
    if promise == "no_duplicates":
        return Kept(found.duplicates == 0, {"duplicates": found.duplicates})
    if promise == "no_orphans":
        return Kept(found.orphans == 0, {"orphans": found.orphans})
    if promise == "no_rows_lost":
        return Kept(found.lost_rows == 0, {"lost rows of all players": found.lost_rows})
    if entry is None:
        return Kept(passed=True, numbers={"databases": 0})
    validation = entry.validation
    if promise == "sums_equal":
        sums = validation.sums
        numbers = {"kills there": sums.kills_source, "kills here": sums.kills_here,
                   "deaths there": sums.deaths_source, "deaths here": sums.deaths_here}  # fmt: skip
        reason = f"other numbers in {', '.join(sums.differing_matches[:20])}"
        return Kept(sums.equal, dict(numbers), reason)
    lost = {f"{part.kind} missing": part.lost for part in validation.coverage}
    return Kept(validation.whole, dict(lost), "; ".join(validation.problems()) or None)
