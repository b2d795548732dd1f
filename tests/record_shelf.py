"""A player's tables with music that was never a file, for tests of search and neighbours."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from media_assets.settings import Settings
from media_assets.stages.platform import Platform
from media_assets.store.connect import connect, transaction
from media_assets.store.frames import frame_of
from media_assets.store.spec import Table
from media_assets.store.tables.analysis import AUDIO_METADATA, MEDIA_VECTORS
from media_assets.store.tables.library import MEDIA_FILES
from media_assets.store.vectors import write_vectors
from media_assets.store.write import upsert

START = datetime(2026, 5, 4, 12, tzinfo=UTC)
SPACE = "audio.timbre"
Row = dict[str, object]


class RecordShelf:
    """Music of one player; ids are what tests call them."""

    def __init__(self, base: Path, player: str = "ana", **settings: object) -> None:
        self.base = base
        self.player = player
        self.now = START
        self.settings = Settings(base=base, **settings)  # type: ignore[arg-type]

    @property
    def platform(self) -> Platform:
        self.now += timedelta(minutes=1)
        now = self.now
        return Platform(self.settings, clock=lambda: now)

    @property
    def file(self) -> Path:
        return self.platform.player_database(self.player)

    def copy_of(self, empty: Path) -> "RecordShelf":
        """Begin with a copy of an empty database: to make one takes 140 ms."""
        target = self.platform.places.player_database(self.player)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(empty, target)
        return self

    def tracks(self, tags: dict[str, Row]) -> None:
        """Add tracks by id, with what their tags say; what is there is replaced."""
        files = [
            {
                "media_id": media_id, "player": self.player, "folder": "/x",
                "file_path": f"/x/{media_id}.flac", "file_name": f"{media_id}.flac",
                "file_ext": ".flac", "kind": "audio", "file_size": 1000, "mtime_ns": 1,
                "fingerprint": media_id, "status": "present",
                "first_seen_at": START, "last_scan_at": START,
            }
            for media_id in tags
        ]  # fmt: skip
        rows = [
            {"media_id": media_id, "has_lyrics": False, "has_cover": False, "container": "FLAC",
             **said}
            for media_id, said in tags.items()
        ]  # fmt: skip
        self.put(MEDIA_FILES, files)
        self.put(AUDIO_METADATA, rows)

    def vectors(
        self, vectors: dict[str, "np.ndarray | list[float]"], space: str = SPACE, **more: object
    ) -> list[tuple[str, str]]:
        """Write vectors as the platform does; returns those that were refused."""
        rows = [
            {"media_id": media_id, "space": space, "model": "test", "version": 1,
             "dim": len(vector), "vector": list(map(float, vector)), "created_at": self.now, **more}
            for media_id, vector in vectors.items()
        ]  # fmt: skip
        with connect(self.file) as con, transaction(con):
            refused = write_vectors(con, frame_of(MEDIA_VECTORS, rows))
        return [(row["media_id"], row["message"]) for row in refused]

    def put(self, table: Table, rows: list[Row]) -> None:
        with connect(self.file) as con, transaction(con):
            upsert(con, table, frame_of(table, rows))

    def run(self, statement: str, *values: object) -> None:
        with duckdb.connect(str(self.file)) as con:
            con.execute(statement, list(values))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.file), read_only=True) as con:
            return con.execute(query).fetchall()

    def frame(self, query: str) -> pl.DataFrame:
        with duckdb.connect(str(self.file), read_only=True) as con:
            return con.sql(query).pl()
