"""Who plays in the sample library: three players, strangers, and bots. All of them are invented."""

from dataclasses import dataclass
from random import Random
from zoneinfo import ZoneInfo

# The film reader takes a number for a player's only between these two.
LOWEST_XUID = 2_000_000_000_000_000
HIGHEST_XUID = 3_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who takes part in a match. `xuid` has 16 digits; a gamertag at most 15 letters."""

    gamertag: str
    xuid: int

    @property
    def player_id(self) -> str:
        """The person as a match response names it."""
        return f"xuid({self.xuid})"


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot: it has a number in place of an xuid, and no events in a film."""

    number: int

    @property
    def player_id(self) -> str:
        """The bot as a match response names it."""
        return f"bid({self.number}.0)"


@dataclass(frozen=True, slots=True)
class Owner:
    """One of the three whose libraries are made. `zone` is that of the capturing device."""

    person: Person
    zone: str
    lives_in: str

    @property
    def name(self) -> str:
        """The name of the player's folder, which is the gamertag."""
        return self.person.gamertag

    @property
    def clock(self) -> ZoneInfo:
        """The wall clock of the capturing device."""
        return ZoneInfo(self.zone)


AMELIE = Owner(Person("AmelieArdente", 2_535_410_000_731_402), "Europe/Paris", "Paris")
NORTH = Owner(Person("NorthStarHex", 2_535_433_000_218_846), "America/New_York", "New York")
KETAN = Owner(Person("KetanOnMarsh", 2_533_274_000_905_113), "Asia/Kolkata", "Kolkata")
OWNERS = (AMELIE, NORTH, KETAN)

_FIRST = ("Amber", "Basalt", "Cobalt", "Dusty", "Echo", "Fennel", "Granite", "Hollow", "Indigo",
          "Juniper", "Karst", "Lunar")  # fmt: skip
_SECOND = ("Heron", "Lynx", "Otter", "Raven", "Tern")


def strangers(random: Random) -> tuple[Person, ...]:
    """Sixty people whom matchmaking brings in, each gamertag and xuid once."""
    names = [f"{first} {second}" for first in _FIRST for second in _SECOND]
    numbers = random.sample(range(1, 900_000_000), len(names))
    return tuple(
        Person(name, 2_533_275_000_000_000 + number)
        for name, number in zip(names, numbers, strict=True)
    )
