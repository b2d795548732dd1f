"""What every stage works with: the settings, the places of the data, and a clock."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from media_assets.errors import ConfigurationError
from media_assets.settings import Settings, load_settings
from media_assets.store.locks import exclusive as exclusive_lock
from media_assets.store.migrate import migrate
from media_assets.store.places import Places

SHARED = "shared"
"""The name that the shared tables have among the published folders; no player may have it."""


def system_clock() -> datetime:
    """Now, aware, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Platform:
    """Handed to every stage. `clock` gives the present time, aware, in UTC."""

    settings: Settings
    clock: Callable[[], datetime] = system_clock

    @classmethod
    def load(cls, file: Path | None = None) -> "Platform":
        """The platform that the configuration describes."""
        return cls(load_settings(file))

    @property
    def places(self) -> Places:
        """Where everything lies."""
        return Places(self.settings.data)

    def now(self) -> datetime:
        """The present time as the tables have it: UTC, naive, microseconds."""
        return self.clock().astimezone(UTC).replace(tzinfo=None)

    def player_database(self, player: str) -> Path:
        """The player's database file, with the newest schema."""
        file = self.places.player_database(player)
        migrate(file, "player")
        return file

    def shared_database(self) -> Path:
        """The shared database file, with the newest schema."""
        file = self.places.shared_database
        migrate(file, "shared")
        return file

    def writing(self, name: str) -> AbstractContextManager[None]:
        """Hold the write lock of one player, or of `SHARED`, while the block runs."""
        return exclusive_lock(self.places.lock(name))


def refuse_reserved(player: str) -> str:
    """A section whose published folder would be that of the shared tables is refused."""
    if player.lower() == SHARED:
        raise ConfigurationError(
            f"a player cannot be called {player!r}: that folder is for what all players share; "
            f"rename the section [players.{player}]"
        )
    return player
