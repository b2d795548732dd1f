"""What an unchanged file costs: one stat, as part of the walk, and nothing else.

The calls are counted where the system sees them: `strace` counts every stat, and where that is not
installed Python's audit events tell at least what is opened.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import pytest
from scanned_library import PLAYER, ScannedLibrary

FOLDERS, FILES = 6, 40
"""Folders, and files in each."""

PROGRAM = """
import json, sys
from pathlib import Path
from media_assets.settings import Settings
from media_assets.stages.discover import discover
from media_assets.stages.platform import Platform

platform = Platform(Settings(base=Path(sys.argv[1])))
below = str(platform.settings.library_root / sys.argv[2])
opened = []

def audit(event, arguments):
    if event == "open" and str(arguments[0]).startswith(below):
        opened.append(str(arguments[0]))

sys.addaudithook(audit)
report = discover(platform, sys.argv[2])
print(json.dumps([opened, report.unchanged, report.changed]))
"""


@dataclass(frozen=True)
class Calls:
    """What one scan did below the library: paths by how often they were the object of a call."""

    unchanged: int
    changed: int
    opened: Counter[str]
    looked_at: Counter[str] | None = field(default=None)


def scan(home: ScannedLibrary, tmp_path: Path) -> Calls:
    log = tmp_path / "strace.log"
    command = [sys.executable, "-c", PROGRAM, str(home.base), PLAYER]
    traced = can_trace()
    if traced:
        command = ["strace", "-f", "-y", "-qq", "-s", "4096", "-o", str(log),
                   "-e", "trace=open,openat,openat2,stat,lstat,newfstatat,statx,access,readlink",
                   *command]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    paths, unchanged, changed = json.loads(done.stdout)
    opened, looked_at = Counter(paths), None
    if traced:
        by_call = calls_below(log, home.root)
        opened = Counter(path for call, path in by_call if call.startswith("open"))
        looked_at = Counter(path for call, path in by_call if not call.startswith("open"))
    return Calls(unchanged, changed, opened, looked_at)


def can_trace() -> bool:
    """Whether strace is installed and allowed to trace."""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False)
    return tried.returncode == 0


def calls_below(log: Path, root: Path) -> list[tuple[str, str]]:
    """Name and path of every call about something below a folder."""
    pattern = re.compile(r'^\d+ +(\w+)\((?:\w+<([^>]*)>, )?"([^"]+)"', re.MULTILINE)
    found = (
        (call, os.path.join(folder, path))
        for call, folder, path in pattern.findall(log.read_text("utf-8"))
    )
    return [(call, path) for call, path in found if path.startswith(str(root))]


@pytest.fixture
def home(tmp_path: Path) -> ScannedLibrary:
    home = ScannedLibrary(tmp_path / "home")
    for folder in range(FOLDERS):
        home.fill(FILES, f"folder{folder}")
    home.scan_and_read()
    return home


def files_of(home: ScannedLibrary) -> set[str]:
    return {str(path) for path in home.root.rglob("*.png")}


def test_an_unchanged_file_is_looked_at_once_and_never_opened(
    home: ScannedLibrary, tmp_path: Path
) -> None:
    calls = scan(home, tmp_path)
    files = files_of(home)
    assert calls.unchanged == len(files) == FOLDERS * FILES
    assert not files & calls.opened.keys()
    assert len(calls.opened) == FOLDERS + 1
    assert set(calls.opened.values()) == {1}, "a folder was opened twice"
    if calls.looked_at is not None:
        assert {path: calls.looked_at[path] for path in files} == dict.fromkeys(files, 1)
        assert sum(calls.looked_at.values()) <= len(files) + 1, "something else was looked at"


def test_ten_changed_files_cost_ten_opens_at_most(home: ScannedLibrary, tmp_path: Path) -> None:
    changed = {str(home.write(f"folder{number % FOLDERS}/{number:03}.png", "x" * 22))
               for number in range(10)}  # fmt: skip
    calls = scan(home, tmp_path)
    assert (calls.changed, calls.unchanged) == (10, FOLDERS * FILES - 10)
    assert {path for path in calls.opened if path in files_of(home)} <= changed
    if calls.looked_at is not None:
        assert all(calls.looked_at[path] == 1 for path in files_of(home) - changed)


def test_the_statements_do_not_grow_with_the_files(tmp_path: Path) -> None:
    counts = []
    for count in (3, 300):
        home = ScannedLibrary(tmp_path / str(count))
        home.fill(count)
        home.scan_and_read()
        few = statements_of(home.scan)
        home.path("many").rename(home.path("moved"))
        home.write("new.png", "new")
        counts.append((few, statements_of(home.scan)))
    assert counts[0] == counts[1]
    assert 0 < counts[0][0] < counts[0][1] < 60


def statements_of(scan: Callable[[], object]) -> int:
    """How many statements are handed to the database."""
    count = 0

    def profile(_: FrameType, event: str, function: object) -> None:
        nonlocal count
        names = ("execute", "sql", "executemany")
        count += event == "c_call" and getattr(function, "__name__", "") in names

    sys.setprofile(profile)
    try:
        scan()
    finally:
        sys.setprofile(None)
    return count
