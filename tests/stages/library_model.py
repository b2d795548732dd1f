"""What discovery promises, a file at a time and without a database: the model of the tests.

It says for each media which path, status and time of loss it must have after a scan, from nothing
but what is on disk, what was recorded before, and the rules of the documentation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import Literal

from media_assets.library.kinds import KIND_OF

Look = Literal["there", "absent", "empty"]


@dataclass(frozen=True, slots=True)
class File:
    """A file on disk."""

    content: bytes
    mtime_ns: int

    @property
    def state(self) -> tuple[int, int]:
        return len(self.content), self.mtime_ns


@dataclass(slots=True)
class Row:
    """What must be recorded of one media.

    `content` is what was read of it, None before that, and `read_as` the size and mtime that it
    had then.
    """

    path: str
    state: tuple[int, int]
    content: bytes | None = None
    read_as: tuple[int, int] | None = None
    status: str = "present"
    deleted: datetime | None = None


@dataclass(slots=True)
class Expected:
    """What one scan must report; `new` are paths whose media gets an id that nobody had."""

    new: list[str] = field(default_factory=list)
    moved: int = 0
    changed: int = 0
    returned: int = 0
    unchanged: int = 0
    missing: int = 0
    unknown: int = 0
    suspect: bool = False


@dataclass(slots=True)
class LibraryModel:
    """The rows of one player with one folder, by id."""

    max_missing_files: int
    max_missing_share: float
    rows: dict[str, Row] = field(default_factory=dict)

    def scan(
        self,
        files: Mapping[str, File],
        now: datetime,
        *,
        look: Look = "there",
        hidden: str | None = None,
        allowed: bool = False,
    ) -> Expected:
        """Bring the rows up to date; `hidden` is a folder that cannot be read."""
        report = Expected()
        seen = {path: file for path, file in files.items() if is_media(path)}
        if look != "there":
            seen = {}
        elif hidden is not None:
            seen = {path: file for path, file in seen.items() if not below(path, hidden)}
        owners = {path: self._owner(path, file) for path, file in seen.items()}
        owned = {owner for owner in owners.values() if owner is not None}
        unseen = [media for media in self.rows if media not in owned]
        veiled = {media for media in unseen if hidden and below(self.rows[media].path, hidden)}
        absent = [media for media in unseen if media not in veiled]
        same = {path for path, owner in owners.items()
                if owner is not None and self.rows[owner].state == seen[path].state}  # fmt: skip
        edited = {path: owner for path, owner in owners.items() if owner and path not in same}
        lost = [media for media in (*absent, *edited.values())
                if self.rows[media].content is not None]  # fmt: skip
        targets = {path: seen[path] for path in seen if path not in same}
        moves = self._moves(lost, targets)
        movers = set(moves.values())
        gone = [media for media in absent if media not in movers and self._alive(media)]
        overwritten = [owner for path, owner in edited.items()
                       if path in moves and owner not in movers and self._alive(owner)]  # fmt: skip
        believed = self._believed(look, gone, allowed)
        report.suspect = not believed

        for path in same:
            row = self.rows[owners[path] or ""]
            report.unchanged += row.status == "present"
            report.returned += row.status != "present"
            row.status, row.deleted = "present", None
        for media in (*(gone if believed else ()), *overwritten):
            row = self.rows[media]
            row.status, row.deleted = "missing", now
            report.missing += 1
        for media in veiled:
            if self.rows[media].status == "present":
                self.rows[media].status = "unknown"
                report.unknown += 1
        for path, media in moves.items():
            row = self.rows[media]
            if kind(row.path) != kind(path):
                row.read_as = None  # another decoder has to look at it
            touched = row.path == path
            report.changed += touched
            report.moved += not touched
            row.path, row.state, row.status, row.deleted = path, seen[path].state, "present", None
        for path, owner in edited.items():
            if path in moves:
                continue
            if owner in movers:
                report.new.append(path)
                continue
            row = self.rows[owner]
            row.state, row.content, row.status, row.deleted = (
                seen[path].state,
                None,
                "present",
                None,
            )
            report.changed += 1
        report.new += [path for path in seen if owners[path] is None and path not in moves]
        return report

    def adopt(self, media: str, path: str, file: File) -> None:
        """A new media got its id."""
        assert media not in self.rows, "a new file has the id of another media"
        self.rows[media] = Row(path, file.state)

    def read(self, files: Mapping[str, File]) -> None:
        """What is present and was not read as it is, is read."""
        for row in self.rows.values():
            if row.status == "present" and (row.content is None or row.read_as != row.state):
                row.content, row.read_as = files[row.path].content, row.state

    def verified(self, files: Mapping[str, File]) -> dict[str, str]:
        """What a verification must find, by id."""
        return {
            media: self._verified(row, files.get(row.path))
            for media, row in self.rows.items()
            if row.status == "present" and row.content is not None and row.read_as == row.state
        }

    @staticmethod
    def _verified(row: Row, file: File | None) -> str:
        if file is None:
            return "missing"
        if file.state != row.state:
            return "changed"
        return "ok" if file.content == row.content else "corrupt"

    def _alive(self, media: str) -> bool:
        return self.rows[media].status != "missing"

    def _owner(self, path: str, file: File) -> str | None:
        """Whose path it is: of whom is present; else of whom the file fits, of whom was not
        missing, of the first by id."""

        def strangeness(media: str) -> tuple[object, ...]:
            row = self.rows[media]
            return (
                row.status != "present",
                row.state != file.state,
                row.status == "missing",
                media,
            )

        return min(
            (media for media, row in self.rows.items() if row.path == path),
            key=strangeness, default=None,
        )  # fmt: skip

    def _moves(self, lost: list[str], targets: Mapping[str, File]) -> dict[str, str]:
        """Which media is at which of the targets, one to one."""
        moves: dict[str, str] = {}
        rows = self.rows

        def name(path: str) -> str:
            return PurePath(path).name

        kept: list[tuple[bool, Callable[[str], str]]] = [
            (True, lambda path: path), (False, name), (False, lambda _: ""),
            (True, name), (True, lambda _: ""),
        ]  # fmt: skip
        for also_missing, part in kept:
            free = sorted(
                (media for media in lost if media not in moves.values()
                 and (also_missing or self._alive(media))),
                key=lambda media: (not self._alive(media), rows[media].path, media),
            )  # fmt: skip
            found: dict[object, list[str]] = {}
            for media in free:
                what = rows[media].content, part(rows[media].path)
                found.setdefault(what, []).append(media)
            for path in sorted(path for path in targets if path not in moves):
                if fitting := found.get((targets[path].content, part(path))):
                    moves[path] = fitting.pop(0)
        return moves

    def _believed(self, look: Look, gone: list[str], allowed: bool) -> bool:
        known = sum(self._alive(media) for media in self.rows)
        given_up = bool(self.rows) and not known
        mass = len(gone) > self.max_missing_files and len(gone) > self.max_missing_share * known
        if look == "absent":
            return given_up or allowed
        return allowed or not gone or not (mass or look == "empty")


def is_media(path: str) -> bool:
    """Whether discovery records a file of that name."""
    return kind(path) is not None


def kind(path: str) -> str | None:
    """What the extension says."""
    return KIND_OF.get(PurePath(path).suffix.lower())


def below(path: str, folder: str) -> bool:
    """Whether a path lies in a folder."""
    return path.startswith(f"{folder}/")
