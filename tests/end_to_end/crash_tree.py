"""A library that changes between the rounds of the crash loop, for one seed always alike."""

import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from analysed_home import clip, png, tune

FOLDERS = ("", "Captures", "Captures/2025", "Music", "café ñ")
LARGEST = 150
"""Files; from then on more are deleted than added."""


@dataclass
class Tree:
    """Files below `root`, and files that were deleted and may come back from `aside`."""

    root: Path
    aside: Path
    rng: random.Random
    number: int = 0
    moves: list[tuple[Path, Path]] = field(default_factory=list)
    """Renames since `moves` was last emptied, in their order."""

    def files(self) -> list[Path]:
        return sorted(path for path in self.root.rglob("*") if path.is_file())

    def change(self, count: int) -> None:
        """Some changes, of which most are new files."""
        for _ in range(count):
            if len(self.files()) > LARGEST:
                self._delete()
                self._delete()
            what = self.rng.choices(
                [self._add, self._copy, self._move, self._delete, self._bring_back, self._replace,
                 self._touch],
                [8, 2, 4, 3, 2, 2, 1],
            )[0]  # fmt: skip
            what()

    def _add(self) -> None:
        self.number += 1
        suffix, content = self._content()
        self._write(self._place(f"{self.number:04} new{suffix}"), content)

    def _content(self) -> tuple[str, bytes]:
        seed = self.rng.randrange(10**9)
        kind = self.rng.choices(["png", "mp4", "wav", "bad", "empty"], [16, 2, 2, 1, 1])[0]
        if kind == "png":
            return ".png", png(seed, (self.rng.randrange(40, 120), 40))
        if kind == "mp4":
            return ".mp4", clip(seed)
        if kind == "wav":
            return ".wav", tune(seed)
        return ".png", b"" if kind == "empty" else b"no picture %d" % seed

    def _place(self, name: str) -> Path:
        return self.root / self.rng.choice(FOLDERS) / name

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self._stamp(path)

    def _stamp(self, path: Path) -> None:
        seconds = 1_600_000_000 + self.rng.randrange(10**8)
        os.utime(path, ns=(seconds * 10**9, seconds * 10**9 + self.rng.randrange(10**9)))

    def _chosen(self) -> Iterator[Path]:
        """One file, or none where there is none."""
        files = self.files()
        if files:
            yield self.rng.choice(files)

    def _copy(self) -> None:
        for path in self._chosen():
            self.number += 1
            target = self._place(f"{self.number:04} copy{path.suffix}")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)

    def _move(self) -> None:
        for path in self._chosen():
            self.number += 1
            target = self._place(f"{self.number:04} moved{path.suffix}")
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
            self.moves.append((path, target))

    def _delete(self) -> None:
        for path in self._chosen():
            self.aside.mkdir(exist_ok=True)
            path.rename(self.aside / path.name)

    def _bring_back(self) -> None:
        gone = sorted(self.aside.glob("*"))
        if gone:
            path = self.rng.choice(gone)
            target = self._place(path.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)

    def _replace(self) -> None:
        for path in self._chosen():
            suffix, content = self._content()
            if suffix == path.suffix:
                self._write(path, content)

    def _touch(self) -> None:
        for path in self._chosen():
            self._stamp(path)
