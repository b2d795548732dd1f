"""In which zone a player's clock was at which time: at home, or on a journey."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from media_assets.settings import PlayerSettings


class Stay(NamedTuple):
    """From `begins` until before `ends`, on the wall clock there, the zone is this one."""

    begins: datetime
    ends: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class ZonePlan:
    """IANA zones of the capturing device; `stays` do not overlap."""

    home: str
    stays: tuple[Stay, ...] = ()

    def at(self, wall: datetime) -> str:
        """The zone whose clock showed a naive time."""
        for stay in self.stays:
            if stay.begins <= wall < stay.ends:
                return stay.zone
        return self.home


def zone_plan(player: PlayerSettings) -> ZonePlan:
    """The zones that the configuration gives a player."""
    stays = (Stay(stay.begins, stay.until, stay.timezone) for stay in player.travel)
    return ZonePlan(player.timezone, tuple(stays))
