"""A player's library that is scanned and analysed, at a time that tests move on."""

import io
import wave
from datetime import UTC, datetime
from pathlib import Path

import av
import duckdb
import numpy as np
from PIL import Image

from media_assets.settings import EngineSettings, Settings
from media_assets.stages.analyse import analyse
from media_assets.stages.batch import AnalysisReport
from media_assets.stages.discover import discover
from media_assets.stages.platform import Platform
from media_assets.stages.publish import publish_player

PLAYER = "ana"
START = datetime(2026, 5, 4, 12, tzinfo=UTC)


def png(seed: int, size: tuple[int, int] = (64, 48)) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


class Home:
    """A player's library below a folder, scanned and analysed at a time that tests move on."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.library = base / "library" / PLAYER
        self.library.mkdir(parents=True)
        self.now = START
        self.settings = Settings(base=base, engine=EngineSettings(workers=1))

    @property
    def platform(self) -> Platform:
        return Platform(self.settings, clock=lambda: self.now)

    def write(self, name: str, content: bytes) -> Path:
        path = self.library / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def work(self) -> AnalysisReport:
        discover(self.platform, PLAYER)
        return analyse(self.platform, PLAYER)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        file = self.platform.places.player_database(PLAYER)
        with duckdb.connect(str(file), read_only=True) as con:
            return con.execute(query).fetchall()

    def run(self, statement: str) -> None:
        with duckdb.connect(str(self.platform.places.player_database(PLAYER))) as con:
            con.execute(statement)

    def publish(self) -> None:
        publish_player(self.platform, PLAYER)

    def posters(self) -> set[str]:
        return {path.name for path in self.platform.places.derived(PLAYER).iterdir()}


def clip(seed: int) -> bytes:
    """A clip of half a second whose pictures differ with the seed."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=20)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        shades = np.random.default_rng(seed).integers(0, 255, (10, 1, 1, 3), dtype=np.uint8)
        for shade in shades:
            frame = av.VideoFrame.from_ndarray(np.broadcast_to(shade[0], (48, 64, 3)).copy())
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return buffer.getvalue()


def tune(seed: int) -> bytes:
    """A tenth of a second of noise."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(np.random.default_rng(seed).bytes(1600))
    return buffer.getvalue()
