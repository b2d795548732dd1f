"""What a response says of its mode: names of its numbers, whether it is ranked or Firefight."""

from functools import lru_cache
from typing import Final

from media_assets.matches.fields import optional_integer, optional_text
from media_assets.matches.responses import Json

FIREFIGHT = "firefight"
_WITHOUT_NAME = frozenset({-1, 0})  # "unknown" and "none" say nothing about a match

# Values of `LifecycleMode` and `PlaylistExperience` (`spnkr.models.refdata`).
_MATCHMADE = 3
_ARENA = 2
_PVE = 6

RANKED_PLAYLISTS: Final = frozenset(
    {
        "edfef3ac-9cbe-4fa2-b949-8f29deafd483",  # Arena
        "6e4e9372-5d49-4f87-b0a7-4489b5e96a0b",  # Arena, first seasons
        "f7f30787-f607-436b-bdec-44c65bc2ecef",  # Arena, alone or in pairs, controller
        "f7eb8c71-fedb-4696-8c0f-96025e285ffd",  # Arena, alone or in pairs, mouse and keyboard
        "dcb2e24e-05fb-4390-8076-32a0cdb4326e",  # Slayer
        "fa5aa2a3-2428-4912-a023-e1eeea7b877c",  # Doubles
        "6233381c-fc96-40b9-b1ff-f6a4de72dd7a",  # Snipers
        "57e417dd-7366-4dda-9bdd-2802151d5e81",  # Tactical
        "71734db4-4b8e-4682-9206-62b6eff92582",  # every player alone
    }
)
"""Playlists that are known to be ranked; their ids have not changed since they were opened."""


@lru_cache(maxsize=1)
def category_names() -> dict[int, str]:
    """Number of the game variant category -> name, such as 18 -> `oddball`.

    Taken from the enumeration of `spnkr`, whose import (0.46 s) is therefore put off to the first
    call.
    """
    from spnkr.models.refdata import GameVariantCategory

    return {
        member.value: member.name.removeprefix("MULTIPLAYER_").lower()
        for member in GameVariantCategory
        if member.value not in _WITHOUT_NAME
    }


def mode_category(number: int | None) -> str | None:
    """The name of a category; None for one that nobody has named."""
    return None if number is None else category_names().get(number)


def is_firefight(info: Json) -> bool | None:
    """Whether a `MatchInfo` is of Firefight: by its category, or by its playlist's experience,
    which is "against the environment" for Firefight alone. None where it has neither.
    """
    category = optional_integer(info.get("GameVariantCategory"))
    experience = optional_integer(info.get("PlaylistExperience"))
    if category is None and experience is None:
        return None
    return mode_category(category) == FIREFIGHT or experience == _PVE


def is_ranked(info: Json, recorded: bool | None) -> bool | None:
    """Whether a match is ranked; None where nothing says so.

    `recorded` is what the skill response says: True where anybody had a rank or was being placed.
    Without it, `MatchInfo` tells: only matchmaking ranks, only in Arena playlists and never
    Firefight, and some playlists are known.
    """
    if optional_integer(info.get("LifecycleMode")) not in (None, _MATCHMADE):
        return False
    if recorded or _playlist(info) in RANKED_PLAYLISTS:
        return True
    experience = optional_integer(info.get("PlaylistExperience"))
    return False if is_firefight(info) or experience not in (None, _ARENA) else recorded


def _playlist(info: Json) -> str:
    return (optional_text((info.get("Playlist") or {}).get("AssetId")) or "").lower()
