"""A land whose lists are read and whose URLs have been asked for; nothing is fetched here."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from analysed_home import Home, clip, png, tune
from blake3 import blake3

from media_assets.settings import EngineSettings, Settings
from media_assets.stages.analyse import analyse
from media_assets.stages.discover import discover
from media_assets.stages.platform import Platform
from media_assets.stages.publish import publish_land, publish_player
from media_assets.store import web
from media_assets.store.connect import connect, transaction
from media_assets.store.frames import frame_of
from media_assets.store.tables.web import WEB_PLACES
from media_assets.store.write import upsert
from media_assets.web_settings import LandSettings

LAND = "press"
SITE = "https://example.org"
PAGE, DEEP = f"{SITE}/", f"{SITE}/deep"
ODD = "=1+1\x00\x1b \"<&'>\n\t,; é 日本 🗺"
"""What a list may say: a formula, what XML and CSV have rules for, and what neither can hold."""
PICTURE, COPY, FILM, TUNE = (f"{SITE}/{name}" for name in ("a.png", "copy.png", "b.mp4", "c.wav"))
BROKEN, SMALL, ABSENT = (f"{SITE}/{name}" for name in ("broken.png", "small.gif", "absent.jpg"))
UNUSABLE = "=cmd|' /C calc'!A0"


class LandHome(Home):
    """A land below a folder, beside a player who is none: what `Home` does is for that one."""

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        self.settings = Settings(
            base=base, engine=EngineSettings(workers=1), lands={LAND: LandSettings()}
        )

    @property
    def land(self) -> Path:
        """The published files of the land."""
        return self.platform.places.published(LAND)

    def list(self, rows: Iterable[dict[str, Any]], source: str = "/lists/press.csv") -> None:
        """What one list says: rows of `web_places` without source and position."""
        placed = [{"source": source, "position": n, **row} for n, row in enumerate(rows)]
        with connect(self.database) as con, transaction(con):
            upsert(con, WEB_PLACES, frame_of(WEB_PLACES, placed))
        with connect(self.database, read_only=True) as con:
            news, gone = web.load_news(con)
        with connect(self.database) as con, transaction(con):
            web.write_news(con, news, gone, self.platform.now())

    def bring(self, url: str, content: bytes, suffix: str, kind: str) -> None:
        """What a URL brought, as a job writes it."""
        digest = blake3(content).hexdigest()
        folder = self.platform.settings.folders(LAND)[0]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{digest}{suffix}").write_bytes(content)
        self.tried(url, status="fetched", kind=kind, file_name=f"{digest}{suffix}",
                   file_hash=digest, file_size=len(content), http_status=200, etag='"1"',
                   content_type=ODD, fetched_at=self.platform.now())  # fmt: skip

    def tried(self, url: str, **columns: Any) -> None:
        """What became of a URL."""
        row = {"url": url, "is_final": False, "attempts": 1, "checked_at": self.platform.now()}
        with connect(self.database) as con, transaction(con):
            assert web.write_tried(con, [row | columns]) == 1

    def analyse(self) -> None:
        """What a job does with what came."""
        discover(self.platform, LAND)
        analyse(self.platform, LAND)

    @property
    def database(self) -> Path:
        """The tables of the land."""
        return self.platform.player_database(LAND)


def made_land(base: Path) -> LandHome:
    """A land with media of every kind and URLs of every status, on two pages."""
    home = LandHome(base)
    on_page = [
        {"url": PICTURE, "alt": ODD, "depth": 0, "relevance": 3.5, "claimed_type": "img"},
        {"url": COPY, "depth": 0, "relevance": 3.5},
        {"url": FILM, "depth": 0, "relevance": 3.5, "claimed_type": "video"},
        {"url": UNUSABLE, "depth": 0, "problem": "not http or https"},
        {"url": SMALL, "depth": 0},
    ]
    deep = [{"url": PICTURE}, {"url": TUNE}, {"url": BROKEN}, {"url": ABSENT, "relevance": 0.5}]
    home.list([
        *({"page_url": PAGE} | row for row in on_page),
        *({"page_url": DEEP, "depth": 2} | row for row in deep),
    ])  # fmt: skip
    home.bring(PICTURE, png(1), ".png", "image")
    home.bring(COPY, png(1), ".png", "image")
    home.bring(FILM, clip(1), ".mp4", "video")
    home.bring(TUNE, tune(1), ".wav", "audio")
    home.bring(BROKEN, b"no picture", ".png", "image")
    home.tried(SMALL, status="skipped", is_final=True, reason="8 x 8 is smaller than min_width",
               kind="image", width=8, height=8, settings="other")  # fmt: skip
    home.tried(ABSENT, status="failed", is_final=True, reason="HTTP 404", error_class="HTTP 404",
               http_status=404, attempts=5)  # fmt: skip
    home.analyse()
    return home


def publish_all(platform: Platform) -> None:
    """Publish all of the land."""
    publish_player(platform, LAND)
    publish_land(platform, LAND)
