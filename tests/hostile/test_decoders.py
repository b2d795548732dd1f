"""Decoders that hang, crash, are killed, eat memory or talk nonsense, through the real analysis."""

import ctypes
import dataclasses
import os
import re
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from ground import Failure, Ground
from hostile_images import picture

from media_assets.settings import EngineSettings
from media_assets.stages.products import Products, WorkItem, WorkOptions, make_products
from media_assets.stages.reprocess import Choice, forget, plan

# Five seconds, for the first good file of a worker loads its decoders, and the machine may be busy.
LIMITED = EngineSettings(workers=2, item_timeout_seconds=5, worker_memory_mib=1024)


def make(options: WorkOptions, item: WorkItem) -> Products:
    """What `make_products` does, but for the files whose name says otherwise."""
    match Path(item.path).stem:
        case "hangs":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            ctypes.PyDLL(None).sleep(3600)  # keeps the interpreter's lock
        case "crashes":
            ctypes.string_at(0)
        case "aborts":
            os.abort()
        case "is killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "eats memory":
            eaten = [bytearray(64 * 2**20) for _ in range(1000)]
            return Products(file_hash=str(len(eaten)))
        case "ends":
            sys.exit(3)
        case "recurses":
            return make(options, item)
        case "raises":
            raise LookupError(b"\x1b[31m\0" + b"\xff" * 100_000, "\udce9")
        case "floods":
            os.write(1, b"x" * 1_000_000)
            os.write(2, b"x" * 1_000_000)
    made = make_products(options, item)
    match Path(item.path).stem:
        case "lies" if made.metadata is not None:
            return dataclasses.replace(
                made, metadata=dataclasses.replace(made.metadata, width=2**40)
            )
        case "babbles" if made.metadata is not None:
            return dataclasses.replace(
                made, metadata=dataclasses.replace(made.metadata, software="\udcff")
            )
        case "is unsure" if made.metadata is not None:
            return dataclasses.replace(
                made, metadata=dataclasses.replace(made.metadata, detail="much")
            )
    return made


EXPECTED = {
    "hangs": ("ItemTimeoutError", "longer than 5 s.*item_timeout_seconds"),
    "crashes": ("ItemCrashedError", r"decoder crashed \(SIGSEGV\)"),
    "aborts": ("ItemCrashedError", r"decoder crashed \(SIGABRT\)"),
    "is killed": ("ItemCrashedError", r"was killed \(SIGKILL\)"),
    "eats memory": ("LimitExceededError", "worker_memory_mib"),
    "ends": ("SystemExit", "3"),
    "recurses": ("RecursionError", "recursion"),
    "raises": ("LookupError", r"\\xff"),
    "lies": ("CorruptMediaError", "cannot be true.*width.*1099511627776"),
    "babbles": ("CorruptMediaError", "cannot be true.*software"),
    "is unsure": ("CorruptMediaError", "cannot be true.*detail"),
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """After one run over ten good files, one that floods the terminal, and the bad ones."""
    ground = Ground(tmp_path_factory.mktemp("decoders"), engine=LIMITED)
    ground.lay({f"good {number}.png": picture(size=(64, 40 + number)) for number in range(10)})
    bad = {f"{name}.png": picture(size=(80, 40 + n)) for n, name in enumerate(EXPECTED)}
    ground.lay({**bad, "floods.png": picture(size=(90, 40))})
    ground.work(make)
    return ground


@pytest.fixture(scope="module")
def failures(ground: Ground) -> dict[str, Failure]:
    return ground.failures()


@pytest.mark.parametrize("name", EXPECTED)
def test_the_file_has_a_row_that_says_what_happened(
    name: str, failures: dict[str, Failure]
) -> None:
    error_class, words = EXPECTED[name]
    failure = failures[f"{name}.png"]
    assert failure.error_class == error_class
    assert re.search(words, failure.message), failure.message
    assert failure.message.isprintable()
    assert failure.stages == {"image_metadata", "thumbnails", "media_vectors"}
    assert (failure.attempts, failure.pause) == (1, timedelta(hours=1))


def test_no_other_file_fails(ground: Ground, failures: dict[str, Failure]) -> None:
    assert failures.keys() == {f"{name}.png" for name in EXPECTED}
    assert ground.done().keys() == {*(f"good {number}.png" for number in range(10)), "floods.png"}


def test_such_a_file_keeps_its_id_when_it_moves(ground: Ground) -> None:
    ids = ground.rows("SELECT media_id FROM media_files WHERE file_name = 'crashes.png'")
    prints = ground.rows("SELECT fingerprint FROM media_files WHERE file_name = 'crashes.png'")
    assert prints != [(None,)]
    (ground.library / "moved").mkdir()
    (ground.library / "crashes.png").rename(ground.library / "moved" / "crashes.png")
    assert ground.work(make).media == 0
    assert ids == ground.rows("SELECT media_id FROM media_files WHERE file_name = 'crashes.png'")


def refuse(options: WorkOptions, item: WorkItem) -> Products:
    """Fails for every file, and at once."""
    raise ValueError("not today, either")


def test_it_is_tried_again_later_and_later(ground: Ground) -> None:
    ground.now += timedelta(minutes=59)
    assert ground.work(refuse).media == 0
    ground.now += timedelta(minutes=2)
    assert ground.work(refuse).media == len(EXPECTED)
    assert {failure.attempts for failure in ground.failures().values()} == {2}
    assert {failure.pause for failure in ground.failures().values()} == {timedelta(hours=2)}
    ground.now += timedelta(minutes=119)
    assert ground.work(refuse).media == 0


def test_a_mended_decoder_heals_it_when_someone_asks(ground: Ground) -> None:
    chosen = plan(ground.platform, "ana", Choice(failed=True))
    forget(ground.platform, "ana", chosen)
    assert ground.work().media == len(EXPECTED)
    assert ground.failures() == {}
