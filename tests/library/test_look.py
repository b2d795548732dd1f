"""The cheap look: equal for equal folders, another after any change of names, never too long."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from media_assets.library.look import look

IGNORE = frozenset({"thumbs"})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("a/one.png", "a/two.png", "b/c/three.png", "thumbs/four.png", ".git/five.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"1")
    age(tmp_path)
    return tmp_path


def age(root: Path) -> None:
    """Set every folder's time to long ago, so that any change shows, however coarse clocks are."""
    for folder, _, _ in os.walk(root):
        os.utime(folder, (1_000_000_000, 1_000_000_000))


def digest(*roots: Path) -> str:
    found = look(roots, IGNORE, time.monotonic() + 60)
    assert found.digest is not None
    return found.digest


def test_unchanged_folders_look_the_same(root: Path) -> None:
    assert look([root], IGNORE, time.monotonic() + 60).folders == 4
    assert digest(root) == digest(root)


CHANGES: dict[str, Callable[[Path], object]] = {
    "a new file": lambda root: (root / "b" / "c" / "new.png").touch(),
    "a file gone": lambda root: (root / "a" / "one.png").unlink(),
    "a file renamed": lambda root: (root / "a" / "one.png").rename(root / "a" / "uno.png"),
    "a file moved": lambda root: (root / "a" / "one.png").rename(root / "b" / "one.png"),
    "a new folder": lambda root: (root / "b" / "new").mkdir(),
    "a folder renamed": lambda root: (root / "b" / "c").rename(root / "b" / "d"),
    "a folder gone": lambda root: (root / "a").rename(root.parent / "elsewhere"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_of_names_shows(root: Path, change: Callable[[Path], object]) -> None:
    before = digest(root)
    change(root)
    assert digest(root) != before


def test_two_folders_that_swap_their_names_show(root: Path) -> None:
    for name, second in (("a", 1_100_000_000), ("b", 1_200_000_000)):
        os.utime(root / name, (second, second))
    before = digest(root)
    (root / "a").rename(root / "x")
    (root / "b").rename(root / "a")
    (root / "x").rename(root / "b")
    os.utime(root, (1_000_000_000, 1_000_000_000))
    assert digest(root) != before


def test_what_lies_in_ignored_folders_does_not_show(root: Path) -> None:
    before = digest(root)
    (root / "thumbs" / "new.png").touch()
    (root / ".git" / "new.png").touch()
    assert digest(root) == before


def test_a_folder_that_appears_shows(root: Path) -> None:
    absent = digest(root / "later")
    (root / "later").mkdir()
    assert digest(root / "later") != absent


def test_each_root_counts(root: Path) -> None:
    assert len({digest(root), digest(root / "a"), digest(root, root / "a"), digest()}) == 4


def test_links_are_not_followed(root: Path, tmp_path_factory) -> None:
    other = tmp_path_factory.mktemp("other")
    (root / "a" / "out").symlink_to(other)
    (root / "a" / "loop").symlink_to(root)
    before = digest(root)
    (other / "new.png").touch()
    assert digest(root) == before


def test_a_look_ends_at_its_deadline(root: Path) -> None:
    found = look([root], IGNORE, time.monotonic() - 1)
    assert (found.digest, found.folders) == (None, 0)


def test_a_name_that_is_not_utf8_is_looked_at(root: Path) -> None:
    before = digest(root)
    try:
        os.mkdir(os.path.join(os.fsencode(root), b"\xff"))
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    assert digest(root) != before
