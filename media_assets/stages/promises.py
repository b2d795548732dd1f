"""What the tables of matches promise, held against the raw responses and against each other."""

from dataclasses import dataclass

from media_assets.errors import MatchDataError
from media_assets.matches.raw_store import STATS, RawStore, film_version
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.players import xuid_of
from media_assets.store import examples
from media_assets.store import promises as store
from media_assets.store.connect import attach_shared


@dataclass(frozen=True, slots=True)
class Broken:
    """How many matches were looked at, and those that do not keep a promise."""

    looked_at: int
    matches: tuple[str, ...]


def participants_complete(platform: Platform) -> Broken:
    """Loaded matches that have another number of participants than their raw response."""
    with platform.reading(SHARED) as con:
        found = store.participants_by_match(con)
    raw = RawStore(platform.places.raw_matches)
    there = [match_id for match_id in raw.match_ids() if match_id in found]
    wrong = (match_id for match_id in there if not _has_players(raw, match_id, found[match_id]))
    return Broken(len(there), tuple(wrong))


def events_complete(platform: Platform) -> Broken:
    """Matches whose events are not there although their film is, or whose flag is wrong.

    A film that is named among the failures is not held against its match.
    """
    with platform.reading(SHARED) as con:
        looked_for = store.events_by_match(con)
    raw = RawStore(platform.places.raw_matches)
    wrong = [
        match_id
        for match_id, found in looked_for.items()
        if found.flagged != found.has_rows
        or (not found.has_rows and not found.is_named and _has_film(raw, match_id))
    ]
    return Broken(len(looked_for), tuple(wrong))


def duplicates(platform: Platform) -> dict[str, int]:
    """By shared table, rows more than keys."""
    with platform.reading(SHARED) as con:
        return store.duplicates(con)


def agreement(platform: Platform, player: str) -> dict[str, int]:
    """How far a player's numbers are the participants' numbers: see `store.promises.agreement`."""
    xuid = xuid_of(platform, player)
    shared = platform.shared_database()
    with platform.reading(player) as con:
        attach_shared(con, shared)
        return store.agreement(con, xuid or "")


def example_seconds(platform: Platform, player: str) -> dict[str, float]:
    """What the example queries of the README take over the published files, asked again."""
    return examples.timed(platform.places.published_shared.parent, player)


def _has_players(raw: RawStore, match_id: str, count: int) -> bool:
    """Whether a stats response has so many players.

    Its text is searched first, which takes a tenth of the time of parsing it.
    """
    try:
        if raw.read(match_id, STATS).count(b'"PlayerId"') == count:
            return True
        players = raw.stats(match_id).get("Players")
    except MatchDataError:
        return False
    return isinstance(players, list) and len(players) == count


def _has_film(raw: RawStore, match_id: str) -> bool:
    return any(film_version(part) is not None for part in raw.parts(match_id))
