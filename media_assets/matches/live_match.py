"""All parts of one match from the API, as the raw store keeps them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from media_assets.errors import ApiCallError, MatchDataError
from media_assets.matches.live_api import LiveApi, human_xuids
from media_assets.matches.raw_store import (
    FILM_MISSING,
    SKILL,
    SKILL_MISSING,
    STATS,
    film_part,
    film_version,
)
from media_assets.matches.responses import Json
from media_assets.matches.times import utc_time

Part = Literal["stats", "skill", "film"]
PARTS: Final[tuple[Part, ...]] = ("stats", "skill", "film")

NOT_YET: Final = timedelta(hours=6)
"""A film or skill that is not there so soon after a match may still come; ours, no source says."""


@dataclass(slots=True)
class Fetched:
    """Parts by the name that they have in the raw store, and what was not to be had."""

    parts: dict[str, bytes] = field(default_factory=dict)
    failures: dict[Part, ApiCallError] = field(default_factory=dict)


def missing_parts(names: Collection[str]) -> frozenset[Part]:
    """What is not there of a match whose parts in the raw store have these names."""
    there = {
        "stats": STATS in names,
        "skill": SKILL in names or SKILL_MISSING in names,
        "film": FILM_MISSING in names or any(film_version(name) is not None for name in names),
    }
    return frozenset(part for part in PARTS if not there[part])


async def fetch_match(
    api: LiveApi,
    match_id: str,
    wanted: Collection[Part],
    kept_stats: Callable[[], Json],
    now: datetime,
) -> Fetched:
    """Fetch the wanted parts: one call each, the skill of all people in one.

    `kept_stats` gives the statistics that are there already, where they are not wanted; `now` is
    naive, in UTC. Without statistics nothing else is asked for.
    """
    fetched = Fetched()
    try:
        stats = await _stats(api, match_id, fetched) if "stats" in wanted else kept_stats()
        may_still_come = now < utc_time(stats["MatchInfo"]["EndTime"]) + NOT_YET
    except ApiCallError as error:
        fetched.failures["stats"] = error
        return fetched
    except (MatchDataError, KeyError, TypeError) as error:
        fetched.failures["stats"] = ApiCallError(f"statistics that cannot be used: {error}")
        return fetched
    if "skill" in wanted:
        await _skill(api, match_id, stats, fetched, may_still_come=may_still_come)
    if "film" in wanted:
        await _film(api, match_id, fetched, may_still_come=may_still_come)
    return fetched


async def _stats(api: LiveApi, match_id: str, fetched: Fetched) -> Json:
    answer = await api.stats(match_id)
    fetched.parts[STATS] = answer.body
    stats: Json = answer.value
    return stats


async def _skill(
    api: LiveApi, match_id: str, stats: Json, fetched: Fetched, *, may_still_come: bool
) -> None:
    try:
        xuids = human_xuids(stats)
        skill = await api.skill(match_id, xuids) if xuids else None
    except ApiCallError as error:
        fetched.failures["skill"] = error
        return
    if skill is not None:
        fetched.parts[SKILL] = skill
    elif may_still_come:
        fetched.failures["skill"] = ApiCallError("there is no skill of this match yet", 404)
    else:
        fetched.parts[SKILL_MISSING] = b""


async def _film(api: LiveApi, match_id: str, fetched: Fetched, *, may_still_come: bool) -> None:
    try:
        film = await api.film(match_id)
    except ApiCallError as error:
        fetched.failures["film"] = error
        return
    if film is not None:
        fetched.parts[film_part(film.version)] = film.chunk
    elif may_still_come:
        fetched.failures["film"] = ApiCallError("there is no film of this match yet", 404)
    else:
        fetched.parts[FILM_MISSING] = b""
