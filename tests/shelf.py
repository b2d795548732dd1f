"""A player's tables with pictures and clips that were never files, for tests of duplicates."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import duckdb
from drawn_pictures import scene
from lookalikes import Change, board, compressed, cropped, marked, smaller
from PIL import Image

from media_assets.captures.hashes import difference_hash, grey_cells, perceptual_hash
from media_assets.settings import Settings
from media_assets.stages.duplicates import DuplicatesReport, find_duplicates
from media_assets.stages.platform import Platform

PLAYER = "ana"
START = datetime(2026, 5, 4, 12, tzinfo=UTC)
SIZE = (480, 270)
CHANGES: dict[str, Change] = {
    "plain": lambda picture: picture,
    "compressed": lambda picture: compressed(picture, 70),
    "smaller": smaller,
    "cropped": cropped,
    "marked": marked,
}
Row = dict[str, object]


@cache
def looks(subject: str, change: str) -> tuple[str, str, bytes, int, int]:
    """Hashes, grey values and size of a picture of `scene N` or `board N`."""
    kind, number = subject.split()
    drawn = scene(int(number), *SIZE) if kind == "scene" else board(int(number))
    picture: Image.Image = CHANGES[change](drawn).convert("RGB")
    cells = grey_cells(picture)
    return (perceptual_hash(cells), difference_hash(picture), cells.tobytes(), *picture.size)


class Shelf:
    """Media of one player; ids are what tests call them."""

    def __init__(self, base: Path, player: str = PLAYER) -> None:
        self.base = base
        self.player = player
        self.now = START
        self.settings = Settings(base=base)
        self._waiting: list[tuple[str, list[object]]] = []

    @property
    def platform(self) -> Platform:
        return Platform(self.settings, clock=lambda: self.now)

    @property
    def file(self) -> Path:
        return self.platform.player_database(self.player)

    def picture(
        self, media_id: str, subject: str, change: str = "plain", *, size: int = 100_000,
        content: str | None = None, age: int = 0, taken: float | None = None,
    ) -> None:  # fmt: skip
        """Add a picture. `age`: days since its file was modified; `taken`: s, from its name."""
        self._add(media_id, "image", size, content, age)
        phash, dhash, grey, width, height = looks(subject, change)
        self.run(
            "INSERT INTO image_metadata BY NAME SELECT ? AS media_id, ? AS width, ? AS height, "
            "? AS aspect_ratio, 'PNG' AS format, 'RGB' AS color_mode, false AS has_alpha, "
            "1 AS frames, ? AS phash, ? AS dhash, ? AS grey, false AS low_detail",
            [media_id, width, height, width / height, phash, dhash, grey],
        )
        if taken is not None:
            self.take(media_id, taken)

    def clip(self, media_id: str, frames: Iterable[tuple[float, int]], seconds: float = 18.0,
             *, size: int = 5_000_000, content: str | None = None) -> None:  # fmt: skip
        """Add a clip with hashes of some frames."""
        self._add(media_id, "video", size, content, 0)
        listed = json.dumps([(moment, f"{value:016x}") for moment, value in frames])
        self.run(
            "INSERT INTO video_metadata BY NAME SELECT ? AS media_id, 'mp4' AS container, "
            "1920 AS width, 1080 AS height, true AS has_audio, ? AS duration_seconds, "
            "? AS frame_hashes",
            [media_id, seconds, listed],
        )

    def take(self, media_id: str, seconds: float, source: str = "file_name") -> None:
        """Say when a capture was taken: seconds after the start."""
        moment = (START + timedelta(seconds=seconds)).replace(tzinfo=None)
        self.run(
            "INSERT OR REPLACE INTO capture_times BY NAME SELECT ? AS media_id, "
            "? AS capture_start_utc, ? AS capture_end_utc, ? AS source, 1.0 AS precision_seconds, "
            "1.0 AS time_quality, '' AS inputs, ? AS computed_at",
            [media_id, moment, moment, source, moment],
        )

    def _add(self, media_id: str, kind: str, size: int, content: str | None, age: int) -> None:
        mtime = int((START - timedelta(days=age)).timestamp() * 1e9)
        self.run(
            "INSERT INTO media_files BY NAME SELECT ? AS media_id, ? AS player, '/x' AS folder, "
            "'/x/' || ? AS file_path, ? AS file_name, '.png' AS file_ext, ? AS kind, "
            "?::BIGINT AS file_size, ?::BIGINT AS mtime_ns, ? AS fingerprint, ? AS file_hash, "
            "'present' AS status, ? AS first_seen_at, ? AS last_scan_at",
            [media_id, self.player, media_id, media_id, kind, size, mtime, content or media_id,
             content or media_id, self._naive(), self._naive()],
        )  # fmt: skip

    def lose(self, media_id: str, *, back: bool = False) -> None:
        """A file is gone, or back."""
        status = "present" if back else "missing"
        self.run("UPDATE media_files SET status = ? WHERE media_id = ?", [status, media_id])

    def run(self, statement: str, values: list[object] | None = None) -> None:
        """Done with others when the tables are next looked at: a connection takes 40 ms."""
        self._waiting.append((statement, values or []))

    def settle(self) -> None:
        """Do what was asked for."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            with duckdb.connect(str(self.file)) as con:
                for statement, values in waiting:
                    con.execute(statement, values)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        self.settle()
        with duckdb.connect(str(self.file), read_only=True) as con:
            return con.execute(query).fetchall()

    def search(self) -> DuplicatesReport:
        self.settle()
        self.now += timedelta(hours=1)
        return find_duplicates(self.platform, self.player)

    def found(self) -> dict[str, tuple[str, str | None, str | None]]:
        """By media: its group, its class, and what it is compared with."""
        rows = self.rows("SELECT media_id, group_id, class, compared_media_id FROM duplicates")
        return {row[0]: row[1:] for row in rows}  # type: ignore[index,misc]  # as queried

    def groups(self) -> dict[str, set[str]]:
        """Members by group."""
        found: dict[str, set[str]] = {}
        for media_id, (group, _, _) in self.found().items():
            found.setdefault(group, set()).add(media_id)
        return found

    def tables(self) -> tuple[object, ...]:
        """Both tables without the times of writing."""
        self.settle()
        with duckdb.connect(str(self.file), read_only=True) as con:
            return tuple(
                con.execute(f"SELECT * EXCLUDE (found_at) FROM {table} ORDER BY ALL").fetchall()
                for table in ("duplicates", "duplicate_groups")
            )

    def from_scratch(self) -> tuple[object, ...]:
        """The tables that a search finds that knows nothing."""
        for table in ("duplicates", "duplicate_groups", "media_stages"):
            self.run(f"DELETE FROM {table}")
        self.search()
        return self.tables()

    def _naive(self) -> datetime:
        return self.now.replace(tzinfo=None)
