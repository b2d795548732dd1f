"""A library on disk with what its scans recorded, for tests."""

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from media_assets.library.content import content_hash_of, fingerprint_of, open_original
from media_assets.library.paths import openable
from media_assets.library.walk import FileWalk, walk
from media_assets.settings import LibrarySettings, PlayerSettings, Settings
from media_assets.stages.discover import ScanReport, discover
from media_assets.stages.platform import Platform
from media_assets.store.connect import connect, transaction
from media_assets.store.migrate import migrate

PLAYER = "ana"
START = datetime(2026, 5, 4, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Media:
    """A row of `media_files`; `path` is the one that the system knows."""

    id: str
    path: str
    folder: str
    name: str
    extension: str
    kind: str
    size: int
    mtime_ns: int
    fingerprint: str | None
    hash: str | None
    status: str
    first_seen: datetime
    changed: datetime
    deleted: datetime | None
    shown: str


class ScannedLibrary:
    """One player's folders. Every write gets another mtime, and every scan another time."""

    def __init__(self, base: Path, **library: object) -> None:
        self.base = base
        self.root = base / "library" / PLAYER
        self.root.mkdir(parents=True)
        self.settings = Settings(base=base, library=LibrarySettings(**library))  # type: ignore[arg-type]  # whatever a test says
        self.now = START
        file = self.platform.places.player_database(PLAYER)
        file.parent.mkdir(parents=True)
        file.write_bytes(_new_database())
        self._written = 1_700_000_000_000_000_000
        self._seen: tuple[tuple[int, int], list[Media]] = ((0, 0), [])

    @property
    def platform(self) -> Platform:
        return Platform(self.settings, clock=lambda: self.now)

    @property
    def database(self) -> Path:
        return self.platform.places.player_database(PLAYER)

    def scan_these(self, *folders: Path) -> None:
        """Set the player's folders."""
        player = PlayerSettings(folders=tuple(map(str, folders)))
        self.settings = self.settings.model_copy(update={"players": {PLAYER: player}})

    def limit(self, **library: object) -> None:
        """Change settings of the library."""
        changed = self.settings.library.model_copy(update=library)
        self.settings = self.settings.model_copy(update={"library": changed})

    def path(self, name: str | Path) -> Path:
        return self.root / name

    def write(self, name: str | Path, content: bytes | str) -> Path:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.touch(path)
        return path

    def fill(self, count: int, folder: str = "many") -> None:
        """Write many files, each with a content of its own."""
        for number in range(count):
            self.write(f"{folder}/{number:03}.png", f"content {folder} {number:03}")

    def touch(self, name: str | Path) -> None:
        self._written += 1
        os.utime(self.path(name), ns=(self._written, self._written))

    def move(self, name: str | Path, target: str | Path) -> None:
        self.path(target).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).replace(self.path(target))

    def copy(self, name: str | Path, target: str | Path) -> None:
        """With its mtime."""
        self.path(target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(self.path(name), self.path(target))

    def scan(self, *, allow_mass_missing: bool = False, file_walk: FileWalk = walk) -> ScanReport:
        self.now += timedelta(hours=1)
        return discover(
            self.platform, PLAYER, allow_mass_missing=allow_mass_missing, file_walk=file_walk
        )

    def read(self) -> None:
        """Read what is present and was not read as it is, and record that, as the analysis does."""
        with connect(self.database) as con, transaction(con):
            done = set(
                con.execute("SELECT media_id, file_size, mtime_ns FROM media_stages").fetchall()
            )
            for media in self._rows(con):
                state = media.id, media.size, media.mtime_ns
                if media.status == "present" and (media.hash is None or state not in done):
                    con.execute(
                        "UPDATE media_files SET fingerprint = ?, file_hash = ? WHERE media_id = ?",
                        [*_digests(media), media.id],
                    )
                    con.execute(
                        "INSERT OR REPLACE INTO media_stages BY NAME SELECT ? AS media_id, "
                        "'thumbnails' AS stage, 1 AS version, '' AS settings, ? AS file_size, "
                        "? AS mtime_ns, ?::TIMESTAMP AS done_at",
                        [*state, self.now.replace(tzinfo=None)],
                    )

    def scan_and_read(self) -> ScanReport:
        report = self.scan()
        self.read()
        return report

    def media(self) -> list[Media]:
        """All rows in order of the paths. Opening a database takes 40 ms: only when it changed."""
        status = self.database.stat()
        if self._seen[0] != (status.st_mtime_ns, status.st_ino):
            with connect(self.database, read_only=True) as con:
                self._seen = (status.st_mtime_ns, status.st_ino), self._rows(con)
        return self._seen[1]

    @staticmethod
    def _rows(con: duckdb.DuckDBPyConnection) -> list[Media]:
        rows = con.execute(
            "SELECT media_id, file_path, path_bytes, folder, file_name, file_ext, kind, "
            "file_size, mtime_ns, fingerprint, file_hash, status, first_seen_at, "
            "last_scan_at, deleted_at FROM media_files ORDER BY file_path, path_bytes, media_id"
        ).fetchall()
        return [Media(row[0], openable(row[1], row[2]), *row[3:], shown=row[1]) for row in rows]

    def ids(self, status: str = "present") -> dict[str, str]:
        """Ids by path below the root, of the media with a status."""
        found = [media for media in self.media() if media.status == status]
        by_path = {os.path.relpath(media.path, self.root): media.id for media in found}
        assert len(by_path) == len(found)
        return by_path

    def statuses(self) -> dict[str, str]:
        """Statuses by id."""
        return {media.id: media.status for media in self.media()}

    def written(self) -> tuple[bytes, int]:
        """What changes when anything is written."""
        return self.database.read_bytes(), self.database.stat().st_mtime_ns


@cache
def _new_database() -> bytes:
    """Made once: it takes 140 ms."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "stats.duckdb"
        migrate(file, "player")
        return file.read_bytes()


def _digests(media: Media) -> tuple[str, str]:
    with open_original(media.path) as stream:
        return fingerprint_of(stream, media.size), content_hash_of(stream)
