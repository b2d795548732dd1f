"""Scans of 100,000 files in 1,000 folders."""

from collections.abc import Iterator

from benchmarks.corpora.cache import corpus
from benchmarks.corpora.files import touch_some
from benchmarks.figures import Figure, Target, as_peer
from benchmarks.tools import FIND
from benchmarks.workplace import Choice, compare, fresh, quickest, scratch, step

_FASTEST_REPEATS = 5
"""A rescan takes about a second: more repeats are cheap, and its ratio needs them."""


def scans(choice: Choice) -> Iterator[Figure]:
    """First scan, rescan without a change, and with ten."""
    library = corpus("files_100000")
    first, find = compare(fresh("scan", library), (FIND,), library, choice.repeats)
    yield Figure("first scan, 100,000 files, rows only", first, Target(20_000, "a second"), find)
    with scratch() as data:
        step("scan", library, data)
        repeats = max(choice.repeats, _FASTEST_REPEATS)
        unchanged, find = compare(lambda: step("scan", library, data), (FIND,), library, repeats)
        yield Figure("rescan, nothing changed", unchanged, Target(4, "times"), find)

        pairs = []
        for _ in range(repeats):
            before = step("scan", library, data)
            touch_some(library)
            pairs.append((before, step("scan", library, data)))
    unchanged, changed = map(quickest, zip(*pairs, strict=True))
    beside = as_peer("unchanged rescan", "the same without a change", unchanged)
    yield Figure("rescan, 10 files changed", changed, Target(1.5, "times"), (beside,))
