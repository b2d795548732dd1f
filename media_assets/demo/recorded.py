"""The folder of recorded responses and film chunks: which files with which bytes and times."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from media_assets.demo.assets import asset_files, medal_metadata
from media_assets.demo.film import DEATH, KILL, MODE, FilmEvent, encode_film
from media_assets.demo.matches import matches_of
from media_assets.demo.people import OWNERS, Person
from media_assets.demo.play import Match
from media_assets.demo.responses import history_pages, match_stats, users
from media_assets.demo.skills import match_skill

# All of it was fetched in one go, on the evening after the last match.
FETCHED = datetime(2026, 11, 2, 19, 30, tzinfo=UTC)

# Positions in the schedule's order of matches.
_WITHOUT_FILM = (5, 21, 30)
_TRUNCATED_FILM = 9
# Films of version 39 and 40 have their own layout; the change to 41 came in between.
_LAST_OF_VERSION_40 = 24


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A file below the folder of matches. `broken` ones have to be named in the failures."""

    path: str
    content: bytes
    modified: datetime = FETCHED
    broken: bool = False


def recorded_files(matches: tuple[Match, ...], seed: int) -> Iterator[RecordedFile]:
    """Every file of the folder: stats, skill, films, history, users, names, and two broken ones."""
    for number, match in enumerate(matches):
        yield _json(f"stats/{match.match_id}.json", match_stats(match))
        if match.playlist is not None:
            yield _json(f"skill/{match.match_id}.json", match_skill(match))
        if number not in _WITHOUT_FILM:
            yield _film(number, match)
    for owner in OWNERS:
        for page in history_pages(owner.person, matches_of(owner, matches)):
            yield _json(f"history/{owner.person.xuid}_{page['Start']}.json", page)
    yield _json("users.json", users(_people(matches)))
    yield _json("medals.json", medal_metadata())
    for name, response in asset_files(matches).items():
        yield _json(f"assets/{name}", response)
    yield _broken_stats(matches[-1], seed)


def film_events(match: Match) -> list[FilmEvent]:
    """What the film of a match shows: kills, deaths, medals and mode events of people."""
    hints = {"kill": KILL, "death": DEATH, "mode": MODE}
    shown: list[FilmEvent] = []
    for event in match.events:
        who = match.seats[event.seat].who
        if not isinstance(who, Person) or event.kind == "assist":
            continue
        medal = event.medal
        hint = hints[event.kind] if medal is None else medal.weight
        value = 0 if medal is None else medal.value
        shown.append(
            FilmEvent(who.xuid, who.gamertag, hint, event.time_ms, medal is not None, value)
        )
    return shown


def _json(path: str, response: object) -> RecordedFile:
    return RecordedFile(path, json.dumps(response, indent=1).encode())


def _film(number: int, match: Match) -> RecordedFile:
    version = 40 if number <= _LAST_OF_VERSION_40 else 41
    chunk = encode_film(film_events(match), version)
    path = f"films/{version}_{match.match_id}.gzip"
    if number == _TRUNCATED_FILM:
        return RecordedFile(path, chunk[: len(chunk) // 2], broken=True)
    return RecordedFile(path, chunk)


def _broken_stats(match: Match, seed: int) -> RecordedFile:
    """A download that broke off in the middle; its match is not known from anywhere else."""
    match_id = str(UUID(int=Random(f"{seed}/broken").getrandbits(128), version=4))
    text = json.dumps(match_stats(match), indent=1).replace(match.match_id, match_id)
    return RecordedFile(f"stats/{match_id}.json", text[: len(text) // 3].encode(), broken=True)


def _people(matches: tuple[Match, ...]) -> list[Person]:
    seats = (seat.who for match in matches for seat in match.seats)
    people = {who.xuid: who for who in seats if isinstance(who, Person)}
    return [people[xuid] for xuid in sorted(people)]
