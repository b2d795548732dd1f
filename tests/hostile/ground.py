"""A player's library of good and hostile files, through discovery and analysis as in production."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from media_assets.settings import EngineSettings, LimitSettings, Settings
from media_assets.stages.analyse import analyse
from media_assets.stages.batch import AnalysisReport
from media_assets.stages.discover import discover
from media_assets.stages.platform import Platform
from media_assets.stages.products import Products, WorkItem, WorkOptions, make_products

PLAYER = "ana"
START = datetime(2026, 5, 4, 12, tzinfo=UTC)

Content = bytes | Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Failure:
    """What the rows of one file say of its failure; all its stages fail alike, or some are done.

    Its sound fails apart: the class and the message are those of the other stages, if they failed.
    """

    error_class: str
    message: str
    stages: frozenset[str]
    attempts: int
    pause: timedelta

    @property
    def is_of_sound_alone(self) -> bool:
        """Whether all but its sound could be read."""
        return self.stages == {"audio_features"}


class Ground:
    """Files of one player below a folder."""

    def __init__(
        self,
        base: Path,
        *,
        limits: LimitSettings | None = None,
        engine: EngineSettings | None = None,
    ) -> None:
        self.library = base / "library" / PLAYER
        self.library.mkdir(parents=True)
        self.settings = Settings(
            base=base,
            limits=limits or LimitSettings(),
            engine=engine or EngineSettings(workers=2),
        )
        self.now = START

    @property
    def platform(self) -> Platform:
        return Platform(self.settings, clock=lambda: self.now)

    def lay(self, files: Mapping[str, Content]) -> None:
        """Write files."""
        for name, content in files.items():
            path = self.library / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content())

    def work(
        self, make: Callable[[WorkOptions, WorkItem], Products] = make_products
    ) -> AnalysisReport:
        """One scan and one analysis."""
        discover(self.platform, PLAYER)
        return analyse(self.platform, PLAYER, make=make)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Of the player's database."""
        file = self.platform.places.player_database(PLAYER)
        with duckdb.connect(str(file), read_only=True) as con:
            return con.execute(query).fetchall()

    def failures(self) -> dict[str, Failure]:
        """By the name of the file."""
        rows = self.rows(
            "SELECT f.file_name, coalesce(min(x.error_class) FILTER (x.stage <> 'audio_features'), "
            "min(x.error_class)), coalesce(min(x.message) FILTER (x.stage <> 'audio_features'), "
            "min(x.message)), list(x.stage), min(x.attempts), "
            "min(x.next_retry_at - x.last_failed_at) "
            "FROM media_failures x JOIN media_files f USING (media_id) GROUP BY f.file_name"
        )
        return {
            str(row[0]): Failure(row[1], row[2], frozenset(row[3]), row[4], row[5])  # type: ignore[arg-type]  # of these columns
            for row in rows
        }

    def done(self) -> dict[str, frozenset[str]]:
        """The stages that are done, by the name of the file."""
        rows = self.rows(
            "SELECT f.file_name, list(s.stage) FROM media_stages s "
            "JOIN media_files f USING (media_id) GROUP BY f.file_name"
        )
        return {str(row[0]): frozenset(row[1]) for row in rows}  # type: ignore[arg-type]  # a list
