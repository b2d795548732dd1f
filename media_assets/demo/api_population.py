"""Any number of matches for a server in place of the match API, made when they are asked for.

They are the sample's matches with other ids, times and people: in the same shape, but 1,000 of them
cost no more than they have to.
"""

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from media_assets.demo.api_data import history_entry
from media_assets.demo.assets import asset_files, medal_metadata
from media_assets.demo.film import encode_film
from media_assets.demo.matches import play_matches
from media_assets.demo.people import Person
from media_assets.demo.play import Match
from media_assets.demo.recorded import film_events
from media_assets.demo.responses import match_stats, moment, users
from media_assets.demo.skills import match_skill

Json = dict[str, Any]

FIRST: Final = datetime(2026, 1, 1, 18, tzinfo=UTC)
APART: Final = timedelta(minutes=17)
_VERSION = 41
_TEMPLATES = 6
_FULL = 8  # people of a match whose seats are all taken by people
_FIRST_XUID = 2_534_000_000_000_000
_SPAN = ("StartTime", "EndTime")
_PRESENCE = ("FirstJoinedTime", "LastLeaveTime")


@dataclass(frozen=True, slots=True)
class Played:
    """A match of the population: who of our players took part, and how it goes."""

    match_id: str
    number: int
    players: tuple[Person, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Template:
    """A match of the sample as text, to be filled with others."""

    start: datetime
    people: tuple[Person, ...]
    stats: str
    parsed: Json
    skill: str
    film: bytes


class Population:
    """Matches in order of time, of which the first `visible` have been played.

    `players` take the first seats, so they are in one team; strangers have the others.
    """

    def __init__(self, takes_part: Sequence[Sequence[Person]], seed: int = 1) -> None:
        """`takes_part` says for each match who of the players was in it, four at most."""
        self.matches = tuple(
            Played(str(uuid5(NAMESPACE_URL, f"{seed}/{number}")), number, tuple(people))
            for number, people in enumerate(takes_part)
        )
        self.visible = len(self.matches)
        self._by_id = {match.match_id: match for match in self.matches}
        self._sample = play_matches(seed)

    @cached_property
    def templates(self) -> tuple[_Template, ...]:
        """What the matches are made from."""
        full = [match for match in self._sample if len(_people(match)) == _FULL and match.playlist]
        return tuple(_template(match) for match in full[:_TEMPLATES])

    def stats(self, match_id: str) -> bytes | None:
        """As `ApiData` says."""
        match = self._shown(match_id)
        return json.dumps(self._stats(match)).encode() if match else None

    def skill(self, match_id: str) -> bytes | None:
        """As `ApiData` says."""
        match = self._shown(match_id)
        return self._renamed(self._template(match).skill, match).encode() if match else None

    def film(self, match_id: str) -> tuple[int, bytes] | None:
        """As `ApiData` says."""
        match = self._shown(match_id)
        return (_VERSION, _chunk(self._template(match), match.players)) if match else None

    def history(self, xuid: str, start: int, count: int) -> list[Json]:
        """As `ApiData` says."""
        seats = [
            (match, person)
            for match in reversed(self.matches[: self.visible])
            for person in match.players
            if str(person.xuid) == xuid
        ]
        return [self._entry(match, person) for match, person in seats[start : start + count]]

    def user(self, xuid: str) -> Json | None:
        """As `ApiData` says."""
        return self._users.get(xuid)

    def user_called(self, gamertag: str) -> Json | None:
        """As `ApiData` says."""
        found = (user for user in self._users.values() if user["gamertag"] == gamertag)
        return next(found, None)

    def asset(self, asset_id: str) -> Json | None:
        """As `ApiData` says."""
        return self._assets.get(asset_id)

    def medals(self) -> Json | None:
        """As `ApiData` says."""
        return dict(medal_metadata())

    @cached_property
    def _users(self) -> Mapping[str, Json]:
        everybody = {person for template in self.templates for person in template.people}
        everybody |= {person for match in self.matches for person in match.players}
        return {str(user["xuid"]): user for user in users(sorted(everybody, key=lambda p: p.xuid))}

    @cached_property
    def _assets(self) -> Mapping[str, Json]:
        return {str(asset["AssetId"]): asset for asset in asset_files(self._sample).values()}

    def _shown(self, match_id: str) -> Played | None:
        match = self._by_id.get(match_id)
        return match if match is not None and match.number < self.visible else None

    def _template(self, match: Played) -> _Template:
        return self.templates[match.number % len(self.templates)]

    def _renamed(self, text: str, match: Played) -> str:
        people = self._template(match).people
        for before, now in zip(people, match.players, strict=False):
            text = text.replace(before.player_id, now.player_id)
        return text

    def _stats(self, match: Played) -> Json:
        stats: Json = json.loads(self._renamed(self._template(match).stats, match))
        later = self._later(match)
        stats["MatchId"] = match.match_id
        stats["MatchInfo"] = _moved_all(stats["MatchInfo"], _SPAN, later)
        for player in stats["Players"]:
            player["ParticipationInfo"] = _moved_all(player["ParticipationInfo"], _PRESENCE, later)
        return stats

    def _entry(self, match: Played, person: Person) -> Json:
        template = self._template(match)
        seat = template.people[match.players.index(person)].player_id
        player = next(one for one in template.parsed["Players"] if one["PlayerId"] == seat)
        info = _moved_all(template.parsed["MatchInfo"], _SPAN, self._later(match))
        return history_entry({"MatchId": match.match_id, "MatchInfo": info}, player)

    def _later(self, match: Played) -> timedelta:
        return FIRST + APART * match.number - self._template(match).start


def crowd(count: int) -> tuple[Person, ...]:
    """So many players with names of their own."""
    return tuple(Person(f"Player {number}", _FIRST_XUID + number) for number in range(count))


def shared_history(players: Sequence[Person], each: int, unique: int) -> list[list[Person]]:
    """Who takes part in which of `unique` matches, when everybody plays `each` of them.

    Everybody misses a stretch of their own, as evenly spread as the numbers allow.
    """
    missed = unique - each
    return [
        [
            person
            for place, person in enumerate(players)
            if not place * missed <= number % max(unique, 1) < (place + 1) * missed
        ]
        for number in range(unique)
    ]


def _people(match: Match) -> tuple[Person, ...]:
    return tuple(seat.who for seat in match.seats if isinstance(seat.who, Person))


def _template(match: Match) -> _Template:
    return _Template(
        match.start,
        _people(match),
        stats := json.dumps(match_stats(match)),
        json.loads(stats),
        json.dumps(match_skill(match)),
        zlib.decompress(encode_film(film_events(match), _VERSION)),
    )


@lru_cache(maxsize=64)
def _chunk(template: _Template, players: tuple[Person, ...]) -> bytes:
    raw = template.film
    for before, now in zip(template.people, players, strict=False):
        raw = raw.replace(_in_film(before), _in_film(now)).replace(_tag(before), _tag(now))
    return zlib.compress(raw, 1)


def _in_film(person: Person) -> bytes:
    return struct.pack("<Q", person.xuid)


def _tag(person: Person) -> bytes:
    return person.gamertag.encode("utf-16-le").ljust(32, b"\0")


def _moved_all(value: Json, names: Sequence[str], later: timedelta) -> Json:
    times = {name: text for name in names if (text := value[name]) is not None}
    moved = {name: moment(datetime.fromisoformat(text) + later) for name, text in times.items()}
    return {**value, **moved}
