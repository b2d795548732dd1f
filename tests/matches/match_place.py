"""A folder of recorded matches, the platform over it, and what became of them."""

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import match_shapes as shapes

from media_assets.settings import EngineSettings, PlayerSettings, Settings
from media_assets.stages.load_matches import LoadReport, load_matches
from media_assets.stages.platform import Platform
from media_assets.stages.player_tables import derive_tables
from media_assets.stages.players import DerivedReport
from media_assets.stages.take_in import take_in

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
PLAYERS = {"ana": str(shapes.xuid(1)), "ben": str(shapes.xuid(2))}


class MatchPlace:
    """Recorded files below `matches`; zones and xuids of the players are configured."""

    def __init__(
        self, base: Path, xuids: Mapping[str, str] = PLAYERS, zone: str = "Europe/Paris"
    ) -> None:
        self.base = base
        self.source = base / "matches"
        self.source.mkdir(parents=True, exist_ok=True)
        configured = {
            name: PlayerSettings(xuid=xuid, timezone=zone) for name, xuid in xuids.items()
        }
        settings = Settings(base=base, players=configured, engine=EngineSettings(workers=1))
        self.platform = Platform(settings, clock=lambda: NOW)

    def copy(self, base: Path) -> "MatchPlace":
        """The same in another folder, to be changed."""
        shutil.copytree(self.base, base, dirs_exist_ok=True)
        return MatchPlace(base)

    def write(self, name: str, value: object) -> None:
        """One recorded file: bytes as they are, anything else as JSON."""
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())

    def load(self) -> LoadReport:
        """Take in what is new, and load it."""
        take_in(self.platform)
        return load_matches(self.platform, next(iter(self.platform.settings.players), None))

    def derive(self, player: str) -> dict[str, DerivedReport]:
        """Every table of a player."""
        return derive_tables(self.platform, player)

    def shared(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Rows of the shared tables."""
        return _rows(self.platform.places.shared_database, query, values)

    def own(self, player: str, query: str, *values: object) -> list[tuple[object, ...]]:
        """Rows of a player's tables."""
        return _rows(self.platform.places.player_database(player), query, values)

    def damage(self, statement: str, player: str | None = None) -> None:
        """Change a table behind the back of the product."""
        places = self.platform.places
        file = places.player_database(player) if player else places.shared_database
        with duckdb.connect(str(file)) as con:
            con.execute(statement)


def _rows(file: Path, query: str, values: tuple[object, ...]) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as con:
        return con.execute(query, list(values)).fetchall()
