"""A player whose matches, captures, kills and decisions a test sets as it likes."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from media_assets.settings import Settings
from media_assets.stages.associate import AssociationReport, associate
from media_assets.stages.platform import Platform
from media_assets.store.connect import Connection, connect, transaction
from media_assets.store.migrate import migrate
from media_assets.store.spec import Table
from media_assets.store.tables.captures import (
    ASSOCIATED_CAPTURES,
    ASSOCIATED_MATCHES,
    ASSOCIATION_DECISIONS,
    CAPTURE_TIMES,
    MEDIA_MATCHES,
)
from media_assets.store.tables.library import MEDIA_FILES
from media_assets.store.tables.matches import HIGHLIGHT_EVENTS
from media_assets.store.tables.players import PLAYER_MATCH_STATS
from media_assets.store.write import insert

PLAYER, XUID = "ana", "2533274000000001"
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
_FIRST = datetime(2026, 5, 1, tzinfo=UTC).replace(tzinfo=None)
Rows = list[dict[str, object]]
_DERIVED = (MEDIA_MATCHES, ASSOCIATED_CAPTURES, ASSOCIATED_MATCHES)


@dataclass(frozen=True)
class Taken:
    """A capture; seconds. `begins` None: its time is not known."""

    begins: float | None
    seconds: float = 0.0
    quality: float = 0.95
    title: str | None = None


@dataclass
class World:
    """What there is: presences by match, captures by media, times of kills by match, decisions."""

    matches: dict[str, tuple[float, float]] = field(default_factory=dict)
    captures: dict[str, Taken] = field(default_factory=dict)
    kills: dict[str, tuple[float, ...]] = field(default_factory=dict)
    decisions: dict[tuple[str, str], str] = field(default_factory=dict)


class AssociatedPlayer:
    """Databases in a folder; `tell` replaces all that associations follow from."""

    def __init__(self, base: Path) -> None:
        self.settings = Settings(base=base)
        self._told: dict[Table, Rows] = {}
        for file, database in zip(self._files(), new_databases(), strict=True):
            file.parent.mkdir(parents=True)
            file.write_bytes(database)

    @property
    def platform(self) -> Platform:
        return Platform(self.settings, clock=lambda: NOW)

    def _files(self) -> tuple[Path, Path]:
        places = self.platform.places
        return places.player_database(PLAYER), places.shared_database

    def tell(self, world: World) -> None:
        player, shared = self._files()
        self._replace(player, _own_rows(world))
        self._replace(shared, {HIGHLIGHT_EVENTS: _event_rows(world)})

    def _replace(self, file: Path, tables: dict[Table, Rows]) -> None:
        """Only what was told otherwise before: a connection that writes takes 50 ms."""
        news = {table: rows for table, rows in tables.items() if self._told.get(table, []) != rows}
        if not news:
            return
        self._told |= news
        with connect(file) as con, transaction(con):
            for table, rows in news.items():
                con.execute(f"DELETE FROM {table.name}")
                if rows:
                    insert(con, table, pl.DataFrame(rows))

    def associate(self, tolerance_minutes: float = 5) -> AssociationReport:
        matches = self.settings.matches.model_copy(update={"tolerance_minutes": tolerance_minutes})
        self.settings = self.settings.model_copy(update={"matches": matches})
        return associate(self.platform, PLAYER)

    def rows(self) -> list[tuple[object, ...]]:
        """`media_matches` but for when its rows were written."""
        with connect(self._files()[0], read_only=True) as con:
            return con.execute(
                "SELECT * EXCLUDE (associated_at) FROM media_matches ORDER BY media_id, match_id"
            ).fetchall()

    def open(self) -> AbstractContextManager[Connection]:
        """The player's database, for writing."""
        return connect(self._files()[0])

    def forget(self) -> None:
        """Empty what was derived."""
        with self.open() as con, transaction(con):
            for table in _DERIVED:
                con.execute(f"DELETE FROM {table.name}")


@cache
def new_databases() -> tuple[bytes, bytes]:
    """A player's and the shared database as migrations make them: 140 ms each."""
    with TemporaryDirectory() as folder:
        player, shared = Path(folder, "player"), Path(folder, "shared")
        migrate(player, "player")
        migrate(shared, "shared")
        return player.read_bytes(), shared.read_bytes()


def _at(seconds: float) -> datetime:
    return _FIRST + timedelta(seconds=seconds)


def _own_rows(world: World) -> dict[Table, Rows]:
    return {
        PLAYER_MATCH_STATS: [
            {
                "match_id": match, "xuid": XUID, "start_time": _at(joins), "end_time": _at(leaves),
                "joined_at": _at(joins), "left_at": _at(leaves), "session_id": match,
                "with_friends": 0,
            }
            for match, (joins, leaves) in world.matches.items()
        ],
        MEDIA_FILES: [
            _file(media, "video" if taken.seconds else "image")
            for media, taken in world.captures.items()
        ],
        CAPTURE_TIMES: [
            {
                "media_id": media,
                "capture_start_utc": None if taken.begins is None else _at(taken.begins),
                "capture_end_utc": (
                    None if taken.begins is None else _at(taken.begins + taken.seconds)
                ),
                "title": taken.title,
                "time_quality": 0.0 if taken.begins is None else taken.quality,
                "inputs": "",
                "computed_at": _FIRST,
            }
            for media, taken in world.captures.items()
        ],
        ASSOCIATION_DECISIONS: [
            {"media_id": media, "match_id": match, "decision": decision, "decided_at": _FIRST}
            for (media, match), decision in world.decisions.items()
        ],
    }  # fmt: skip


def _file(media: str, kind: str) -> dict[str, object]:
    return {
        "media_id": media, "player": PLAYER, "path_bytes": media.encode(), "folder": "",
        "file_path": media, "file_name": media, "file_ext": "", "kind": kind, "file_size": 1,
        "mtime_ns": 0, "status": "present", "first_seen_at": _FIRST, "last_scan_at": _FIRST,
    }  # fmt: skip


def _event_rows(world: World) -> Rows:
    return [
        {
            "match_id": match, "seq": seq, "event_type": "kill", "xuid": XUID,
            "time_ms": round(1000 * (kill - world.matches.get(match, (0.0, 0.0))[0])),
        }
        for match, kills in world.kills.items()
        for seq, kill in enumerate(kills)
    ]  # fmt: skip
