"""A land with lists and a server of pictures, at a time that tests move on."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from picture_server import PictureServer, picture_server

from media_assets.settings import EngineSettings, Settings
from media_assets.stages.land import Choice, LandReport, run_job
from media_assets.stages.land_sources import SourceReport, read_land
from media_assets.stages.platform import Platform
from media_assets.web_settings import LandSettings, WebSettings

LAND = "press"
START = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Land:
    """Its lists are CSV below a folder; its URLs are those of a server on loopback."""

    def __init__(self, base: Path, server: PictureServer, **limits: Any) -> None:
        self.base, self.server, self.now = base, server, START
        self.limits(**limits)
        self.folder = self.settings.land_folder(LAND)
        self.folder.mkdir(parents=True)

    def limits(self, **limits: Any) -> None:
        """With these limits from now on; hosts are asked as fast as they answer."""
        quick: dict[str, Any] = {"host_requests_per_second": 0, "backoff_seconds": 0,
                                 "max_wait_seconds": 0, "robots": False}  # fmt: skip
        web = WebSettings(**quick | {"allowed_endpoints": (self.server.endpoint,)} | limits)
        self.settings = Settings(base=self.base, engine=EngineSettings(workers=1), web=web,
                                 lands={LAND: LandSettings()})  # fmt: skip

    @property
    def platform(self) -> Platform:
        return Platform(self.settings, clock=lambda: self.now)

    @property
    def downloads(self) -> list[Path]:
        """The files of its library, without what is half-way."""
        folder = self.settings.folders(LAND)[0]
        return sorted(file for file in folder.glob("[!.]*/*") if file.is_file())

    def write_list(self, *rows: dict[str, object] | str, name: str = "list.csv") -> Path:
        """Write a list of these rows; a text is a URL."""
        full = [{"url": row} if isinstance(row, str) else row for row in rows]
        columns = list(dict.fromkeys(key for row in full for key in row)) or ["url"]
        text = io.StringIO()
        writer = csv.DictWriter(text, columns)
        writer.writeheader()
        writer.writerows(full)
        file = self.folder / name
        file.write_text(text.getvalue(), encoding="utf-8")
        return file

    def read(self) -> SourceReport:
        return read_land(self.platform, LAND)

    def work(self, choice: Choice | None = None) -> LandReport:
        """Read the lists and do what is due."""
        self.read()
        return run_job(self.platform, LAND, choice or Choice())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        file = self.platform.places.player_database(LAND)
        with duckdb.connect(str(file), read_only=True) as con:
            return con.execute(query).fetchall()

    def row(self, url: str, *columns: str) -> tuple[Any, ...]:
        (row,) = self.rows(f"SELECT {', '.join(columns)} FROM web_media WHERE url = '{url}'")
        return row


@contextmanager
def land_at(base: Path, **limits: Any) -> Iterator[Land]:
    """A land below a folder, with its server while the block runs."""
    with picture_server() as server:
        yield Land(base, server, **limits)
