"""Names of matches and players as the responses and our tables write them."""

import re

from media_assets.errors import MatchDataError

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_MATCH_ID = re.compile(_UUID, re.IGNORECASE | re.ASCII)
_MATCH_ID_IN_NAME = re.compile(rf"(?<![0-9a-f]){_UUID}(?![0-9a-f])", re.IGNORECASE | re.ASCII)
_XUID = re.compile(r"xuid\((\d{1,20})\)", re.IGNORECASE | re.ASCII)
_BOT = re.compile(r"bid\(\d+(?:\.\d+)?\)", re.ASCII)


def match_id_of(value: object) -> str:
    """A match id in lower case.

    Raises:
        MatchDataError: when it is not a UUID with dashes; a path can therefore never be one.
    """
    if isinstance(value, str) and _MATCH_ID.fullmatch(value):
        return value.lower()
    raise MatchDataError(
        f"{value!r} is not a match id such as 63391382-6b88-43f9-9ff4-6313404c419c"
    )


def match_id_in(name: str) -> str | None:
    """The first match id that stands in a file or folder name, in lower case."""
    found = _MATCH_ID_IN_NAME.search(name)
    return found[0].lower() if found else None


def player_id_of(value: object) -> str:
    """`xuid(2535...)` as its digits; a bot's `bid(6.0)` as it is.

    Raises:
        MatchDataError: when it is neither.
    """
    if isinstance(value, str):
        if found := _XUID.fullmatch(value):
            return found[1]
        if _BOT.fullmatch(value):
            return value
    raise MatchDataError(f"{value!r} is not a player such as xuid(2535445291321133) or bid(6.0)")


def is_bot(player_id: str) -> bool:
    """Whether a name that `player_id_of` gave is a bot's."""
    return player_id.startswith("bid(")
