"""Skill responses in the shape of the API: ratings of teams, ranks, expectations."""

from random import Random

from media_assets.demo.people import Person
from media_assets.demo.play import Match, Seat
from media_assets.demo.responses import Json, team_ids
from media_assets.demo.tallies import Tally, tally_seats

_TIERS = ("Bronze", "Silver", "Gold", "Platinum", "Diamond", "Onyx")


def match_skill(match: Match) -> Json:
    """The response to `matches/<id>/skill` for all human participants."""
    random = Random(f"{match.match_id}/skill")
    mmrs = {str(team): round(random.uniform(1180, 1460), 6) for team in team_ids(match) or (0,)}
    return {
        "Value": [
            {
                "Id": seat.who.player_id,
                "ResultCode": 0,
                "Result": _skill(random, match, seat, tally, mmrs),
            }
            for seat, tally in zip(match.seats, tally_seats(match), strict=True)
            if isinstance(seat.who, Person)
        ]
    }


def _skill(random: Random, match: Match, seat: Seat, tally: Tally, mmrs: dict[str, float]) -> Json:
    team = seat.team if match.mode.teams else 0
    kills = round(max(1.0, random.gauss(tally.kills * 0.6 + 5, 2)), 6)
    deaths = round(max(1.0, random.gauss(tally.deaths * 0.6 + 4.5, 2)), 6)
    ranked = match.playlist is not None and match.playlist.ranked
    before = random.randint(900, 1480)
    return {
        "TeamMmr": mmrs[str(team)],
        "RankRecap": {
            "PreMatchCsr": _rank(before if ranked else None),
            "PostMatchCsr": _rank(before + random.randint(-8, 9) if ranked else None),
        },
        "StatPerformances": {
            "Kills": {"Count": tally.kills, "Expected": kills, "StdDev": round(kills / 4, 6)},
            "Deaths": {"Count": tally.deaths, "Expected": deaths, "StdDev": round(deaths / 4, 6)},
        },
        "TeamId": team,
        "TeamMmrs": mmrs,
        "RankedRewards": None,
        "Counterfactuals": {
            "SelfCounterfactuals": {"Kills": kills, "Deaths": deaths},
            "TierCounterfactuals": {
                tier: {
                    "Kills": round(kills * (0.4 + 0.16 * step), 6),
                    "Deaths": round(deaths * (1.5 - 0.1 * step), 6),
                }
                for step, tier in enumerate(_TIERS)
            },
        },
    }


def _rank(value: int | None) -> Json:
    """A rank of 300 points in six steps of 50; without one, zeros and empty names."""
    if value is None:
        return {
            "Value": 0, "MeasurementMatchesRemaining": 0, "Tier": "", "TierStart": 0,
            "SubTier": 0, "NextTier": "", "NextTierStart": 0, "NextSubTier": 0,
            "InitialMeasurementMatches": 0,
        }  # fmt: skip
    tier, sub_tier = value // 300, value % 300 // 50
    start = value // 50 * 50
    return {
        "Value": value,
        "MeasurementMatchesRemaining": 0,
        "Tier": _TIERS[tier],
        "TierStart": start,
        "SubTier": sub_tier,
        "NextTier": _TIERS[tier if sub_tier < 5 else tier + 1],
        "NextTierStart": start + 50,
        "NextSubTier": (sub_tier + 1) % 6,
        "InitialMeasurementMatches": 10,
    }
