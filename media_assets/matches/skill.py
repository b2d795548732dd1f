"""Skill of a match: what the model of the API expected of each player."""

from collections.abc import Mapping
from dataclasses import dataclass

from media_assets.errors import MatchDataError
from media_assets.matches.fields import finite
from media_assets.matches.ids import player_id_of
from media_assets.matches.responses import Json

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

    `ranked` is True when a rank was recorded for anybody, before or after the match; else None,
    because a ranked match of players who are not placed yet looks like one that is not ranked.
    """

    columns: Mapping[str, Mapping[str, float | None]]
    ranked: bool | None


def read_skill(parsed: Json) -> MatchSkill:
    """The skill response of one match. A player whose `ResultCode` is not 0 gets no numbers.

    Raises:
        MatchDataError: when it is not of the shape of the API.
    """
    columns: dict[str, Mapping[str, float | None]] = {}
    ranked = False
    try:
        for value in parsed["Value"]:
            result = value["Result"] if value["ResultCode"] == 0 else None
            columns[player_id_of(value["Id"])] = _columns(result) if result else NO_SKILL
            ranked = ranked or bool(result and _has_rank(result))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MatchDataError(f"the skill response has another shape: {error!r}") from error
    return MatchSkill(columns, ranked or None)


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


def _has_rank(result: Json) -> bool:
    recap = result.get("RankRecap") or {}
    ranks = (recap.get("PreMatchCsr") or {}, recap.get("PostMatchCsr") or {})
    return any((rank.get("Value") or 0) > 0 or bool(rank.get("Tier")) for rank in ranks)
