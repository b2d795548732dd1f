"""Captures of two players around the matches that they played, associated and published."""

import json
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from analysed_home import png
from click.testing import CliRunner, Result

from media_assets.captures.review import Decision, Pair
from media_assets.cli import main
from media_assets.stages import review
from media_assets.stages.associate import AssociationReport, associate
from media_assets.stages.capture_times import compute_times
from media_assets.stages.discover import discover
from media_assets.stages.platform import Platform
from media_assets.stages.publish import publish_associations
from media_assets.store.connect import connect
from media_assets.store.frames import frame_of
from media_assets.store.tables.players import PLAYER_MATCH_STATS
from media_assets.store.write import upsert

ANA, BO = "ana", "bo"
DAY = datetime(2026, 5, 4, tzinfo=UTC)
FIRST, SECOND, THIRD, FAR = (f"0000000{number}-0000-4000-8000-000000000000" for number in range(4))
PRESENCES = {
    FIRST: (DAY + timedelta(hours=12), DAY + timedelta(hours=12, minutes=10)),
    SECOND: (
        DAY + timedelta(hours=12, minutes=12, seconds=20),
        DAY + timedelta(hours=12, minutes=22),
    ),
    THIRD: (
        DAY + timedelta(hours=12, minutes=24, seconds=20),
        DAY + timedelta(hours=12, minutes=34),
    ),
    FAR: (DAY - timedelta(hours=2), DAY - timedelta(hours=1)),
}
"""When the players were in which match: 140 s lie between two of the first three."""
INSIDE, AFTER, MIDDLE, LATER = (
    f"Screenshot 2026-05-04 {clock}.png"
    for clock in ("12-05-00", "12-10-20", "12-11-10", "12-22-20")
)
"""During the first match; 20 s after it; between it and the second; 20 s after the second."""
TUNE = "tune.mp3"


class ReviewedHome:
    """The players' libraries and tables below a folder, and the commands."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.config = base / "media_assets.toml"
        base.mkdir(parents=True, exist_ok=True)
        self.config.write_text("[engine]\nworkers = 1\n[library]\nmax_missing_files = 100\n")

    def fill(self, *players: str) -> None:
        for seed, player in enumerate(players):
            folder = self.library(player)
            folder.mkdir(parents=True)
            for number, name in enumerate((INSIDE, AFTER, MIDDLE, LATER)):
                (folder / name).write_bytes(png(10 * seed + number))
            (folder / TUNE).write_bytes(b"no music")
            discover(self.platform, player)
            self.play(player, PRESENCES)
            self.associate(player)
            publish_associations(self.platform, player)

    @property
    def platform(self) -> Platform:
        return Platform.load(self.config)

    def library(self, player: str = ANA) -> Path:
        return self.base / "library" / player

    def play(self, player: str, presences: dict[str, tuple[datetime, datetime]]) -> None:
        """The player was in these matches, too."""
        rows = [
            {
                "match_id": match_id, "xuid": "1", "start_time": joined, "end_time": left,
                "joined_at": joined, "left_at": left, "session_id": match_id, "with_friends": 0,
                "map_name": "Bazaar", "mode_category": "king_of_the_hill",
            }
            for match_id, (joined, left) in presences.items()
        ]  # fmt: skip
        with connect(self.platform.player_database(player)) as con:
            upsert(con, PLAYER_MATCH_STATS, frame_of(PLAYER_MATCH_STATS, rows))

    def associate(self, player: str = ANA) -> AssociationReport:
        compute_times(self.platform, player)
        return associate(self.platform, player)

    def say(self, decision: Decision, name: str, match_id: str, player: str = ANA) -> None:
        """Decide, without showing it."""
        review.decide(
            self.platform, [Pair(player, self.media_id(name, player), match_id)], decision
        )

    def media_id(self, name: str, player: str = ANA) -> str:
        found = self.rows(f"SELECT media_id FROM media_files WHERE file_name = '{name}'", player)
        return str(found[0][0])

    def rows(self, query: str, player: str = ANA) -> list[tuple[Any, ...]]:
        file = self.platform.places.player_database(player)
        with duckdb.connect(str(file)) as con:
            return con.execute(query).fetchall()

    def decided(self, player: str = ANA) -> dict[tuple[str, str], str]:
        """What people decided, by file and match."""
        query = (
            "SELECT file_name, match_id, decision FROM association_decisions "
            "LEFT JOIN media_files USING (media_id)"
        )
        return {(name, match): said for name, match, said in self.rows(query, player)}

    def associated(self, player: str = ANA) -> dict[tuple[str, str], tuple[str, str]]:
        """Role and decision of what is associated, by file and match."""
        query = (
            "SELECT file_name, match_id, role, decision FROM media_matches "
            "JOIN media_files USING (media_id)"
        )
        return {(name, match): (role, said) for name, match, role, said in self.rows(query, player)}

    def published(self, table: str = "media", player: str = ANA) -> list[dict[str, Any]]:
        import polars as pl

        return pl.read_parquet(
            self.platform.places.published(player) / f"{table}.parquet"
        ).to_dicts()

    def run(self, *arguments: str, code: int = 0, answer: str = "") -> Result:
        """A command of `media-assets`, which must end with this exit code."""
        command = ["review", *arguments, "--config", str(self.config)]
        done = CliRunner().invoke(main, command, input=answer)
        assert done.exit_code == code, done.output
        return done

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)


def copied(home: Path, base: Path) -> ReviewedHome:
    """A home in another folder. The files that its tables know stay where they were made."""
    shutil.copytree(home, base)
    return ReviewedHome(base)


def names(rows: Iterable[dict[str, Any]]) -> list[str]:
    return [row["file_name"] for row in rows]
