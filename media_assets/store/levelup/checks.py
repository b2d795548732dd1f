"""What is looked at after a LevelUp database was taken over, and when it counts as whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["matches", "participants", "events", "medals", "pairs", "aliases", "skill"]
KINDS: tuple[Kind, ...] = (
    "matches", "participants", "events", "medals", "pairs", "aliases", "skill",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missing:
    """Rows of one kind that the shared tables do not have. `subject` is a match, or an xuid for
    aliases; None where the rows name none."""

    kind: Kind
    subject: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of one kind of row: how many the source has, each once, and how many of them are here."""

    kind: Kind
    source: int
    here: int
    missing: tuple[Missing, ...] = ()

    @property
    def lost(self) -> int:
        """Rows that are not here."""
        return self.source - self.here


@dataclass(frozen=True, slots=True)
class Sums:
    """Kills and deaths of the owner over the matches for which the source has them."""

    kills_source: int
    kills_here: int
    deaths_source: int
    deaths_here: int
    differing_matches: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Equal in every match, so that no two differences cancel out."""
        return (self.kills_source, self.deaths_source) == (
            self.kills_here, self.deaths_here,
        ) and not self.differing_matches  # fmt: skip


@dataclass(frozen=True, slots=True)
class Validation:
    """What one player's database says after it was taken over.

    `unreadable` names values that are not what their column is for. `shifted_matches` start here
    at another time than the source says. `repeated` counts rows that stood more than once, and
    `contradicting_matches` those of the matches that stood twice with other numbers: the newest
    was taken.
    """

    coverage: tuple[Coverage, ...]
    sums: Sums
    unreadable: tuple[str, ...] = ()
    shifted_matches: tuple[str, ...] = ()
    repeated: int = 0
    contradicting_matches: tuple[str, ...] = ()

    @property
    def lost_rows(self) -> int:
        """Rows of the source that are not here, of all kinds."""
        return sum(part.lost for part in self.coverage)

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, so that the source may be cleaned."""
        return not self.problems()

    def problems(self) -> list[str]:
        """Why it is not whole, in words."""
        found = [
            f"{part.lost} of {part.source} {part.kind} are missing: {_named(part.missing)}"
            for part in self.coverage
            if part.lost
        ]
        if not self.sums.equal:
            sums = self.sums
            found.append(
                f"kills are {sums.kills_here} here and {sums.kills_source} there, deaths "
                f"{sums.deaths_here} and {sums.deaths_source}; they differ in "
                f"{_listed(sums.differing_matches)}"
            )
        if self.unreadable:
            found.append(f"values that cannot be read: {'; '.join(self.unreadable)}")
        if self.shifted_matches:
            found.append(
                f"{len(self.shifted_matches)} matches start here at another time: "
                f"{_listed(self.shifted_matches)}; where LevelUp wrote local times, name their "
                "zone with --timezone"
            )
        return found


@dataclass(frozen=True, slots=True)
class Figures:
    """The shared tables after the migration."""

    matches: int
    average_player_count: float
    shared_matches: int
    duplicates: int
    orphans: int
    lost_rows: int


def _named(missing: Sequence[Missing]) -> str:
    return _listed([
        f"{part.subject or 'rows without a match'} ({part.rows})" for part in missing
    ])  # fmt: skip


def _listed(names: Sequence[str], most: int = 5) -> str:
    rest = f" and {len(names) - most} more, see --json" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
