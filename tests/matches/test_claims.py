"""Claims: one owner at a time, whoever dies or sleeps."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from media_assets.matches.claims import CLAIM_SECONDS, Claims


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def claims(folder: Path, clock: Clock) -> Claims:
    return Claims(folder, clock=clock)


def test_who_was_first_holds_it_until_it_is_released(tmp_path: Path) -> None:
    clock = Clock()
    mine, theirs = claims(tmp_path, clock), claims(tmp_path, clock)
    assert mine.take("a")
    assert not theirs.take("a")
    assert theirs.take("b")
    mine.release("a")
    assert theirs.take("a")


def test_a_claim_expires_unless_it_is_renewed(tmp_path: Path) -> None:
    clock = Clock()
    mine, theirs = claims(tmp_path, clock), claims(tmp_path, clock)
    assert mine.take("renewed")
    assert mine.take("left")
    mine.release("left")
    assert mine.take("left")
    del mine._held["left"]  # as if its owner had been stopped
    clock.now += CLAIM_SECONDS - 1
    mine.renew()
    clock.now += 2
    assert not theirs.take("renewed")
    assert theirs.take("left")


def test_who_lost_a_claim_does_not_release_the_new_owners(tmp_path: Path) -> None:
    clock = Clock()
    mine = claims(tmp_path, clock)
    assert mine.take("a")
    owner = json.loads((tmp_path / "a").read_text())
    (tmp_path / "a").write_text(json.dumps({**owner, "process": "another"}))
    mine.release("a")
    assert (tmp_path / "a").exists()


def test_who_slept_through_a_take_over_releases_nothing(tmp_path: Path) -> None:
    clock = Clock()
    mine, theirs = claims(tmp_path, clock), claims(tmp_path, clock)
    assert mine.take("a")
    clock.now += CLAIM_SECONDS + 1
    assert theirs.take("a")
    owner = json.loads((tmp_path / "a").read_text())
    (tmp_path / "a").write_text(json.dumps({**owner, "process": "theirs"}))
    mine.release("a")
    assert (tmp_path / "a").exists()


def test_the_claims_of_a_killed_process_are_free_at_once(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from media_assets.matches.claims import Claims\n"
        "assert Claims(Path(sys.argv[1])).take('a'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert done.returncode < 0
    assert (tmp_path / "a").exists()
    assert Claims(tmp_path).take("a")


def test_a_process_id_that_was_given_anew_does_not_hold_old_claims(tmp_path: Path) -> None:
    mine = Claims(tmp_path)
    assert mine.take("a")
    owner = json.loads((tmp_path / "a").read_text())
    assert owner["pid"] == os.getpid()
    (tmp_path / "a").write_text(json.dumps({**owner, "process": "before the restart"}))
    assert Claims(tmp_path).take("a")


def test_a_claim_of_another_machine_or_without_content_holds_until_it_expires(
    tmp_path: Path,
) -> None:
    clock = Clock()
    (tmp_path / "elsewhere").write_text(json.dumps({"host": "elsewhere", "pid": 999_999_999}))
    (tmp_path / "empty").write_text("")
    (tmp_path / "odd").write_text("[1]")
    for name in ("elsewhere", "empty", "odd"):
        os.utime(tmp_path / name, (clock.now, clock.now))
        assert not claims(tmp_path, clock).take(name)
    clock.now += CLAIM_SECONDS + 1
    for name in ("elsewhere", "empty", "odd"):
        assert claims(tmp_path, clock).take(name)


def test_of_many_who_take_over_at_once_one_gets_it(tmp_path: Path) -> None:
    clock = Clock()
    all_of_them = [claims(tmp_path, clock) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for number in range(50):
            name = f"claim {number}"
            (tmp_path / name).write_text("{}")
            os.utime(tmp_path / name, (0, 0))
            assert sum(pool.map(lambda one: one.take(name), all_of_them)) == 1  # noqa: B023
