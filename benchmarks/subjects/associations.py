"""Associating a large library of one player, whole and after one piece of news."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, Sample, Target, as_peer
from benchmarks.long_history import CAPTURES, MATCHES
from benchmarks.workplace import Choice, quickest, scratch, step


def associations(choice: Choice) -> Iterator[Figure]:
    """Everything at once, then with nothing new, one new capture, one new match.

    How right they are is another question: `python -m benchmarks.associations`.
    """
    whole, after = [], dict[str, list[Sample]]()
    for _ in range(choice.repeats):
        with scratch() as data:
            first, others = _measure(data)
        whole.append(first)
        for news, sample in others.items():
            after.setdefault(news, []).append(sample)
    what, best = f"{CAPTURES:,} captures, {MATCHES:,} matches", quickest(whole)
    yield Figure(f"{what}: all", best, Target(5, "s"))
    beside = as_peer("all of them", "the same with everything to judge", best)
    for news, samples in after.items():
        yield Figure(f"{what}: {news}", quickest(samples), peers=(beside,))


def _measure(data: Path) -> tuple[Sample, dict[str, Sample]]:
    """`items` are the captures that there are, also where few of them are judged."""

    def associate(prepare: str | None) -> Sample:
        if prepare:
            step(prepare, data, data)
        return step("associate", data, data)

    return associate("add_history"), {
        "nothing new": associate(None),
        "one new capture": associate("add_one_capture"),
        "one new match": associate("add_one_match"),
    }
