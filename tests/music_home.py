"""A player's library of music with real files, analysed and derived as a run does it."""

import io
from pathlib import Path

from analysed_home import PLAYER, Home, tune
from mutagen import id3, wave
from PIL import Image

from media_assets.settings import CoverSettings, EngineSettings, Settings
from media_assets.stages.analyse import analyse
from media_assets.stages.discover import discover
from media_assets.stages.music import MusicReport, derive_music
from media_assets.stages.publish import publish_player

FRAMES = {"title": "TIT2", "artist": "TPE1", "album": "TALB", "album_artist": "TPE2",
          "number": "TRCK", "date": "TDRC", "genre": "TCON"}  # fmt: skip
RELEASE = "00000000-aaaa-4bbb-8ccc-0000000000ff"
ARTIST = "00000000-aaaa-4bbb-8ccc-00000000000a"


def picture(color: str, side: int = 40, format_: str = "PNG") -> bytes:
    """A picture of one colour, with a corner of another."""
    image = Image.new("RGB", (side, side), color)
    image.paste("white", (0, 0, side // 3, side // 3))
    buffer = io.BytesIO()
    image.save(buffer, format_)
    return buffer.getvalue()


class MusicHome(Home):
    """Songs are tiny WAV files with ID3 tags."""

    def __init__(self, base: Path, *, sizes_at_once: tuple[int, ...] = ()) -> None:
        super().__init__(base)
        self.settings = Settings(
            base=base,
            engine=EngineSettings(workers=1),
            covers=CoverSettings(sizes_at_once=sizes_at_once),
        )

    def song(
        self, name: str, *, cover: bytes | None = None, ids: dict[str, str] | None = None,
        seed: int | None = None, **said: str,
    ) -> Path:  # fmt: skip
        """Write a song; `said` by the names of `FRAMES`, `ids` by Picard's names."""
        path = self.write(name, tune(len(name) if seed is None else seed))
        sound = wave.WAVE(path)
        sound.add_tags()
        for field, text in said.items():
            sound.tags.add(id3.Frames[FRAMES[field]](encoding=3, text=[text]))
        for described, text in (ids or {}).items():
            sound.tags.add(id3.TXXX(encoding=3, desc=described, text=[text]))
        if cover is not None:
            sound.tags.add(id3.APIC(encoding=3, mime="image/png", type=3, desc="", data=cover))
        sound.save()
        return path

    def derive(self) -> MusicReport:
        return derive_music(self.platform, PLAYER)

    def run_all(self) -> MusicReport:
        discover(self.platform, PLAYER)
        analyse(self.platform, PLAYER)
        report = self.derive()
        publish_player(self.platform, PLAYER)
        return report

    def cover_files(self) -> list[str]:
        folder = self.platform.places.covers(PLAYER)
        return sorted(path.name for path in folder.iterdir())
