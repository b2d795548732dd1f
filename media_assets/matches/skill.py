"""Skill of a match: what the model of the API expected of each player."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from media_assets.errors import MatchDataError
from media_assets.matches.fields import finite
from media_assets.matches.ids import player_id_of
from media_assets.matches.responses import Json

RecordedSkill: TypeAlias = Json | Literal["missing"] | None
"""The response; `missing`: the API has none; None: nobody looked yet."""

NO_SKILL: Mapping[str, float | None] = {
    "team_mmr": None,
    "kills_expected": None,
    "kills_stddev": None,
    "deaths_expected": None,
    "deaths_stddev": None,
}
"""The skill columns of `match_participants` for a player whose skill is not known."""


@dataclass(frozen=True, slots=True)
class MatchSkill:
    """`columns`: xuid -> skill columns of `match_participants`.

    `ranked` is True where anybody had a rank before or after the match, or was being placed, which
    counts the matches to go. It is False where somebody's ranks were recorded and say neither, and
    None where nobody's were.
    """

    columns: Mapping[str, Mapping[str, float | None]]
    ranked: bool | None


def read_skill(parsed: Json) -> MatchSkill:
    """The skill response of one match. A player whose `ResultCode` is not 0 gets no numbers.

    Raises:
        MatchDataError: when it is not of the shape of the API.
    """
    columns: dict[str, Mapping[str, float | None]] = {}
    ranks: list[Json] = []
    try:
        for value in parsed["Value"]:
            result = value["Result"] if value["ResultCode"] == 0 else None
            columns[player_id_of(value["Id"])] = _columns(result) if result else NO_SKILL
            ranks.extend(_ranks(result) if result else ())
        ranked = any(_is_rank(rank) for rank in ranks) if ranks else None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MatchDataError(f"the skill response has another shape: {error!r}") from error
    return MatchSkill(columns, ranked)


def _columns(result: Json) -> Mapping[str, float | None]:
    performances = result.get("StatPerformances") or {}
    kills, deaths = performances.get("Kills") or {}, performances.get("Deaths") or {}
    return {
        "team_mmr": finite(result.get("TeamMmr")),
        "kills_expected": finite(kills.get("Expected")),
        "kills_stddev": finite(kills.get("StdDev")),
        "deaths_expected": finite(deaths.get("Expected")),
        "deaths_stddev": finite(deaths.get("StdDev")),
    }


def _ranks(result: Json) -> list[Json]:
    recap = result.get("RankRecap") or {}
    return [rank for rank in (recap.get("PreMatchCsr"), recap.get("PostMatchCsr")) if rank]


def _is_rank(rank: Json) -> bool:
    """A rank, or a placement: -1 and no tier, but some matches that decide it."""
    numbers = ("Value", "MeasurementMatchesRemaining", "InitialMeasurementMatches")
    return any((rank.get(name) or 0) > 0 for name in numbers) or bool(rank.get("Tier"))
