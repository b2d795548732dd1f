"""Discovery under random sequences of changes, against a model of what is on disk."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from scanned_library import Media, ScannedLibrary

from media_assets.library.content import content_hash, fingerprint

ANCHOR = "anchor.png"
"""A file that stays, so that the root is never empty."""
FOLDERS = ("x", "y", "z")
PLACES = [os.path.join(folder, name) for folder in FOLDERS for name in ("1.png", "2.png", "é.mp4")]
place = st.sampled_from(PLACES)
folder = st.sampled_from(FOLDERS)


@dataclass(frozen=True, slots=True)
class File:
    """A file of the model."""

    content: str
    mtime_ns: int


class Library(RuleBasedStateMachine):
    """The files on disk by path, the content that each media had at the latest scan, by id."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.home = ScannedLibrary(Path(self.folder.name), max_missing_share=1)
        self.disk: dict[str, File] = {}
        self.bin: list[File] = []
        self.contents: dict[str, str] = {}
        self.before: list[Media] = []
        self.count = 0

    def teardown(self) -> None:
        self.folder.cleanup()

    def put(self, path: str, file: File) -> None:
        self.home.write(path, file.content)
        os.utime(self.home.path(path), ns=(file.mtime_ns, file.mtime_ns))
        self.disk[path] = file

    def news(self) -> File:
        """A content that was never there; every third one has another size."""
        self.count += 1
        return File(f"{self.count:06}" + "+" * (self.count % 3 == 0), self.tick())

    def tick(self) -> int:
        self.count += 1
        return 1_700_000_000_000_000_000 + self.count

    @initialize(paths=st.sets(place, max_size=5))
    def begin(self, paths: set[str]) -> None:
        for path in (ANCHOR, *sorted(paths)):
            self.put(path, self.news())
        self.scan(read=True)

    @rule(path=place)
    def create_or_replace(self, path: str) -> None:
        self.put(path, self.news())

    @rule(old=place, new=place, same_time=st.booleans())
    def copy(self, old: str, new: str, *, same_time: bool) -> None:
        if old in self.disk:
            file = self.disk[old]
            self.put(new, file if same_time else File(file.content, self.tick()))

    @rule(old=place, new=place)
    def move(self, old: str, new: str) -> None:
        if old in self.disk and old != new:
            self.home.move(old, new)
            self.disk[new] = self.disk.pop(old)

    @rule(one=place, other=place)
    def swap(self, one: str, other: str) -> None:
        if one in self.disk and other in self.disk and one != other:
            self.home.move(one, "swap.tmp")
            self.home.move(other, one)
            self.home.move("swap.tmp", other)
            self.disk[one], self.disk[other] = self.disk[other], self.disk[one]

    @rule(old=folder, new=folder)
    def rename_folder(self, old: str, new: str) -> None:
        inside = {path for path in self.disk if path.startswith(old + os.sep)}
        taken = any(path.startswith(new + os.sep) for path in self.disk)
        if inside and not taken:
            if self.home.path(new).exists():
                self.home.path(new).rmdir()
            self.home.path(old).rename(self.home.path(new))
            for path in inside:
                self.disk[new + path.removeprefix(old)] = self.disk.pop(path)

    @rule(path=place)
    def delete(self, path: str) -> None:
        if path in self.disk:
            self.home.path(path).unlink()
            self.bin.append(self.disk.pop(path))

    @precondition(lambda self: self.bin)
    @rule(path=place, same_time=st.booleans())
    def restore(self, path: str, *, same_time: bool) -> None:
        file = self.bin.pop()
        self.put(path, file if same_time else File(file.content, self.tick()))

    @rule(path=place)
    def touch(self, path: str) -> None:
        if path in self.disk:
            self.put(path, File(self.disk[path].content, self.tick()))

    @rule(read=st.booleans())
    def scan(self, *, read: bool) -> None:
        report = self.home.scan()
        after = self.home.media()
        self.check_the_table(after)
        self.check_that_ids_stay(after)
        assert report.seen == len(self.disk)
        assert report.suspect == ()
        known = report.unchanged + report.returned + report.changed + report.moved
        assert known + report.added == len(self.disk)
        if read:
            self.home.read()
            assert self.home.scan().rows_written == 0
        self.before = self.home.media()
        self.contents |= {
            media.id: self.disk[path].content for path, media in self.present(after).items()
        }

    def present(self, rows: list[Media]) -> dict[str, Media]:
        found = [media for media in rows if media.status == "present"]
        by_path = {os.path.relpath(media.path, self.home.root): media for media in found}
        assert len(by_path) == len(found), "two media have one path"
        return by_path

    def check_the_table(self, after: list[Media]) -> None:
        present = self.present(after)
        assert present.keys() == self.disk.keys()
        for path, media in present.items():
            file = self.disk[path]
            assert (media.size, media.mtime_ns) == (len(file.content), file.mtime_ns)
            assert media.deleted is None
            if media.fingerprint is not None:
                assert media.fingerprint == fingerprint(file.content.encode())
                assert media.hash == content_hash(file.content.encode())
        for media in after:
            if media.status != "present":
                assert media.status == "missing"
                assert media.deleted is not None
        assert {media.id for media in self.before} <= {media.id for media in after}

    def check_that_ids_stay(self, after: list[Media]) -> None:
        now = {path: media.id for path, media in self.present(after).items()}
        held = [file.content for file in self.disk.values()]
        had = list(self.contents.values())
        for media in self.before:
            content = self.contents[media.id]
            path = os.path.relpath(media.path, self.home.root)
            if media.fingerprint is not None and held.count(content) == had.count(content) == 1:
                (place,) = [path for path, file in self.disk.items() if file.content == content]
                assert now[place] == media.id, "the id left its content"
            elif media.status == "present" and content not in held and self.is_new_at(path, had):
                assert now[path] == media.id, "replaced content lost its row"

    def is_new_at(self, path: str, had: list[str]) -> bool:
        return path in self.disk and self.disk[path].content not in had


Library.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestLibrary = Library.TestCase
