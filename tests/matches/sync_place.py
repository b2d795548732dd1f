"""A platform whose matches come from a server of this machine."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from live_place import FakeTime

from media_assets.demo.people import Person
from media_assets.matches.live_route import Retries, Route
from media_assets.settings import EngineSettings, MatchSettings, PlayerSettings, Settings
from media_assets.stages.fetch_names import NamesReport, fetch_names
from media_assets.stages.load_matches import LoadReport, load_matches
from media_assets.stages.platform import Platform
from media_assets.stages.player_tables import derive_tables
from media_assets.stages.players import derive_history
from media_assets.stages.progress import Progress
from media_assets.stages.sync import SyncReport, sync
from media_assets.store.tables.players import PLAYER_MATCH_STATS

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
TOKENS = {"SPNKR_SPARTAN_TOKEN": "spartan-token", "SPNKR_CLEARANCE_TOKEN": "clearance-token"}


class Place:
    """A data folder with players, the API as its source, and a clock that waits put forward."""

    def __init__(
        self, base: Path, port: int, players: Mapping[str, str | None], **matches: object
    ) -> None:
        self.time = FakeTime()
        self.now = NOW
        self.heard: list[Progress] = []
        options = {"source": "api", "requests_per_second": 0, **matches}
        self.platform = Platform(
            Settings(
                base=base,
                players={name: PlayerSettings(xuid=xuid) for name, xuid in players.items()},
                engine=EngineSettings(workers=1),
                matches=MatchSettings(**options),  # type: ignore[arg-type]
            ),
            clock=lambda: self.now,
            route=Route(port, Retries(), sleep=self.time.sleep, clock=self.time.clock),
        )

    @classmethod
    def of(cls, base: Path, port: int, people: Sequence[Person], **matches: object) -> "Place":
        return cls(base, port, {one.gamertag: str(one.xuid) for one in people}, **matches)

    @property
    def raw(self) -> Path:
        return self.platform.places.raw_matches

    def sync(self, player: str, *, full: bool = False) -> SyncReport:
        return sync(self.platform, player, full=full, listener=self.heard.append)

    def all(self, player: str, *, full: bool = False) -> tuple[SyncReport, LoadReport, NamesReport]:
        """What one run of the graph does about matches."""
        synced = self.sync(player, full=full)
        derive_history(self.platform, player)
        loaded = load_matches(self.platform, player)
        named = fetch_names(self.platform)
        derive_tables(self.platform, player, [PLAYER_MATCH_STATS])
        return synced, loaded, named

    def shared(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.platform.places.shared_database), read_only=True) as con:
            return con.execute(query).fetchall()

    def own(self, player: str, query: str) -> list[tuple[object, ...]]:
        file = self.platform.places.player_database(player)
        with duckdb.connect(str(file), read_only=True) as con:
            return con.execute(query).fetchall()
