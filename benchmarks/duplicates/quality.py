"""How many of the copies are found, and how much of what is found is right."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from benchmarks.duplicates.labelled import ORIGINAL, TAKEN, Labelled
from benchmarks.duplicates.rules import Pair


@dataclass(slots=True)
class Tally:
    """Counts of one rule over some sets.

    By change, copies and those that are found with their original; pairs that are found, those of
    them that show the same, and those of two menus.
    """

    copies: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    pairs: int = 0
    right: int = 0
    menus_mixed: int = 0
    same_pairs: int = 0
    same_found: int = 0

    def add(self, files: Sequence[Labelled], pairs: set[Pair]) -> None:
        """Count what a rule found in one set."""
        originals = {file.shows: place for place, file in enumerate(files)
                     if file.change == ORIGINAL}  # fmt: skip
        for place, file in enumerate(files):
            if file.change != ORIGINAL:
                ends = sorted((place, originals[file.shows]))
                label = f"menu, {file.change}" if file.shows.startswith("menu") else file.change
                self.copies[label] += 1
                self.found[label] += (ends[0], ends[1]) in pairs
        self.pairs += len(pairs)
        for one, other in pairs:
            same = files[one].shows == files[other].shows
            self.right += same
            both = files[one].shows.startswith("menu") and files[other].shows.startswith("menu")
            self.menus_mixed += both and not same
        wanted = _copies(files)
        self.same_pairs += len(wanted)
        self.same_found += len(wanted & pairs)

    @property
    def precision(self) -> float:
        """Share of the pairs found that show the same."""
        return self.right / self.pairs if self.pairs else 1.0

    @property
    def recall(self) -> float:
        """Share of the pairs of an original and its copies, bursts left out, that are found."""
        return self.same_found / self.same_pairs if self.same_pairs else 1.0


def rows(tallies: dict[str, Tally]) -> list[dict[str, object]]:
    """The table: a line a change, then precision and recall; a column a rule."""
    first = next(iter(tallies.values()))
    lines: list[dict[str, object]] = [
        {"change": change, "files": count}
        | {rule: _percent(tally.found[change] / count) for rule, tally in tallies.items()}
        for change, count in first.copies.items()
    ]
    lines += [
        {"change": label, "files": None} | {rule: value(tally) for rule, tally in tallies.items()}
        for label, value in (
            ("recall of pairs of copies", lambda tally: _percent(tally.recall)),
            ("precision of pairs", lambda tally: _percent(tally.precision)),
            ("pairs found", lambda tally: tally.pairs),
            ("pairs of two menus among them", lambda tally: tally.menus_mixed),
        )
    ]
    return lines


def _copies(files: Sequence[Labelled]) -> set[Pair]:
    """Pairs of an original and its copies, and of copies of one original."""
    by_subject: dict[str, list[int]] = defaultdict(list)
    for place, file in enumerate(files):
        if file.change == ORIGINAL or file.change not in TAKEN:
            by_subject[file.shows].append(place)
    return {pair for places in by_subject.values() for pair in combinations(places, 2)}


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
