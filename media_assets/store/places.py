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

    def covers(self, player: str) -> Path:
        """Covers of music and their thumbnails, named by content."""
        return self.data / "derived" / player / "covers"

    def published(self, player: str) -> Path:
        """The player's published files."""
        return self.data / "published" / player

    @property
    def published_shared(self) -> Path:
        """The shared published files."""
        # A player may be called "shared"; players with that name are refused where they appear.
        return self.data / "published" / "shared"

    def search(self, player: str) -> Path:
        """The index of the player's words: a folder a generation, and which one is read."""
        return self.data / "search" / player

    def levelup_backups(self, player: str) -> Path:
        """Copies of the player's LevelUp database, from before it was cleaned."""
        return self.data / "backups" / "levelup" / player

    def lock(self, name: str) -> Path:
        """The file that a process locks while it writes for `name`."""
        return self.data / "locks" / f"{name}.lock"

    def fetch_lock(self, land: str) -> Path:
        """The file that a process locks while it fetches for a land."""
        return self.data / "locks" / "fetch" / f"{land}.lock"

    def run_lock(self, run_id: str) -> Path:
        """The file that a process locks while it executes a run of Dagster."""
        return self.data / "locks" / "runs" / f"{run_id}.lock"

    @property
    def claims(self) -> Path:
        """Which process fetches what, a file each."""
        return self.data / "locks" / "claims"

    @property
    def pace(self) -> Path:
        """The turns that processes take before they call the match API."""
        return self.data / "locks" / "match_api.pace"

    @property
    def name_lock(self) -> Path:
        """The file that a process locks while it fetches names from the match API."""
        return self.data / "locks" / "claims" / ".names.lock"
