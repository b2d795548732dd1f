"""What every stage works with: the settings, the places of the data, and a clock."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from media_assets.matches.live_route import THE_API, Route
from media_assets.settings import SHARED, Settings, load_settings
from media_assets.store.connect import Connection
from media_assets.store.disk import writing_below
from media_assets.store.locks import WAIT_SECONDS, exclusive
from media_assets.store.migrate import looking, migrate, reading
from media_assets.store.places import Places

if TYPE_CHECKING:  # what it needs takes 0.2 s to load
    from media_assets.web.route import WebRoute

__all__ = ["SHARED", "Platform", "system_clock"]


def system_clock() -> datetime:
    """Now, aware, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Platform:
    """Handed to every stage. `clock` gives the present time, aware, in UTC.

    `route` is how the match API is reached, `web` how the web is (None: as everybody does); tests
    lead them to servers of their own. `lock_wait`: for so many seconds a write lock is waited for.
    """

    settings: Settings
    clock: Callable[[], datetime] = system_clock
    route: Route = THE_API
    web: "WebRoute | None" = None
    lock_wait: float = WAIT_SECONDS

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

    def reading(self, name: str) -> AbstractContextManager[Connection]:
        """A connection that reads one player's tables, or those of `SHARED`, and makes nothing.

        Tables that are not there yet read as empty.
        """
        if name == SHARED:
            return reading(self.places.shared_database, "shared")
        return reading(self.places.player_database(name), "player")

    def looking(self, name: str, deadline: float) -> AbstractContextManager[Connection]:
        """A connection that reads one player's tables, or those of `SHARED`, for a short look.

        Unlike `reading`, it waits `deadline` seconds at most, and changes no schema.

        Raises:
            StoreError: the file is not there, is held by another process, or of another schema.
        """
        if name == SHARED:
            return looking(self.places.shared_database, "shared", deadline)
        return looking(self.places.player_database(name), "player", deadline)

    @contextmanager
    def writing(self, name: str) -> Iterator[None]:
        """Hold the write lock of one player, or of `SHARED`, while the block runs.

        Raises:
            StoreError: the data folder is full or cannot be written, when taking the lock or in
                the block.
        """
        with exclusive(self.places.lock(name), self.lock_wait), writing_below(self.settings.data):
            yield
