"""What the sample matches are played on: maps, modes, playlists, medals.

Names of maps are invented. Numbers that a reader has to understand (category of a mode, ids and
film values of medals, ids of score awards) are those of the game.
"""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

TITLE = "Halo Infinite"


def asset_id(kind: str, name: str) -> str:
    """The id of an asset: always the same for a kind and a name."""
    return str(uuid5(NAMESPACE_URL, f"media-assets-demo/{kind}/{name}"))


@dataclass(frozen=True, slots=True)
class Mode:
    """A game mode. `target` is the kills that end it; 0: it ends by the clock."""

    name: str
    category: int
    target: int = 0
    teams: bool = True


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist. `experience` is 2 for arena, 4 for bots; `team_size` counts one team."""

    name: str
    experience: int
    team_size: int = 4
    ranked: bool = False


@dataclass(frozen=True, slots=True)
class Medal:
    """A medal. `name_id` stands in responses; `value` and `weight` in films."""

    name: str
    description: str
    name_id: int
    value: int
    weight: int
    type_index: int
    difficulty: int


MAPS = ("Glasshouse", "Tidewater", "Old Foundry", "Salt Flats", "Cistern", "Windbreak")

SLAYER = Mode("Slayer", 6, target=50)
FREE_FOR_ALL = Mode("FFA Slayer", 6, target=25, teams=False)
FLAGS = Mode("CTF 3 Captures", 15)
ODDBALL = Mode("Oddball", 18)
STRONGHOLDS = Mode("Strongholds", 11)
MODES = {
    "slayer": SLAYER,
    "ffa": FREE_FOR_ALL,
    "ctf": FLAGS,
    "oddball": ODDBALL,
    "strongholds": STRONGHOLDS,
}

PLAYLISTS = {
    "ranked": Playlist("Ranked Arena", 2, ranked=True),
    "quick": Playlist("Quick Play", 2),
    "rumble": Playlist("Rumble Pit", 2, team_size=8),
    "bots": Playlist("Bot Bootcamp", 4),
}

DOUBLE_KILL = Medal("Double Kill", "Two kills in one breath", 622331684, 0, 100, 2, 1)
TRIPLE_KILL = Medal("Triple Kill", "Three kills in one breath", 2063152177, 1, 150, 2, 2)
KILLING_SPREE = Medal("Killing Spree", "Five kills in one life", 2780740615, 9, 100, 0, 1)
KILLING_FRENZY = Medal("Killing Frenzy", "Ten kills in one life", 4261842076, 10, 150, 0, 2)
KILLJOY = Medal("Killjoy", "Ended the spree of an enemy", 3233952928, 26, 50, 0, 0)
BACK_SMACK = Medal("Back Smack", "A blow from behind", 548533137, 82, 50, 4, 0)
REVERSAL = Medal("Reversal", "Turned a lost duel", 2123530881, 105, 50, 4, 0)
SNIPE = Medal("Snipe", "A long shot to the head", 4229934157, 108, 50, 4, 0)
PERFECT = Medal("Perfect", "As few shots as possible", 1512363953, 109, 100, 4, 1)
MEDALS = (DOUBLE_KILL, TRIPLE_KILL, KILLING_SPREE, KILLING_FRENZY, KILLJOY, BACK_SMACK, REVERSAL,
          SNIPE, PERFECT)  # fmt: skip

KILL_AWARD = (1024030246, 100)
ASSIST_AWARD = (638246808, 50)
FLAG_AWARD = (2387185397, 10)
BALL_AWARD = (204144695, 10)
ZONE_AWARD = (3507884073, 50)
OBJECTIVE_AWARDS = {15: FLAG_AWARD, 18: BALL_AWARD, 11: ZONE_AWARD}


def version_id(asset: str) -> str:
    """The version of an asset: the sample library knows one of each."""
    return str(uuid5(UUID(asset), "version"))
