"""Where everything lies below `data_dir`."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The layout of `data_dir`, which other programs read."""

    data: Path

    def player_database(self, player: str) -> Path:
        """The player's tables."""
        return self.data / "players" / player / "stats.duckdb"

    @property
    def shared_database(self) -> Path:
        """The shared tables."""
        return self.data / "warehouse" / "shared_matches.duckdb"

    @property
    def raw(self) -> Path:
        """Responses as they came."""
        return self.data / "raw"

    @property
    def raw_matches(self) -> Path:
        """Responses about matches, a folder each."""
        return self.raw / "matches"

    def derived(self, player: str) -> Path:
        """Posters and previews, named by content."""
        return self.data / "derived" / player / "thumbs"

    def published(self, player: str) -> Path:
        """The player's published files."""
        return self.data / "published" / player

    @property
    def published_shared(self) -> Path:
        """The shared published files."""
        # A player may be called "shared"; players with that name are refused where they appear.
        return self.data / "published" / "shared"

    def lock(self, name: str) -> Path:
        """The file that a process locks while it writes for `name`."""
        return self.data / "locks" / f"{name}.lock"
