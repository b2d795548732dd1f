"""What is captured for whom: one row per wish, resolved against the matches in `captures`."""

from dataclasses import dataclass
from typing import Literal

from media_assets.demo.people import AMELIE, KETAN, NORTH

Where = Literal[
    "match",  # somewhere within one of the player's matches
    "scoreboard",  # after the last kill of a match, before its end
    "menu",  # between two matches
    "first_pass",  # in a match, in the hour that comes twice, the first time
    "second_pass",  # the same, the second time
    "both",  # over the end of a match and the start of the next
    "late",  # in the match that the player joined late
    "early",  # in the match that the player left early
    "before",  # days before the first match, in another game
]
Defect = Literal["", "truncated", "empty"]


@dataclass(frozen=True, slots=True)
class Wish:
    """Captures of one tool. `seconds` is the length of a clip, `burst` shots follow at once.

    `copied`: the file was copied by a tool that lost its modification time.
    """

    tool: str
    where: Where = "match"
    seconds: int = 0
    times: int = 1
    burst: int = 1
    copied: bool = False
    defect: Defect = ""


WISHES = {
    AMELIE: (
        Wish("game_bar", times=3),
        Wish("game_bar_clip", seconds=3),
        Wish("game_bar_chunk", times=2),
        Wish("nvidia_replay", seconds=4),
        Wish("nvidia", times=2),
        Wish("obs_clip", seconds=3),
        Wish("obs_webp"),
        Wish("game_bar_clip", seconds=3, copied=True),
        Wish("obs", copied=True),
        Wish("nvidia_clip", seconds=6),
        Wish("obs_jpeg", times=2),
        Wish("obs_replay", seconds=3),
        Wish("obs_jpeg", defect="truncated"),
        Wish("game_bar", "scoreboard"),
        Wish("game_bar", "first_pass"),
        Wish("game_bar_clip", "first_pass", seconds=3),
        Wish("game_bar", "second_pass"),
        Wish("game_bar", "menu"),
    ),
    NORTH: (
        Wish("xbox", times=4),
        Wish("xbox_clip", seconds=4),
        Wish("game_bar_us", times=2),
        Wish("xbox_clip", seconds=3, times=2),
        Wish("xbox", times=2, copied=True),
        Wish("xbox_live", seconds=3),
        Wish("xbox", times=2),
        Wish("xbox_clip", seconds=3),
        Wish("xbox_clip", seconds=7, defect="empty"),
        Wish("xbox", "scoreboard"),
        Wish("xbox", "first_pass"),
        Wish("xbox", "second_pass"),
        Wish("xbox_clip", "both", seconds=8),
        Wish("xbox", "late"),
        Wish("xbox", "menu"),
        Wish("xbox_clip", "before", seconds=3),
    ),
    KETAN: (
        Wish("steam", times=4),
        Wish("game_bar_clip", seconds=3),
        Wish("steam_app", times=2),
        Wish("steam", burst=3),
        Wish("steam_clip", seconds=3),
        Wish("steam", times=2, copied=True),
        Wish("obs_clip", seconds=3),
        Wish("nvidia"),
        Wish("obs_webp"),
        Wish("game_bar_clip", seconds=3),
        Wish("steam", "scoreboard"),
        Wish("steam", "early"),
        Wish("steam", "menu"),
    ),
}
