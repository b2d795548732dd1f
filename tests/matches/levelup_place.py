"""A folder with LevelUp's databases and a platform beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import levelup_databases as lu

from media_assets.settings import EngineSettings, PlayerSettings, Settings
from media_assets.stages.migrate_levelup import MigrationReport, PlayerReport, migrate_levelup
from media_assets.stages.platform import Platform

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """Where one test works. `data` may be that of LevelUp itself."""

    folder: Path
    data: str = "data"
    xuids: tuple[tuple[str, str], ...] = ()

    @property
    def levelup(self) -> Path:
        return self.folder / "levelup"

    @property
    def platform(self) -> Platform:
        players = {name: PlayerSettings(xuid=xuid) for name, xuid in self.xuids}
        settings = Settings(base=self.folder, data_dir=self.data, players=players,
                            engine=EngineSettings(workers=1))  # fmt: skip
        return Platform(settings, clock=lambda: NOW)

    @property
    def shared_file(self) -> Path:
        return self.platform.places.shared_database

    def file(self, player: str) -> Path:
        return self.levelup / "data" / "players" / player / "stats.duckdb"

    def make(
        self, owner: lu.Person, numbers: Iterable[int], drift: lu.Drift = lu.NEW,
        name: str | None = None, people: Sequence[lu.Person] = lu.EVERYBODY,
    ) -> Path:  # fmt: skip
        """The database of one player with the matches of those numbers."""
        file = self.file(name or owner.gamertag)
        lu.make_database(file, owner, [lu.Match(n, people) for n in numbers], drift)
        return file

    def migrate(
        self, *players: str, dry_run: bool = False, zone: str | None = None
    ) -> MigrationReport:
        return migrate_levelup(self.platform, self.levelup, players, dry_run=dry_run, zone=zone)

    def migrate_one(self, player: str, *, zone: str | None = None) -> PlayerReport:
        return self.migrate(player, zone=zone).players[0]

    def shared(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.shared_file), read_only=True) as con:
            con.execute("SET TimeZone = 'UTC'")
            return con.execute(query).fetchall()

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        """The shared tables, without who wrote what when."""
        hidden = {
            "match_registry": ("first_sync_by", "first_sync_at", "created_at", "updated_at"),
            "levelup_players": ("source_file", "state", "validation", "backup_file", "bytes_before",
                                "bytes_after", "updated_at"),
        }  # fmt: skip
        names = ("match_registry", "match_participants", "highlight_events", "medals_earned",
                 "killer_victim_pairs", "xuid_aliases", "levelup_matches",
                 "levelup_players")  # fmt: skip
        return {
            name: self.shared(
                f"SELECT * EXCLUDE ({', '.join(hidden[name])}) FROM {name} ORDER BY ALL"
                if name in hidden
                else f"FROM {name} ORDER BY ALL"
            )
            for name in names
        }
