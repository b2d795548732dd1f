"""The pool: every item gives exactly one outcome, whatever the other items do."""

import ctypes
import os
import time

import pytest

from media_assets.engine.pool import Chunking, Outcome, PoolLimits, map_unordered

LIMITS = PoolLimits(workers=2, item_seconds=2.0, worker_memory_mib=1024)


def nothing() -> None:
    """No preparation."""


def behave(item: str) -> str:
    """Do what the item says."""
    if item.startswith("crash"):
        os._exit(3)
    if item.startswith("segfault"):
        ctypes.string_at(0)
    if item.startswith("hang"):
        time.sleep(3600)
    if item.startswith("eat"):
        return str(len(bytearray(3 * 1024**3)))
    if item.startswith("raise"):
        raise ValueError(f"no good: {item}")
    return item.upper()


def run(items: list[str], limits: PoolLimits = LIMITS) -> dict[str, Outcome[str, str]]:
    outcomes = list(
        map_unordered(
            behave, items, limits, weight=lambda _: 1, prepare=nothing,
            preload="media_assets.engine.worker", chunking=Chunking(items=8, weight=100),
        )
    )  # fmt: skip
    assert len(outcomes) == len(items)
    return {outcome.item: outcome for outcome in outcomes}


def test_results_come_back_for_each_item() -> None:
    items = [f"item {number}" for number in range(100)]
    outcomes = run(items)
    assert {item: outcome.result for item, outcome in outcomes.items()} == {
        item: item.upper() for item in items
    }


@pytest.mark.parametrize(
    ("bad", "error_class", "words"),
    [
        ("crash", "ItemCrashedError", "exit code"),
        ("segfault", "ItemCrashedError", "exit code"),
        ("hang", "ItemTimeoutError", "longer than 2 s"),
        ("eat", "LimitExceededError", "memory"),
        ("raise", "ValueError", "no good: raise"),
    ],
)
def test_a_bad_item_costs_only_itself(bad: str, error_class: str, words: str) -> None:
    good = [f"item {number}" for number in range(20)]
    outcomes = run([*good[:10], bad, *good[10:]])
    failure = outcomes.pop(bad).error
    assert failure is not None
    assert failure.error_class == error_class
    assert words in failure.message
    assert {outcome.result for outcome in outcomes.values()} == {item.upper() for item in good}


def test_no_items_start_no_process() -> None:
    def refuse() -> None:
        raise AssertionError("prepared")

    assert list(
        map_unordered(behave, [], LIMITS, weight=len, prepare=refuse, preload="none")
    ) == []  # fmt: skip


def test_items_are_taken_as_they_are_needed() -> None:
    taken = 0

    def items() -> "list[str]":  # type: ignore[misc]
        nonlocal taken
        for number in range(10_000):
            taken += 1
            yield str(number)

    stream = map_unordered(
        behave, items(), LIMITS, weight=lambda _: 1, prepare=nothing,
        preload="media_assets.engine.worker", chunking=Chunking(items=8, weight=100),
    )  # fmt: skip
    next(stream)
    stream.close()
    assert taken <= 2 * LIMITS.workers * 8 + 9
