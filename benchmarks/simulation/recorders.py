"""The capture tools of the simulated players: all that file names are known of."""

from dataclasses import dataclass
from typing import Literal

from media_assets.demo.tools import TOOLS, Moment, Tool

Dated = Literal["time", "day", "received", "nothing"]
Length = Literal["picture", "replay", "recording"]


@dataclass(frozen=True, slots=True)
class Recorder:
    """A tool that makes pictures or clips.

    `dated`: what the name says: the time, the day, the day on which it was received, nothing.
    `exif`: the picture carries a local time, or one with its offset. `steady`: its clock is that
    of a server. `length`: a replay keeps the last seconds, a recording what was asked for.
    """

    tool: Tool
    length: Length = "picture"
    dated: Dated = "time"
    exif: Literal["", "local", "offset"] = ""
    steady: bool = False


def _tool(
    name: str, names: Moment = "start", stores: Moment | None = None, *, utc: bool = False
) -> Tool:
    return Tool("Captures", name, (1280, 720), names, stores, utc)


RECORDERS = {
    "game_bar": Recorder(TOOLS["game_bar"]),
    "game_bar_chunk": Recorder(TOOLS["game_bar_chunk"]),
    "game_bar_clip": Recorder(TOOLS["game_bar_clip"], "replay"),
    "game_bar_recording": Recorder(TOOLS["game_bar_clip"], "recording"),
    "game_bar_us": Recorder(TOOLS["game_bar_us"]),
    "game_bar_us_clip": Recorder(
        _tool("{title} {month}_{day}_%Y {hour}_%M_%S {half}.mp4", stores="end"), "replay"
    ),
    "nvidia": Recorder(TOOLS["nvidia"]),
    "nvidia_replay": Recorder(
        _tool("{title} %Y.%m.%d - %H.%M.%S.{centi}.DVR.mp4", stores="start"), "replay"
    ),
    "nvidia_replay_end": Recorder(TOOLS["nvidia_replay"], "replay"),
    "nvidia_recording": Recorder(TOOLS["nvidia_clip"], "recording"),
    "obs": Recorder(TOOLS["obs"]),
    "obs_recording": Recorder(TOOLS["obs_clip"], "recording"),
    "obs_underscore": Recorder(_tool("%Y-%m-%d_%H-%M-%S.mkv"), "recording"),
    "obs_replay": Recorder(TOOLS["obs_replay"], "replay"),
    "xbox": Recorder(TOOLS["xbox"], steady=True),
    "xbox_clip": Recorder(TOOLS["xbox_clip"], "replay", steady=True),
    "xbox_live": Recorder(TOOLS["xbox_live"], "replay", steady=True),
    "xbox_live_iso": Recorder(
        _tool("%Y-%m-%dT%H-%M-%S.mp4", stores="start", utc=True), "replay", steady=True
    ),
    "xbox_app": Recorder(_tool("{title}-%Y%m%d_%H%M%S.png"), steady=True),
    "xbox_old": Recorder(_tool("{month}-{day}-%Y_{hour}-%M-%S_{half}.mp4"), "replay", steady=True),
    "steam": Recorder(TOOLS["steam"]),
    "steam_app": Recorder(TOOLS["steam_app"]),
    "steam_clip": Recorder(TOOLS["steam_clip"], "recording"),
    "steam_old": Recorder(_tool("%Y-%m-%d_00001.jpg"), dated="day"),
    "amd": Recorder(_tool("{title}_%Y.%m.%d-%H.%M.mp4", stores="start"), "recording"),
    "amd_replay": Recorder(_tool("{title}_replay_%Y.%m.%d-%H.%M.mp4", "end", "end"), "replay"),
    "medal": Recorder(_tool("MedalTV{packed}%Y%m%d%H%M%S.mp4", "end"), "replay"),
    "medal_milli": Recorder(_tool("MedalTV{packed}%Y%m%d%H%M%S{milli}.mp4", "end"), "replay"),
    "outplayed": Recorder(_tool("{title} %m-%d-%Y_%H-%M-%S-{milli}.mp4", stores="start"), "replay"),
    "macos": Recorder(_tool("Screenshot %Y-%m-%d at {hour}.%M.%S\u202f{half}.png")),
    "snipping": Recorder(_tool("Screenshot %Y-%m-%d %H%M%S.png")),
    "pixel": Recorder(_tool("PXL_%Y%m%d_%H%M%S{milli}.jpg", utc=True), exif="offset", steady=True),
    "pixel_clip": Recorder(
        _tool("PXL_%Y%m%d_%H%M%S{milli}.mp4", stores="end", utc=True), "recording", steady=True
    ),
    "android": Recorder(_tool("IMG_%Y%m%d_%H%M%S.jpg"), exif="local", steady=True),
    "android_clip": Recorder(
        _tool("VID_%Y%m%d_%H%M%S.mp4", stores="end"), "recording", steady=True
    ),
    "whatsapp": Recorder(_tool("IMG-%Y%m%d-WA0003.jpg"), dated="received", steady=True),
    "sharex": Recorder(_tool("HaloInfinite_qTzKdWvb.png"), dated="nothing"),
    "untitled": Recorder(_tool("Untitled.png"), dated="nothing"),
    "exported": Recorder(_tool("my clip.mp4"), "replay", dated="nothing"),
    "playstation": Recorder(_tool("{title}_%Y%m%d%H%M%S.webm"), "replay", steady=True),
    "switch": Recorder(_tool("%Y%m%d%H%M%S00-" + 4 * "9f2c41d8" + ".jpg"), steady=True),
}  # fmt: skip

Weights = dict[str, float]

SETUPS: dict[str, Weights] = {
    "game_bar": {"game_bar": 5, "game_bar_chunk": 2, "game_bar_clip": 4, "game_bar_recording": 1},
    "game_bar_us": {"game_bar_us": 5, "game_bar_us_clip": 3},
    "nvidia": {"nvidia": 4, "nvidia_replay": 4, "nvidia_replay_end": 2, "nvidia_recording": 1},
    "obs": {"obs": 2, "obs_recording": 3, "obs_underscore": 1, "obs_replay": 4},
    "xbox": {"xbox": 5, "xbox_clip": 4, "xbox_live": 1, "xbox_live_iso": 1},
    "xbox_app": {"xbox_app": 4, "xbox_old": 1, "xbox_clip": 2},
    "steam": {"steam": 4, "steam_app": 2, "steam_clip": 2, "steam_old": 0.5},
    "amd": {"amd": 1, "amd_replay": 3},
    "medal": {"medal": 2, "medal_milli": 2},
    "outplayed": {"outplayed": 1},
    "desktop": {"snipping": 3, "macos": 1, "sharex": 1, "untitled": 1, "exported": 1},
    "phone": {"pixel": 2, "pixel_clip": 1, "android": 2, "android_clip": 1, "whatsapp": 1},
}
"""What is installed on one device, and how often each is used."""

SHARES: Weights = {
    "game_bar": 24, "game_bar_us": 4, "nvidia": 16, "obs": 12, "xbox": 20, "xbox_app": 3,
    "steam": 9, "amd": 4, "medal": 4, "outplayed": 3, "desktop": 4, "phone": 3,
}  # fmt: skip
"""How common each setup is: Xbox and Windows have theirs built in, others are installed."""

ELSEWHERE: Weights = {"playstation": 1, "switch": 1}
"""What other games are captured with where this one does not run."""
