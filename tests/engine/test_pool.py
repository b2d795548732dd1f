"""The pool: every item gives exactly one outcome, whatever the other items do."""

import ctypes
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from pebble.pool.channel import WorkerChannel

from media_assets.engine.pool import Chunking, Outcome, PoolLimits, map_unordered
from media_assets.errors import EngineError

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
    if item.startswith("kill"):
        os.kill(os.getpid(), signal.SIGKILL)
    if item.startswith("exit"):
        sys.exit(3)
    if item.startswith("recurse"):
        return behave(item)
    if item.startswith("shout"):
        raise ValueError("\udcff\0\x1b[31m" + "x" * 10_000_000)
    if item.startswith("later"):
        threading.Timer(0.2, os._exit, (5,)).start()  # its worker is idle by then
    if item.startswith("hoard"):
        keep_the_channel()
    if item.startswith("connect"):
        socket.create_connection(("127.0.0.1", int(item.split()[1])), timeout=5)
    if item.startswith("run"):
        subprocess.run(["/bin/true"], check=True)
    return item.upper()


def keep_the_channel() -> None:
    """End as a process does that is killed while it takes an item: the lock is held for ever."""
    channel = next(found for found in gc.get_objects() if isinstance(found, WorkerChannel))
    channel.mutex.acquire()
    os._exit(6)


def run(items: list[str], limits: PoolLimits = LIMITS) -> dict[str, Outcome[str, str]]:
    outcomes = list(
        map_unordered(
            behave, items, limits, weight=lambda _: 1, prepare=nothing,
            preload=["media_assets.engine.worker"], chunking=Chunking(items=8, weight=100),
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
        ("segfault", "ItemCrashedError", "decoder crashed (SIGSEGV)"),
        ("hang", "ItemTimeoutError", "longer than 2 s"),
        ("eat", "LimitExceededError", "memory"),
        ("raise", "ValueError", "no good: raise"),
        ("kill", "ItemCrashedError", "was killed (SIGKILL)"),
        ("exit", "SystemExit", "3"),
        ("recurse", "RecursionError", "recursion"),
        ("shout", "ValueError", "x" * 100),
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
        map_unordered(behave, [], LIMITS, weight=len, prepare=refuse, preload=["none"])
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
        preload=["media_assets.engine.worker"], chunking=Chunking(items=8, weight=100),
    )  # fmt: skip
    next(stream)
    stream.close()
    assert taken <= 2 * LIMITS.workers * 8 + 9


def test_a_message_is_text_that_every_table_and_terminal_bears() -> None:
    failure = run(["shout"])["shout"].error
    assert failure is not None
    assert failure.message.isprintable()
    assert len(failure.message) <= 1000
    failure.message.encode()


def busy(outcome: Outcome[str, str]) -> str:
    """Take an outcome in and hold the interpreter's lock meanwhile, as a large batch may."""
    pow(7, 500_000)
    return outcome.item


def test_workers_that_die_while_the_main_process_is_busy_cost_only_their_items() -> None:
    """Pebble then takes the whole pool for broken, or the dead worker for one that hangs."""
    items = [f"{kind} {number}" for number in range(4) for kind in ("crash", "item")]
    stream = map_unordered(
        behave, items, LIMITS, weight=lambda _: 1, prepare=nothing,
        preload=["media_assets.engine.worker"], chunking=Chunking(items=2, weight=100),
    )  # fmt: skip
    outcomes = {busy(outcome): outcome for outcome in stream}
    assert set(outcomes) == set(items)
    for item, outcome in outcomes.items():
        if item.startswith("crash"):
            assert outcome.error is not None
            assert outcome.error.error_class in {"ItemCrashedError", "ItemTimeoutError"}
        else:
            assert outcome.result == item.upper()


def test_a_worker_that_dies_after_its_item_costs_nothing() -> None:
    items = ["later", *(f"raise {number}" for number in range(3))]
    outcomes = {}
    for outcome in map_unordered(
        behave, items, LIMITS, weight=lambda _: 1, prepare=nothing,
        preload=["media_assets.engine.worker"], chunking=Chunking(items=1, weight=100),
    ):  # fmt: skip
        outcomes[outcome.item] = outcome
    assert len(outcomes) == 4
    assert outcomes["later"].result == "LATER"
    assert {found.error.error_class for found in outcomes.values() if found.error} == {"ValueError"}


def test_a_pool_that_stands_still_is_replaced() -> None:
    limits = PoolLimits(workers=2, item_seconds=1.0, worker_memory_mib=1024, grace_seconds=2.0)
    good = [f"item {number}" for number in range(30)]
    outcomes = run([*good[:15], "hoard", *good[15:]], limits)
    failure = outcomes.pop("hoard").error
    assert failure is not None
    assert failure.error_class == "ItemCrashedError"
    assert {outcome.result for outcome in outcomes.values()} == {item.upper() for item in good}


def refuse_to_start() -> None:
    """A preparation that fails in every worker."""
    os._exit(7)


def test_workers_that_cannot_start_are_no_fault_of_the_items() -> None:
    with pytest.raises(EngineError, match="worker processes end as soon as they start"):
        list(
            map_unordered(
                behave, ["item"] * 50, LIMITS, weight=lambda _: 1, prepare=refuse_to_start,
                preload=["media_assets.engine.worker"],
            )
        )  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone can take it from a process")
def test_a_worker_cannot_connect_nor_start_a_program() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        connect = f"connect {server.getsockname()[1]}"
        outcomes = run([connect, "run", "item"])
        with pytest.raises(BlockingIOError):
            server.accept()
    for item in (connect, "run"):
        failure = outcomes[item].error
        assert failure is not None
        assert failure.error_class == "PermissionError"
    assert outcomes["item"].result == "ITEM"
