"""Who the owner of a LevelUp database is: its medals and its matches do not say it."""

from collections.abc import Sequence
from dataclasses import dataclass

from media_assets.errors import TakeOverError


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a database and what lies beside it name its owner, each an xuid or none.

    `skill` are all xuids of its table of skills, `named` all with the player's name as gamertag,
    `always_there` all that took part in every match whose participants are known.
    """

    profile: str | None
    sync_meta: str | None
    skill: Sequence[str]
    named: Sequence[str]
    always_there: Sequence[str]


def owner_xuid(player: str, configured: str | None, evidence: Evidence) -> str:
    """The owner: as configured, else what the first source says that names exactly one.

    Raises:
        TakeOverError: nothing names one, or the configuration and the table of skills disagree.
    """
    told = [
        ("db_profiles.json", [evidence.profile] if evidence.profile else []),
        ("sync_meta", [evidence.sync_meta] if evidence.sync_meta else []),
        ("player_match_stats", evidence.skill),
        ("the gamertags", evidence.named),
        ("match_participants", evidence.always_there),
    ]
    if configured:
        if len(evidence.skill) == 1 and evidence.skill[0] != configured:
            raise TakeOverError(
                f"players.{player}.xuid is {configured}, but its player_match_stats is that of "
                f"{evidence.skill[0]}: correct the configuration, or name the right folder"
            )
        return configured
    for _, xuids in told:
        if len(xuids) == 1:
            return xuids[0]
    several = "; ".join(f"{where} names {len(xuids)}" for where, xuids in told if len(xuids) > 1)
    raise TakeOverError(
        f"nothing in it says whose it is{f' ({several})' if several else ''}: "
        f"set players.{player}.xuid in the configuration"
    )
