"""Match responses in the shape of the API: PascalCase, times to the millisecond, ISO durations."""

from dataclasses import dataclass
from datetime import datetime

from media_assets.demo import game
from media_assets.demo.people import Bot, Person
from media_assets.demo.play import Match, Seat
from media_assets.demo.tallies import Tally, awards, personal_score, points, tally_seats, total

Json = dict[str, object]

WIN, LOSS, TIE, LEFT_EARLY = 2, 3, 1, 4
PAGE = 25
_CLEARANCE = game.asset_id("clearance", "autumn")
_SEASON = "Csr/Seasons/CsrSeason12-1.json"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one seat of a match came out."""

    outcome: int
    rank: int


def moment(value: datetime) -> str:
    """A time as the API writes it: `2026-10-23T19:04:11.66Z`, no zeros at the end."""
    text = value.strftime("%Y-%m-%dT%H:%M:%S")
    digits = f"{value.microsecond // 1000:03d}".rstrip("0")
    return f"{text}.{digits}Z" if digits else f"{text}Z"


def duration(seconds: float, digits: int) -> str:
    """A duration as the API writes it: `PT9M9.4211615S`, `PT1H2M`, `PT0S`."""
    minutes, rest = divmod(round(seconds, digits), 60)
    hours, minutes = divmod(int(minutes), 60)
    text = f"{rest:.{digits}f}".rstrip("0").rstrip(".")
    parts = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    return "PT" + parts + (f"{text}S" if text != "0" or not parts else "")


def match_stats(match: Match) -> Json:
    """The response to `matches/<id>/stats`."""
    tallies = tally_seats(match)
    standings = rank_seats(match, tallies)
    return {
        "MatchId": match.match_id,
        "MatchInfo": match_info(match),
        "Teams": [_team(match, team, tallies) for team in team_ids(match)],
        "Players": [
            _player(match, seat, tally, standing)
            for seat, tally, standing in zip(match.seats, tallies, standings, strict=True)
        ],
    }


def match_info(match: Match) -> Json:
    """The part that stats and history have in common."""
    playlist, pair = match.playlist, f"{match.mode.name} on {match.map_name}"
    return {
        "StartTime": moment(match.start),
        "EndTime": moment(match.end),
        "Duration": duration(match.seconds, 7),
        "LifecycleMode": 1 if playlist is None else 3,
        "GameVariantCategory": match.mode.category,
        "LevelId": game.asset_id("level", match.map_name),
        "MapVariant": _asset(2, "map", match.map_name),
        "UgcGameVariant": _asset(6, "variant", match.mode.name),
        "ClearanceId": _CLEARANCE,
        "Playlist": _asset(3, "playlist", playlist.name) if playlist else None,
        "PlaylistExperience": playlist.experience if playlist else None,
        "PlaylistMapModePair": _asset(7, "pair", pair) if playlist else None,
        "SeasonId": _SEASON if playlist else None,
        "PlayableDuration": duration(match.seconds, 3),
        "TeamsEnabled": match.mode.teams,
        "TeamScoringEnabled": match.mode.teams,
        "GameplayInteraction": 1,
    }


def history_pages(who: Person, matches: tuple[Match, ...]) -> list[Json]:
    """The pages of a player's history, latest match first, 25 a page; the last may be short."""
    played = [match for match in reversed(matches) if match.seat_of(who) is not None]
    return [
        {
            "Start": start,
            "Count": PAGE,
            "ResultCount": len(played[start : start + PAGE]),
            "Results": [_history_result(who, match) for match in played[start : start + PAGE]],
            "Links": {},
        }
        for start in range(0, len(played), PAGE)
    ]


def users(people: list[Person]) -> list[Json]:
    """The response to `users`: who has which gamertag."""
    return [
        {
            "xuid": str(person.xuid),
            "gamertag": person.gamertag,
            "gamerpic": {
                size: f"https://images.example/gamerpic/{person.xuid}.png?size={size}"
                for size in ("small", "medium", "large", "xlarge")
            },
        }
        for person in people
    ]


def rank_seats(match: Match, tallies: tuple[Tally, ...]) -> tuple[Standing, ...]:
    """Outcome and rank of each seat: by team, then by score; who left is last."""
    teams = team_ids(match)
    scores = {team: points(match, _team_total(match, team, tallies)) for team in teams}

    def key(place: int) -> tuple[bool, int, int]:
        seat, tally = match.seats[place], tallies[place]
        own = points(match, tally)
        return seat.left is not None, -scores.get(seat.team, own), -own

    keys = [key(place) for place in range(len(tallies))]
    best = min(keys)
    return tuple(
        Standing(_outcome(match, seat, own, best, scores), 1 + sum(other < own for other in keys))
        for seat, own in zip(match.seats, keys, strict=True)
    )


def _outcome(
    match: Match,
    seat: Seat,
    own: tuple[bool, int, int],
    best: tuple[bool, int, int],
    scores: dict[int, int],
) -> int:
    if seat.left is not None:
        return LEFT_EARLY
    if match.mode.teams:
        return _team_outcome(seat.team, scores)
    return WIN if own == best else LOSS


def _team_outcome(team: int, scores: dict[int, int]) -> int:
    others = max(score for other, score in scores.items() if other != team)
    if scores[team] == others:
        return TIE
    return WIN if scores[team] > others else LOSS


def team_ids(match: Match) -> tuple[int, ...]:
    """The teams of a match; none where everyone plays alone."""
    return (0, 1) if match.mode.teams else ()


def _team_total(match: Match, team: int, tallies: tuple[Tally, ...]) -> Tally:
    return total(t for s, t in zip(match.seats, tallies, strict=True) if s.team == team)


def _asset(kind: int, kind_name: str, name: str) -> Json:
    asset = game.asset_id(kind_name, name)
    return {"AssetKind": kind, "AssetId": asset, "VersionId": game.version_id(asset)}


def _team(match: Match, team: int, tallies: tuple[Tally, ...]) -> Json:
    scores = {t: points(match, _team_total(match, t, tallies)) for t in team_ids(match)}
    outcome = _team_outcome(team, scores)
    members = sum(seat.team == team for seat in match.seats)
    return {
        "TeamId": team,
        "Outcome": outcome,
        "Rank": 2 if outcome == LOSS else 1,
        "Stats": _stats(match, _team_total(match, team, tallies), outcome, members),
    }


def _player(match: Match, seat: Seat, tally: Tally, standing: Standing) -> Json:
    return {
        "PlayerId": seat.who.player_id,
        "PlayerType": 2 if isinstance(seat.who, Bot) else 1,
        "BotAttributes": {"Difficulty": 4} if isinstance(seat.who, Bot) else None,
        "LastTeamId": seat.team,
        "Outcome": standing.outcome,
        "Rank": standing.rank,
        "ParticipationInfo": _participation(match, seat),
        "PlayerTeamStats": [
            {"TeamId": seat.team, "Stats": _stats(match, tally, standing.outcome, 1)}
        ],
    }


def _participation(match: Match, seat: Seat) -> Json:
    until = match.seconds if seat.left is None else seat.left
    cut = seat.late or seat.left is not None
    return {
        "FirstJoinedTime": moment(match.moment(seat.joined)),
        "LastLeaveTime": None if seat.left is None else moment(match.moment(seat.left)),
        "PresentAtBeginning": not seat.late and not isinstance(seat.who, Bot),
        "JoinedInProgress": seat.late,
        "LeftInProgress": seat.left is not None,
        "PresentAtCompletion": seat.left is None,
        "TimePlayed": duration(until - seat.joined if cut else match.seconds, 3),
        "ConfirmedParticipation": None,
    }


def _stats(match: Match, tally: Tally, outcome: int, members: int) -> Json:
    """Core numbers, those of the mode, and those against other players."""
    fights = {
        "Kills": tally.kills,
        "Deaths": tally.deaths,
        "Assists": tally.assists,
        "KDA": tally.kda,
    }
    return {
        "CoreStats": {
            "Score": points(match, tally),
            "PersonalScore": personal_score(match, tally),
            "RoundsWon": int(outcome == WIN),
            "RoundsLost": int(outcome in (LOSS, LEFT_EARLY)),
            "RoundsTied": int(outcome == TIE),
            **fights,
            **_combat(match, tally, members),
        },
        **_objective_stats(match, tally),
        "PvpStats": fights,
    }


def _combat(match: Match, tally: Tally, members: int) -> Json:
    lives = tally.deaths + members
    return {
        "Suicides": 0,
        "Betrayals": 0,
        "AverageLifeDuration": duration(match.seconds * members / lives, 1),
        "GrenadeKills": tally.grenades,
        "HeadshotKills": tally.headshots,
        "MeleeKills": tally.melee,
        "PowerWeaponKills": tally.power,
        "ShotsFired": tally.fired,
        "ShotsHit": tally.hit,
        "Accuracy": tally.accuracy,
        "DamageDealt": tally.dealt,
        "DamageTaken": tally.taken,
        **dict.fromkeys(
            ("CalloutAssists", "VehicleDestroys", "DriverAssists", "Hijacks", "EmpAssists"), 0
        ),
        "MaxKillingSpree": tally.spree,
        "Medals": [
            {"NameId": name_id, "Count": count, "TotalPersonalScoreAwarded": 0}
            for name_id, count in sorted(tally.medals.items())
        ],
        "PersonalScores": [
            {"NameId": name_id, "Count": count, "TotalPersonalScoreAwarded": count * each}
            for name_id, each, count in awards(match, tally)
        ],
        "DeprecatedDamageDealt": float(tally.dealt),
        "DeprecatedDamageTaken": float(tally.taken),
        "Spawns": lives,
        "ObjectivesCompleted": 0,
    }


def _objective_stats(match: Match, tally: Tally) -> Json:
    """The block of the mode, from how often its objective was touched."""
    blocks = {
        game.FLAGS: ("CaptureTheFlagStats", _flag_stats),
        game.ODDBALL: ("OddballStats", _ball_stats),
        game.STRONGHOLDS: ("ZonesStats", _zone_stats),
    }
    if match.mode not in blocks:
        return {}
    name, block = blocks[match.mode]
    return {name: block(tally.touches, points(match, tally))}


def _flag_stats(touches: int, scored: int) -> Json:
    return {
        "FlagCaptureAssists": 0,
        "FlagCaptures": scored,
        "FlagCarriersKilled": 0,
        "FlagGrabs": touches,
        "FlagReturnersKilled": 0,
        "FlagReturns": 0,
        "FlagSecures": 0,
        "FlagSteals": touches // 2,
        "KillsAsFlagCarrier": 0,
        "KillsAsFlagReturner": 0,
        "TimeAsFlagCarrier": duration(touches * 3.1, 1),
    }


def _ball_stats(touches: int, scored: int) -> Json:
    return {
        "KillsAsSkullCarrier": 0,
        "LongestTimeAsSkullCarrier": duration(min(touches, 6) * 4.1, 1),
        "SkullCarriersKilled": 0,
        "SkullGrabs": touches,
        "TimeAsSkullCarrier": duration(touches * 4.1, 1),
        "SkullScoringTicks": scored,
    }


def _zone_stats(touches: int, scored: int) -> Json:
    return {
        "StrongholdCaptures": touches,
        "StrongholdDefensiveKills": 0,
        "StrongholdOffensiveKills": 0,
        "StrongholdSecures": 0,
        "StrongholdOccupationTime": duration(touches * 6.3, 1),
        "StrongholdScoringTicks": scored,
    }


def _history_result(who: Person, match: Match) -> Json:
    place = match.seat_of(who)
    if place is None:
        raise ValueError(f"{who.gamertag} did not take part in match {match.match_id}")
    standing = rank_seats(match, tally_seats(match))[place]
    seat = match.seats[place]
    return {
        "MatchId": match.match_id,
        "MatchInfo": match_info(match),
        "LastTeamId": seat.team,
        "Outcome": standing.outcome,
        "Rank": standing.rank,
        "PresentAtEndOfMatch": seat.left is None,
    }
