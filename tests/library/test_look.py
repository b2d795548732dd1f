"""The cheap look: equal for equal folders, another after any change of names, never too long."""

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from media_assets.library.look import GRAIN_SECONDS, Deadline, Look, look, touched_since

IGNORE = frozenset({"thumbs"})
OLD = 1_000_000_000
"""When every folder and file of the tests changed last, in seconds since 1970."""
NEVER = Deadline(float("inf"))


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
        os.utime(folder, (OLD, OLD))


def sight(*roots: Path, now: float = OLD + 3600) -> Look:
    return look(roots, IGNORE, NEVER, now)


def digest(*roots: Path) -> str:
    found = sight(*roots).digest
    assert found is not None
    return found


def ticking(steps: int) -> Deadline:
    """A deadline of a clock that goes on by one with each look at it: a slow disk."""
    clock = count()
    return Deadline.after(steps, lambda: float(next(clock)))


def test_unchanged_folders_look_the_same(root: Path) -> None:
    assert sight(root).folders == 4
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


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_a_look_ends_at_its_deadline(root: Path, steps: int) -> None:
    found = look([root], IGNORE, ticking(steps), OLD)
    assert (found.digest, found.folders) == (None, steps)


def test_a_look_that_has_time_for_all_comes_to_its_end(root: Path) -> None:
    assert look([root], IGNORE, ticking(4), OLD + 3600).digest == digest(root)


def test_a_file_too_many_shows_where_the_folder_keeps_its_time(root: Path) -> None:
    before = digest(root)
    (root / "a" / "new.png").touch()
    os.utime(root / "a", (OLD, OLD))
    assert digest(root) != before


def test_a_folder_that_has_just_changed_looks_different_later(root: Path) -> None:
    now = OLD + GRAIN_SECONDS / 2
    assert sight(root, now=now).digest == sight(root, now=now + 0.5).digest
    assert sight(root, now=now).digest != digest(root)


def test_a_folder_of_the_future_does_not_change_all_the_time(root: Path) -> None:
    os.utime(root / "a", (OLD + 10_000, OLD + 10_000))
    assert sight(root, now=OLD + 100).digest == sight(root, now=OLD + 200).digest


def test_a_look_says_when_a_folder_changed_last(root: Path) -> None:
    newest = max(folder.stat().st_ctime for folder in (root, root / "a", root / "b" / "c"))
    assert sight(root).changed_at == pytest.approx(newest)
    later = newest + 1000
    os.utime(root / "b" / "c", (later, later))
    assert sight(root).changed_at == pytest.approx(later)


def test_roots_that_are_gone_are_absent(root: Path) -> None:
    gone = root / "gone"
    assert sight(gone).is_absent
    assert sight(gone, root / "a" / "one.png").is_absent
    assert not sight(gone, root).is_absent
    assert not sight(root / "thumbs").is_absent
    assert sight(gone).changed_at == 0


def test_a_folder_that_cannot_be_read_is_named_and_the_others_are_looked_at(root: Path) -> None:
    loop = root / "b" / "loop"
    loop.symlink_to(loop)
    found = sight(root, loop)
    assert found.unreadable == (str(loop),)
    assert not found.is_absent
    assert found.folders == 5
    before = digest(root, loop)
    (root / "a" / "new.png").touch()
    assert digest(root, loop) != before


class TestTouchedSince:
    @pytest.fixture
    def since(self, root: Path) -> float:
        """A moment after the last change of the folders, as the disk has it."""
        newest = max(path.stat().st_ctime_ns for path in [root, *root.rglob("*")])
        return newest / 1e9

    @staticmethod
    def touched(root: Path, since: float, deadline: Deadline = NEVER) -> bool | None:
        return touched_since([root], IGNORE, since, deadline)

    def test_nothing_was(self, root: Path, since: float) -> None:
        assert self.touched(root, since + 1) is False

    def test_an_edit_in_place_is(self, root: Path, since: float) -> None:
        before = digest(root)
        file = root / "b" / "c" / "three.png"
        os.utime(file, (since + 100, since + 100))
        assert digest(root) == before
        assert self.touched(root, since + 50) is True
        assert self.touched(root, since + 200) is False

    def test_an_edit_that_keeps_the_mtime_is(self, root: Path) -> None:
        file = root / "b" / "c" / "three.png"
        os.utime(file, (OLD, OLD))
        assert self.touched(root, OLD + 1) is True  # the change time is that of now

    def test_a_file_that_is_no_media_is_not(self, root: Path, since: float) -> None:
        note = root / "a" / "notes.txt"
        note.write_text("1", "utf-8")
        os.utime(note, (since + 100, since + 100))
        assert self.touched(root, since + 50) is False

    def test_what_lies_in_ignored_folders_is_not(self, root: Path, since: float) -> None:
        os.utime(root / "thumbs" / "four.png", (since + 100, since + 100))
        assert self.touched(root, since + 50) is False

    def test_a_folder_is(self, root: Path, since: float) -> None:
        os.utime(root / "b", (since + 100, since + 100))
        assert self.touched(root, since + 50) is True

    def test_a_root_that_is_gone_was_not(self, root: Path, since: float) -> None:
        assert self.touched(root / "gone", since - 1000) is False

    def test_without_time_there_is_no_answer(self, root: Path, since: float) -> None:
        assert self.touched(root, since + 50, ticking(2)) is None


def test_a_name_that_is_not_utf8_is_looked_at(root: Path) -> None:
    before = digest(root)
    try:
        os.mkdir(os.path.join(os.fsencode(root), b"\xff"))
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    assert digest(root) != before
