"""Discovery under random sequences of changes, against a model (`library_model`).

After every scan each media must have the id, path, status and time of loss that the model says.
MEDIA_ASSETS_EXAMPLES sets how many sequences are tried: 8 by default, the same ones every time.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from library_model import File, LibraryModel, Look, below
from scanned_library import PLAYER, Media, ScannedLibrary

from media_assets.library.content import content_hash, fingerprint
from media_assets.stages.verify import findings, verify
from media_assets.store import purge as purging
from media_assets.store.connect import connect, transaction

ANCHOR = "anchor.png"
"""A file that stays, so that only an unmounted root is empty."""
FOLDERS = ("x", "x/sub", "y")
NAMES = ("1.png", "1.PNG", "é.mp4", "notes.txt")
PLACES = [f"{folder}/{name}" for folder in FOLDERS for name in NAMES]
NOBODY = 65534

place = st.sampled_from(PLACES)
folder = st.sampled_from(FOLDERS)
pick = st.integers(0, 10_000)
LIMITS = {"max_missing_files": 2, "max_missing_share": 0.4}


class Library(RuleBasedStateMachine):
    """A library on disk, what lies in it by name (hard links share an inode), and the model."""

    def __init__(self) -> None:
        super().__init__()
        self.rights = as_nobody()
        self.rights.__enter__()
        self.folder = tempfile.TemporaryDirectory()
        self.home = ScannedLibrary(Path(self.folder.name), **LIMITS)
        self.model = LibraryModel(**LIMITS)
        self.names: dict[str, int] = {}
        self.inodes: dict[int, File] = {}
        self.bin: list[tuple[str, File]] = []
        self.count = 0

    def teardown(self) -> None:
        self.folder.cleanup()
        self.rights.__exit__(None, None, None)

    # The disk

    @property
    def files(self) -> dict[str, File]:
        return {path: self.inodes[inode] for path, inode in self.names.items()}

    def tick(self) -> int:
        self.count += 1
        return self.count

    def news(self) -> File:
        """A content that was never there; some have another size."""
        number = self.tick()
        return File(f"{number:06}{'+' * (number % 3)}".encode(), 1_700_000_000_000_000_000 + number)

    def put(self, path: str, file: File) -> None:
        """Write in place: other names of the same file have the new content too."""
        self.home.write(path, file.content)
        os.utime(self.home.path(path), ns=(file.mtime_ns, file.mtime_ns))
        self.inodes[self.names.setdefault(path, self.tick())] = file

    def rename(self, old: str, new: str) -> None:
        self.home.move(old, new)
        if self.names.get(new) != self.names[old]:  # else the system does nothing
            self.names[new] = self.names.pop(old)

    def chosen(self, number: int) -> str:
        """A file that is there; the anchor only where there is no other."""
        there = sorted(self.names.keys() - {ANCHOR}) or [ANCHOR]
        return there[number % len(there)]

    def remove(self, path: str) -> None:
        self.home.path(path).unlink()
        self.bin.append((path, self.inodes[self.names.pop(path)]))

    # What happens to it

    @initialize(paths=st.sets(place, min_size=3, max_size=7), read=st.booleans())
    def begin(self, paths: set[str], *, read: bool) -> None:
        for path in (ANCHOR, *sorted(paths)):
            self.put(path, self.news())
        self.scan()
        if read:
            self.read()

    @rule(path=place)
    def create_or_replace(self, path: str) -> None:
        self.put(path, self.news())

    @rule(number=pick)
    def replace_by_as_many_bytes(self, number: int) -> None:
        path = self.chosen(number)
        size = len(self.files[path].content)
        self.put(
            path, File(f"{self.tick():09}".encode()[-size:] if size else b"", self.news().mtime_ns)
        )

    @rule(number=pick)
    def edit_in_secret(self, number: int) -> None:
        """Size and mtime stay: no scan can see that, a verification does."""
        path = self.chosen(number)
        file = self.files[path]
        self.put(path, File(file.content.swapcase()[::-1], file.mtime_ns))

    @rule(number=pick)
    def grow(self, number: int) -> None:
        path = self.chosen(number)
        self.put(path, File(self.files[path].content + b"more", self.news().mtime_ns))

    @rule(number=pick)
    def truncate(self, number: int) -> None:
        self.put(self.chosen(number), File(b"", self.news().mtime_ns))

    @rule(number=pick)
    def touch(self, number: int) -> None:
        path = self.chosen(number)
        self.put(path, File(self.files[path].content, self.news().mtime_ns))

    @rule(number=pick, new=place, same_time=st.booleans())
    def copy(self, number: int, new: str, *, same_time: bool) -> None:
        file = self.files[self.chosen(number)]
        self.put(new, file if same_time else File(file.content, self.news().mtime_ns))

    @rule(number=pick, new=place)
    def hard_link(self, number: int, new: str) -> None:
        old = self.chosen(number)
        if new not in self.names:
            self.home.path(new).parent.mkdir(parents=True, exist_ok=True)
            self.home.path(new).hardlink_to(self.home.path(old))
            self.names[new] = self.names[old]

    @rule(number=pick, new=place)
    def move(self, number: int, new: str) -> None:
        old = self.chosen(number)
        if old not in (new, ANCHOR):
            self.rename(old, new)

    @rule(number=pick, name=st.sampled_from(NAMES))
    def rename_in_place(self, number: int, name: str) -> None:
        """Another case, another extension, another kind, or none that is media."""
        old = self.chosen(number)
        if old != ANCHOR:
            self.move(number, f"{old.rpartition('/')[0]}/{name}")

    @rule(number=pick, new=place)
    def copy_and_delete(self, number: int, new: str) -> None:
        """A move between file systems by a tool that does not keep times."""
        old = self.chosen(number)
        if old not in (new, ANCHOR):
            self.copy(number, new, same_time=False)
            self.remove(old)

    def move_and_replace(self, old: str, new: str) -> None:
        self.rename(old, new)
        self.put(old, self.news())

    def touch_and_copy(self, old: str, new: str) -> None:
        content = self.files[old].content
        for path in (old, new):
            self.put(path, File(content, self.news().mtime_ns))

    @rule(numbers=st.tuples(pick, pick, pick))
    def rotate_names(self, numbers: tuple[int, int, int]) -> None:
        """Two swap their names, or three go round."""
        paths = list(dict.fromkeys(self.chosen(number) for number in numbers))
        self.home.move(paths[-1], "between.tmp")
        for old, new in zip(paths[-2::-1], paths[:0:-1], strict=True):
            self.home.move(old, new)
        self.home.move("between.tmp", paths[0])
        inodes = [self.names[path] for path in paths]
        for path, inode in zip(paths, [inodes[-1], *inodes[:-1]], strict=True):
            self.names[path] = inode

    @rule(old=folder, new=st.sampled_from((*FOLDERS, "w", "x/sub/inner")))
    def rename_folder(self, old: str, new: str) -> None:
        inside = [path for path in self.names if below(path, old)]
        taken = any(below(path, new) for path in self.names)
        if inside and not taken and old != new and not below(new, old):
            target = self.home.path(new)
            if target.exists():
                remove_empty(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            self.home.path(old).rename(target)
            for path in inside:
                self.names[new + path.removeprefix(old)] = self.names.pop(path)

    @rule(number=pick)
    def delete(self, number: int) -> None:
        if (path := self.chosen(number)) != ANCHOR:
            self.remove(path)

    @rule()
    def delete_many(self) -> None:
        for path in sorted(self.names.keys() - {ANCHOR})[::2]:
            self.remove(path)

    @precondition(lambda self: self.bin)
    @rule(number=pick, elsewhere=st.none() | place, same_time=st.booleans())
    def bring_back(self, number: int, elsewhere: str | None, *, same_time: bool) -> None:
        path, file = self.bin[-1 - number % len(self.bin)]
        self.put(elsewhere or path, file if same_time else File(file.content, self.news().mtime_ns))

    # What the platform does

    @rule()
    def read(self) -> None:
        """The analysis; it may come after a file was changed, and then leaves it alone."""
        if all(self.is_as_recorded(media) for media in self.home.media()):
            self.home.read()
            self.model.read(self.files)

    def is_as_recorded(self, media: Media) -> bool:
        path = self.below_root(media)
        file = self.files.get(path)
        return media.status != "present" or (
            file is not None and file.state == (media.size, media.mtime_ns)
        )

    @rule(allowed=st.booleans())
    def scan(self, *, allowed: bool = False) -> None:
        self.compare(lambda: self.home.scan(allow_mass_missing=allowed), allowed=allowed)

    @rule()
    def scan_twice(self) -> None:
        self.scan(allowed=True)
        assert self.home.scan().rows_written == 0

    @rule(hidden=folder)
    def scan_with_an_unreadable_folder(self, hidden: str) -> None:
        if not self.home.path(hidden).is_dir():
            return
        self.home.path(hidden).chmod(0)
        try:
            self.compare(self.home.scan, hidden=hidden)
        finally:
            self.home.path(hidden).chmod(0o755)

    @rule(look=st.sampled_from(("absent", "empty")), allowed=st.booleans())
    def scan_without_the_disk(self, look: Look, *, allowed: bool) -> None:
        away = self.home.base / "unplugged"
        self.home.root.rename(away)
        if look == "empty":
            self.home.root.mkdir()
        try:
            self.compare(
                lambda: self.home.scan(allow_mass_missing=allowed), look=look, allowed=allowed
            )
        finally:
            if look == "empty":
                self.home.root.rmdir()
            away.rename(self.home.root)

    @rule()
    def verify(self) -> None:
        verify(self.home.platform, PLAYER)
        found = findings(self.home.platform, PLAYER, ("ok", "changed", "corrupt", "missing"))
        results = dict(zip(found["media_id"], found["result"], strict=True))
        assert results == self.model.verified(self.files)

    @rule()
    def purge(self) -> None:
        with connect(self.home.database) as con, transaction(con):
            gone = purging.load_gone(con, self.home.now.replace(tzinfo=None))
            purging.remove_media(con, gone["media_id"])
        self.model.rows = {
            media: row for media, row in self.model.rows.items() if row.status != "missing"
        }
        self.check_the_table(self.home.media())

    # What must hold

    def compare(
        self, scan: Callable[[], object], *, look: Look = "there", hidden: str | None = None,
        allowed: bool = False,
    ) -> None:  # fmt: skip
        report = scan()
        files, now = self.files, self.home.now.replace(tzinfo=None)
        expected = self.model.scan(files, now, look=look, hidden=hidden, allowed=allowed)
        after = self.home.media()
        ids = {self.below_root(media): media.id for media in after if media.status == "present"}
        for path in expected.new:
            self.model.adopt(ids[path], path, files[path])
        self.check_the_table(after)
        assert counts(report) == (
            len(expected.new), expected.moved, expected.changed, expected.returned,
            expected.unchanged, expected.missing, expected.unknown, expected.suspect,
        )  # fmt: skip

    def check_the_table(self, after: list[Media]) -> None:
        found = {
            media.id: (self.below_root(media), media.size, media.mtime_ns, media.status,
                       media.deleted, media.fingerprint, media.hash)
            for media in after
        }  # fmt: skip
        wanted = {
            media: (row.path, *row.state, row.status, row.deleted,
                    None if row.content is None else fingerprint(row.content),
                    None if row.content is None else content_hash(row.content))
            for media, row in self.model.rows.items()
        }  # fmt: skip
        assert found == wanted
        present = [row.path for row in self.model.rows.values() if row.status == "present"]
        assert len(set(present)) == len(present), "two media have one path"

    def below_root(self, media: Media) -> str:
        return Path(os.path.relpath(media.path, self.home.root)).as_posix()


def counts(report: object) -> tuple[object, ...]:
    names = ("added", "moved", "changed", "returned", "unchanged", "missing", "unknown")
    return (*(getattr(report, name) for name in names), bool(report.suspect))  # type: ignore[attr-defined]


def remove_empty(folder: Path) -> None:
    for inner in sorted(folder.rglob("*"), reverse=True):
        inner.rmdir()
    folder.rmdir()


@cache
def load_everything() -> None:
    """What is imported late may lie where only root may read."""
    with tempfile.TemporaryDirectory() as folder:
        home = ScannedLibrary(Path(folder))
        home.write("a.png", "one")
        home.scan_and_read()
        home.move("a.png", "b.png")
        home.write("a.png", "two")
        home.scan_and_read()
        verify(home.platform, PLAYER)
        findings(home.platform, PLAYER)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read every folder: without its rights, an unreadable one is unreadable."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    load_everything()
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


Library.TestCase.settings = settings(
    max_examples=int(os.environ.get("MEDIA_ASSETS_EXAMPLES", "8")),
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
TestLibrary = Library.TestCase

EVERY_OPERATION: dict[str, Callable[[Library], None]] = {
    "new": lambda it: it.put("y/1.PNG", it.news()),
    "replaced": lambda it: it.put("x/1.png", it.news()),
    "replaced by as many bytes": lambda it: it.replace_by_as_many_bytes(1),
    "edited in secret": lambda it: it.edit_in_secret(0),
    "verified": lambda it: it.verify(),
    "grown": lambda it: it.grow(2),
    "emptied": lambda it: it.truncate(3),
    "touched": lambda it: it.touch(0),
    "copied": lambda it: it.copy(0, "c/1.png", same_time=True),
    "copied with a new time": lambda it: it.copy(0, "c/2.png", same_time=False),
    "one of equal files moved": lambda it: it.rename("c/2.png", "c/3.png"),
    "one of equal files deleted": lambda it: it.remove("c/1.png"),
    "another of them moved, to its name": lambda it: it.rename("c/3.png", "d/1.png"),
    "moved over another": lambda it: it.rename("d/1.png", "y/1.PNG"),
    "deleted where there were two": lambda it: it.remove("y/1.PNG"),
    "the last of the two is back": lambda it: it.bring_back(0, None, same_time=True),
    "moved, and its name taken": lambda it: it.move_and_replace("y/1.PNG", "c/5.png"),
    "touched, and copied to an earlier path": lambda it: it.touch_and_copy("y/1.PNG", "a/1.PNG"),
    "hard link": lambda it: it.hard_link(0, "y/2.png"),
    "written through a hard link": lambda it: it.put("y/2.png", it.news()),
    "moved": lambda it: it.rename("x/2.png", "y/deep/er/2.png"),
    "case of the name": lambda it: it.rename("y/deep/er/2.png", "y/deep/er/2.PNG"),
    "kind": lambda it: it.rename("y/deep/er/2.PNG", "y/deep/er/2.mp4"),
    "no media any more": lambda it: it.rename("y/deep/er/2.mp4", "y/deep/er/2.txt"),
    "media again": lambda it: it.rename("y/deep/er/2.txt", "y/deep/er/2.png"),
    "copied and deleted": lambda it: it.copy_and_delete(0, "z/song.flac"),
    "swapped": lambda it: it.rotate_names((0, 1, 1)),
    "three go round": lambda it: it.rotate_names((0, 1, 2)),
    "folder renamed": lambda it: it.rename_folder("y", "w"),
    "folder put into another": lambda it: it.rename_folder("w", "x/sub/inner"),
    "deleted": lambda it: it.delete(0),
    "back": lambda it: it.bring_back(0, None, same_time=True),
    "deleted again": lambda it: it.delete(1),
    "back elsewhere": lambda it: it.bring_back(0, "y/é.mp4", same_time=False),
    "another at the path of a missing one": lambda it: it.put(it.bin[-1][0], it.news()),
    "unreadable folder": lambda it: it.scan_with_an_unreadable_folder("x"),
    "absent": lambda it: it.scan_without_the_disk("absent", allowed=False),
    "empty": lambda it: it.scan_without_the_disk("empty", allowed=False),
    "absent for good": lambda it: it.scan_without_the_disk("absent", allowed=True),
    "many deleted": lambda it: it.delete_many(),
    "many deleted for good": lambda it: it.scan(allowed=True),
    "purged": lambda it: it.purge(),
}


@pytest.mark.parametrize("read", [True, False], ids=["analysed", "never analysed"])
def test_every_operation_has_its_turn(read: bool) -> None:
    """One after the other, with a scan after each, and with the analysis or without."""
    library = Library()
    try:
        library.begin({"x/1.png", "x/2.png", "x/sub/1.png", "y/é.mp4", "y/notes.txt"}, read=read)
        for name, operate in EVERY_OPERATION.items():
            try:
                operate(library)
                library.scan()
                if read:
                    library.read()
            except (AssertionError, KeyError, OSError) as error:
                raise AssertionError(f"after the operation {name!r}") from error
    finally:
        library.teardown()
