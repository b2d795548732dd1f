"""How capture tools name their files, and which times they leave in them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from media_assets.demo.game import TITLE

Moment = Literal["start", "end"]


@dataclass(frozen=True, slots=True)
class Tool:
    """A capture tool.

    `name` is a pattern of `strftime`, with `{title}`, `{packed}` (the title without blanks),
    `{centi}` and `{milli}` (parts of a second) and what else `path` fills in; `names` tells which
    moment of a clip it shows, `stores` which one stands in the container.
    `utc`: the name has UTC in place of the wall clock. `chunk`: the picture carries its time in a
    text chunk, as Game Bar writes it.
    """

    folder: str
    name: str
    size: tuple[int, int]
    names: Moment = "start"
    stores: Moment | None = None
    utc: bool = False
    chunk: bool = False

    @property
    def is_clip(self) -> bool:
        """Whether it records video."""
        return self.name.endswith((".mp4", ".mkv", ".webm"))

    def path(self, start: datetime, seconds: float, zone: ZoneInfo, title: str = TITLE) -> str:
        """Folder and file name of a capture that began at `start` (UTC).

        Digits of a second beyond what the pattern shows are cut off, as the tools do.
        """
        moment = start if self.names == "start" else start + timedelta(seconds=seconds)
        shown = moment.astimezone(UTC if self.utc else zone)
        filled = self.name.format(
            title=title,
            packed=title.replace(" ", ""),
            centi=f"{shown.microsecond // 10_000:02d}",
            milli=f"{shown.microsecond // 1_000:03d}",
            epoch=int(moment.timestamp()),
            month=shown.month,
            day=shown.day,
            hour=shown.hour % 12 or 12,
            half="AM" if shown.hour < 12 else "PM",
        )
        return f"{shown.strftime(self.folder)}/{shown.strftime(filled)}"


_HD, _FULL = (1280, 720), (1920, 1080)
_SMALL, _MIDDLE = (640, 360), (960, 540)
_CAPTURES = "Captures"
_OBS = "OBS"
_NVIDIA = "NVIDIA/Halo Infinite"
_XBOX = "Xbox"
_STEAM = "Steam/760/remote/1240440/screenshots"

TOOLS = {
    "game_bar": Tool(_CAPTURES, "{title} %Y-%m-%d %H-%M-%S.png", _HD),
    "game_bar_chunk": Tool(_CAPTURES, "{title} %Y-%m-%d %H-%M-%S.png", _FULL, chunk=True),
    "game_bar_us": Tool(_CAPTURES, "{title} {month}_{day}_%Y {hour}_%M_%S {half}.png", _HD),
    "game_bar_clip": Tool(_CAPTURES, "{title} %Y-%m-%d %H-%M-%S.mp4", _MIDDLE, stores="end"),
    "nvidia": Tool(_NVIDIA, "{title} Screenshot %Y.%m.%d - %H.%M.%S.{centi}.png", _FULL),
    "nvidia_replay": Tool(
        _NVIDIA, "{title} %Y.%m.%d - %H.%M.%S.{centi}.DVR.mp4", _SMALL, "end", "end"
    ),
    "nvidia_clip": Tool(
        _NVIDIA, "{title} %Y.%m.%d - %H.%M.%S.{centi}.mp4", _SMALL, "start", "start"
    ),
    "obs": Tool(_OBS, "Screenshot %Y-%m-%d %H-%M-%S.png", _HD),
    "obs_jpeg": Tool(_OBS, "Screenshot %Y-%m-%d %H-%M-%S.jpg", _HD),
    "obs_webp": Tool(_OBS, "Screenshot %Y-%m-%d %H-%M-%S.webp", _HD),
    "obs_clip": Tool(_OBS, "%Y-%m-%d %H-%M-%S.mkv", _SMALL),
    "obs_replay": Tool(_OBS, "Replay %Y-%m-%d %H-%M-%S.mkv", _HD, "end"),
    "xbox": Tool(_XBOX, "{title}-%Y_%m_%d-%H_%M_%S.png", _HD),
    "xbox_clip": Tool(_XBOX, "{title}-%Y_%m_%d-%H-%M-%S.mp4", _SMALL, stores="start"),
    "xbox_live": Tool(_XBOX, "{epoch}.mp4", _SMALL, stores="start", utc=True),
    "steam": Tool(_STEAM, "%Y%m%d%H%M%S_1.jpg", _FULL),
    "steam_app": Tool("Steam", "1240440_%Y%m%d%H%M%S_1.png", _HD),
    "steam_clip": Tool(
        "Steam/clips/clip_1240440_%Y%m%d_%H%M%S", "clip.mp4", _SMALL, stores="start", utc=True
    ),
}
